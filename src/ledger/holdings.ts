import type { AccountContext } from '../account/module.ts';
import type { Engine } from '../engine/engine.ts';
import { MargridError } from '../errors.ts';

/** Account rows of those that mirror others: what they show is in the others' names. */
export function mirrorRows({ engine, mirrors }: AccountContext): ReadonlySet<number> {
  return new Set([...mirrors().keys()].map((account) => engine.accountRow(account)));
}

/** One position of the book. */
export interface Holding {
  /** Account row. */
  readonly account: number;
  /** Market row of the instrument. */
  readonly instrument: number;
  /** Signed contracts. */
  readonly quantity: number;
  readonly entryPrice: number;
  /** Netting set and position slot it stands in. */
  readonly set: number;
  readonly slot: number;
}

/** What somebody holds of one instrument; quantity 0 if nothing. */
export interface Held {
  readonly quantity: number;
  readonly entryPrice: number;
}

/**
 * Visits every position in the wanted instruments (1 by market row), in (account, instrument row) order, through one
 * object that the next call overwrites. Those of accounts that mirror others are the others'.
 */
export function forEachHolding(context: AccountContext, isWanted: Uint8Array, visit: (holding: Holding) => void): void {
  const { engine } = context;
  const mirrors = mirrorRows(context);
  const { nettingSet, position } = engine.arena.views;
  const entryPrices = engine.entryPrices;
  const holding = { account: 0, instrument: 0, quantity: 0, entryPrice: 0, set: 0, slot: 0 };
  for (let set = 0; set < engine.nettingSetCount; set++) {
    if (mirrors.size > 0 && mirrors.has(nettingSet.account[set])) continue;
    const first = nettingSet.firstPosition[set];
    const end = first + nettingSet.positionCount[set];
    for (let slot = first; slot < end; slot++) {
      const instrument = engine.instrumentAt(slot);
      if (isWanted[instrument] === 0) continue;
      holding.account = nettingSet.account[set];
      holding.instrument = instrument;
      holding.quantity = position.quantity[slot];
      holding.entryPrice = entryPrices[slot];
      holding.set = set;
      holding.slot = slot;
      visit(holding);
    }
  }
}

/** What an account holds of an instrument; nothing, if the book does not know it. */
export function heldBy(engine: Engine, account: string, instrument: number): Held {
  if (engine.accountRow(account) >= 0) {
    const { nettingSet, position } = engine.arena.views;
    const { first, end } = engine.resultRange(account);
    for (let set = first; set < end; set++) {
      const start = nettingSet.firstPosition[set];
      for (let slot = start; slot < start + nettingSet.positionCount[set]; slot++) {
        if (engine.instrumentAt(slot) === instrument)
          return { quantity: position.quantity[slot], entryPrice: engine.entryPrices[slot] };
      }
    }
  }
  return { quantity: 0, entryPrice: 0 };
}

/** Accounts with open orders in an instrument, by name: what becomes of the instrument cancels them. */
export function accountsWithOrders(
  context: AccountContext,
  isWanted: Uint8Array,
): { readonly account: number; readonly instrument: number }[] {
  const { engine } = context;
  const { nettingSet } = engine.arena.views;
  const mirrors = mirrorRows(context);
  const found: { account: number; instrument: number }[] = [];
  for (let set = 0; set < engine.nettingSetCount; set++) {
    if (mirrors.has(nettingSet.account[set])) continue;
    const first = nettingSet.firstPosition[set] + nettingSet.positionCount[set];
    let before = -1;
    for (let slot = first; slot < first + nettingSet.orderCount[set]; slot++) {
      const instrument = engine.instrumentAt(slot);
      if (isWanted[instrument] === 1 && instrument !== before)
        found.push({ account: nettingSet.account[set], instrument });
      before = instrument;
    }
  }
  return found;
}

/** Market row of an instrument; throws `InstrumentUnknown`. */
export function instrumentRow(engine: Engine, name: string, column = 'instrument'): number {
  const row = rowsByName(engine).get(name);
  if (row !== undefined) return row;
  throw new MargridError('InstrumentUnknown', `${column}: the market has no instrument '${name}'`, {
    column,
    value: name,
  });
}

const rowsOfEngine = new WeakMap<Engine, ReadonlyMap<string, number>>();

function rowsByName(engine: Engine): ReadonlyMap<string, number> {
  let rows = rowsOfEngine.get(engine);
  if (rows === undefined) {
    rows = new Map(engine.market.instruments.map(({ name }, row) => [name, row] as const));
    rowsOfEngine.set(engine, rows);
  }
  return rows;
}
