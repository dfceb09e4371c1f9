import type { AccountContext } from '../account/module.ts';
import type { ResultColumns } from '../engine/engine.ts';
import { MargridError } from '../errors.ts';
import { accountHoldings } from '../whatif/account-holdings.ts';
import type { Holdings } from '../whatif/holdings.ts';
import type { Offset } from './planning-account.ts';

/** Account and currency of a row of results. */
export function namesOf({ engine }: AccountContext, set: number): { account: string; currency: string } {
  const { account, currency } = engine.setKeys;
  return { account: engine.accountIds[account[set]], currency: engine.currencies[currency[set]] };
}

/** Row of a netting set; -1 if the account holds nothing there. */
export function setOf({ engine }: AccountContext, account: string, currency: string): number {
  if (engine.accountRow(account) < 0) return -1;
  const { first, end } = engine.resultRange(account);
  const row = engine.currencies.indexOf(currency);
  const place = engine.setKeys.currency.subarray(first, end).indexOf(row);
  return place < 0 ? -1 : first + place;
}

export const noOffset: Offset = { balance: 0, initialMargin: 0, maintenanceMargin: 0 };

/** Results of the last tick; null if another module has changed the book since. */
export function resultsOf({ engine }: AccountContext): ResultColumns | null {
  try {
    return engine.results;
  } catch (cause) {
    if (cause instanceof MargridError && cause.code === 'EngineState') return null;
    throw cause;
  }
}

/** What adjustments of other modules add to the model's margins at the last tick. */
export function offsetOf({ balance, initialMargin, maintenanceMargin }: AccountContext, results: ResultColumns, set: number): Offset {
  const less = (all: number, own: number): number => (Number.isFinite(all - own) ? all - own : 0);
  return {
    balance: less(balance[set], results.equity[set]),
    initialMargin: less(initialMargin[set], results.initialMargin[set]),
    maintenanceMargin: less(maintenanceMargin[set], results.maintenanceMargin[set]),
    of: { initialMargin: results.initialMargin[set], maintenanceMargin: results.maintenanceMargin[set] },
  };
}

/** An account that the book does not know holds nothing. */
export function heldOrNothing({ engine }: AccountContext, account: string): Holdings {
  if (engine.accountRow(account) < 0) return { positions: new Map(), orders: new Map(), cash: new Map() };
  return accountHoldings(engine, account);
}
