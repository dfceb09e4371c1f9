import { describe, expect, it } from 'vitest';
import {
  EXPIRY_DEVIATION_TIME, EXPIRY_SLOPE_COUNT, SLOPE_DELTA_PRICE_MIDDLE, SLOPE_DELTA_PRICE_RADIUS,
  SLOPE_DELTA_VOLATILITY_MIDDLE, SLOPE_DELTA_VOLATILITY_RADIUS, SLOPE_PRICE_MIDDLE,
  SLOPE_PRICE_RADIUS, SLOPE_SIZE, SLOPE_TIME, SLOPE_VALUE_PRICE_MIDDLE, SLOPE_VALUE_PRICE_RADIUS,
  SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS, SLOPE_VOLATILITY_MIDDLE, SLOPE_VOLATILITY_RADIUS,
} from '../../assembly/portable/certificate-layout.ts';
import * as layout from '../../assembly/portable/layout.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';
import { MovingMarket, optionEngine, type Point } from '../support/moving-market.ts';
import type { Box, Runner, Slopes } from '../support/slope-arena.ts';

/** Corners, edges, the middle, and anywhere between: of a box of half width `half`. */
function coordinate(random: () => number, half: number): number {
  const where = random();
  if (where < 0.15) return -half;
  if (where < 0.3) return half;
  if (where < 0.4) return 0;
  return between(random, -half, half);
}

/** Of every instrument the middle and the radius of one quantity. */
interface Bound {
  readonly name: string;
  readonly of: (market: { cells: Float64Array; terms: Float64Array }, row: number) => number;
  readonly price: readonly [number, number];
  readonly volatility: readonly [number, number];
  /** What it may move by besides, per unit of Y that is time. */
  readonly time: number;
}

function boundsOf({ rows, terms }: Slopes, cellCount: number): Bound[] {
  const bounds: Bound[] = Array.from({ length: cellCount }, (_, s) => ({
    name: `cell ${s}`,
    of: ({ cells }, row) => cells[row * cellCount + s],
    price: [rows[SLOPE_PRICE_MIDDLE * cellCount + s], rows[SLOPE_PRICE_RADIUS * cellCount + s]],
    volatility: [rows[SLOPE_VOLATILITY_MIDDLE * cellCount + s], rows[SLOPE_VOLATILITY_RADIUS * cellCount + s]],
    time: terms[SLOPE_TIME],
  }));
  bounds.push({
    name: 'value',
    of: (market, row) => market.terms[row * layout.TERM_COUNT + layout.TERM_VALUE],
    price: [terms[SLOPE_VALUE_PRICE_MIDDLE], terms[SLOPE_VALUE_PRICE_RADIUS]],
    volatility: [terms[SLOPE_VALUE_VOLATILITY_MIDDLE], terms[SLOPE_VALUE_VOLATILITY_RADIUS]],
    time: 0,
  });
  bounds.push({
    name: 'delta',
    of: (market, row) => market.terms[row * layout.TERM_COUNT + layout.TERM_DELTA],
    price: [terms[SLOPE_DELTA_PRICE_MIDDLE], terms[SLOPE_DELTA_PRICE_RADIUS]],
    volatility: [terms[SLOPE_DELTA_VOLATILITY_MIDDLE], terms[SLOPE_DELTA_VOLATILITY_RADIUS]],
    time: 0,
  });
  return bounds;
}

/**
 * Kernel A is good to 4 * 2^-52 of the largest price in a cell or value, the present and the shocked one are
 * subtracted, and two such cells here; SLOPE_SIZE is at least the sum of both prices.
 */
const rounding = 16 * 2 ** -52;

interface Violation {
  readonly instrument: string;
  readonly bound: string;
  readonly excess: number;
}

const moves = ['price', 'volatility', 'both', 'near', 'time'] as const;

/** Pairs of points of the box, and whether every quantity moves between them by no more than its slopes allow. */
function violationsOf(market: MovingMarket, engine: Engine, box: Box, seed: number, pairs: number): Violation[] {
  const { arena, expiryOf } = market;
  const random = seededRandom(seed);
  const halfPrice = box.price + box.priceRest;
  const half = box.volatility + box.volatilityRest;
  const slopes = Array.from({ length: arena.instrumentCount }, (_, row) => arena.slopesOf(row));
  const bounds = slopes.map((each) => boundsOf(each, arena.cellCount));
  const found: Violation[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const move = moves[pair % moves.length];
    const deviationTime = (expiry: number): number =>
      arena.expirySlopes[expiry * EXPIRY_SLOPE_COUNT + EXPIRY_DEVIATION_TIME];
    // Time and volatility share the box.
    const share = move === 'time' ? random() : 1;
    const times = [0, 1].map(() =>
      Float64Array.from({ length: arena.expiryCount }, (_, expiry) =>
        move === 'time' ? coordinate(random, ((1 - share) * half) / deviationTime(expiry)) : 0,
      ),
    );
    const points = randomPair(random, arena.instrumentCount, move, halfPrice, share * half);
    const [from, to] = points.map((point, end) => market.at({ ...point, time: times[end] }));
    for (let row = 0; row < arena.instrumentCount; row++) {
      const x = points[1].price[row] - points[0].price[row];
      const y = points[1].volatility[row] - points[0].volatility[row];
      const expiry = expiryOf[row];
      const passed = move === 'time' ? Math.abs(times[1][expiry] - times[0][expiry]) * deviationTime(expiry) : 0;
      for (const bound of bounds[row]) {
        const change = bound.of(to, row) - bound.of(from, row) - bound.price[0] * x - bound.volatility[0] * y;
        const gross = Math.abs(bound.volatility[0]) + bound.volatility[1] + bound.time;
        const allowed = bound.price[1] * Math.abs(x) + bound.volatility[1] * Math.abs(y) + gross * passed;
        const excess = Math.abs(change) - allowed - rounding * slopes[row].terms[SLOPE_SIZE];
        if (!(excess <= 0)) {
          const { name } = engine.market.instruments[engine.rows.instrumentOf[row]];
          found.push({ instrument: name, bound: `${move} ${bound.name}`, excess: excess / slopes[row].terms[SLOPE_SIZE] });
        }
      }
    }
  }
  return found;
}

type Ends = readonly [Omit<Point, 'time'>, Omit<Point, 'time'>];

function randomPair(
  random: () => number, count: number, move: (typeof moves)[number], halfPrice: number, half: number,
): Ends {
  const ends = [0, 1].map(() => ({ price: new Float64Array(count), volatility: new Float64Array(count) }));
  for (let row = 0; row < count; row++) {
    const price = coordinate(random, halfPrice);
    const volatility = coordinate(random, half);
    ends[0].price[row] = price;
    ends[0].volatility[row] = volatility;
    // A difference over a hundredth of the box is its derivative at some point of it: no error of the method.
    const near = move === 'near';
    const inward = (at: number, width: number): number => at - Math.sign(at === 0 ? 1 : at) * 0.01 * width * random();
    const other = (at: number, width: number): number => (near ? inward(at, width) : coordinate(random, width));
    ends[1].price[row] = move === 'volatility' ? price : other(price, halfPrice);
    ends[1].volatility[row] = move === 'price' ? volatility : other(volatility, half);
  }
  return [ends[0], ends[1]];
}

const boxes: readonly Box[] = [
  { price: 0.001, priceRest: 0, volatility: 0.001, volatilityRest: 0.001 },
  { price: 0.0035, priceRest: 0.0005, volatility: 0.008, volatilityRest: 0.001 },
  { price: 0.02, priceRest: 0.0025, volatility: 0.04, volatilityRest: 0.005 },
  { price: 0.08, priceRest: 0.01, volatility: 0.16, volatilityRest: 0.02 },
  { price: 0.14, priceRest: 0.01, volatility: 0.05, volatilityRest: 0 },
  { price: 0, priceRest: 0.001, volatility: 0.3, volatilityRest: 0 },
  { price: 0.15, priceRest: 0, volatility: 0, volatilityRest: 0.001 },
];

describe('slopes bound every movement in the box', () => {
  it.each(boxes.map((box, index) => [index, box] as const))('box %i: %o', async (index, box) => {
    const engine = await optionEngine(index + 1);
    const market = new MovingMarket(engine);
    market.reference();
    // Time has all of the movement of volatility there is.
    market.setExpirySlopes(2 * (box.volatility + box.volatilityRest));
    market.arena.setBox(box);
    market.arena.run();
    expect(violationsOf(market, engine, box, 100 + index, 100)).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6])('random box %i', async (seed) => {
    const random = seededRandom(seed);
    const width = (): number => Math.exp(between(random, Math.log(0.001), Math.log(0.15)));
    const box = { price: width(), priceRest: 0, volatility: width(), volatilityRest: 0 };
    const engine = await optionEngine(20 + seed);
    const market = new MovingMarket(engine);
    market.reference();
    market.setExpirySlopes(2 * box.volatility);
    market.arena.setBox(box);
    market.arena.run();
    expect(violationsOf(market, engine, box, seed, 60)).toEqual([]);
  });
});

describe('futures, perpetuals and spot', () => {
  const box = { price: 0.02, priceRest: 0.003, volatility: 0.1, volatilityRest: 0 };

  it('have the exact slopes: amount times the shock class, cosh and sinh of the box', async () => {
    const engine = await optionEngine(3, 4);
    const market = new MovingMarket(engine);
    market.reference();
    market.arena.setBox(box);
    market.arena.run();
    const { views } = engine.arena;
    let seen = 0;
    for (let row = 0; row < market.arena.instrumentCount; row++) {
      if (views.instrument.shape[row] >= layout.SHAPE_CALL) continue;
      seen++;
      const { rows, terms } = market.arena.slopesOf(row);
      const group = views.instrument.group[row];
      const inverse = views.group.inverse[group] === 1;
      const size = views.instrument.contractSize[row];
      const amount = inverse ? size / views.instrument.forward[row] : size * views.instrument.forward[row];
      expect(terms[SLOPE_VALUE_PRICE_MIDDLE] / amount).toBeCloseTo(Math.cosh(0.023), 9);
      expect(terms[SLOPE_VALUE_PRICE_RADIUS] / amount).toBeCloseTo(Math.sinh(0.023), 9);
      expect(terms[SLOPE_DELTA_PRICE_MIDDLE] / amount).toBeCloseTo(inverse ? -Math.cosh(0.023) : 0, 9);
      expect(terms[SLOPE_DELTA_PRICE_RADIUS] / amount).toBeCloseTo(inverse ? Math.sinh(0.023) : 0, 9);
      for (const term of [
        SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS, SLOPE_DELTA_VOLATILITY_MIDDLE,
        SLOPE_DELTA_VOLATILITY_RADIUS, SLOPE_TIME,
      ]) expect(terms[term]).toBe(0);
      const { cellCount } = market.arena;
      for (let s = 0; s < cellCount; s++) {
        const column = (group * layout.GRID_COLUMN_COUNT + layout.GRID_CLASS) * cellCount;
        // A short inverse future gains coin as the price rises: its cells shrink as 1 / F.
        const cell = (inverse ? -amount : amount) * views.group.grid[column + s];
        // The box is widened by 1e-10, and floats of 32 bits are rounded to 2^-24.
        const near = (2e-10 + 2 ** -24) * Math.abs(cell);
        expect(Math.abs(rows[SLOPE_PRICE_MIDDLE * cellCount + s] - cell * Math.cosh(0.023))).toBeLessThanOrEqual(near);
        const radius = rows[SLOPE_PRICE_RADIUS * cellCount + s] - Math.abs(cell) * Math.sinh(0.023);
        expect(radius).toBeGreaterThanOrEqual(0);
        // Of middle and radius together, rounded up: less than 2^-19 of the cell.
        expect(radius).toBeLessThanOrEqual(near + 2 ** -19 * Math.abs(cell));
        expect(rows[SLOPE_VOLATILITY_MIDDLE * cellCount + s]).toBe(0);
        expect(rows[SLOPE_VOLATILITY_RADIUS * cellCount + s]).toBe(0);
      }
    }
    expect(seen).toBe(4);
  });
});

describe('SIMD, scalar twin and JavaScript', () => {
  const runners: readonly Runner[] = ['simd', 'twin', 'javascript'];

  it.each([1, 2, 3])('write the same bits (market %i)', async (seed) => {
    const engine = await optionEngine(40 + seed);
    const { arena } = new MovingMarket(engine);
    for (const box of boxes) {
      arena.setBox(box);
      const [simd, twin, javascript] = runners.map((runner) => {
        arena.run(runner);
        return arena.bytes();
      });
      expect(simd.some((byte) => byte !== 0)).toBe(true);
      expect(twin.equals(simd)).toBe(true);
      expect(javascript.equals(simd)).toBe(true);
    }
  });

  it('write the same bits at extreme prices and volatilities, and however the rows are split', async () => {
    const engine = await optionEngine(44);
    const { arena } = new MovingMarket(engine);
    const random = seededRandom(5);
    const forwards = arena.column(layout.CONTEXT_INSTRUMENT_FORWARD, arena.instrumentCount);
    const volatilities = arena.column(layout.CONTEXT_INSTRUMENT_VOLATILITY, arena.instrumentCount);
    for (let row = 0; row < arena.instrumentCount; row++) {
      forwards[row] *= pick(random, [1e-6, 0.2, 1, 1, 3, 1e6]);
      volatilities[row] = pick(random, [1e-12, 1e-6, 0.05, 1, 50, 1e5, NaN, 0]);
    }
    arena.setBox(boxes[3]);
    const [simd, twin, javascript] = runners.map((runner) => {
      arena.run(runner);
      return arena.bytes();
    });
    expect(twin.equals(simd)).toBe(true);
    expect(javascript.equals(simd)).toBe(true);
    arena.run('simd', 0, 7);
    arena.kernels.slopeRows(arena.context, 7, 50, 0);
    arena.kernels.slopeRows(arena.context, 57, arena.instrumentCount - 57, 0);
    expect(arena.bytes().equals(simd)).toBe(true);
  });

  it('bound what moves by 1e-6 to 1e6 in price and 1e-12 to 1e5 in volatility', async () => {
    const engine = await optionEngine(45);
    const random = seededRandom(6);
    const { forward, volatility } = engine.arena.views.instrument;
    for (let row = 0; row < forward.length; row++) {
      forward[row] *= pick(random, [1e-6, 0.2, 1, 1, 3, 1e6]);
      volatility[row] = pick(random, [1e-12, 1e-6, 1e-3, 0.05, 1, 50, 1e5]);
    }
    const market = new MovingMarket(engine);
    market.reference();
    market.setExpirySlopes(0.5);
    market.arena.setBox(boxes[2]);
    market.arena.run();
    expect(violationsOf(market, engine, boxes[2], 9, 60)).toEqual([]);
  });
});

describe('what cannot be bounded is NaN throughout', () => {
  const box = boxes[1];
  const isPoisoned = ({ rows, terms }: Slopes): boolean => [...rows, ...terms].every(Number.isNaN);
  const isFinite = ({ rows, terms }: Slopes): boolean => [...rows, ...terms].every(Number.isFinite);

  it.each([
    ['forward NaN', layout.CONTEXT_INSTRUMENT_FORWARD, NaN],
    ['forward 0', layout.CONTEXT_INSTRUMENT_FORWARD, 0],
    ['forward infinite', layout.CONTEXT_INSTRUMENT_FORWARD, Infinity],
    ['forward so large that the strike is lost', layout.CONTEXT_INSTRUMENT_FORWARD, 1e308],
    ['volatility NaN', layout.CONTEXT_INSTRUMENT_VOLATILITY, NaN],
    ['volatility 0', layout.CONTEXT_INSTRUMENT_VOLATILITY, 0],
    ['volatility infinite', layout.CONTEXT_INSTRUMENT_VOLATILITY, Infinity],
    ['size NaN', layout.CONTEXT_INSTRUMENT_SIZE, NaN],
  ])('an instrument: %s', async (_, slot, value) => {
    const engine = await optionEngine(50, 30);
    const { arena } = new MovingMarket(engine);
    arena.setBox(box);
    const row = arena.instrumentCount - 3;
    arena.column(slot, arena.instrumentCount)[row] = value;
    for (const runner of ['simd', 'javascript'] as const) {
      arena.run(runner);
      expect(isPoisoned(arena.slopesOf(row))).toBe(true);
      for (let other = 0; other < arena.instrumentCount; other++)
        if (other !== row) expect(isFinite(arena.slopesOf(other))).toBe(true);
    }
  });

  it('an expired instrument, an index price that is missing, an expiry without slopes by time', async () => {
    const engine = await optionEngine(51, 30);
    const { arena, expiryOf } = new MovingMarket(engine);
    arena.setBox(box);
    const row = arena.instrumentCount - 1;
    arena.column(layout.CONTEXT_EXPIRY_SQRT_TIME, arena.expiryCount)[expiryOf[row]] = NaN;
    arena.expirySlopes[expiryOf[row - 1] * EXPIRY_SLOPE_COUNT] = NaN;
    arena.run();
    expect(isPoisoned(arena.slopesOf(row))).toBe(true);
    expect(isPoisoned(arena.slopesOf(row - 1))).toBe(true);
    expect(isFinite(arena.slopesOf(row - 2))).toBe(true);
    arena.column(layout.CONTEXT_GROUP_INDEX_PRICE, 2)[0] = NaN;
    arena.run();
    const groups = engine.arena.views.instrument.group;
    for (let each = 0; each < arena.instrumentCount - 2; each++)
      expect(isPoisoned(arena.slopesOf(each))).toBe(groups[each] === 0);
  });

  it.each([
    { ...box, price: NaN },
    { ...box, priceRest: -0.001 },
    { ...box, volatility: Infinity },
    { ...box, volatilityRest: -1 },
    { ...box, price: 1000 },
  ])('a box that is none: %o', async (bad) => {
    const engine = await optionEngine(52, 10);
    const { arena } = new MovingMarket(engine);
    arena.setBox(bad);
    arena.run();
    for (let row = 0; row < arena.instrumentCount; row++) {
      const isOption = engine.arena.views.instrument.shape[row] >= layout.SHAPE_CALL;
      // Volatility is nothing to a future.
      const concerned = isOption || !(bad.price + bad.priceRest < 1000 && bad.priceRest >= 0);
      expect(isPoisoned(arena.slopesOf(row))).toBe(concerned);
    }
  });

  it('nothing is written without a certificate block', async () => {
    const engine = await optionEngine(53, 10);
    const { arena } = new MovingMarket(engine);
    const before = arena.bytes();
    new Uint32Array(arena.buffer, arena.context)[layout.CONTEXT_CERTIFICATE] = 0;
    arena.kernels.slopeRows(arena.context, 0, arena.instrumentCount, 0);
    arena.kernels['slopeRowsScalar'](arena.context, 0, arena.instrumentCount);
    expect(arena.bytes().equals(before)).toBe(true);
  });
});
