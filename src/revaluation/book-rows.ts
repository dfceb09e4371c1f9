import { BOOK_CELL_MAX } from '../../assembly/portable/book-layout.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import { scenarioLabel, type ScenarioSet } from '../scenario/scenario-set.ts';
import { allocateColumns, InstrumentCompiler } from './instrument-columns.ts';
import type { RevaluationOptions } from './revaluation.ts';
import { ScenarioKernels, type ScenarioInputs } from './scenario-kernels.ts';
import { scenarioMoves } from './scenario-lines.ts';
import { movedValue } from './shocks.ts';

/** Scenarios and instruments that are revalued together: half a megabyte, which stays in a second-level cache. */
export const batchScenarios = 2_560;
const batchInstruments = 24;

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
  /** Before it are the rows of currencies. */
  readonly firstInstrumentRow: number;
  /** Why a row has no P&L. */
  readonly faults: ReadonlyMap<number, string>;
  /** Instruments that no factor moves, where that is allowed. */
  readonly heldConstant: readonly string[];
  /** What the rows of instruments are worked out from; null: nobody holds one that can be priced. */
  readonly inputs: ScenarioInputs | null;
  /** Row of every instrument of `inputs`, ascending. */
  readonly rowOf: Uint32Array;
  readonly #scenarios: ScenarioSet;
  /** Rates and factors of the currencies that have a row. */
  readonly #currencies: { readonly rate: number; readonly factor: number }[] = [];
  readonly #choice: NonNullable<RevaluationOptions['kernels']>;
  readonly #names: readonly string[];
  #kernels: ScenarioKernels | null = null;

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
    this.firstInstrumentRow = first;
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
    this.rowOf = Uint32Array.from(good);
    this.#names = [
      ...currencies.filter((_, at) => this.currencyRow[at] >= 0),
      ...held.map((index) => market.instruments[index].name),
    ];
    this.count = first + held.length;
    this.faults = faults;
    this.heldConstant = constant.sort();
    this.#choice = kernels;
    const instruments = { ...columns, count: good.length };
    this.inputs = good.length === 0 ? null : { instruments, scenarios: scenarioMoves(scenarios) };
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

  /** What P&L in scenarios [first, first + count) counts in sums: their weights, or one each. */
  weights(first: number, count: number): Float64Array {
    return this.#scenarios.weights?.subarray(first, first + count) ?? new Float64Array(count).fill(1);
  }

  /** Expected P&L of one unit of every row, of sums over all scenarios: these, or by equal weights their mean. */
  expectedOf(sums: Float64Array): Float64Array {
    const { weights, count } = this.#scenarios;
    return sums.map((sum) => (weights === undefined ? sum / count : sum));
  }

  /**
   * Writes scenarios [first, first + count) in tiles (assembly/portable/book-layout.ts); in their order, or in that of
   * `order`; adds weight times P&L, scenario after scenario, to `sums`, one per row. Rows with a fault, and what comes
   * after the last scenario, stay as they are. Throws `ValueOutOfRange` if a P&L is no usable number.
   */
  fill(
    first: number, count: number, tile: number, to: Float64Array, sums: Float64Array, order: Uint32Array | null = null,
  ): void {
    const offsets = offsetsOf(first, count, tile, this.count, order);
    const batch = new Float64Array(batchInstruments * batchScenarios);
    for (let from = first; from < first + count; from += batchScenarios) {
      const size = Math.min(batchScenarios, first + count - from);
      const own = offsets.subarray(from - first);
      const weights = this.weights(from, size);
      this.fillCurrencies(from, tile, to, own.subarray(0, size), sums);
      for (let start = 0; start < this.rowOf.length; start += batchInstruments) {
        const some = Math.min(batchInstruments, this.rowOf.length - start);
        const stride = this.#fillBatch(start, some, from, size, batch);
        for (let i = 0; i < some; i++) this.#add(this.rowOf[start + i], batch, i * stride, from, weights, sums);
        placeRows(this.rowOf.subarray(start, start + some), batch, stride, own, size, tile, to);
      }
    }
  }

  /** The rows of currencies in scenarios from `from` on, one per offset: the part of `fill` that is theirs. */
  fillCurrencies(from: number, tile: number, to: Float64Array, offsets: Uint32Array, sums: Float64Array): void {
    const weights = this.weights(from, offsets.length);
    this.#currencies.forEach((each, row) => {
      const pnl = Float64Array.from(offsets, (_, s) =>
        movedValue(this.#scenarios, each.factor, from + s, each.rate) - each.rate);
      this.#add(row, pnl, 0, from, weights, sums);
      placeRows(Uint32Array.of(row), pnl, pnl.length, offsets, pnl.length, tile, to);
    });
  }

  /** What is thrown of a P&L of one unit that is no usable number. */
  refusal(row: number, scenario: number, value: number): MargridError {
    const name = this.#names[row];
    const message = `scenario ${scenarioLabel(this.#scenarios, scenario)}: the P&L of one ${name} is ${value}`;
    return new MargridError('ValueOutOfRange', message, { row: scenario + 1, column: name, value });
  }

  /** Returns floats from one row to the next. */
  #fillBatch(start: number, some: number, from: number, size: number, batch: Float64Array): number {
    this.#kernels ??= new ScenarioKernels(this.inputs!, { kernels: this.#choice, blockScenarios: batchScenarios });
    this.#kernels.fillRows(start, some, from, size, batch);
    return this.#kernels.strideOf(size);
  }

  /** One row of a batch: every cell a usable number; its sum. */
  #add(row: number, batch: Float64Array, at: number, from: number, weights: Float64Array, sums: Float64Array): void {
    let sum = sums[row];
    for (let s = 0; s < weights.length; s++) {
      const cell = batch[at + s];
      if (!(Math.abs(cell) <= BOOK_CELL_MAX)) throw this.refusal(row, from + s, cell);
      sum += weights[s] * cell;
    }
    sums[row] = sum;
  }

  #addCurrency(compiler: InstrumentCompiler, currency: string, faults: Map<number, string>): number {
    const { fault, value } = attempt(() => compiler.currency(currency));
    if (value !== null && value.factor < 0) return -1;
    if (fault !== null) faults.set(this.#currencies.length, fault);
    return this.#currencies.push(value ?? { rate: 0, factor: -1 }) - 1;
  }
}

/** Where in the tiles, from row 0, scenarios first, first + 1, … stand. */
export function offsetsOf(first: number, count: number, tile: number, rowCount: number, order: Uint32Array | null): Uint32Array {
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
