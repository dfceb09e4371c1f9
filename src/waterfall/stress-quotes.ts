import { blackPrice } from '../../assembly/portable/black76.ts';
import { pairOf } from '../domain/instrument.ts';
import { timeToExpiryYears, type Market } from '../domain/market.ts';
import { movedQuotes } from '../engine/moved-quotes.ts';
import type { Quotes } from '../engine/tick-inputs.ts';

/** A move of the market: fractions of what prices and volatilities are. */
export interface MarketMove {
  /** -0.3: prices fall by 30%. */
  readonly spot: number;
  /** 0.5: implied volatilities rise by half. */
  readonly volatility: number;
  /** How much of the price move each base currency makes; absent: 1. */
  readonly betas?: Readonly<Record<string, number>>;
}

/**
 * Quotes of a market after a move: forwards, marks and index prices of every underlying times (1 + beta spot), so that
 * bases stay in proportion, volatilities times (1 + volatility). Quoted marks of options move by what their model value
 * does.
 */
export function stressedQuotes(market: Market, move: MarketMove): Quotes {
  let moved: Market = market;
  const bases = new Set<string>();
  market.instruments.forEach(({ baseCurrency }, row) => {
    if (bases.has(baseCurrency)) return;
    bases.add(baseCurrency);
    moved = { ...moved, ...movedQuotes(moved, row, 'underlying', factorOf(move, baseCurrency)) };
  });
  const impliedVolatility = market.impliedVolatility.map((value) => value * (1 + move.volatility));
  const marks = moved.fields?.get('markPrice');
  const fields =
    marks === undefined || move.volatility === 0
      ? moved.fields
      : new Map([
          ...moved.fields!,
          ['markPrice', marks.map((mark, row) => markAfter(moved, row, mark, impliedVolatility[row]))] as const,
        ]);
  const { asOfMs, forward, indexPrice } = moved;
  return {
    asOfMs,
    forward,
    impliedVolatility,
    indexPrice: withLoosePairs(market, indexPrice, move),
    ...(fields === undefined ? {} : { fields }),
  };
}

export function factorOf({ spot, betas = {} }: MarketMove, baseCurrency: string): number {
  return 1 + (betas[baseCurrency] ?? 1) * spot;
}

/** Index prices of pairs without an instrument (coins that are only collateral, dollar pairs) stay as they are. */
function withLoosePairs(
  market: Market,
  moved: ReadonlyMap<string, number>,
  move: MarketMove,
): ReadonlyMap<string, number> {
  const quoted = new Map(
    market.instruments.map(
      ({ baseCurrency, quoteCurrency }) => [pairOf(baseCurrency, quoteCurrency), baseCurrency] as const,
    ),
  );
  const bases = new Map([...quoted.values()].map((base) => [base.toLowerCase(), base] as const));
  return new Map(
    [...moved].map(([pair, price]) => {
      const base = bases.get(pair.split('_')[0]);
      return [pair, quoted.has(pair) || base === undefined ? price : price * factorOf(move, base)] as const;
    }),
  );
}

function markAfter(market: Market, row: number, mark: number, volatility: number): number {
  const { kind, optionType, strike } = market.instruments[row];
  if (kind !== 'option') return mark;
  const years = timeToExpiryYears(market.instruments[row], market.asOfMs);
  const root = years > 0 ? Math.sqrt(years) : 0;
  const before = market.impliedVolatility[row];
  const valueAt = (sigma: number): number =>
    blackPrice(optionType === 'call' ? 1 : -1, market.forward[row], strike!, sigma > 0 ? sigma * root : 0);
  const price = mark + valueAt(volatility) - valueAt(before);
  return price > 0 ? price : 0;
}
