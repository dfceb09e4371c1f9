import type { Instrument } from '../../../domain/instrument.ts';
import type { Market, MarketField } from '../../../domain/market.ts';
import type { Evidence } from '../../../margin/model.ts';
import { exact, sum, zero, type Decimal } from '../../decimal.ts';
import type {
  Breakdown, ReferenceAccount, ReferenceMargin, ReferenceModel, ReferenceRefusal, ReferenceResult,
} from '../account.ts';

/** A position or order with its instrument and its amounts, exact. */
export interface HeldAmount {
  readonly instrument: Instrument;
  /** Row of the market. */
  readonly index: number;
  /** Contracts, as the book has them. */
  readonly quantity: number;
  /** Base units, signed. */
  readonly amount: Decimal;
  /** Mark or oracle price. */
  readonly price: Decimal;
  /** Entry price; limit price of an order. */
  readonly entry: number;
}

/** Everything one netting set holds. */
export interface ReferenceSet {
  readonly market: Market;
  readonly currency: string;
  readonly cash: Decimal;
  readonly positions: readonly HeldAmount[];
  readonly orders: readonly HeldAmount[];
  /** A further quote of an instrument, exact. */
  field(name: MarketField, index: number): Decimal;
}

export type SetMargin = Omit<ReferenceMargin, 'scale' | 'worstScenario'>;

/** What differs from venue to venue. */
export interface ReferenceVenue<P> {
  readonly name: string;
  /** Reporting currency if the account is one netting set, else null. */
  readonly pool: string | null;
  readonly ordersMargined: boolean;
  refusal(instrument: Instrument, params: P): string | null;
  requiredFields(instrument: Instrument, params: P): readonly MarketField[];
  margin(set: ReferenceSet, params: P): SetMargin | ReferenceRefusal;
}

/** The reference of a venue that margins position by position. */
export function perPositionReference<P>(venue: ReferenceVenue<P>): ReferenceModel<P> {
  return (market, params) => (account) => {
    const results = new Map<string, ReferenceResult>();
    for (const set of settingsOf(venue, market, account)) {
      const reason = problemOf(venue, set, params);
      const margin = reason === null ? venue.margin(set, params) : { refusal: reason };
      results.set(set.currency, 'refusal' in margin ? margin : { ...margin, worstScenario: null, scale: scaleOf(set) });
    }
    return results;
  };
}

function settingsOf<P>(venue: ReferenceVenue<P>, market: Market, account: ReferenceAccount): ReferenceSet[] {
  const heldOf = (index: number, quantity: number, entry: number): HeldAmount => {
    const instrument = market.instruments[index];
    const price = market.forward[index];
    return {
      instrument, index, quantity, entry,
      amount: exact(quantity).times(exact(instrument.contractSize)),
      price: Number.isFinite(price) ? exact(price) : zero,
    };
  };
  const positions = account.positions.map((each) => heldOf(each.instrumentIndex, each.quantity, each.entryPrice));
  const orders = account.orders.map((each) => heldOf(each.instrumentIndex, each.quantity, each.limitPrice));
  const currencyOf = ({ instrument }: HeldAmount): string => venue.pool ?? instrument.settlementCurrency;
  const currencies = new Set([...positions.map(currencyOf), ...orders.map(currencyOf), ...account.cash.keys()]);
  return [...currencies].map((currency) => ({
    market, currency,
    cash: exact(account.cash.get(currency) ?? 0),
    positions: positions.filter((each) => currencyOf(each) === currency),
    orders: orders.filter((each) => currencyOf(each) === currency),
    field: (name, index) => exact(market.fields!.get(name)![index]),
  }));
}

/** Why the set cannot be margined, or null. */
function problemOf<P>(venue: ReferenceVenue<P>, set: ReferenceSet, params: P): string | null {
  const { market, positions, orders } = set;
  if (orders.length > 0 && !venue.ordersMargined) {
    return `the account has open orders, which ${venue.name} has no margin for`;
  }
  for (const { instrument, index } of [...positions, ...orders]) {
    const refusal = venue.refusal(instrument, params);
    if (refusal !== null) return `${instrument.name}: ${refusal}`;
    const missing = venue.requiredFields(instrument, params).find(
      (name) => !Number.isFinite(market.fields?.get(name)?.[index] ?? NaN),
    );
    if (missing !== undefined) return `${instrument.name}: the market has no ${missing}`;
    const isExpired = instrument.expiryMs !== null && instrument.expiryMs < market.asOfMs;
    const isPriced = instrument.kind === 'option' || (market.forward[index] > 0 && market.forward[index] < Infinity);
    if (isExpired || !isPriced) return `a price or volatility of ${instrument.name} is bad`;
  }
  return null;
}

/** Sum of absolute notionals, entry values and cash. */
function scaleOf({ cash, positions, orders }: ReferenceSet): Decimal {
  const notional = ({ amount, price, entry }: HeldAmount): Decimal =>
    amount.abs().times(price.plus(Number.isFinite(entry) ? exact(Math.abs(entry)) : zero));
  return sum([cash.abs(), ...positions.map(notional), ...orders.map(notional)]);
}

/** Profit of a linear position since entry. */
export function pnlOf({ amount, price, entry }: HeldAmount): Decimal {
  return amount.times(price.minus(exact(entry)));
}

/** A line of a breakdown. */
export function line(label: string, value: Decimal, unit: string, children?: readonly Breakdown[]): Breakdown {
  return { label, value: value.toString(), unit, ...(children === undefined ? {} : { children }) };
}

/** The line with how sure its formula is: docs/models, section Evidence. */
export function sure(evidence: Evidence, breakdown: Breakdown): Breakdown {
  return { ...breakdown, evidence };
}
