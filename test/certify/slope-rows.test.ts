import { describe, expect, it } from 'vitest';
import {
  EXPIRY_DEVIATION_TIME, EXPIRY_SLOPE_COUNT, SLOPE_DELTA_PRICE, SLOPE_DELTA_VOLATILITY, SLOPE_PRICE_MIDDLE,
  SLOPE_PRICE_RADIUS, SLOPE_SIZE, SLOPE_TIME, SLOPE_VALUE_PRICE_MIDDLE, SLOPE_VALUE_PRICE_RADIUS,
  SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS, SLOPE_VOLATILITY_MIDDLE, SLOPE_VOLATILITY_RADIUS,
} from '../../assembly/portable/certificate-layout.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { Engine } from '../../src/engine/engine.ts';
import { expirySlopes } from '../../src/margin/deribit-pm/expiry-slopes.ts';
import { parseDeribitPmParams } from '../../src/margin/deribit-pm/params.ts';
import { volatilityFactors } from '../../src/margin/deribit/risk-matrix.ts';
import { between, seededRandom } from '../support/seeded-random.ts';
import { SlopeArena, type Box, type Slopes } from '../support/slope-arena.ts';
import { randomOptionMarket } from '../support/slope-market.ts';
import { bookOf, params } from '../support/synthetic-book.ts';

const optionCount = 240;
const parsed = parseDeribitPmParams(params);

async function engineOf(seed: number): Promise<Engine> {
  const engine = Engine.create({ market: randomOptionMarket(seed, optionCount), params, book: bookOf([], ['A']) });
  await engine.tick();
  return engine;
}

/** A point of the box per instrument: movements of price, volatility and time, in logs. */
interface Point {
  readonly price: Float64Array;
  readonly volatility: Float64Array;
  /** Per expiry row. */
  readonly time: Float64Array;
}

/** The market of an arena, moved to any point around where it was. */
class MovingMarket {
  readonly arena: SlopeArena;
  readonly expiryOf: Int32Array;
  readonly #engine: Engine;
  readonly #reference: Map<number, Float64Array>;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.arena = new SlopeArena(engine);
    const { instrumentCount, expiryCount } = this.arena;
    this.expiryOf = engine.arena.views.instrument.expiry;
    const columns: readonly (readonly [number, number])[] = [
      [layout.CONTEXT_INSTRUMENT_FORWARD, instrumentCount],
      [layout.CONTEXT_INSTRUMENT_VOLATILITY, instrumentCount],
      [layout.CONTEXT_EXPIRY_SQRT_TIME, expiryCount],
    ];
    this.#reference = new Map(columns.map(([slot, count]) => [slot, this.arena.column(slot, count).slice()]));
  }

  /** Cells, values and deltas at a point. */
  at({ price, volatility, time }: Point): { cells: Float64Array; terms: Float64Array } {
    this.#move(layout.CONTEXT_INSTRUMENT_FORWARD, price, 1);
    this.#move(layout.CONTEXT_INSTRUMENT_VOLATILITY, volatility, 1);
    const roots = this.#move(layout.CONTEXT_EXPIRY_SQRT_TIME, time, 0.5);
    const up = this.arena.column(layout.CONTEXT_EXPIRY_UP_FACTOR, roots.length);
    const down = this.arena.column(layout.CONTEXT_EXPIRY_DOWN_FACTOR, roots.length);
    roots.forEach((root, expiry) => {
      const factors = volatilityFactors(root * root, this.#pairOf(expiry));
      up[expiry] = factors.up;
      down[expiry] = factors.down;
    });
    return this.arena.evaluate();
  }

  reference(): void {
    const none = (count: number): Float64Array => new Float64Array(count);
    const { instrumentCount, expiryCount } = this.arena;
    this.at({ price: none(instrumentCount), volatility: none(instrumentCount), time: none(expiryCount) });
  }

  /** Slopes of the expiries by time for a window, as the model has them. */
  setExpirySlopes(boxTime: number): Float64Array {
    const { expirySlopes: out } = this.arena;
    this.#engine.rows.expiries.forEach(({ group, kind }, index) => {
      const years = this.#reference.get(layout.CONTEXT_EXPIRY_SQRT_TIME)![index] ** 2;
      const { baseCurrency } = this.#engine.rows.groups[group];
      const currency = parsed.currencies.get(baseCurrency.toLowerCase())!;
      out[index * EXPIRY_SLOPE_COUNT] = expirySlopes(kind, years, boxTime, this.#pairOf(index), currency).deviationTime;
    });
    return out;
  }

  #pairOf(expiry: number) {
    const { rows } = this.#engine;
    return parsed.pairs.get(rows.groups[rows.expiries[expiry].group].pair)!;
  }

  #move(slot: number, logs: Float64Array, power: number): Float64Array {
    const reference = this.#reference.get(slot)!;
    const column = this.arena.column(slot, reference.length);
    reference.forEach((value, index) => (column[index] = value * Math.exp(power * logs[index])));
    return column;
  }
}

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
    price: [0, terms[SLOPE_DELTA_PRICE]],
    volatility: [0, terms[SLOPE_DELTA_VOLATILITY]],
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
    const engine = await engineOf(index + 1);
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
    const engine = await engineOf(20 + seed);
    const market = new MovingMarket(engine);
    market.reference();
    market.setExpirySlopes(2 * box.volatility);
    market.arena.setBox(box);
    market.arena.run();
    expect(violationsOf(market, engine, box, seed, 60)).toEqual([]);
  });
});
