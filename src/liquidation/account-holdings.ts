import type { Market } from '../domain/market.ts';
import type { Engine } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import type { HeldOrder, Holdings } from '../whatif/holdings.ts';

/** What an engine's book has for an account, by name. Throws `AccountUnknown`. */
export function accountHoldings(engine: Engine, account: string): Holdings {
  const held = engine.heldBy(account);
  const orders = new Map<string, readonly HeldOrder[]>();
  for (const { instrument, quantity, limitPrice } of held.orders) {
    orders.set(instrument, [...(orders.get(instrument) ?? []), { quantity, limitPrice }]);
  }
  return {
    positions: new Map(held.positions.map(({ instrument, quantity, entryPrice }) => [instrument, { quantity, entryPrice }] as const)),
    orders,
    cash: new Map(held.cash.map(({ currency, amount }) => [currency, amount] as const)),
  };
}

/** A market with other quotes. */
export function quotedMarket(market: Market, quotes: Quotes): Market {
  const { asOfMs, forward, impliedVolatility, indexPrice, fields } = quotes;
  return { ...market, asOfMs, forward, impliedVolatility, indexPrice, ...(fields === undefined ? {} : { fields }) };
}
