import type { Market } from '../domain/market.ts';
import type { HeldSet } from '../engine/book-columns.ts';
import type { Engine } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import type { HeldOrder, HeldPosition, Holdings } from './holdings.ts';

/** What an engine's book has for an account, by name. Throws `AccountUnknown`. */
export function accountHoldings(engine: Engine, account: string): Holdings {
  return holdingsOfSets(engine, engine.heldSets(account));
}

/** The same of an account's netting sets, as `Engine.heldSets` gives them. */
export function holdingsOfSets({ market, rows, currencies }: Engine, sets: readonly HeldSet[]): Holdings {
  const nameOf = (row: number): string => market.instruments[rows.instrumentOf[row]].name;
  const positions = new Map<string, HeldPosition>();
  const orders = new Map<string, HeldOrder[]>();
  const cash = new Map<string, number>();
  for (const set of sets) {
    for (const { row, quantity, entryPrice } of set.positions) positions.set(nameOf(row), { quantity, entryPrice });
    for (const { row, quantity, entryPrice } of set.orders) {
      orders.set(nameOf(row), [...(orders.get(nameOf(row)) ?? []), { quantity, limitPrice: entryPrice }]);
    }
    cash.set(currencies[set.currency], set.cashAmount);
  }
  return { positions, orders, cash };
}

/** A market with other quotes. */
export function quotedMarket(market: Market, quotes: Quotes): Market {
  const { asOfMs, forward, impliedVolatility, indexPrice, fields } = quotes;
  return { ...market, asOfMs, forward, impliedVolatility, indexPrice, ...(fields === undefined ? {} : { fields }) };
}
