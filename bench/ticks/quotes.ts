import type { Market } from '../../src/domain/market.ts';
import { RandomStream } from '../../src/generate/random.ts';

export interface TickQuotes {
  readonly asOfMs: number;
  readonly forward: Float64Array;
  readonly impliedVolatility: Float64Array;
  readonly indexPrice: ReadonlyMap<string, number>;
}

/** The quotes of one tick after the other, the same for every entrant. */
export type QuoteFeed = () => TickQuotes;

const walkStream = 107;
const tickMs = 1_000;
/** Standard deviation of volatilities, of those of one instrument alone, and of its forward alone, per one of prices. */
const volatilityShare = 2;
const ownVolatilityShare = 0.25;
const ownForwardShare = 0.05;

/**
 * A random walk: per tick, prices of one underlying move together by `move` basis points (standard deviation), its
 * volatilities by twice that, each instrument by a little of its own that is gone at the next tick. A second passes.
 */
export function walkFeed(market: Market, move: number, seed: number): QuoteFeed {
  const size = move * 1e-4;
  const bases = [...new Set(market.instruments.map(({ baseCurrency }) => baseCurrency))];
  const baseOf = Uint32Array.from(market.instruments, ({ baseCurrency }) => bases.indexOf(baseCurrency));
  const price = new Float64Array(bases.length).fill(1);
  const volatility = new Float64Array(bases.length).fill(1);
  const random = new RandomStream();
  let tick = 0;
  return () => {
    tick++;
    random.restart(seed, tick, walkStream);
    for (let base = 0; base < bases.length; base++) {
      price[base] *= 1 + size * bell(random);
      volatility[base] *= 1 + volatilityShare * size * bell(random);
    }
    const own = (share: number): number => 1 + share * size * bell(random);
    return {
      asOfMs: market.asOfMs + tick * tickMs,
      forward: market.forward.map((value, row) => value * price[baseOf[row]] * own(ownForwardShare)),
      impliedVolatility: market.impliedVolatility.map((value, row) => value * volatility[baseOf[row]] * own(ownVolatilityShare)),
      indexPrice: new Map([...market.indexPrice].map(([pair, value]) => [pair, value * price[baseOfPair(pair, bases)]])),
    };
  };
}

/** Every second tick all prices fall by `move` basis points and volatilities rise by half as much; then back. */
export function crashFeed(market: Market, move: number): QuoteFeed {
  let tick = 0;
  return () => {
    tick++;
    const fall = tick % 2 === 1 ? move * 1e-4 : 0;
    return {
      asOfMs: market.asOfMs + tick * tickMs,
      forward: market.forward.map((value) => value * (1 - fall)),
      impliedVolatility: market.impliedVolatility.map((value) => value * (1 + fall / 2)),
      indexPrice: new Map([...market.indexPrice].map(([pair, value]) => [pair, value * (1 - fall)])),
    };
  };
}

/** `btc_usd`: the base in lower case, then the quote. */
function baseOfPair(pair: string, bases: readonly string[]): number {
  return bases.findIndex((base) => pair.startsWith(`${base.toLowerCase()}_`));
}

/** Sum of six uniform numbers, centred, of variance 1: no logarithm. */
function bell(random: RandomStream): number {
  let sum = -3;
  for (let i = 0; i < 6; i++) sum += random.nextFraction();
  return sum * Math.SQRT2;
}
