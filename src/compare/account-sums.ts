import type { Engine } from '../engine/engine.ts';
import { statusNames } from '../engine/totals.ts';
import type { DollarRate } from '../domain/dollar-rates.ts';

/** Margins of whole accounts in US dollars, one value per account; NaN where the account is refused. */
export interface AccountSums {
  readonly equity: Float64Array;
  readonly initialMargin: Float64Array;
  readonly maintenanceMargin: Float64Array;
  /** The worst status of the account's netting sets: an index of `statusNames`. */
  readonly status: Uint8Array;
  /** Why accounts are refused. */
  readonly reasons: ReadonlyMap<number, string>;
}

export const refusedStatus = statusNames.indexOf('quarantined');

/** Adds up the netting sets of each account. `rateOf` says what a unit of a currency is worth, or null. */
export function accountSums(engine: Engine, rateOf: (currency: string) => DollarRate | null): AccountSums {
  const { results } = engine;
  const count = engine.accountIds.length;
  const sums = {
    equity: new Float64Array(count),
    initialMargin: new Float64Array(count),
    maintenanceMargin: new Float64Array(count),
    status: new Uint8Array(count),
  };
  // Only of currencies that some account has an amount in.
  const rates = new Map<number, DollarRate | null>();
  const rateAt = (index: number): DollarRate | null => {
    const known = rates.get(index);
    if (known !== undefined) return known;
    const rate = rateOf(engine.currencies[index]);
    rates.set(index, rate);
    return rate;
  };
  const reasons = new Map<number, string>();
  results.accountIndex.forEach((account, set) => {
    const rate = rateAt(results.currencyIndex[set]);
    const isRefused = results.status[set] === refusedStatus;
    if (isRefused || rate === null) {
      const currency = engine.currencies[results.currencyIndex[set]];
      const reason = isRefused ? engine.faultReason(set) : `no index price says what ${currency} is worth in USD`;
      if (!reasons.has(account)) reasons.set(account, reason ?? 'quarantined');
      return;
    }
    sums.equity[account] += results.equity[set] * rate.rate;
    sums.initialMargin[account] += results.initialMargin[set] * rate.rate;
    sums.maintenanceMargin[account] += results.maintenanceMargin[set] * rate.rate;
    sums.status[account] = Math.max(sums.status[account], results.status[set]);
  });
  for (const account of reasons.keys()) refuse(sums, account);
  return { ...sums, reasons };
}

export function refuse(sums: Omit<AccountSums, 'reasons'>, account: number): void {
  sums.equity[account] = NaN;
  sums.initialMargin[account] = NaN;
  sums.maintenanceMargin[account] = NaN;
  sums.status[account] = refusedStatus;
}

/** Every account refused for one reason. */
export function allRefused(count: number, reason: string): AccountSums {
  const sums = {
    equity: new Float64Array(count),
    initialMargin: new Float64Array(count),
    maintenanceMargin: new Float64Array(count),
    status: new Uint8Array(count),
  };
  const reasons = new Map<number, string>();
  for (let account = 0; account < count; account++) {
    refuse(sums, account);
    reasons.set(account, reason);
  }
  return { ...sums, reasons };
}
