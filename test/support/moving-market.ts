import * as layout from '../../assembly/portable/layout.ts';
import { Engine } from '../../src/engine/engine.ts';
import { writeExpirySlopes } from '../../src/margin/deribit-pm/expiry-slopes.ts';
import { parseDeribitPmParams } from '../../src/margin/deribit-pm/params.ts';
import { volatilityFactors } from '../../src/margin/deribit/risk-matrix.ts';
import type { TickMarket } from '../../src/margin/model.ts';
import { SlopeArena, type Box } from './slope-arena.ts';
import { randomOptionMarket } from './slope-market.ts';
import { bookOf, params } from './synthetic-book.ts';

const parsed = parseDeribitPmParams(params);

/** An engine after its first tick at a random market of options. */
export async function optionEngine(seed: number, optionCount = 240, leastHours = 1): Promise<Engine> {
  const engine = Engine.create({ market: randomOptionMarket(seed, optionCount, leastHours), params, book: bookOf([], ['A']) });
  await engine.tick();
  return engine;
}

/** A point of the box per instrument: movements of price, volatility and time, in logs. */
export interface Point {
  readonly price: Float64Array;
  readonly volatility: Float64Array;
  /** Per expiry row. */
  readonly time: Float64Array;
}

/** The market of an arena, moved to any point around where it was. */
export class MovingMarket {
  readonly arena: SlopeArena;
  readonly expiryOf: Int32Array;
  readonly engine: Engine;
  readonly #reference: Map<number, Float64Array>;

  constructor(engine: Engine) {
    this.engine = engine;
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

  /** Cells, values and deltas at the reference market. */
  reference(): { cells: Float64Array; terms: Float64Array } {
    const none = (count: number): Float64Array => new Float64Array(count);
    const { instrumentCount, expiryCount } = this.arena;
    return this.at({ price: none(instrumentCount), volatility: none(instrumentCount), time: none(expiryCount) });
  }

  /** Weight of a cell of an instrument. */
  weightOf(row: number, cell: number): number {
    const { cellCount } = this.arena;
    const group = this.engine.arena.views.instrument.group[row];
    const grids = this.engine.arena.views.group.grid;
    return grids[(group * layout.GRID_COLUMN_COUNT + layout.GRID_WEIGHT) * cellCount + cell];
  }

  /** Standard deviation of an option's price at the down shock of volatility; NaN for a future. */
  leastDeviationOf(row: number): number {
    const expiry = this.expiryOf[row];
    const { instrument, expiry: expiries } = this.engine.arena.views;
    return instrument.volatility[row] * expiries.downFactor[expiry] * expiries.rootTime[expiry];
  }

  /** Boxes and slopes of the expiries by time, as the model has them. */
  setExpirySlopes(box: Box): Float64Array {
    const { groups, expiries } = this.engine.rows;
    const timeYears = Float64Array.from(expiries, (_, expiry) => this.yearsOf(expiry));
    const widths = { time: new Float64Array(expiries.length).fill(box.time), volatility: box.volatility + box.volatilityRest };
    const { expirySlopes: out } = this.arena;
    writeExpirySlopes({ groups, expiries, timeYears } as unknown as TickMarket, parsed, widths, out);
    return out;
  }

  /** Years to the expiry of a row at the reference. */
  yearsOf(expiry: number): number {
    return this.#reference.get(layout.CONTEXT_EXPIRY_SQRT_TIME)![expiry] ** 2;
  }

  /** Multipliers of volatility of an expiry row at so many years to go. */
  factorsOf(expiry: number, years: number): { readonly up: number; readonly down: number } {
    return volatilityFactors(years, this.#pairOf(expiry));
  }

  #pairOf(expiry: number) {
    const { rows } = this.engine;
    return parsed.pairs.get(rows.groups[rows.expiries[expiry].group].pair)!;
  }

  #move(slot: number, logs: Float64Array, power: number): Float64Array {
    const reference = this.#reference.get(slot)!;
    const column = this.arena.column(slot, reference.length);
    reference.forEach((value, index) => (column[index] = value * Math.exp(power * logs[index])));
    return column;
  }
}
