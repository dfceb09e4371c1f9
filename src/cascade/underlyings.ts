import { pairOf } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';

/** What is shocked and what liquidations push: a base currency with everything that is written on it. */
export interface Underlyings {
  /** Base currencies in the order in which the market first names them. */
  readonly names: readonly string[];
  /** Row of the market → place in `names`. */
  readonly of: Uint16Array;
  /** Price of one base unit in the market: the index price, else the first forward. */
  readonly price: Float64Array;
}

/** Throws `LimitExceeded` for more underlyings than a column of 16 bits can tell apart. */
export function underlyingsOf(market: Market): Underlyings {
  const names = [...new Set(market.instruments.map(({ baseCurrency }) => baseCurrency))];
  if (names.length > 65_536) throw new MargridError(
    'LimitExceeded',
    `a cascade knows 65536 underlyings, got ${names.length}`,
  );
  const place = new Map(names.map((name, index) => [name, index] as const));
  const price = new Float64Array(names.length).fill(NaN);
  market.instruments.forEach(({ baseCurrency, quoteCurrency }, row) => {
    const underlying = place.get(baseCurrency)!;
    const index = market.indexPrice.get(pairOf(baseCurrency, quoteCurrency)) ?? market.forward[row];
    if (Number.isNaN(price[underlying]) && index > 0) price[underlying] = index;
  });
  return { names, of: Uint16Array.from(market.instruments, ({ baseCurrency }) => place.get(baseCurrency)!), price };
}

/** Place of an underlying: `BTC`, `btc`, or a pair, `btc_usd`. Throws `OptionInvalid` naming those that there are. */
export function underlyingIndex({ names }: Underlyings, text: string): number {
  const wanted = text.toLowerCase();
  const whole = names.findIndex((name) => name.toLowerCase() === wanted);
  if (whole >= 0) return whole;
  const base = wanted.slice(0, Math.max(wanted.lastIndexOf('_'), 0));
  const found = names.findIndex((name) => name.toLowerCase() === base);
  if (found >= 0) return found;
  const known = names.slice(0, 10).join(', ');
  throw new MargridError('OptionInvalid', `the market has no underlying '${text}'; there are ${known}`, {
    column: 'underlying',
    value: text,
  });
}
