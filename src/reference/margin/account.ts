import type { Market } from '../../domain/market.ts';
import type { Evidence } from '../../margin/model.ts';
import type { Decimal } from '../decimal.ts';

/** One account, as the reference reads it. */
export interface ReferenceAccount {
  readonly positions: readonly ReferencePosition[];
  readonly orders: readonly ReferenceOrder[];
  /** Units by currency. */
  readonly cash: ReadonlyMap<string, number>;
}

export interface ReferencePosition {
  /** Row of `Market.instruments`. */
  readonly instrumentIndex: number;
  readonly quantity: number;
  readonly entryPrice: number;
}

export interface ReferenceOrder {
  readonly instrumentIndex: number;
  readonly quantity: number;
  readonly limitPrice: number;
}

/** A step of the calculation, for `explain`. */
export interface Breakdown {
  readonly label: string;
  /** A number as text, a name, or null for a heading. */
  readonly value: string | null;
  readonly unit?: string;
  readonly evidence?: Evidence;
  readonly children?: readonly Breakdown[];
}

/** Requirement of one netting set. */
export interface ReferenceMargin {
  readonly equity: Decimal;
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  /** By the names in the model's `resultComponents`. */
  readonly components: ReadonlyMap<string, Decimal>;
  /** First binding scenario; null if the model has none or nothing loses. */
  readonly worstScenario: number | null;
  /** What rounding errors are relative to: the sum of absolute notionals and cash. */
  readonly scale: Decimal;
  readonly breakdown: readonly Breakdown[];
}

/** Why the account cannot be margined: a refusal, a missing input, bad market data. */
export interface ReferenceRefusal {
  readonly refusal: string;
}

export type ReferenceResult = ReferenceMargin | ReferenceRefusal;

/**
 * A model's reference: written to be obviously right, in decimals, apart from the kernels. Prepared once per market and
 * parameters, then asked account by account; results by netting set currency.
 */
export type ReferenceModel<P> = (
  market: Market,
  params: P,
) => (account: ReferenceAccount) => ReadonlyMap<string, ReferenceResult>;

export function isRefusal(result: ReferenceResult): result is ReferenceRefusal {
  return 'refusal' in result;
}
