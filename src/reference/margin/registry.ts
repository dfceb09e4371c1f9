import type { ReferenceModel } from './account.ts';
import { referenceRegt } from './regt.ts';

/** References of the portable models, by model name; parameters as the model's own parser returns them. */
type AnyReference = ReferenceModel<never>;

const references: Readonly<Record<string, AnyReference | undefined>> = {
  regt: referenceRegt,
};

/** Null for `deribit-pm`, whose reference is `deribit-pm.ts`. */
export function referenceByName(name: string): ReferenceModel<unknown> | null {
  return (references[name] as ReferenceModel<unknown> | undefined) ?? null;
}
