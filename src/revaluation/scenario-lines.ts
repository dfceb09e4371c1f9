import { log } from '../../assembly/portable/log.ts';
import {
  DEVIATION_LINE_ROWS, LINE_CHANGE, LINE_INVERSE, LINE_INVERSE_SCALE, LINE_LOG, LINE_MULTIPLIER, LINE_ORDER, LINE_SCALE,
  LINE_TIME, PRICE_LINE_ROWS, SMALLEST_DEVIATION,
} from '../../assembly/portable/scenario-layout.ts';
import type { ScenarioSet } from '../scenario/scenario-set.ts';

/** Scenarios as plain data that threads may share: a scenario set without names. */
export interface ScenarioMoves {
  readonly count: number;
  /** 1 if the moves of a factor are absolute. */
  readonly absolute: Uint8Array;
  /** `moves[factor * count + scenario]`. */
  readonly moves: Float64Array;
  /** Days that pass; null: none. */
  readonly days: Float64Array | null;
}

/** Of a scenario set, its numbers; copied to shared memory if other threads are to read them. */
export function scenarioMoves({ factors, count, moves, days }: ScenarioSet, shared = false): ScenarioMoves {
  return {
    count,
    absolute: Uint8Array.from(factors, ({ change }) => (change === 'absolute' ? 1 : 0)),
    moves: shared ? sharedCopy(moves) : moves,
    days: days === undefined ? null : shared ? sharedCopy(days) : days,
  };
}

function sharedCopy(values: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

/** Rows that one instrument may need: lines of price, deviation and currency. */
export const lineRowsOfInstrument = PRICE_LINE_ROWS + DEVIATION_LINE_ROWS + 1;

/**
 * The lines of one block of scenarios (assembly/portable/scenario-layout.ts), worked out when they are first asked for
 * and kept until the block changes or the room is used up. Addresses are float indexes.
 */
export class ScenarioLines {
  readonly #floats: Float64Array;
  readonly #first: number;
  readonly #end: number;
  readonly #pitch: number;
  readonly #scenarios: ScenarioMoves;
  readonly #ordered: boolean;
  readonly #price = new Map<number, Map<number, number>>();
  readonly #deviation = new Map<number, Map<number, number>>();
  readonly #currency = new Map<number, Map<number, number>>();
  #top: number;
  #scenarioFirst = -1;
  #scenarioCount = 0;

  /** `ordered`: American options are among the instruments. */
  constructor(
    floats: Float64Array, first: number, rows: number, pitch: number, scenarios: ScenarioMoves, ordered: boolean,
  ) {
    this.#floats = floats;
    this.#first = first;
    this.#end = first + rows * pitch;
    this.#pitch = pitch;
    this.#scenarios = scenarios;
    this.#ordered = ordered;
    this.#top = first;
  }

  /** The block of scenarios that lines are for; forgets the lines of another one. */
  begin(scenarioFirst: number, scenarioCount: number): void {
    if (scenarioFirst === this.#scenarioFirst && scenarioCount === this.#scenarioCount) return;
    this.#scenarioFirst = scenarioFirst;
    this.#scenarioCount = scenarioCount;
    this.clear();
  }

  /** Whether there is a block. */
  get hasBegun(): boolean {
    return this.#scenarioFirst >= 0;
  }

  /** Forgets all lines. */
  clear(): void {
    this.#price.clear();
    this.#deviation.clear();
    this.#currency.clear();
    this.#top = this.#first;
  }

  /** Whether the lines of one more instrument may lack room. */
  get isFull(): boolean {
    return this.#top + lineRowsOfInstrument * this.#pitch > this.#end;
  }

  /** Moves of a price; relative ones are the same for every forward. */
  price(factor: number, forward: number): number {
    const key = factor >= 0 && this.#scenarios.absolute[factor] === 1 ? forward : 0;
    return found(this.#price, factor, key) ?? this.#fillPrice(factor, key, forward);
  }

  /** Moves of volatility times time. */
  deviation(factor: number, years: number): number {
    return found(this.#deviation, factor, years) ?? this.#fillDeviation(factor, years);
  }

  /** Rates of a currency; -1 where the rate is and stays 1. */
  currency(factor: number, rate: number): number {
    if (factor < 0 && rate === 1) return -1;
    return found(this.#currency, factor, rate) ?? this.#fillCurrency(factor, rate);
  }

  #fillPrice(factor: number, key: number, forward: number): number {
    const line = this.#take(this.#price, factor, key, PRICE_LINE_ROWS);
    const f = this.#floats;
    const isAbsolute = factor >= 0 && this.#scenarios.absolute[factor] === 1;
    for (let s = 0; s < this.#pitch; s++) {
      const move = this.#move(factor, s);
      const multiplier = isAbsolute ? (forward + move) / forward : 1 + move;
      f[line + LINE_MULTIPLIER * this.#pitch + s] = multiplier;
      f[line + LINE_LOG * this.#pitch + s] = log(multiplier);
      f[line + LINE_INVERSE * this.#pitch + s] = 1 / multiplier;
    }
    return line;
  }

  #fillDeviation(factor: number, years: number): number {
    const line = this.#take(this.#deviation, factor, years, DEVIATION_LINE_ROWS);
    const f = this.#floats;
    const isAbsolute = factor >= 0 && this.#scenarios.absolute[factor] === 1;
    for (let s = 0; s < this.#pitch; s++) {
      const move = this.#move(factor, s);
      const left = years - this.#days(s) / 365;
      const time = left > 0 ? left : 0;
      const change = isAbsolute ? move : 1 + move;
      const scale = isAbsolute ? Math.sqrt(time) : change * Math.sqrt(time);
      f[line + LINE_CHANGE * this.#pitch + s] = change;
      f[line + LINE_SCALE * this.#pitch + s] = scale;
      f[line + LINE_INVERSE_SCALE * this.#pitch + s] = 1 / Math.max(scale, SMALLEST_DEVIATION);
      f[line + LINE_TIME * this.#pitch + s] = time;
    }
    if (this.#ordered) this.#writeOrder(line);
    return line;
  }

  #fillCurrency(factor: number, rate: number): number {
    const line = this.#take(this.#currency, factor, rate, 1);
    const isAbsolute = factor >= 0 && this.#scenarios.absolute[factor] === 1;
    for (let s = 0; s < this.#pitch; s++) {
      const move = this.#move(factor, s);
      this.#floats[line + s] = isAbsolute ? rate + move : rate * (1 + move);
    }
    return line;
  }

  #writeOrder(line: number): void {
    const f = this.#floats;
    const change = line + LINE_CHANGE * this.#pitch;
    const time = line + LINE_TIME * this.#pitch;
    const order = Array.from({ length: this.#pitch }, (_, s) => s);
    // Cells beyond the block are not computed: they come last.
    const cells = this.#scenarioCount + (this.#scenarioCount % 2);
    order.length = cells;
    order.sort((a, b) => f[change + a] - f[change + b] || f[time + a] - f[time + b] || a - b);
    order.forEach((s, place) => (f[line + LINE_ORDER * this.#pitch + place] = s));
  }

  #take(lines: Map<number, Map<number, number>>, factor: number, key: number, rows: number): number {
    const line = this.#top;
    this.#top += rows * this.#pitch;
    let ofFactor = lines.get(factor);
    if (ofFactor === undefined) lines.set(factor, (ofFactor = new Map<number, number>()));
    ofFactor.set(key, line);
    return line;
  }

  /** Padding moves nothing. */
  #move(factor: number, s: number): number {
    if (factor < 0 || s >= this.#scenarioCount) return 0;
    return this.#scenarios.moves[factor * this.#scenarios.count + this.#scenarioFirst + s];
  }

  #days(s: number): number {
    if (this.#scenarios.days === null || s >= this.#scenarioCount) return 0;
    return this.#scenarios.days[this.#scenarioFirst + s];
  }
}

function found(lines: Map<number, Map<number, number>>, factor: number, key: number): number | undefined {
  return lines.get(factor)?.get(key);
}
