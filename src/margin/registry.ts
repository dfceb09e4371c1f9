import { MargridError } from '../errors.ts';
import { deribitPm } from './deribit-pm/model.ts';
import { regt } from './regt/model.ts';
import type { MarginModel } from './model.ts';

// A model's parameters are its own business: whoever looks one up by name passes `parseParams` output back to it
// unread.
type AnyModel = MarginModel<never>;

const models: readonly AnyModel[] = [
  deribitPm as unknown as AnyModel,
  regt as unknown as AnyModel,
];

export const defaultModelName = deribitPm.name;

export function modelNames(): readonly string[] {
  return models.map((model) => model.name);
}

/** Throws `ModelUnknown` with the names that exist. */
export function modelByName(name: string): MarginModel<unknown> {
  const model = models.find((candidate) => candidate.name === name);
  if (model === undefined) {
    throw new MargridError('ModelUnknown', `no margin model is called '${name}'; known: ${modelNames().join(', ')}`, {
      value: name,
    });
  }
  return model;
}
