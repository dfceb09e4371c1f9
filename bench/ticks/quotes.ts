import type { Market } from '../../src/domain/market.ts';
import { ordinaryTicks } from '../../src/generate/ordinary-ticks.ts';

export interface TickQuotes {
  readonly asOfMs: number;
  readonly forward: Float64Array;
  readonly impliedVolatility: Float64Array;
  readonly indexPrice: ReadonlyMap<string, number>;
}

/** The quotes of one tick after the other, the same for every entrant. */
export type QuoteFeed = () => TickQuotes;

const crashTickMs = 1_000;

/** Ordinary ticks of the whole market: src/generate/ordinary-ticks.ts. */
export function walkFeed(market: Market, move: number, seed: number): QuoteFeed {
  const ticks = ordinaryTicks(market, move, seed);
  return () => ticks.next().value as TickQuotes;
}

/** Every second tick all prices fall by `move` basis points and volatilities rise by half as much; then back. */
export function crashFeed(market: Market, move: number): QuoteFeed {
  let tick = 0;
  return () => {
    tick++;
    const fall = tick % 2 === 1 ? move * 1e-4 : 0;
    return {
      asOfMs: market.asOfMs + tick * crashTickMs,
      forward: market.forward.map((value) => value * (1 - fall)),
      impliedVolatility: market.impliedVolatility.map((value) => value * (1 + fall / 2)),
      indexPrice: new Map([...market.indexPrice].map(([pair, value]) => [pair, value * (1 - fall)])),
    };
  };
}
