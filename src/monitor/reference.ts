import { QUADRANT_PRICE_FALLS, QUADRANT_VOLATILITY_FALLS } from '../../assembly/portable/certificate-layout.ts';
import type { Arena } from '../columns/arena.ts';
import type { PartialTicks } from '../engine/partial-ticks.ts';
import type { ExpiryRow } from '../margin/model.ts';
import { priceRestShape, timeShapes, volatilityRestShape, volatilityShape } from './box.ts';
import { logAtLeast, logAtMost } from './log-bounds.ts';
import type { Segments } from './segments.ts';
import { categoryCount, categoryOf, type ClassMembers } from './set-classes.ts';

/**
 * Least and largest movement of a category's prices and quoted volatilities, and the largest of ln(time) in units of
 * price movement; five floats each.
 */
const PRICE_LOW = 0;
const PRICE_HIGH = 1;
const VOLATILITY_LOW = 2;
const VOLATILITY_HIGH = 3;
const TIME = 4;
const moveFloats = 5;

/** How far a class of sets has moved from a reference: in units of price movement, in one quadrant. */
export interface Displacement {
  /** Share of all kinds of movement, time included: what radii are compared with. */
  distance: number;
  quadrant: number;
  /** By kind of movement: common ones of prices and volatilities, the largest of the rests. */
  price: number;
  volatility: number;
  rest: number;
  /** Years since the reference. */
  elapsed: number;
  /** Of the box: no less than any of these, and what time takes up of it. */
  largest: number;
}

/** Rounding of a few sums and quotients, and of radii in 32 bits, which are rounded down already. */
const outward = 1 + 1e-12;
const msPerYear = 365 * 86_400_000;

type MoveKernels = Pick<PartialTicks['kernels'], 'volatilityMoves'>;

/** A market that certificates were issued at, and where the present one is, seen from there. */
export class Reference {
  readonly number: number;
  /** Tick at which it was made. */
  readonly tick: number;
  /** Category of every expiry row, as it was then. */
  readonly category: Uint8Array;
  readonly #expiries: readonly ExpiryRow[];
  readonly #segments: Segments;
  readonly #kernels: MoveKernels;
  readonly #asOfMs: number;
  /**
   * 1 / forward and 1 / volatility by row; NaN: not measured, because no certificate here depends on it. Volatilities
   * are in the arena, at the place of this reference's number: a kernel reads them.
   */
  readonly #perForward: Float64Array;
  /** 1 per segment whose rows had one forward, none of them left out since. */
  readonly #hadOneForward: Uint8Array;
  readonly #perVolatility: Float64Array;
  readonly #perIndex: Float64Array;
  /** Per risk group and category, and per risk group the index price: see the offsets above. */
  readonly #moves: Float64Array;
  readonly #indexLow: Float64Array;
  readonly #indexHigh: Float64Array;
  /** Years; negative before the reference. */
  #elapsed = 0;

  constructor(number: number, tick: number, at: ReferenceMarket) {
    const { arena, kernels, expiries, segments, asOfMs, isLeftOut } = at;
    const { instrument, group, certifiedInstrument } = arena.views;
    this.number = number;
    this.tick = tick;
    this.#expiries = expiries;
    this.#segments = segments;
    this.#kernels = kernels;
    this.#asOfMs = asOfMs;
    this.category = Uint8Array.from(expiries, (expiry) => categoryOf(expiry, asOfMs));
    const perOf = (value: number, row: number): number => (isLeftOut[row] === 1 ? NaN : 1 / value);
    this.#perForward = instrument.forward.map(perOf);
    certifiedInstrument.segmentEnd.set(segments.end);
    const rows = instrument.volatility.length;
    this.#perVolatility = certifiedInstrument.perVolatility.subarray(number * rows, (number + 1) * rows);
    this.#perVolatility.set(instrument.volatility.map(perOf));
    this.#perIndex = group.indexPrice.map((value) => 1 / value);
    this.#hadOneForward = at.hasOneForward.slice();
    this.#moves = new Float64Array(group.indexPrice.length * categoryCount * moveFloats);
    this.#indexLow = new Float64Array(group.indexPrice.length);
    this.#indexHigh = new Float64Array(group.indexPrice.length);
  }

  /** No set certified here holds the row any more: what it does no longer matters. */
  leaveOut(row: number): void {
    const { count, first, end } = this.#segments;
    for (let segment = 0; segment < count; segment++) {
      if (first[segment] <= row && row < end[segment]) this.#hadOneForward[segment] = 0;
    }
    this.#perForward[row] = NaN;
    this.#perVolatility[row] = NaN;
  }

  /**
   * Where the market in the arena is. Rows with bad quotes must have been left out: a comparison does not see NaN.
   * `hasOneForward`: per segment, whether one row says where all forwards are.
   */
  measure(arena: Arena, asOfMs: number, hasOneForward: Uint8Array): void {
    const { instrument, group, certifiedInstrument } = arena.views;
    const moves = this.#moves;
    this.#elapsed = ((asOfMs - this.#asOfMs) / msPerYear) * outward;
    for (let at = 0; at < moves.length; at += moveFloats) {
      moves[at + PRICE_LOW] = moves[at + VOLATILITY_LOW] = Infinity;
      moves[at + PRICE_HIGH] = moves[at + VOLATILITY_HIGH] = -Infinity;
      moves[at + TIME] = 0;
    }
    for (let each = 0; each < this.#indexLow.length; each++) {
      const ratio = group.indexPrice[each] * this.#perIndex[each];
      this.#indexLow[each] = logAtLeast(ratio);
      this.#indexHigh[each] = logAtMost(ratio);
    }
    const { count, first, end, isOption, expiry } = this.#segments;
    this.#kernels.volatilityMoves(arena.plan.context, this.number, count);
    const ofVolatility = certifiedInstrument.segmentMoves;
    for (let segment = 0; segment < count; segment++) {
      const at = (this.#segments.group[segment] * categoryCount + this.category[expiry[segment]]) * moveFloats;
      this.#passTime(at, expiry[segment], asOfMs);
      const isOne = hasOneForward[segment] === 1 && this.#hadOneForward[segment] === 1;
      const last = isOne ? first[segment] + 1 : end[segment];
      this.#widenByForwards(at + PRICE_LOW, instrument.forward, first[segment], last);
      if (isOption[segment] === 0) continue;
      this.#widen(at + VOLATILITY_LOW, ofVolatility[2 * segment], ofVolatility[2 * segment + 1]);
    }
  }

  #passTime(at: number, expiry: number, asOfMs: number): void {
    const ratio = this.#timeRatio(expiry, asOfMs);
    if (ratio === 1) return;
    const time = -logAtLeast(ratio) / timeShapes[this.category[expiry]];
    if (!(time <= this.#moves[at + TIME])) this.#moves[at + TIME] = time;
  }

  /** Widens the interval at `at` by the movements of the forwards of rows [first, end). */
  #widenByForwards(at: number, forward: Float64Array, first: number, end: number): void {
    let low = Infinity;
    let high = -Infinity;
    for (let row = first; row < end; row++) {
      const ratio = forward[row] * this.#perForward[row];
      if (ratio < low) low = ratio;
      if (ratio > high) high = ratio;
    }
    this.#widen(at, low, high);
  }

  /** By ratios from `low` to `high`; nothing if low > high. */
  #widen(at: number, low: number, high: number): void {
    if (low > high) return;
    const least = logAtLeast(low);
    const most = logAtMost(high);
    if (!(least >= this.#moves[at])) this.#moves[at] = least;
    if (!(most <= this.#moves[at + 1])) this.#moves[at + 1] = most;
  }

  /** Time left / time left at the reference. */
  #timeRatio(expiry: number, asOfMs: number): number {
    const { expiryMs } = this.#expiries[expiry];
    if (expiryMs === null || asOfMs === this.#asOfMs) return 1;
    // Expired now or at the reference: whoever holds it has no certificate.
    if (expiryMs <= this.#asOfMs || expiryMs <= asOfMs) return 1;
    return (expiryMs - asOfMs) / (expiryMs - this.#asOfMs);
  }

  /** How far a class has moved, at the last `measure`: the largest of its groups. */
  displacementOf(members: ClassMembers, into: Displacement): void {
    into.distance = 0;
    into.quadrant = 0;
    for (let each = 0; each < members.length; each++) {
      const [group, mask] = members[each];
      const distance = this.#groupDistance(group, mask, into);
      if (!(distance <= into.distance)) into.distance = distance;
    }
    // Sets of several groups have one radius, for all quadrants, and one load, of whatever moves.
    if (members.length > 1) into.quadrant = 0;
    if (members.length > 1) into.largest = into.distance;
  }

  #groupDistance(group: number, mask: number, into: Displacement): number {
    const moves = this.#moves;
    let priceLow = this.#indexLow[group];
    let priceHigh = this.#indexHigh[group];
    let volatilityLow = Infinity;
    let volatilityHigh = -Infinity;
    // Time goes forward: what it did before the reference no certificate speaks of.
    let time = this.#elapsed < 0 && (mask & ~1) !== 0 ? Infinity : 0;
    for (let category = 0; category < categoryCount; category++) {
      if ((mask & (1 << category)) === 0) continue;
      const at = (group * categoryCount + category) * moveFloats;
      if (moves[at + PRICE_LOW] < priceLow) priceLow = moves[at + PRICE_LOW];
      if (moves[at + PRICE_HIGH] > priceHigh) priceHigh = moves[at + PRICE_HIGH];
      if (moves[at + VOLATILITY_LOW] < volatilityLow) volatilityLow = moves[at + VOLATILITY_LOW];
      if (moves[at + VOLATILITY_HIGH] > volatilityHigh) volatilityHigh = moves[at + VOLATILITY_HIGH];
      if (!(moves[at + TIME] <= time)) time = moves[at + TIME];
    }
    let distance = boxDistance(priceLow, priceHigh, priceRestShape);
    let rest = (priceHigh - priceLow) / 2 / priceRestShape;
    if (volatilityLow <= volatilityHigh) {
      const own = boxDistance(volatilityLow, volatilityHigh, volatilityRestShape) / volatilityShape;
      if (!(own <= distance)) distance = own;
      const plain = (volatilityHigh - volatilityLow) / 2 / (volatilityRestShape * volatilityShape);
      if (!(plain <= rest)) rest = plain;
    } else volatilityLow = volatilityHigh = 0;
    if (!(time <= distance)) distance = time;
    into.price = Math.abs((priceLow + priceHigh) / 2) * outward;
    into.volatility = (Math.abs((volatilityLow + volatilityHigh) / 2) / volatilityShape) * outward;
    into.rest = rest * outward;
    into.elapsed = Math.max(this.#elapsed, 0);
    into.largest = Math.max(into.price, into.volatility, into.rest, time * outward);
    into.quadrant =
      (priceLow + priceHigh < 0 ? QUADRANT_PRICE_FALLS : 0) |
      (volatilityLow + volatilityHigh < 0 ? QUADRANT_VOLATILITY_FALLS : 0);
    return distance * outward;
  }
}

/**
 * Smallest box that holds the interval: a common movement in the direction of its middle, and a rest around it. A part
 * of the common movement may count as rest, as far as the rest has room in the box.
 */
function boxDistance(low: number, high: number, restShape: number): number {
  const middle = Math.abs((low + high) / 2);
  const rest = (high - low) / 2;
  const inRest = rest / restShape;
  if (!(inRest < middle)) return Number.isNaN(inRest) ? Infinity : inRest;
  return middle - (middle - inRest) / (1 + 1 / restShape);
}

/** What a reference is made of. */
export interface ReferenceMarket {
  readonly arena: Arena;
  readonly kernels: MoveKernels;
  readonly expiries: readonly ExpiryRow[];
  readonly segments: Segments;
  readonly asOfMs: number;
  /** 1 per row whose quotes are bad. */
  readonly isLeftOut: Uint8Array;
  /** 1 per segment whose rows have one forward. */
  readonly hasOneForward: Uint8Array;
}
