import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import { scenarioLabel, type ScenarioSet } from '../scenario/scenario-set.ts';
import { allocateColumns, InstrumentCompiler } from './instrument-columns.ts';
import type { RevaluationOptions } from './revaluation.ts';
import { ScenarioKernels } from './scenario-kernels.ts';
import { scenarioMoves } from './scenario-lines.ts';
import { movedValue } from './shocks.ts';

/** P&L of one unit beyond this is no number that sums of a book could be made of. */
const cellMax = 1e250;
/** Instruments and scenarios that are revalued together: half a megabyte, which stays in a second-level cache. */
const batchInstruments = 64;
const batchScenarios = 1_024;

/**
 * P&L of one unit of everything that a book holds, by scenario: first the currencies that some factor moves, then
 * instruments in market order. A row that cannot be priced has a fault instead: who holds it is quarantined.
 */
export class BookRows {
  readonly count: number;
  readonly scenarioCount: number;
  /** Row of a currency; -1 where nothing moves it, so that it never gains or loses. */
  readonly currencyRow: Int32Array;
  /** Row of an instrument of the market; -1 where nobody holds it. */
  readonly instrumentRow: Int32Array;
  /** Why a row has no P&L. */
  readonly faults: ReadonlyMap<number, string>;
  /** Instruments that no factor moves, where that is allowed. */
  readonly heldConstant: readonly string[];
  readonly #scenarios: ScenarioSet;
  /** Rates and factors of the currencies that have a row. */
  readonly #currencies: { readonly rate: number; readonly factor: number }[] = [];
  readonly #kernels: ScenarioKernels | null;
  /** Row of every instrument that the kernels know. */
  readonly #rowOf: Uint32Array;
  readonly #names: readonly string[];
  readonly #sums: Float64Array;
  #summed = 0;

  constructor(
    market: Market, scenarios: ScenarioSet, currencies: readonly string[], isHeld: Uint8Array,
    options: RevaluationOptions,
  ) {
    const { currency = 'USD', unmatched = 'refuse', kernels = 'wasm' } = options;
    const compiler = new InstrumentCompiler(market, scenarios, { currency, unmatched });
    // Without a rate of the currency of P&L every account would be left out.
    compiler.currency(currency);
    const faults = new Map<number, string>();
    this.#scenarios = scenarios;
    this.scenarioCount = scenarios.count;
    this.currencyRow = Int32Array.from(currencies, (each) => this.#addCurrency(compiler, each, faults));
    const held = Array.from(isHeld.keys()).filter((index) => isHeld[index] === 1);
    const first = this.#currencies.length;
    this.instrumentRow = new Int32Array(isHeld.length).fill(-1);
    held.forEach((index, place) => (this.instrumentRow[index] = first + place));
    const columns = allocateColumns(held.length);
    const constant: string[] = [];
    const good: number[] = [];
    for (const index of held) {
      const row = this.instrumentRow[index];
      const { fault, value } = attempt(() => {
        requireUsual(market, index);
        return compiler.write(columns, good.length, index);
      });
      if (fault !== null) faults.set(row, fault);
      else good.push(row);
      if (value === false) constant.push(market.instruments[index].name);
    }
    this.#rowOf = Uint32Array.from(good);
    this.#names = [
      ...currencies.filter((_, at) => this.currencyRow[at] >= 0),
      ...held.map((index) => market.instruments[index].name),
    ];
    this.count = first + held.length;
    this.faults = faults;
    this.heldConstant = constant.sort();
    this.#sums = new Float64Array(this.count);
    const inputs = { instruments: { ...columns, count: good.length }, scenarios: scenarioMoves(scenarios) };
    this.#kernels = good.length === 0 ? null : new ScenarioKernels(inputs, { kernels, blockScenarios: batchScenarios });
  }

  /**
   * Scenarios [first, first + count), ascending; or those together in which the same prices fall, widest moves first: so
   * the worst scenarios of a portfolio stand together, which saves time and changes no result.
   */
  orderOf(first: number, count: number, bySize: boolean): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, place) => first + place);
    if (!bySize) return order;
    const { factors, moves, count: all } = this.#scenarios;
    const chosen = factors.flatMap(({ kind }, factor) => (kind === 'price' ? [factor] : [])).slice(0, 4);
    const key = new Float64Array(count);
    chosen.forEach((factor, bit) => {
      let largest = 0;
      for (let s = first; s < first + count; s++) largest = Math.max(largest, Math.abs(moves[factor * all + s]));
      if (!(largest > 0)) return;
      for (let place = 0; place < count; place++) {
        const move = moves[factor * all + first + place] / largest;
        key[place] += (move < 0 ? 8 * (1 << bit) : 0) - Math.abs(move);
      }
    });
    return order.sort((a, b) => key[a - first] - key[b - first] || a - b);
  }

  /** Expected P&L of one unit: a left fold over the scenarios, by their weights, or the plain mean. After all of `fill`. */
  get expected(): Float64Array {
    const { weights, count } = this.#scenarios;
    return this.#sums.map((sum) => (weights === undefined ? sum / count : sum));
  }

  /**
   * Writes scenarios [first, first + count) in tiles (assembly/portable/book-layout.ts); in their order, or in that of
   * `order`. Rows with a fault, and what comes after the last scenario, stay as they are. Throws `ValueOutOfRange` if a
   * P&L is no usable number.
   */
  fill(first: number, count: number, tile: number, to: Float64Array, order: Uint32Array | null = null): void {
    const offsets = offsetsOf(first, count, tile, this.count, order);
    const isNew = first === this.#summed;
    const batch = new Float64Array(batchInstruments * batchScenarios);
    for (let from = first; from < first + count; from += batchScenarios) {
      const size = Math.min(batchScenarios, first + count - from);
      this.#currencies.forEach((each, row) => {
        for (let s = 0; s < size; s++) batch[s] = movedValue(this.#scenarios, each.factor, from + s, each.rate) - each.rate;
        this.#check(row, batch, 0, from, size, isNew);
        placeRows(Uint32Array.of(row), batch, size, offsets.subarray(from - first), size, tile, to);
      });
      for (let start = 0; start < this.#rowOf.length; start += batchInstruments) {
        const some = Math.min(batchInstruments, this.#rowOf.length - start);
        this.#kernels!.fillRows(start, some, from, size, batch);
        const stride = this.#kernels!.strideOf(size);
        for (let i = 0; i < some; i++) this.#check(this.#rowOf[start + i], batch, i * stride, from, size, isNew);
        placeRows(this.#rowOf.subarray(start, start + some), batch, stride, offsets.subarray(from - first), size, tile, to);
      }
    }
    if (isNew) this.#summed += count;
  }

  /** One row of a batch: every cell a usable number; expected P&L. */
  #check(row: number, batch: Float64Array, at: number, from: number, size: number, isNew: boolean): void {
    const { weights } = this.#scenarios;
    let sum = this.#sums[row];
    for (let s = 0; s < size; s++) {
      const cell = batch[at + s];
      if (!(Math.abs(cell) <= cellMax)) throw this.#refusal(row, from + s, cell);
      sum += weights === undefined ? cell : weights[from + s] * cell;
    }
    if (isNew) this.#sums[row] = sum;
  }

  #refusal(row: number, scenario: number, value: number): MargridError {
    const name = this.#names[row];
    const message = `scenario ${scenarioLabel(this.#scenarios, scenario)}: the P&L of one ${name} is ${value}`;
    return new MargridError('ValueOutOfRange', message, { row: scenario + 1, column: name, value });
  }

  #addCurrency(compiler: InstrumentCompiler, currency: string, faults: Map<number, string>): number {
    const { fault, value } = attempt(() => compiler.currency(currency));
    if (value !== null && value.factor < 0) return -1;
    if (fault !== null) faults.set(this.#currencies.length, fault);
    return this.#currencies.push(value ?? { rate: 0, factor: -1 }) - 1;
  }
}

/** Where in the tiles, from row 0, scenarios first, first + 1, … stand. */
function offsetsOf(first: number, count: number, tile: number, rowCount: number, order: Uint32Array | null): Uint32Array {
  const offsets = new Uint32Array(count);
  for (let place = 0; place < count; place++) {
    const inTile = place % tile;
    offsets[order === null ? place : order[place] - first] = (place - inTile) * rowCount + inTile;
  }
  return offsets;
}

/**
 * Rows of a batch into the tiles of their block: eight at a time, scenario after scenario. Of tiles of one scenario,
 * which kernels with a screen take, that is a cache line; so no line is fetched once per row.
 */
function placeRows(
  rows: Uint32Array, batch: Float64Array, stride: number, offsets: Uint32Array, size: number, tile: number,
  to: Float64Array,
): void {
  let i = 0;
  for (; i + 8 <= rows.length; i += 8) {
    const [row0, row1, row2, row3] = [rows[i] * tile, rows[i + 1] * tile, rows[i + 2] * tile, rows[i + 3] * tile];
    const [row4, row5, row6, row7] = [rows[i + 4] * tile, rows[i + 5] * tile, rows[i + 6] * tile, rows[i + 7] * tile];
    for (let s = 0, at = i * stride; s < size; s++, at++) {
      const offset = offsets[s];
      to[offset + row0] = batch[at];
      to[offset + row1] = batch[at + stride];
      to[offset + row2] = batch[at + 2 * stride];
      to[offset + row3] = batch[at + 3 * stride];
      to[offset + row4] = batch[at + 4 * stride];
      to[offset + row5] = batch[at + 5 * stride];
      to[offset + row6] = batch[at + 6 * stride];
      to[offset + row7] = batch[at + 7 * stride];
    }
  }
  for (; i < rows.length; i++) {
    for (let s = 0; s < size; s++) to[offsets[s] + rows[i] * tile] = batch[i * stride + s];
  }
}

function requireUsual(market: Market, index: number): void {
  for (const [column, most] of [['forward', limits.priceMax], ['impliedVolatility', limits.volatilityMax]] as const) {
    const value = market[column][index];
    if (!(value > most)) continue;
    const message = `the ${column} of ${market.instruments[index].name} must be at most ${most}, got ${value}`;
    throw new MargridError('ValueOutOfRange', message, { column, value });
  }
}

/** What can be wrong with one row is said of that row; anything else is an error. */
function attempt<T>(compute: () => T): { readonly value: T | null; readonly fault: string | null } {
  try {
    return { value: compute(), fault: null };
  } catch (error) {
    if (error instanceof MargridError) return { value: null, fault: error.message };
    throw error;
  }
}
