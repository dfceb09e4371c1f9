import { MargridError } from '../errors.ts';
import { binanceUsdm } from './binance-usdm/model.ts';
import { bybitLinear } from './bybit-linear/model.ts';
import { deribitPm } from './deribit-pm/model.ts';
import { span } from './span/model.ts';
import { deribitSm } from './deribit-sm/model.ts';
import { deribitXpm } from './deribit-xpm/model.ts';
import { deribitXsm } from './deribit-xsm/model.ts';
import { drift } from './drift/model.ts';
import { dydx } from './dydx/model.ts';
import { hyperliquid } from './hyperliquid/model.ts';
import { okxPm } from './okx-pm/model.ts';
import { paradexPm } from './paradex-pm/model.ts';
import { paradexXm } from './paradex-xm/model.ts';
import { derivePmrm } from './derive-pmrm/model.ts';
import { derivePmrm1 } from './derive-pmrm1/model.ts';
import { deriveSrm } from './derive-srm/model.ts';
import { regt } from './regt/model.ts';
import type { MarginModel } from './model.ts';
import { tims } from './tims/model.ts';
import { varModel } from './var/model.ts';

// A model's parameters are its own business: whoever looks one up by name passes `parseParams` output back to it
// unread.
type AnyModel = MarginModel<never>;

const models: readonly AnyModel[] = [
  deribitPm as unknown as AnyModel,
  deribitSm as unknown as AnyModel,
  deribitXsm as unknown as AnyModel,
  deribitXpm as unknown as AnyModel,
  binanceUsdm as unknown as AnyModel,
  bybitLinear as unknown as AnyModel,
  hyperliquid as unknown as AnyModel,
  dydx as unknown as AnyModel,
  drift as unknown as AnyModel,
  okxPm as unknown as AnyModel,
  paradexPm as unknown as AnyModel,
  paradexXm as unknown as AnyModel,
  tims as unknown as AnyModel,
  derivePmrm as unknown as AnyModel,
  derivePmrm1 as unknown as AnyModel,
  deriveSrm as unknown as AnyModel,
  span as unknown as AnyModel,
  regt as unknown as AnyModel,
  varModel as unknown as AnyModel,
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
