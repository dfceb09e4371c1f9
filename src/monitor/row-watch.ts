import type { Arena } from '../columns/arena.ts';
import type { ExpiryRow } from '../margin/model.ts';
import type { Segments } from './segments.ts';

/** A price that moves by more than this against its index within a tick moves alone. */
const priceAlone = 0.004;
/** The same of a volatility, against the reference of no movement. */
const volatilityAlone = 0.03;
/** More rows than this share do not move alone: that is a movement of the market. */
const aloneShareMax = 0.02;

/**
 * Instruments that movement intervals must leave out: those with bad quotes or past their expiry, whose holders are
 * evaluated on every tick, and those that jump alone, whose holders get new certificates. One bad tick of one
 * instrument must not touch everybody.
 */
export class RowWatch {
  /** 1 per row with bad quotes at this tick. */
  readonly isBad: Uint8Array;
  /** 1 per segment whose rows all have one good forward at this tick, as options of one expiry do. */
  readonly hasOneForward: Uint8Array;
  readonly #segments: Segments;
  readonly #expiries: readonly ExpiryRow[];
  readonly #forward: Float64Array;
  readonly #volatility: Float64Array;
  readonly #index: Float64Array;
  #hasQuotes = false;
  #largestMove = Infinity;

  constructor(segments: Segments, expiries: readonly ExpiryRow[], rowCount: number, groupCount: number) {
    this.#segments = segments;
    this.#expiries = expiries;
    this.isBad = new Uint8Array(rowCount);
    this.hasOneForward = new Uint8Array(segments.count);
    this.#forward = new Float64Array(rowCount);
    this.#volatility = new Float64Array(rowCount);
    this.#index = new Float64Array(groupCount);
  }

  /**
   * Movement of the market in the last tick: the largest of the index prices, and half the mean one of volatilities.
   */
  get movement(): number {
    return this.#largestMove;
  }

  /** Rows whose holders lose their certificates at this tick: newly bad, or jumping alone. */
  scan(arena: Arena, asOfMs: number): number[] {
    const { instrument, group } = arena.views;
    const lost: number[] = [];
    const alone: number[] = [];
    let volatilityMoves = 0;
    let options = 0;
    let largest = 0;
    const { count, first, end, expiry } = this.#segments;
    for (let segment = 0; segment < count; segment++) {
      const { expiryMs } = this.#expiries[expiry[segment]];
      const isOver = expiryMs !== null && expiryMs <= asOfMs;
      const own = this.#segments.group[segment];
      const common = group.indexPrice[own] / this.#index[own];
      const isOption = this.#segments.isOption[segment] === 1;
      let isOne = 1;
      for (let row = first[segment]; row < end[segment]; row++) {
        const price = instrument.forward[row];
        const volatility = instrument.volatility[row];
        const isGood = price > 0 && price < Infinity && !isOver && (!isOption || (volatility > 0 && volatility < Infinity));
        if (price !== instrument.forward[first[segment]]) isOne = 0;
        if (!isGood) {
          isOne = 0;
          if (this.isBad[row] === 0) lost.push(row);
          this.isBad[row] = 1;
          continue;
        }
        this.isBad[row] = 0;
        const volatilityMove = isOption ? Math.abs(volatility / this.#volatility[row] - 1) : 0;
        if (isOption && volatilityMove < Infinity) {
          volatilityMoves += volatilityMove;
          options++;
        }
        if (Math.abs(price / this.#forward[row] - common) > priceAlone || volatilityMove > volatilityAlone) alone.push(row);
      }
      this.hasOneForward[segment] = isOne;
      const move = Math.abs(common - 1);
      if (!(move <= largest)) largest = move;
    }
    this.#forward.set(instrument.forward);
    this.#volatility.set(instrument.volatility);
    this.#index.set(group.indexPrice);
    const isFirst = !this.#hasQuotes;
    this.#hasQuotes = true;
    this.#largestMove = isFirst ? 0 : Math.max(largest, volatilityMoves / Math.max(options, 1) / 2);
    if (isFirst || alone.length > Math.max(4, aloneShareMax * this.isBad.length)) return lost;
    return [...lost, ...alone];
  }
}
