import { describe, expect, it } from 'vitest';
import * as certificate from '../../assembly/portable/certificate-layout.ts';
import * as layout from '../../assembly/portable/layout.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { MovingMarket, optionEngine, type Point } from '../support/moving-market.ts';
import { OptionCells, type Derivatives, type Scenario } from '../support/option-derivatives.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';
import type { Box, Runner } from '../support/slope-arena.ts';

/** Corners, edges, the middle, and anywhere between: of a box of half width `half`. */
function coordinate(random: () => number, half: number): number {
  const where = random();
  if (where < 0.2) return -half;
  if (where < 0.4) return half;
  if (where < 0.45) return 0;
  return between(random, -half, half);
}

/** Time passes forward: ln(time) falls by up to `most`. */
function passed(random: () => number, most: number): number {
  return coordinate(random, most / 2) - most / 2;
}

interface Violation {
  readonly instrument: string;
  readonly bound: string;
  readonly excess: number;
}

/** Options of which the floor binds in a part of the box: their volatility is put next to it. */
function moveToFloor(engine: Engine, seed: number, width: number): void {
  const random = seededRandom(seed);
  const { instrument, group, expiry } = engine.arena.views;
  for (let row = 0; row < instrument.shape.length; row += 4) {
    if (instrument.shape[row] < layout.SHAPE_CALL) continue;
    const floor = group.volatilityFloor[instrument.group[row]];
    instrument.volatility[row] = (floor / expiry.upFactor[instrument.expiry[row]]) * Math.exp(between(random, -width, width));
  }
}

function optionRows(engine: Engine): number[] {
  const { shape } = engine.arena.views.instrument;
  return Array.from(shape.keys()).filter((row) => shape[row] >= layout.SHAPE_CALL);
}

const cellRows = {
  curvature: [certificate.SLOPE_CURVATURE_MIDDLE, certificate.SLOPE_CURVATURE_RADIUS],
  volatility: [certificate.SLOPE_VOLATILITY_MIDDLE, certificate.SLOPE_VOLATILITY_RADIUS],
  time: [certificate.SLOPE_TIME_MIDDLE, certificate.SLOPE_TIME_RADIUS],
} as const;
const valueTerms = {
  curvature: [certificate.SLOPE_VALUE_CURVATURE_MIDDLE, certificate.SLOPE_VALUE_CURVATURE_RADIUS],
  volatility: [certificate.SLOPE_VALUE_VOLATILITY_MIDDLE, certificate.SLOPE_VALUE_VOLATILITY_RADIUS],
  time: [certificate.SLOPE_VALUE_TIME_MIDDLE, certificate.SLOPE_VALUE_TIME_RADIUS],
  deltaPrice: [certificate.SLOPE_DELTA_PRICE_MIDDLE, certificate.SLOPE_DELTA_PRICE_RADIUS],
  deltaVolatility: [certificate.SLOPE_DELTA_VOLATILITY_MIDDLE, certificate.SLOPE_DELTA_VOLATILITY_RADIUS],
} as const;

/** Derivatives with those by time: `rate` is d ln(deviation) / d(time). */
type Moved = Derivatives & { readonly time: number };

function movedBy(own: Derivatives, floorSlope: number, rate: number): Moved {
  return { ...own, volatility: own.volatility * floorSlope, time: -own.volatility * rate };
}

/**
 * Derivatives of every cell and value at random points of the box that are not in their bounds. The closed form is good
 * to 1e-12 of what it subtracts, a difference quotient of the rate to 1e-9.
 */
function outsideOf(market: MovingMarket, box: Box, seed: number, points: number): { found: Violation[]; checked: number } {
  const random = seededRandom(seed);
  const { arena, engine } = market;
  const { cellCount } = arena;
  const half = box.volatility + box.volatilityRest;
  const found: Violation[] = [];
  let checked = 0;
  for (const row of optionRows(engine)) {
    const option = new OptionCells(market, row);
    const { rows, terms } = arena.slopesOf(row);
    const { name } = engine.market.instruments[engine.rows.instrumentOf[row]];
    const check = (bound: string, slope: number, middle: number, radius: number, error: number): void => {
      checked++;
      if (!(Math.abs(slope - middle) <= radius + error)) {
        found.push({ instrument: name, bound, excess: (Math.abs(slope - middle) - radius) / radius });
      }
    };
    for (let point = 0; point < points; point++) {
      const forward = option.forward * Math.exp(coordinate(random, box.price + box.priceRest));
      const time = passed(random, box.time);
      const volatility = coordinate(random, half);
      const at = (shock: Scenario['shock'], multiplier: number): Moved =>
        movedBy(
          option.at(forward * multiplier, option.deviation(shock, volatility, time)),
          option.floorSlope(shock, volatility, time), option.rate(shock, volatility, time, box.time),
        );
      const value = at('same', 1);
      const size = terms[certificate.SLOPE_SIZE];
      const errorOf = (which: string, ...of: Moved[]): number =>
        of.reduce((sum, { time: byTime, curvature }) => sum + (which === 'time' ? 1e-9 * Math.abs(byTime) : 1e-12 * Math.abs(curvature)), 1e-12 * size);
      check('value price', value.price, 0, terms[certificate.SLOPE_VALUE_PRICE_SIZE], errorOf('price', value));
      for (const [which, [middle, radius]] of Object.entries(valueTerms))
        check(`value ${which}`, value[which as keyof Moved], terms[middle], terms[radius], errorOf(which, value));
      option.scenarios.forEach(({ multiplier, weight, shock }, s) => {
        const shocked = at(shock, multiplier);
        const slope = (which: keyof Moved): number => weight * (shocked[which] - value[which]);
        check(`cell ${s} price`, slope('price'), 0, rows[certificate.SLOPE_PRICE_SIZE * cellCount + s], errorOf('price', value, shocked));
        for (const [which, [middle, radius]] of Object.entries(cellRows)) {
          check(
            `cell ${s} ${which}`, slope(which as keyof Moved), rows[middle * cellCount + s], rows[radius * cellCount + s],
            errorOf(which, value, shocked),
          );
        }
      });
    }
  }
  return { found, checked };
}

/**
 * Kernel A is good to 4 * 2^-52 of the largest price in a cell or value, the present and the shocked one are
 * subtracted, and two such cells here; SLOPE_SIZE is at least the sum of both prices.
 */
const rounding = 16 * 2 ** -52;

/**
 * Pairs of points of the box, and whether every cell, value and delta moves between them by no more than the slopes
 * allow, as certificates use them: by price with the slope at the first point and the curvature, then by volatility,
 * then by time.
 */
function violationsOf(market: MovingMarket, box: Box, seed: number, pairs: number): Violation[] {
  const { arena, engine } = market;
  const { cellCount } = arena;
  const random = seededRandom(seed);
  const half = box.volatility + box.volatilityRest;
  const found: Violation[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [start, end] = [0, 1].map((): Point => ({
      price: Float64Array.from({ length: arena.instrumentCount }, () => coordinate(random, box.price + box.priceRest)),
      volatility: Float64Array.from({ length: arena.instrumentCount }, () => coordinate(random, half)),
      // Deltas are compared where no time passes.
      time: Float64Array.from({ length: arena.expiryCount }, () => (pair % 2 === 0 ? 0 : passed(random, box.time))),
    }));
    const from = market.at(start);
    arena.point();
    const to = market.at(end);
    for (const row of optionRows(engine)) {
      const { rows, terms } = arena.slopesOf(row);
      const expiry = market.expiryOf[row];
      const x = end.price[row] - start.price[row];
      const y = end.volatility[row] - start.volatility[row];
      const elapsed = market.yearsOf(expiry) * (Math.exp(start.time[expiry]) - Math.exp(end.time[expiry]));
      const size = terms[certificate.SLOPE_SIZE];
      const check = (bound: string, change: number, by: readonly (readonly [number, number, number])[]): void => {
        const rest = by.reduce((left, [middle, , step]) => left - middle * step, change);
        const allowed = by.reduce((sum, [, radius, step]) => sum + radius * Math.abs(step), 0);
        const excess = Math.abs(rest) - allowed - rounding * size;
        if (!(excess <= 0)) {
          const { name } = engine.market.instruments[engine.rows.instrumentOf[row]];
          found.push({ instrument: name, bound, excess: excess / size });
        }
      };
      const term = row * layout.TERM_COUNT;
      const error = terms[certificate.SLOPE_PRICE_ERROR];
      const value = to.terms[term + layout.TERM_VALUE] - from.terms[term + layout.TERM_VALUE];
      const steps = { curvature: 0.5 * x * x, volatility: y, time: elapsed } as const;
      check('value', value, [
        [terms[certificate.SLOPE_VALUE_PRICE], error, x],
        ...Object.entries(steps).map(([which, step]) => {
          const [middle, radius] = valueTerms[which as keyof typeof steps];
          return [terms[middle], terms[radius], step] as const;
        }),
      ]);
      for (let s = 0; s < cellCount; s++) {
        check(`cell ${s}`, to.cells[row * cellCount + s] - from.cells[row * cellCount + s], [
          [rows[certificate.SLOPE_PRICE * cellCount + s], error, x],
          ...Object.entries(steps).map(([which, step]) => {
            const [middle, radius] = cellRows[which as keyof typeof steps];
            return [rows[middle * cellCount + s], rows[radius * cellCount + s], step] as const;
          }),
        ]);
      }
      if (elapsed !== 0) continue;
      check('delta', to.terms[term + layout.TERM_DELTA] - from.terms[term + layout.TERM_DELTA], [
        [terms[certificate.SLOPE_DELTA_PRICE_MIDDLE], terms[certificate.SLOPE_DELTA_PRICE_RADIUS], x],
        [terms[certificate.SLOPE_DELTA_VOLATILITY_MIDDLE], terms[certificate.SLOPE_DELTA_VOLATILITY_RADIUS], y],
      ]);
    }
  }
  return found;
}

const boxes: readonly Box[] = [
  { price: 0.001, priceRest: 0, volatility: 0.001, volatilityRest: 0.001, time: 0.002 },
  { price: 0.0035, priceRest: 0.0005, volatility: 0.008, volatilityRest: 0.001, time: 0.004 },
  { price: 0.02, priceRest: 0.0025, volatility: 0.04, volatilityRest: 0.005, time: 0.02 },
  { price: 0.08, priceRest: 0.01, volatility: 0.16, volatilityRest: 0.02, time: 0.1 },
  { price: 0.14, priceRest: 0.01, volatility: 0.05, volatilityRest: 0, time: 0.3 },
  { price: 0, priceRest: 0.001, volatility: 0.3, volatilityRest: 0, time: 0.01 },
  { price: 0.15, priceRest: 0, volatility: 0, volatilityRest: 0.001, time: 0.0005 },
];

/** A market of options at its reference, with the slopes of a box around it. */
async function boundedMarket(seed: number, box: Box, leastHours = 1): Promise<MovingMarket> {
  const engine = await optionEngine(seed, 240, leastHours);
  moveToFloor(engine, seed, 2 * (box.volatility + box.volatilityRest + box.time));
  const market = new MovingMarket(engine);
  market.reference();
  market.arena.setBox(box);
  market.setExpirySlopes(box);
  market.arena.run();
  return market;
}

describe('slopes bound every derivative in the box', () => {
  it.each(boxes.map((box, index) => [index, box] as const))('box %i: %o', async (index, box) => {
    const { found, checked } = outsideOf(await boundedMarket(index + 1, box), box, index, 24);
    expect(found).toEqual([]);
    expect(checked).toBeGreaterThan(300_000);
  });

  it('of options that end in two minutes to two years', async () => {
    for (const box of boxes.slice(0, 4)) {
      const { found } = outsideOf(await boundedMarket(30, box, 1 / 30), box, 3, 24);
      expect(found).toEqual([]);
    }
  });
});

describe('slopes by time', () => {
  it('hold where a shock grows faster than the root of time falls: deviations rise as time passes', async () => {
    const box = boxes[1];
    const market = await boundedMarket(50, box);
    const { arena, engine } = market;
    const [middles, radii] = cellRows.time.map((row) => row * arena.cellCount);
    const half = box.volatility + box.volatilityRest;
    const rates = [-0.4, -0.2];
    for (let at = 0; at < arena.expirySlopes.length; at += certificate.EXPIRY_SLOPE_COUNT) {
      arena.expirySlopes[at + certificate.EXPIRY_UP_TIME_LOW] = rates[0];
      arena.expirySlopes[at + certificate.EXPIRY_UP_TIME_HIGH] = rates[1];
    }
    arena.run();
    const points = [-1, 0, 1].flatMap((x) => [-1, 1].flatMap((y) => [[x, y, rates[0]], [x, y, rates[1]]]));
    let checked = 0;
    let outside = 0;
    for (const row of optionRows(engine)) {
      const option = new OptionCells(market, row);
      const { rows } = arena.slopesOf(row);
      const years = market.yearsOf(market.expiryOf[row]);
      // Away from the floor.
      if (option.floorSlope('up', -2 * half - box.time, 0) === 0) continue;
      option.scenarios.forEach(({ multiplier, weight, shock }, s) => {
        if (shock !== 'up') return;
        for (const [x, y, rate] of points) {
          const forward = option.forward * Math.exp(x * box.price);
          const up = option.at(forward * multiplier, option.deviation('up', y * half, 0)).volatility;
          const same = option.at(forward, option.deviation('same', y * half, 0)).volatility;
          const slope = (weight * (0.5 * same - rate * up)) / years;
          checked++;
          if (!(Math.abs(slope - rows[middles + s]) <= rows[radii + s])) outside++;
        }
      });
    }
    expect(outside).toBe(0);
    expect(checked).toBeGreaterThan(5_000);
  });
});

describe('slopes bound every movement in the box', () => {
  it.each(boxes.map((box, index) => [index, box] as const))('box %i: %o', async (index, box) => {
    expect(violationsOf(await boundedMarket(index + 1, box), box, 100 + index, 60)).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6])('random box %i', async (seed) => {
    const random = seededRandom(seed);
    const width = (): number => Math.exp(between(random, Math.log(0.001), Math.log(0.15)));
    const box = { price: width(), priceRest: 0, volatility: width(), volatilityRest: 0, time: width() };
    expect(violationsOf(await boundedMarket(20 + seed, box, 0.1), box, seed, 40)).toEqual([]);
  });
});

describe('slopes by price at the market', () => {
  it.each([1, 2, 3])('are within their error (market %i)', async (seed) => {
    const market = await boundedMarket(60 + seed, boxes[1], 0.1);
    const { arena, engine } = market;
    let worst = 0;
    for (const row of optionRows(engine)) {
      const option = new OptionCells(market, row);
      const { rows, terms } = arena.slopesOf(row);
      const value = option.at(option.forward, option.deviation('same', 0, 0)).price;
      const error = terms[certificate.SLOPE_PRICE_ERROR];
      expect(Math.abs(terms[certificate.SLOPE_VALUE_PRICE] - value)).toBeLessThanOrEqual(1e-12 * terms[certificate.SLOPE_SIZE]);
      option.scenarios.forEach(({ multiplier, weight, shock }, s) => {
        const shocked = option.at(option.forward * multiplier, option.deviation(shock, 0, 0)).price;
        const off = rows[certificate.SLOPE_PRICE * arena.cellCount + s] - weight * (shocked - value);
        worst = Math.max(worst, Math.abs(off) / error);
      });
      // A few millionths of the largest price in a cell.
      expect(error).toBeLessThan(3e-6 * terms[certificate.SLOPE_SIZE]);
    }
    expect(worst).toBeLessThan(1);
    // Not so wide that nothing could be wrong.
    expect(worst).toBeGreaterThan(0.02);
  });
});

describe('futures, perpetuals and spot', () => {
  it('have a size, and nothing else is written', async () => {
    const engine = await optionEngine(3, 4);
    const market = new MovingMarket(engine);
    market.reference();
    const box = boxes[2];
    market.arena.setBox(box);
    market.arena.run();
    const { views } = engine.arena;
    let seen = 0;
    for (let row = 0; row < market.arena.instrumentCount; row++) {
      if (views.instrument.shape[row] >= layout.SHAPE_CALL) continue;
      seen++;
      const { rows, terms } = market.arena.slopesOf(row);
      const group = views.instrument.group[row];
      const size = views.instrument.contractSize[row];
      const amount = views.group.inverse[group] === 1 ? size / views.instrument.forward[row] : size * views.instrument.forward[row];
      const column = (group * layout.GRID_COLUMN_COUNT + layout.GRID_CLASS) * market.arena.cellCount;
      const classes = views.group.grid.subarray(column, column + market.arena.cellCount);
      const largest = amount * Math.exp(box.price + box.priceRest) * Math.max(1, ...classes.map(Math.abs));
      // The box is widened by 1e-10.
      expect(terms[certificate.SLOPE_SIZE] / largest).toBeCloseTo(1, 9);
      expect([...rows].every((slope) => slope === -7)).toBe(true);
      expect([...terms].filter((term) => term !== -7)).toHaveLength(1);
    }
    expect(seen).toBe(4);
  });
});

describe('SIMD, scalar twin and JavaScript', () => {
  const runners: readonly Runner[] = ['simd', 'twin', 'javascript'];

  it.each([1, 2, 3])('write the same bits (market %i)', async (seed) => {
    for (const box of boxes) {
      const { arena } = await boundedMarket(40 + seed, box, 0.1);
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
    arena.bound('simd', 7, 50);
    arena.bound('simd', 57, arena.instrumentCount - 57);
    arena.point('simd', 7, 100);
    arena.point('simd', 107, arena.instrumentCount - 107);
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
    market.arena.setBox(boxes[2]);
    market.setExpirySlopes(boxes[2]);
    market.arena.run();
    const found = violationsOf(market, boxes[2], 9, 60);
    expect(found.filter(({ excess }) => !Number.isNaN(excess))).toEqual([]);
    // At the money the curvature of a deviation of 1e-12 is beyond numbers of 32 bits: never certified.
    const instruments = engine.market.instruments;
    const poisoned = new Set(found.map(({ instrument: name }) => instruments.findIndex((each) => each.name === name)));
    expect(poisoned.size).toBeLessThan(10);
    for (const index of poisoned) expect(volatility[engine.rows.instrumentOf.indexOf(index)]).toBeLessThan(1e-5);
  });
});

describe('what cannot be bounded is NaN throughout', () => {
  const box = boxes[1];
  const points = [certificate.SLOPE_VALUE_PRICE, certificate.SLOPE_PRICE_ERROR];

  /** Of an option the bounds and the points; of anything else its size, which is all there is. */
  function writtenOf(arena: MovingMarket['arena'], engine: Engine, row: number): { bounds: number[]; points: number[] } {
    const { rows, terms } = arena.slopesOf(row);
    if (engine.arena.views.instrument.shape[row] < layout.SHAPE_CALL)
      return { bounds: [terms[certificate.SLOPE_SIZE]], points: [] };
    return {
      bounds: [...rows.subarray(arena.cellCount), ...terms.filter((_, term) => !points.includes(term))],
      points: [...rows.subarray(0, arena.cellCount), ...points.map((term) => terms[term])],
    };
  }

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
    for (const row of [0, arena.instrumentCount - 3]) {
      const isOption = engine.arena.views.instrument.shape[row] >= layout.SHAPE_CALL;
      if (!isOption && slot === layout.CONTEXT_INSTRUMENT_VOLATILITY) continue;
      const column = arena.column(slot, arena.instrumentCount);
      const before = column[row];
      column[row] = value;
      // A future has no strike to lose: its amount is finite.
      const concerned = isOption || value !== 1e308;
      for (const runner of ['simd', 'javascript'] as const) {
        arena.run(runner);
        const written = writtenOf(arena, engine, row);
        expect(written.bounds.every(Number.isNaN)).toBe(concerned);
        expect(written.points.every(Number.isNaN)).toBe(true);
        for (let other = 0; other < arena.instrumentCount; other++) {
          if (other === row) continue;
          const { bounds, points: own } = writtenOf(arena, engine, other);
          expect([...bounds, ...own].every(Number.isFinite)).toBe(true);
        }
      }
      column[row] = before;
    }
  });

  it('an expired instrument, an index price that is missing', async () => {
    const engine = await optionEngine(51, 30);
    const { arena, expiryOf } = new MovingMarket(engine);
    const isPoisoned = (row: number): boolean => {
      const { bounds, points: own } = writtenOf(arena, engine, row);
      return [...bounds, ...own].every(Number.isNaN);
    };
    arena.setBox(box);
    const row = arena.instrumentCount - 1;
    arena.column(layout.CONTEXT_EXPIRY_SQRT_TIME, arena.expiryCount)[expiryOf[row]] = NaN;
    arena.run();
    expect(isPoisoned(row)).toBe(true);
    expect(writtenOf(arena, engine, row - 1).bounds.every(Number.isFinite)).toBe(true);
    arena.column(layout.CONTEXT_GROUP_INDEX_PRICE, 2)[0] = NaN;
    arena.run();
    const groups = engine.arena.views.instrument.group;
    for (let each = 0; each < arena.instrumentCount - 1; each++) expect(isPoisoned(each)).toBe(groups[each] === 0);
  });

  it.each(
    [
      certificate.EXPIRY_TIME, certificate.EXPIRY_DEVIATION_FALL, certificate.EXPIRY_DEVIATION_RISE,
      certificate.EXPIRY_UP_TIME_LOW, certificate.EXPIRY_UP_TIME_HIGH, certificate.EXPIRY_DOWN_TIME_LOW,
      certificate.EXPIRY_DOWN_TIME_HIGH,
    ].flatMap((slope) => [[slope, NaN], [slope, Infinity]] as const),
  )('an expiry whose slope %i by time is %d', async (slope, value) => {
    const engine = await optionEngine(54, 30);
    const { arena, expiryOf } = new MovingMarket(engine);
    arena.setBox(box);
    const row = arena.instrumentCount - 1;
    // No floor binds: there the slopes of up scenarios by time are not read.
    arena.column(layout.CONTEXT_INSTRUMENT_VOLATILITY, arena.instrumentCount).fill(3);
    arena.expirySlopes[expiryOf[row] * certificate.EXPIRY_SLOPE_COUNT + slope] = value;
    arena.run();
    const written = writtenOf(arena, engine, row);
    expect(written.bounds.every(Number.isNaN)).toBe(true);
    // Points need no slopes by time.
    expect(written.points.every(Number.isFinite)).toBe(true);
    expect(writtenOf(arena, engine, row - 1).bounds.every(Number.isFinite)).toBe(true);
  });

  it.each([
    { ...box, price: NaN },
    { ...box, priceRest: -0.001 },
    { ...box, volatility: Infinity },
    { ...box, volatilityRest: -1 },
    { ...box, time: NaN },
    { ...box, time: -0.1 },
    { ...box, time: Infinity },
    { ...box, price: 1000 },
  ])('a box that is none: %o', async (bad) => {
    const engine = await optionEngine(52, 10);
    const { arena } = new MovingMarket(engine);
    arena.setBox(bad);
    arena.run();
    for (let row = 0; row < arena.instrumentCount; row++) {
      const isOption = engine.arena.views.instrument.shape[row] >= layout.SHAPE_CALL;
      // Volatility and time are nothing to a future.
      const concerned = isOption || !(bad.price + bad.priceRest < 1000 && bad.priceRest >= 0);
      const written = writtenOf(arena, engine, row);
      expect(written.bounds.every(Number.isNaN)).toBe(concerned);
      expect(written.points.every(Number.isFinite)).toBe(true);
    }
  });

  it('nothing is written without a certificate block', async () => {
    const engine = await optionEngine(53, 10);
    const { arena } = new MovingMarket(engine);
    const before = arena.bytes();
    new Uint32Array(arena.buffer, arena.context)[layout.CONTEXT_CERTIFICATE] = 0;
    arena.kernels.slopeRows(arena.context, 0, arena.instrumentCount, 0);
    arena.kernels['slopeRowsScalar'](arena.context, 0, arena.instrumentCount);
    arena.kernels.slopePoints(arena.context, 0, arena.instrumentCount, 0);
    arena.kernels['slopePointsScalar'](arena.context, 0, arena.instrumentCount);
    expect(arena.bytes().equals(before)).toBe(true);
  });
});
