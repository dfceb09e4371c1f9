import type { Instrument } from '../../../domain/instrument.ts';
import type { Market, MarketField } from '../../../domain/market.ts';
import { exact, one, zero, type Decimal } from '../../decimal.ts';
import type { Breakdown, ReferenceAccount, ReferencePosition } from '../account.ts';

/** A position with what the market says of it. */
export interface Held {
  readonly instrument: Instrument;
  readonly quantity: Decimal;
  /** Quantity in base units. */
  readonly units: Decimal;
  readonly entryPrice: Decimal;
  readonly price: Decimal;
  readonly volatility: Decimal;
  readonly spotPrice: Decimal;
  /** Throws `BadQuote` if the market has no such quote. */
  readonly quote: (name: MarketField) => Decimal;
  /** Null if the market has no such quote. */
  readonly optionalQuote: (name: MarketField) => Decimal | null;
}

/** A number of the market is missing or makes no sense: the account is not margined. */
export class BadQuote extends Error {}

export function heldPositions(market: Market, account: ReferenceAccount): readonly Held[] {
  return [...account.positions].map((position) => heldPosition(market, position)).sort(bySlot);
}

function heldPosition(market: Market, { instrumentIndex, quantity, entryPrice }: ReferencePosition): Held {
  const instrument = market.instruments[instrumentIndex];
  const optionalQuote = (name: MarketField): Decimal | null => {
    const value = market.fields?.get(name)?.[instrumentIndex] ?? NaN;
    return Number.isFinite(value) ? exact(value) : null;
  };
  const positive = (value: number, what: string): Decimal => {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new BadQuote(`a price or volatility of ${instrument.name} is bad (${what})`);
    }
    return exact(value);
  };
  const pair = `${instrument.baseCurrency}_${instrument.quoteCurrency}`.toLowerCase();
  return {
    instrument,
    quantity: exact(quantity),
    units: exact(quantity).times(exact(instrument.contractSize)),
    entryPrice: exact(instrument.kind === 'perpetual' ? entryPrice : 0),
    get price() {
      return positive(market.forward[instrumentIndex], 'price');
    },
    get volatility() {
      return positive(market.impliedVolatility[instrumentIndex], 'volatility');
    },
    get spotPrice() {
      return positive(market.indexPrice.get(pair) ?? NaN, `index price ${pair}`);
    },
    optionalQuote,
    quote: (name) => {
      const value = optionalQuote(name);
      if (value === null) throw new BadQuote(`${instrument.name}: the market has no ${name}`);
      return value;
    },
  };
}

/** Expiry, strike, call before put: the order in which the engine adds. */
function bySlot(a: Held, b: Held): number {
  const numbers = ({ instrument }: Held): number[] => [
    instrument.expiryMs ?? 0,
    instrument.strike ?? 0,
    instrument.optionType === 'put' ? 1 : 0,
  ];
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((value, index) => value !== right[index]);
  return at === -1 ? 0 : left[at] - right[at];
}

/** Options by expiry, each list in slot order. */
export function byExpiry(options: readonly Held[]): readonly (readonly Held[])[] {
  const lists = new Map<string, Held[]>();
  for (const option of options) {
    const key = `${option.instrument.baseCurrency} ${option.instrument.expiryMs}`;
    lists.set(key, [...(lists.get(key) ?? []), option]);
  }
  return [...lists.values()];
}

/** A confidence must lie in [0, 1]. */
export function confidenceOf(held: Held, name: MarketField): Decimal {
  const value = held.quote(name);
  if (value.lessThan(0) || value.greaterThan(1)) {
    throw new BadQuote(`${held.instrument.name}: ${name} is outside [0, 1]`);
  }
  return value;
}

/** 1 - confidence below the threshold, else nothing. */
export function lackingConfidence(confidence: Decimal, threshold: Decimal): Decimal {
  return confidence.lessThan(threshold) ? one.minus(confidence) : zero;
}

/** A line of the breakdown. */
export function line(label: string, value: Decimal | string | null, children?: readonly Breakdown[]): Breakdown {
  const shown = value === null || typeof value === 'string' ? value : value.toSignificantDigits(20).toString();
  return { label, value: shown, ...(children === undefined ? {} : { children }) };
}
