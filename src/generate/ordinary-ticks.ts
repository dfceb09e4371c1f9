import type { Market } from '../domain/market.ts';
import { pairOf } from '../domain/instrument.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { RandomStream, streamPurposes } from './random.ts';

/** Volatilities move by this multiple of what prices move. */
const volatilityMultiple = 2;
/** What passes between two ticks in which prices at 60% a year move by a standard deviation of 1 bp. */
const msPerSquareBp = 876;

/**
 * Ordinary ticks: per underlying one common move of all its prices with a standard deviation of `bp` basis points, one
 * of its volatilities of twice that, and the time that such a move takes. Deterministic: sums of twelve uniform numbers
 * stand for normal ones. Every tick is a new object, but the arrays are the same ones.
 */
export function* ordinaryTicks(market: Market, bp: number, seed: number): Generator<Quotes> {
  const random = new RandomStream();
  random.restart(seed, 0, streamPurposes.ticks);
  const underlyings = [...new Set(market.instruments.map(({ baseCurrency }) => baseCurrency))].sort();
  const underlyingOf = Uint32Array.from(market.instruments, ({ baseCurrency }) => underlyings.indexOf(baseCurrency));
  const underlyingOfPair = new Map(
    market.instruments.map(
      ({ baseCurrency, quoteCurrency }, row) => [pairOf(baseCurrency, quoteCurrency), underlyingOf[row]] as const,
    ),
  );
  const forward = market.forward.slice();
  const impliedVolatility = market.impliedVolatility.slice();
  let indexPrice = market.indexPrice;
  let { asOfMs } = market;
  for (;;) {
    const price = underlyings.map(() => 1 + nearlyNormal(random) * bp * 1e-4);
    const volatility = underlyings.map(() => 1 + nearlyNormal(random) * bp * 1e-4 * volatilityMultiple);
    for (let row = 0; row < forward.length; row++) {
      forward[row] *= price[underlyingOf[row]];
      impliedVolatility[row] *= volatility[underlyingOf[row]];
    }
    indexPrice = new Map(
      [...indexPrice].map(([pair, value]) => [pair, value * (price[underlyingOfPair.get(pair) ?? -1] ?? 1)] as const),
    );
    asOfMs += Math.round(msPerSquareBp * bp * bp);
    yield { asOfMs, forward, impliedVolatility, indexPrice };
  }
}

/** Mean 0, variance 1. */
function nearlyNormal(random: RandomStream): number {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += random.nextFraction();
  return sum - 6;
}
