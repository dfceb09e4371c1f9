import { americanByBoundary, prepareAmerican } from '../../assembly/portable/american/american.ts';
import { boundaryWorkFloats } from '../../assembly/portable/american/batch.ts';
import {
  ACCURATE_DEGREE, ACCURATE_INTEGRAL, ACCURATE_ITERATIONS, ACCURATE_PREMIUM, boundaryFloats, fillSchemeTables,
  SCHEME_WORDS, tableFloats,
} from '../../assembly/portable/american/scheme.ts';
import { exp } from '../../assembly/portable/exp.ts';
import { logRatio } from '../../assembly/portable/log.ts';
import {
  CONTEXT_BOUNDARY, CONTEXT_CELLS, CONTEXT_PITCH, CONTEXT_PRICING, CONTEXT_SCHEME, CONTEXT_SCRATCH, CONTEXT_TABLES,
  CONTEXT_TERMS_AT,
  CONTEXT_TREES, PRICING_FLOATS, SCENARIO_ABSOLUTE, SCENARIO_CONTEXT_WORDS, SCENARIO_CURRENCY_LINE,
  SCENARIO_DEVIATION_LINE,
  SCENARIO_FORWARD, SCENARIO_INVERSE_FORWARD, SCENARIO_INVERSE_VOLATILITY, SCENARIO_LOG_MONEYNESS, SCENARIO_NOW,
  SCENARIO_PRICE_LINE, SCENARIO_RATE, SCENARIO_SHAPE, SCENARIO_SIGN, SCENARIO_SIZE, SCENARIO_STRIKE,
  SCENARIO_TERM_FLOATS, SCENARIO_VOLATILITY, SCENARIO_YIELD, SHAPE_AMERICAN, SHAPE_EUROPEAN, SHAPE_GAIN,
  SHAPE_INVERSE_GAIN, SHAPE_WORTH, SMALLEST_DEVIATION,
} from '../../assembly/portable/scenario-layout.ts';
import { cellPrice } from '../../assembly/portable/scenario-price.ts';
import { addScenarioRows, fillScenarioRows } from '../../assembly/portable/scenario-rows.ts';
import { MargridError } from '../errors.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate, type KernelExports } from '../wasm/module.ts';
import type { InstrumentColumns } from './instrument-columns.ts';
import { lineRowsOfInstrument, ScenarioLines, type ScenarioMoves } from './scenario-lines.ts';

export type KernelChoice = 'wasm' | 'javascript';

/** Plain data: may be sent to another thread. */
export interface ScenarioInputs {
  readonly instruments: InstrumentColumns;
  readonly scenarios: ScenarioMoves;
}

/** A memory that is there already, with kernels on it: the area of the scenario kernels starts at `base`. */
export interface KernelMemory {
  readonly memory: WebAssembly.Memory;
  readonly exports: KernelExports;
  /** Byte address, a multiple of 64. */
  readonly base: number;
}

export interface ScenarioKernelOptions {
  /** Default `wasm`; the other gives the same bits. */
  readonly kernels?: KernelChoice;
  /** Scenarios at a time; default 1,024, or all if there are fewer. */
  readonly blockScenarios?: number;
  /** Instruments whose terms are held at a time; default 4,096. */
  readonly blockInstruments?: number;
  /** Bytes for lines; default 16 MiB, and never less than one instrument needs. */
  readonly lineBytes?: number;
  /** Whether American options may be among the instruments; default: whether they are now. */
  readonly american?: boolean;
  /** Absent: a memory of its own. Only for `wasm`. */
  readonly memory?: KernelMemory;
}

/** What a thread needs of its own: float indexes from the base of its area, where the context is. */
interface WorkPlan {
  readonly scratch: number;
  readonly pricing: number;
  readonly american: number;
  readonly floats: number;
}

/** Where everything is: float indexes from the base of the area. */
interface AreaPlan extends WorkPlan {
  readonly pitch: number;
  readonly termCapacity: number;
  readonly lineRows: number;
  readonly terms: number;
  readonly quantities: number;
  readonly sums: number;
  readonly lines: number;
}

const defaults = { blockScenarios: 1_024, blockInstruments: 4_096, lineBytes: 16 * 1_048_576 } as const;

function planArea({ instruments, scenarios }: ScenarioInputs, options: ScenarioKernelOptions): AreaPlan {
  const pitch = pitchOf(scenarios, options);
  const termCapacity = Math.max(1, Math.min(options.blockInstruments ?? defaults.blockInstruments, instruments.count));
  // By default never more lines than the instruments could need.
  const bytes = options.lineBytes ?? Math.min(defaults.lineBytes, lineRowsOfInstrument * instruments.count * 8 * pitch);
  const lineRows = Math.max(lineRowsOfInstrument, Math.floor(bytes / (8 * pitch)));
  const work = planWork(pitch, hasAmerican(instruments, options));
  const take = placesFrom(work.floats);
  return {
    ...work, pitch, termCapacity, lineRows,
    terms: take(termCapacity * SCENARIO_TERM_FLOATS),
    quantities: take(termCapacity),
    sums: take(pitch),
    lines: take(lineRows * pitch),
    floats: take(0),
  };
}

/** Scenarios of a block, an even number. */
function pitchOf({ count }: ScenarioMoves, { blockScenarios = defaults.blockScenarios }: ScenarioKernelOptions): number {
  return Math.ceil(Math.max(1, Math.min(blockScenarios, count)) / 2) * 2;
}

function planWork(pitch: number, american: boolean): WorkPlan {
  const take = placesFrom(Math.ceil(SCENARIO_CONTEXT_WORDS / 16) * 8);
  return {
    scratch: take(pitch),
    pricing: take(PRICING_FLOATS),
    american: take(
      american
        ? Math.ceil(SCHEME_WORDS / 2) * 2 + boundaryWorkFloats(ACCURATE_INTEGRAL, ACCURATE_DEGREE, ACCURATE_PREMIUM)
        : 0,
    ),
    floats: take(0),
  };
}

/** Gives out places one after the other, each at the start of a cache line. */
function placesFrom(start: number): (floats: number) => number {
  let top = start;
  return (floats) => {
    const at = top;
    top += Math.ceil(floats / 8) * 8;
    return at;
  };
}

function hasAmerican({ shape }: InstrumentColumns, { american }: ScenarioKernelOptions): boolean {
  return american ?? shape.includes(SHAPE_AMERICAN);
}

/** Bytes that `ScenarioKernels` takes from `base` on with the same inputs and options. */
export function scenarioAreaBytes(inputs: ScenarioInputs, options: ScenarioKernelOptions = {}): number {
  return planArea(inputs, options).floats * 8;
}

/** Bytes that a further thread needs to work on the same lines and terms (`ScenarioKernels.shareWith`). */
export function scenarioWorkBytes(
  { instruments, scenarios }: ScenarioInputs, options: ScenarioKernelOptions = {},
): number {
  return planWork(pitchOf(scenarios, options), hasAmerican(instruments, options)).floats * 8;
}

/**
 * Full revaluation: P&L of one contract per instrument and scenario, on the WASM kernels or in JavaScript, bit for bit
 * the same. The columns are read at each call, so that their owner may write others into them. Nothing of the size
 * instruments x scenarios is held: terms of a block of instruments and lines of a block of scenarios only. Any blocks
 * give the same bits.
 */
export class ScenarioKernels {
  readonly #inputs: ScenarioInputs;
  readonly #plan: AreaPlan;
  readonly #exports: KernelExports | null;
  readonly #f: Float64Array;
  readonly #w: Int32Array;
  /** Float index of the area. */
  readonly #base: number;
  readonly #lines: ScenarioLines;
  readonly #isOrdered: boolean;
  /** Float indexes of the contexts: its own, and those of threads that share terms and lines. */
  readonly #contexts: number[];

  constructor(inputs: ScenarioInputs, options: ScenarioKernelOptions = {}) {
    this.#inputs = inputs;
    this.#plan = planArea(inputs, options);
    const bytes = this.#plan.floats * 8;
    const machine = options.memory ?? (options.kernels === 'javascript' ? null : ownMachine(bytes));
    const buffer = machine?.memory.buffer ?? new ArrayBuffer(bytes);
    const base = machine?.base ?? 0;
    if (base % 64 !== 0 || buffer.byteLength < base + bytes) {
      throw new MargridError(
        'LimitExceeded', `the scenario kernels need ${bytes} bytes from a multiple of 64 on, got ${base}`,
      );
    }
    this.#exports = machine?.exports ?? null;
    this.#f = new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8));
    this.#w = new Int32Array(buffer, 0, this.#f.length * 2);
    this.#base = base / 8;
    this.#isOrdered = hasAmerican(inputs.instruments, options);
    this.#lines = new ScenarioLines(
      this.#f, this.#base + this.#plan.lines, this.#plan.lineRows, this.#plan.pitch, inputs.scenarios, this.#isOrdered,
    );
    this.#contexts = [this.#base];
    this.#writeContext(this.#base);
  }

  /**
   * Writes a context to byte address `area` (a multiple of 64, `scenarioWorkBytes` of room) of the same memory: another
   * thread works with it on terms and lines that are written here.
   */
  shareWith(area: number): void {
    this.#contexts.push(area / 8);
    this.#writeContext(area / 8);
  }

  /**
   * Makes terms and lines of instruments from `first` on, in scenarios [scenarioFirst, scenarioFirst + scenarioCount),
   * for the kernel `scenarioRows` on any of the contexts. Returns of how many, at most `most`: for as many as there is
   * room.
   */
  prepareRows(first: number, most: number, scenarioFirst: number, scenarioCount: number): number {
    this.#begin(scenarioFirst, scenarioCount);
    return this.#writeSome(first, most);
  }

  /** Scenarios that one call takes at most. */
  get blockScenarios(): number {
    return this.#plan.pitch;
  }

  /** Bytes of terms, lines and work area: all that is held besides the inputs. */
  get areaBytes(): number {
    return this.#plan.floats * 8;
  }

  /** Floats from one row to the next for a block of that many scenarios: rounded up to an even number. */
  strideOf(scenarioCount: number): number {
    return scenarioCount + (scenarioCount % 2);
  }

  /** Whoever writes other moves into the inputs says so: lines that were worked out from the old ones are forgotten. */
  forgetLines(): void {
    this.#lines.clear();
  }

  /**
   * Rows of instruments [first, first + count) in scenarios [scenarioFirst, scenarioFirst + scenarioCount): f64, one
   * row after the other, `strideOf(scenarioCount)` floats each, padding 0. `out` is an array, or a byte address (a
   * multiple of 16) in the memory of the kernels.
   */
  fillRows(
    first: number, count: number, scenarioFirst: number, scenarioCount: number, out: Float64Array | number,
  ): void {
    const stride = this.#begin(scenarioFirst, scenarioCount);
    if (typeof out !== 'number') this.#fillArray(first, count, stride, out);
    else this.#eachBatch(first, count, (from, size) => this.#rows(size, out / 8 + (from - first) * stride, stride));
  }

  /** What one contract is worth now in the currency of the P&L; 0 for futures. */
  valueNow(index: number): number {
    if (!this.#lines.hasBegun) this.#begin(0, 1);
    const at = this.#base + this.#plan.terms;
    if (this.#lines.isFull) this.#lines.clear();
    this.#writeTerms(index, at);
    return this.#f[at + SCENARIO_NOW];
  }

  /**
   * Quantities times rows, added to sums[0 ... scenarioCount - 1]: a left fold over the instruments in this order.
   * `quantities[i]` is of instrument first + i.
   */
  addRows(
    first: number, count: number, quantities: Float64Array, scenarioFirst: number, scenarioCount: number,
    sums: Float64Array,
  ): void {
    this.#begin(scenarioFirst, scenarioCount);
    const at = this.#base + this.#plan.sums;
    this.#f.fill(0, at, at + this.#plan.pitch);
    this.#f.set(sums.subarray(0, scenarioCount), at);
    this.#eachBatch(first, count, (from, size) => {
      this.#f.set(quantities.subarray(from - first, from - first + size), this.#base + this.#plan.quantities);
      this.#sum(size);
    });
    sums.set(this.#f.subarray(at, at + scenarioCount));
  }

  #fillArray(first: number, count: number, stride: number, out: Float64Array): void {
    const row = this.#base + this.#plan.scratch;
    this.#eachBatch(first, count, (from, size) => {
      const terms = this.#base + this.#plan.terms;
      for (let i = 0; i < size; i++) {
        this.#w[this.#base * 2 + CONTEXT_TERMS_AT] = terms + i * SCENARIO_TERM_FLOATS;
        this.#rows(1, row, stride);
        out.set(this.#f.subarray(row, row + stride), (from - first + i) * stride);
      }
      this.#w[this.#base * 2 + CONTEXT_TERMS_AT] = terms;
    });
  }

  #begin(scenarioFirst: number, scenarioCount: number): number {
    if (!(scenarioCount >= 1 && scenarioCount <= this.#plan.pitch &&
      scenarioFirst + scenarioCount <= this.#inputs.scenarios.count)) {
      throw new MargridError(
        'OptionInvalid', `a block holds 1 to ${this.#plan.pitch} scenarios of ${this.#inputs.scenarios.count}, ` +
          `got ${scenarioCount} from ${scenarioFirst} on`,
      );
    }
    const stride = this.strideOf(scenarioCount);
    for (const context of this.#contexts) this.#w[context * 2 + CONTEXT_CELLS] = stride;
    this.#lines.begin(scenarioFirst, scenarioCount);
    return stride;
  }

  /** As many instruments at a time as there is room for, terms and lines. */
  #eachBatch(first: number, count: number, run: (from: number, size: number) => void): void {
    const end = first + count;
    for (let from = first; from < end;) {
      const size = this.#writeSome(from, end - from);
      run(from, size);
      from += size;
    }
  }

  /** Terms and lines of 1 to `most` instruments: as many as there is room for. Returns their number. */
  #writeSome(first: number, most: number): number {
    if (this.#lines.isFull) this.#lines.clear();
    const room = Math.min(most, this.#plan.termCapacity);
    let size = 0;
    do {
      this.#writeTerms(first + size, this.#base + this.#plan.terms + size * SCENARIO_TERM_FLOATS);
      size++;
    } while (size < room && !this.#lines.isFull);
    return size;
  }

  #rows(count: number, rows: number, stride: number): void {
    const context = this.#base * 2;
    if (this.#exports === null) fillScenarioRows(this.#f, this.#w, context, 0, count, rows, stride);
    else this.#exports['scenarioRows'](context * 4, 0, count, rows * 8, stride);
  }

  #sum(count: number): void {
    const { quantities, sums } = this.#plan;
    const context = this.#base * 2;
    const from = this.#base + quantities;
    const to = this.#base + sums;
    if (this.#exports === null) addScenarioRows(this.#f, this.#w, context, 0, count, from, to);
    else this.#exports['scenarioSums'](context * 4, 0, count, from * 8, to * 8);
  }

  /** `area`: the float index of a work area. */
  #writeContext(area: number): void {
    const words = area * 2;
    const { terms, pitch, scratch, pricing, american } = this.#plan;
    const scheme = area + american;
    const tables = scheme + Math.ceil(SCHEME_WORDS / 2) * 2;
    const boundary = tables + tableFloats(ACCURATE_INTEGRAL, ACCURATE_DEGREE, ACCURATE_PREMIUM);
    const trees = boundary + boundaryFloats(ACCURATE_INTEGRAL, ACCURATE_DEGREE, ACCURATE_PREMIUM);
    this.#w[words + CONTEXT_TERMS_AT] = this.#base + terms;
    this.#w[words + CONTEXT_PITCH] = pitch;
    this.#w[words + CONTEXT_SCRATCH] = area + scratch;
    this.#w[words + CONTEXT_PRICING] = area + pricing;
    this.#w[words + CONTEXT_TABLES] = tables;
    this.#w[words + CONTEXT_BOUNDARY] = boundary;
    this.#w[words + CONTEXT_TREES] = trees;
    this.#w[words + CONTEXT_SCHEME] = scheme * 2;
    if (!this.#isOrdered) return;
    this.#w.set([ACCURATE_INTEGRAL, ACCURATE_ITERATIONS, ACCURATE_DEGREE, ACCURATE_PREMIUM, 1], scheme * 2);
    fillSchemeTables(this.#f, this.#w, scheme * 2, tables);
  }

  #writeTerms(index: number, at: number): void {
    const f = this.#f;
    const { instruments: columns, scenarios } = this.#inputs;
    const shape = columns.shape[index];
    const size = columns.contractSize[index];
    const forward = columns.forward[index];
    const rate = columns.currencyRate[index];
    const volatilityFactor = columns.volatilityFactor[index];
    f[at + SCENARIO_SHAPE] = shape;
    f[at + SCENARIO_PRICE_LINE] = this.#lines.price(columns.priceFactor[index], forward);
    f[at + SCENARIO_CURRENCY_LINE] = this.#lines.currency(columns.currencyFactor[index], rate);
    if (shape === SHAPE_GAIN || shape === SHAPE_INVERSE_GAIN || shape === SHAPE_WORTH) {
      const amount = shape === SHAPE_INVERSE_GAIN ? -size / forward : size * forward;
      f[at + SCENARIO_SIZE] = amount;
      f[at + SCENARIO_NOW] = shape === SHAPE_WORTH ? amount * rate : 0;
      return;
    }
    const volatility = columns.volatility[index];
    f[at + SCENARIO_SIGN] = columns.sign[index];
    f[at + SCENARIO_FORWARD] = forward;
    f[at + SCENARIO_STRIKE] = columns.strike[index];
    f[at + SCENARIO_LOG_MONEYNESS] = logRatio(columns.strike[index], forward);
    f[at + SCENARIO_VOLATILITY] = volatility;
    f[at + SCENARIO_INVERSE_VOLATILITY] = 1 / Math.max(volatility, SMALLEST_DEVIATION);
    f[at + SCENARIO_SIZE] = size;
    f[at + SCENARIO_INVERSE_FORWARD] = columns.inverse[index] === 1 ? 1 / forward : 0;
    f[at + SCENARIO_DEVIATION_LINE] = this.#lines.deviation(volatilityFactor, columns.years[index]);
    f[at + SCENARIO_ABSOLUTE] = volatilityFactor >= 0 ? scenarios.absolute[volatilityFactor] : 0;
    f[at + SCENARIO_RATE] = columns.interestRate[index];
    f[at + SCENARIO_YIELD] = columns.dividendYield[index];
    const price = shape === SHAPE_EUROPEAN
      ? this.#europeanNow(at, columns.years[index])
      : this.#americanNow(at, columns.years[index]);
    const unit = columns.inverse[index] === 1 ? f[at + SCENARIO_INVERSE_FORWARD] : 1;
    f[at + SCENARIO_NOW] = size * (price * unit) * rate;
  }

  /** With the operations of a cell whose scenario moves nothing: such a scenario has a P&L of exactly 0. */
  #europeanNow(at: number, years: number): number {
    const f = this.#f;
    const scale = Math.sqrt(years);
    const x = Math.abs(f[at + SCENARIO_LOG_MONEYNESS]);
    const v = f[at + SCENARIO_VOLATILITY] * scale;
    const h = f[at + SCENARIO_ABSOLUTE] === 1
      ? x / Math.max(v, SMALLEST_DEVIATION)
      : x * (f[at + SCENARIO_INVERSE_VOLATILITY] * (1 / Math.max(scale, SMALLEST_DEVIATION)));
    return cellPrice(f[at + SCENARIO_SIGN], f[at + SCENARIO_FORWARD], f[at + SCENARIO_STRIKE], h, v);
  }

  #americanNow(at: number, years: number): number {
    const f = this.#f;
    const context = this.#base * 2;
    const [boundary, scheme, trees, tables] = [CONTEXT_BOUNDARY, CONTEXT_SCHEME, CONTEXT_TREES, CONTEXT_TABLES].map(
      (word) => this.#w[context + word],
    );
    const sign = f[at + SCENARIO_SIGN];
    const volatility = f[at + SCENARIO_VOLATILITY];
    const rate = f[at + SCENARIO_RATE];
    const dividendYield = f[at + SCENARIO_YIELD];
    prepareAmerican(f, this.#w, scheme, tables, boundary, sign, rate, dividendYield, volatility, years);
    return americanByBoundary(
      f, this.#w, scheme, tables, boundary, trees, sign, f[at + SCENARIO_FORWARD] * exp((dividendYield - rate) * years),
      f[at + SCENARIO_STRIKE], rate, dividendYield, volatility, years,
    );
  }
}

let compiled: WebAssembly.Module | null = null;

/** A memory of its own for kernels whose area takes so many bytes (`scenarioAreaBytes`). */
export function ownMachine(bytes: number): KernelMemory {
  const module = (compiled ??= compileBuild('single'));
  const base = Math.ceil(heapBaseOf(instantiate(module, createMemory('single', 65_536))) / 64) * 64;
  const memory = createMemory('single', base + bytes);
  return { memory, exports: instantiate(module, memory), base };
}
