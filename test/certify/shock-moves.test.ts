import { describe, expect, it } from 'vitest';
import { deltaShockUsd } from '../../assembly/portable/deribit-pm.ts';
import * as scratch from '../../assembly/portable/certify/scratch.ts';
import { writeShockSlopes } from '../../assembly/portable/certify/shock-moves.ts';
import { propertySeed } from '../support/property-seed.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';

/** Box, slopes and parameters that a bound is made of. */
interface Shock {
  readonly index: number;
  readonly threshold: number;
  readonly slope: number;
  readonly shockMax: number;
  readonly isInverse: boolean;
  readonly price: number;
  readonly volatility: number;
  readonly long: number;
  readonly rest: number;
  /** Slopes along X and Y of the delta that is no long option's, and of all; what either may deviate by from them. */
  readonly restSlopes: readonly [number, number];
  readonly totalSlopes: readonly [number, number];
  readonly radii: readonly [number, number];
  /** Largest change by rests, and by time. */
  readonly restMove: number;
  readonly timeMove: number;
}

interface Bound {
  readonly bySize: number;
  readonly byIndex: number;
  readonly up: number;
  readonly down: number;
  readonly more: number;
  readonly less: number;
}

function boundOf(shock: Shock): Bound {
  const f = new Float64Array(scratch.CERTIFY_NUMBER_COUNT);
  f[scratch.CALL_PRICE] = shock.price;
  f[scratch.CALL_VOLATILITY] = shock.volatility;
  f[scratch.GROUP_REST_DELTA_PRICE] = shock.restSlopes[0];
  f[scratch.GROUP_REST_DELTA_VOLATILITY] = shock.restSlopes[1];
  f[scratch.GROUP_DELTA_PRICE] = shock.totalSlopes[0];
  f[scratch.GROUP_DELTA_VOLATILITY] = shock.totalSlopes[1];
  f[scratch.GROUP_DELTA_PRICE_RADIUS] = shock.radii[0];
  f[scratch.GROUP_DELTA_VOLATILITY_RADIUS] = shock.radii[1];
  f[scratch.GROUP_DELTA_REST] = shock.restMove;
  f[scratch.GROUP_DELTA_TIME_MOVE] = shock.timeMove;
  writeShockSlopes(
    f, 0, shock.long, shock.rest, shock.index, shock.threshold, shock.slope, shock.shockMax, shock.isInverse,
    Math.exp(shock.price),
  );
  return {
    bySize: f[scratch.GROUP_SHOCK_BY_SIZE],
    byIndex: f[scratch.GROUP_SHOCK_BY_INDEX],
    up: f[scratch.GROUP_SHOCK_PRICE_UP],
    down: f[scratch.GROUP_SHOCK_PRICE_DOWN],
    more: f[scratch.GROUP_SHOCK_VOLATILITY_UP],
    less: f[scratch.GROUP_SHOCK_VOLATILITY_DOWN],
  };
}

/** Shares of the box, from -1 to 1: of X and Y, of the deviations of either delta, of what rests and time do to it. */
type Shares = readonly number[];
const shareCount = 10;

/** The shock in settlement currency, as the margin kernel has it, after a move. */
function shockAfter(shock: Shock, [x, y, ...s]: Shares): number {
  const own = ([byPrice, byVolatility]: readonly [number, number], [a, b, c, d]: Shares): number =>
    shock.price * x * (byPrice + a * shock.radii[0]) + shock.volatility * y * (byVolatility + b * shock.radii[1]) +
    c * shock.restMove + d * shock.timeMove;
  const rest = shock.rest + own(shock.restSlopes, s.slice(0, 4));
  const total = shock.long + shock.rest + own(shock.totalSlopes, s.slice(4, 8));
  const index = shock.index * Math.exp(shock.price * x);
  const usd = deltaShockUsd(total - rest, rest, index, shock.threshold, shock.slope, shock.shockMax);
  return shock.isInverse ? usd / index : usd;
}

/** What the bound lets the shock grow by (`way` 1), or lessen by (-1), in a move. */
function allowed(shock: Shock, bound: Bound, [x, y, ...s]: Shares, way: 1 | -1): number {
  const upward = bound.up + bound.byIndex;
  const along = (share: number, width: number, rise: number, fall: number): number =>
    Math.abs(share) * width * (share * way > 0 ? rise : fall);
  const used = (each: number): number => Math.max(Math.abs(s[each]), Math.abs(s[each + 4]));
  return (
    along(x, shock.price, upward, bound.down) + along(y, shock.volatility, bound.more, bound.less) +
    bound.bySize * (used(2) * shock.restMove + used(3) * shock.timeMove)
  );
}

/** Deltas and slopes of all sizes against the threshold and the knee. */
function randomShock(random: () => number): Shock {
  const oneOf = <T>(...values: T[]): T => pick(random, values);
  const within = (low: number, high: number): number => between(random, low, high);
  const side = (): number => oneOf(-1, 1);
  const index = 10 ** within(0, 5);
  const free = 10 ** within(0, 4);
  const shockMax = oneOf(0.01, 0.1, 1);
  const slope = shockMax / (free * 10 ** within(-1.5, 2));
  const size = (): number => side() * free * 10 ** within(-2, 1.5);
  const rest = size();
  const long = random() < 0.5 ? size() : -rest * within(0.5, 1.5);
  const price = 10 ** within(-3, -1);
  const volatility = 2 * price;
  // From moves that are little to those that cross everything.
  const move = Math.abs(rest) * 10 ** within(-2, 1);
  const slopes = (): [number, number] => [
    oneOf(0, (side() * move) / price) * random(),
    oneOf(0, (side() * move) / volatility) * random(),
  ];
  return {
    index, threshold: free * index, slope, shockMax, isInverse: oneOf(true, false), price, volatility, long, rest,
    restSlopes: slopes(), totalSlopes: slopes(),
    radii: [oneOf(0, within(0, move / price)), oneOf(0, within(0, move / volatility))],
    restMove: oneOf(0, within(0, move)), timeMove: oneOf(0, within(0, move)),
  };
}

const randomShares = (random: () => number): number[] =>
  Array.from({ length: shareCount }, () => pick(random, [-1, 0, 1, between(random, -1, 1)]));

/** Of the shock at stake, and for the rounding of sums of a few terms. */
const rounding = 1e-9;

describe('what the delta shock moves by', () => {
  it('is bounded, growing and lessening, for whatever deltas and moves (property)', () => {
    const seed = propertySeed() ?? (Date.now() | 0);
    const random = seededRandom(seed);
    let touched = 0;
    let nearest = 0;
    for (let each = 0; each < 20_000; each++) {
      const shock = randomShock(random);
      const bound = boundOf(shock);
      const before = shockAfter(shock, new Array<number>(shareCount).fill(0));
      for (let move = 0; move < 30; move++) {
        const shares = randomShares(random);
        const change = shockAfter(shock, shares) - before;
        if (change === 0) continue;
        const most = allowed(shock, bound, shares, change > 0 ? 1 : -1);
        touched++;
        nearest = Math.max(nearest, Math.abs(change) / most);
        const pad = rounding * (before + Math.abs(change));
        expect(Math.abs(change), JSON.stringify({ seed, shock, shares, bound })).toBeLessThanOrEqual(most + pad);
      }
    }
    // Half of the moves change anything, and some use up all that is allowed.
    expect(touched).toBeGreaterThan(100_000);
    expect(nearest).toBeGreaterThan(0.999);
  });

  const base: Shock = {
    index: 100, threshold: 1_000_000, slope: 1e-5, shockMax: 0.1, isInverse: false, price: 0.01, volatility: 0.02, long: 0,
    rest: 0, restSlopes: [0, 0], totalSlopes: [0, 0], radii: [0, 0], restMove: 0, timeMove: 0,
  };
  // Free up to 10,000 coins, knee at 20,000. By hand where only volatilities move, so that the index stands still.
  const still = { ...base, price: 0 };
  const rising = { restSlopes: [0, 100_000], totalSlopes: [0, 100_000] } as const;

  it('is the chord from the size now to that at the edge of the box', () => {
    const shock = { ...still, ...rising, long: 1, rest: 12_000 };
    // 12,000 -> 14,000: (14,000 x 4,000 - 12,000 x 2,000) x 1e-5 x 100 USD over 2,000 coins.
    expect(boundOf(shock).more).toBeCloseTo(16 * 100_000, 6);
    expect(boundOf(shock).less).toBe(0);
  });

  it('counts what is still to go until the sum has the sign of the rest', () => {
    // Sum +5,000, rest -50,000; the sum may fall by 20,000, to -15,000: shock 15,000 x 5,000 x 1e-5 x 100 = 75,000 USD.
    const shock = { ...still, long: 55_000, rest: -50_000, totalSlopes: [0, -1_000_000] as const };
    const { more, less } = boundOf(shock);
    expect(more * 0.02).toBeCloseTo(75_000, 6);
    expect(less).toBe(0);
  });

  it('grows by the cap beyond the knee', () => {
    const shock = { ...still, ...rising, long: 1, rest: 30_000 };
    // 0.1 x 100 USD a coin, either way: the knee is too far.
    expect(boundOf(shock).more).toBeCloseTo(10 * 100_000, 6);
    expect(boundOf(shock).bySize).toBeCloseTo(10, 9);
  });

  it('is none where no delta reaches the threshold', () => {
    const { bySize, byIndex, up, down, more, less } = boundOf({ ...base, long: 500, rest: 9_000, radii: [50_000, 0] });
    expect([bySize, byIndex, up, down, more, less]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is no number where a slope is none', () => {
    const { up, down } = boundOf({ ...base, rest: 30_000, long: 1, totalSlopes: [NaN, 0] });
    expect([up, down]).toEqual([NaN, NaN]);
  });
});
