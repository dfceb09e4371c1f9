import { blackPrice } from '../../assembly/portable/black76.ts';
import type { Instrument } from '../domain/instrument.ts';
import { timeToExpiryYears, type Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { HeldPosition, Holdings } from './holdings.ts';

/** One change of an account. */
export type Leg =
  /** A trade of `quantity` contracts (buy > 0) at `price`, quote currency per base unit; without one at the mark. */
  | { readonly kind: 'trade'; readonly instrument: string; readonly quantity: number; readonly price?: number }
  /** A new open order, besides those that the account has. */
  | { readonly kind: 'order'; readonly instrument: string; readonly quantity: number; readonly limitPrice: number }
  /** Closes the position at the mark, and cancels the account's open orders in the instrument. */
  | { readonly kind: 'remove'; readonly instrument: string };

/** What legs are priced and paid with. */
export interface Terms {
  readonly market: Market;
  /** Whether the model values the option at the market's `markPrice`, not at Black-76 of its volatility. */
  readonly usesMarkPrice: (instrument: Instrument) => boolean;
  /** Of a pooled account, which pays for everything in this currency; null if each currency has its own cash. */
  readonly reportingCurrency: string | null;
}

/** Rows by name, once per list of instruments: a search per question would take longer than the margin. */
const rowsByName = new WeakMap<readonly Instrument[], ReadonlyMap<string, number>>();

/** Row of an instrument in the market. Throws `InstrumentUnknown`. */
export function instrumentIndexOf({ instruments }: Market, name: string): number {
  let rows = rowsByName.get(instruments);
  if (rows === undefined) rowsByName.set(instruments, (rows = new Map(instruments.map((each, row) => [each.name, row] as const))));
  const index = rows.get(name);
  if (index !== undefined) return index;
  throw new MargridError('InstrumentUnknown', `the market has no instrument '${name}'`, { value: name });
}

/**
 * Mark of an instrument, quote currency per base unit: the forward, or of an option the value that the model gives it.
 * NaN where the market has no good quotes.
 */
export function markOf({ market, usesMarkPrice }: Terms, index: number): number {
  const instrument = market.instruments[index];
  const forward = market.forward[index];
  if (instrument.kind !== 'option') return forward;
  if (usesMarkPrice(instrument)) return market.fields?.get('markPrice')?.[index] ?? NaN;
  const years = timeToExpiryYears(instrument, market.asOfMs);
  const deviation = market.impliedVolatility[index] * Math.sqrt(years);
  return blackPrice(instrument.optionType === 'call' ? 1 : -1, forward, instrument.strike!, deviation);
}

/** The holdings after a leg. Throws `InstrumentUnknown`, `OptionInvalid`. */
export function withLeg(holdings: Holdings, leg: Leg, terms: Terms): Holdings {
  const index = instrumentIndexOf(terms.market, leg.instrument);
  if (leg.kind === 'trade') return traded(holdings, index, leg.quantity, leg.price ?? markOf(terms, index), terms);
  const orders = new Map(holdings.orders);
  if (leg.kind === 'order') {
    const { quantity, limitPrice } = leg;
    orders.set(leg.instrument, [...(orders.get(leg.instrument) ?? []), { quantity, limitPrice }]);
    return { ...holdings, orders };
  }
  const held = holdings.positions.get(leg.instrument);
  if (held === undefined && !orders.has(leg.instrument)) {
    throw new MargridError('OptionInvalid', `the account has no position and no order in ${leg.instrument}`, {
      value: leg.instrument,
    });
  }
  orders.delete(leg.instrument);
  const cancelled = { ...holdings, orders };
  return held === undefined ? cancelled : traded(cancelled, index, -held.quantity, markOf(terms, index), terms);
}

/**
 * A trade as the account books it. A future or perpetual costs nothing: what is closed realises its P&L in cash, what
 * is added averages the entry price so that no P&L appears or goes (linear: weighted by contracts; inverse: harmonic).
 * An option or spot is paid for: `quantity * contractSize * price` of the quote currency, of an inverse option that
 * divided by the forward, in coin.
 */
function traded(holdings: Holdings, index: number, quantity: number, price: number, terms: Terms): Holdings {
  const instrument = terms.market.instruments[index];
  if (!(price >= 0 && price < Infinity)) {
    const message = `${instrument.name} has no good mark in the market: give the price of the trade`;
    throw new MargridError('OptionInvalid', message, { value: instrument.name });
  }
  const old = holdings.positions.get(instrument.name) ?? { quantity: 0, entryPrice: 0 };
  const isFuture = instrument.kind === 'future' || instrument.kind === 'perpetual';
  if (isFuture && price === 0) {
    throw new MargridError('OptionInvalid', `the price of ${instrument.name} must be > 0`, { value: price });
  }
  const { position, cash } = isFuture
    ? tradedFuture(instrument, old, quantity, price)
    : {
        position: { quantity: old.quantity + quantity, entryPrice: averagedEntry(old, quantity, price) },
        cash: premium(instrument, quantity, price, terms.market.forward[index]),
      };
  const positions = new Map(holdings.positions);
  if (position.quantity === 0) positions.delete(instrument.name);
  else positions.set(instrument.name, position);
  return paid({ ...holdings, positions }, instrument.settlementCurrency, cash, terms);
}

function premium({ kind, payoff, contractSize }: Instrument, quantity: number, price: number, forward: number): number {
  const cost = quantity * contractSize * price;
  return kind === 'option' && payoff === 'inverse' ? -cost / forward : -cost;
}

/**
 * Entry price of an option or spot, which few models look at: as of a linear future. One that was not kept (0) stays
 * unknown while the position stands.
 */
function averagedEntry(old: HeldPosition, quantity: number, price: number): number {
  const total = old.quantity + quantity;
  if (old.quantity === 0 || Math.sign(total) === -Math.sign(old.quantity)) return price;
  const isAdded = Math.sign(old.quantity) === Math.sign(quantity);
  if (!isAdded || old.entryPrice === 0) return old.entryPrice;
  return (old.quantity * old.entryPrice + quantity * price) / total;
}

function tradedFuture(
  { payoff, contractSize }: Instrument,
  old: HeldPosition,
  quantity: number,
  price: number,
): { position: HeldPosition; cash: number } {
  const total = old.quantity + quantity;
  if (old.quantity === 0) return { position: { quantity, entryPrice: price }, cash: 0 };
  if (Math.sign(old.quantity) === Math.sign(quantity)) {
    const entryPrice =
      payoff === 'inverse'
        ? total / (old.quantity / old.entryPrice + quantity / price)
        : (old.quantity * old.entryPrice + quantity * price) / total;
    return { position: { quantity: total, entryPrice }, cash: 0 };
  }
  const closed = Math.sign(old.quantity) * Math.min(Math.abs(old.quantity), Math.abs(quantity));
  const gain = payoff === 'inverse' ? 1 / old.entryPrice - 1 / price : price - old.entryPrice;
  const isTurned = Math.abs(quantity) > Math.abs(old.quantity);
  return {
    position: { quantity: total, entryPrice: isTurned ? price : old.entryPrice },
    cash: closed * contractSize * gain,
  };
}

/**
 * The holdings after an amount was received. Cash of a pooled account in another currency is a position in that
 * currency's spot instrument. Throws `OptionInvalid` if there is none.
 */
export function paid(holdings: Holdings, currency: string, amount: number, terms: Terms): Holdings {
  if (amount === 0) return holdings;
  const { market, reportingCurrency } = terms;
  if (reportingCurrency === null || reportingCurrency === currency) {
    return { ...holdings, cash: new Map(holdings.cash).set(currency, (holdings.cash.get(currency) ?? 0) + amount) };
  }
  const spot = market.instruments.find(
    ({ kind, baseCurrency, quoteCurrency }) =>
      kind === 'spot' && baseCurrency === currency && quoteCurrency === reportingCurrency,
  );
  if (spot === undefined) {
    const message =
      `the account is pooled in ${reportingCurrency} and cannot pay ${currency}: ` +
      `the market has no spot instrument of ${currency} in ${reportingCurrency}`;
    throw new MargridError('OptionInvalid', message, { value: currency });
  }
  const old = holdings.positions.get(spot.name)?.quantity ?? 0;
  const quantity = old + amount / spot.contractSize;
  const positions = new Map(holdings.positions);
  if (quantity === 0) positions.delete(spot.name);
  else positions.set(spot.name, { quantity, entryPrice: 0 });
  return { ...holdings, positions };
}
