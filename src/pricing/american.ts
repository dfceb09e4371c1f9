import {
  AMERICAN_COLUMNS,
  boundaryWorkFloats,
  priceByBoundaries,
  priceByTrees,
  treeWorkFloats,
} from '../../assembly/portable/american/batch.ts';
import {
  ACCURATE_DEGREE,
  ACCURATE_INTEGRAL,
  ACCURATE_ITERATIONS,
  ACCURATE_PREMIUM,
  FAST_DEGREE,
  FAST_INTEGRAL,
  FAST_ITERATIONS,
  FAST_PREMIUM,
  PRECISE_DEGREE,
  PRECISE_INTEGRAL,
  PRECISE_ITERATIONS,
  PRECISE_PREMIUM,
  SCHEME_WORDS,
} from '../../assembly/portable/american/scheme.ts';
import { COARSE_STEPS, FINE_STEPS } from '../../assembly/portable/american/tree.ts';
import type { OptionType } from '../domain/instrument.ts';
import { MargridError } from '../errors.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../wasm/module.ts';

/** Columns of American options without discrete dividends; all of one length. */
export interface AmericanColumns {
  readonly optionType: readonly OptionType[];
  /** Price of the underlying, of a future for options on futures; quote currency per base unit, >= 0. */
  readonly spot: Float64Array;
  /** Quote currency per base unit, >= 0. */
  readonly strike: Float64Array;
  /** ACT/365 or any other day count, as long as volatility and rates use the same; >= 0. */
  readonly timeToExpiryYears: Float64Array;
  /** Fraction per square root of a year; >= 0. */
  readonly volatility: Float64Array;
  /** Continuously compounded, per year, any sign. */
  readonly rate: Float64Array;
  /** Continuous, per year, any sign; the rate itself for options on futures with the premium paid at once. */
  readonly dividendYield: Float64Array;
}

/**
 * `leisen-reimer`: binomial trees of 51 and 103 steps, extrapolated. `qdfp-…`: the exercise boundary by fixed point
 * (Andersen, Lake and Offengenden), at three precisions. Errors and speed: docs/ACCURACY.md.
 */
export const americanMethods = ['leisen-reimer', 'qdfp-fast', 'qdfp-accurate', 'qdfp-precise'] as const;
export type AmericanMethod = (typeof americanMethods)[number];

export interface AmericanOptions {
  /** `qdfp-accurate` if absent. */
  readonly method?: AmericanMethod;
  /** `wasm` if absent; the other gives the same bits. */
  readonly kernels?: 'wasm' | 'javascript';
}

/** A scheme of boundary.ts: (l, m, n, p), and which integrals are by tanh-sinh (0 none, 1 the premium's, 2 both). */
export interface BoundaryScheme {
  readonly integral: number;
  readonly iterations: number;
  readonly degree: number;
  readonly premium: number;
  readonly tanhSinh: 0 | 1 | 2;
}

const schemes: Readonly<Record<Exclude<AmericanMethod, 'leisen-reimer'>, BoundaryScheme>> = {
  'qdfp-fast': {
    integral: FAST_INTEGRAL, iterations: FAST_ITERATIONS, degree: FAST_DEGREE, premium: FAST_PREMIUM, tanhSinh: 0,
  },
  'qdfp-accurate': {
    integral: ACCURATE_INTEGRAL, iterations: ACCURATE_ITERATIONS, degree: ACCURATE_DEGREE, premium: ACCURATE_PREMIUM,
    tanhSinh: 1,
  },
  'qdfp-precise': {
    integral: PRECISE_INTEGRAL, iterations: PRECISE_ITERATIONS, degree: PRECISE_DEGREE, premium: PRECISE_PREMIUM,
    tanhSinh: 2,
  },
};

/** Options per call of a kernel. */
const blockCount = 2_048;
const inputCount = AMERICAN_COLUMNS - 1;

/**
 * Prices of American options. NaN where an input is negative that must not be, or not finite. Throws `OptionInvalid` if
 * the columns differ in length or a name is unknown.
 */
export function americanPrices(options: AmericanColumns, { method, kernels }: AmericanOptions = {}): Float64Array {
  const name = method ?? 'qdfp-accurate';
  if (!americanMethods.includes(name)) {
    throw new MargridError('OptionInvalid', `method must be one of ${americanMethods.join(', ')}, got '${name}'`, {
      column: 'method',
      value: name,
    });
  }
  return run(options, name === 'leisen-reimer' ? null : schemes[name], kernels ?? 'wasm');
}

/** The same with a scheme of one's own, for comparisons with published ones. */
export function americanPricesByScheme(options: AmericanColumns, scheme: BoundaryScheme): Float64Array {
  const { integral, iterations, degree, premium } = scheme;
  const counts = [integral, iterations, degree, premium];
  if (!counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 1_000) || degree < 2) {
    throw new MargridError('OptionInvalid', `a scheme needs counts in [1, 1000], got ${counts.join(', ')}`);
  }
  return run(options, scheme, 'wasm');
}

function run(options: AmericanColumns, scheme: BoundaryScheme | null, kernels: 'wasm' | 'javascript'): Float64Array {
  const inputs = inputsOf(options);
  const workspace = kernels === 'wasm' ? wasmWorkspace(scheme) : javascriptWorkspace(scheme);
  const prices = new Float64Array(inputs[0].length);
  for (let first = 0; first < prices.length; first += blockCount) {
    const count = Math.min(blockCount, prices.length - first);
    inputs.forEach((column, index) => workspace.columns[index].set(column.subarray(first, first + count)));
    workspace.run(count);
    prices.set(workspace.columns[inputCount].subarray(0, count), first);
  }
  return prices;
}

function inputsOf(options: AmericanColumns): Float64Array[] {
  const count = options.optionType.length;
  for (const [name, column] of Object.entries(options) as [string, { length: number }][]) {
    if (column.length !== count) {
      throw new MargridError('OptionInvalid', `${name} has ${column.length} values, expected ${count}`, { column: name });
    }
  }
  const sign = Float64Array.from(options.optionType, (type: string, row) => {
    if (type === 'call') return 1;
    if (type === 'put') return -1;
    throw new MargridError('OptionInvalid', `optionType must be 'call' or 'put', got '${type}' at ${row}`, {
      column: 'optionType',
      value: type,
    });
  });
  const { spot, strike, timeToExpiryYears, volatility, rate, dividendYield } = options;
  return [sign, spot, strike, timeToExpiryYears, volatility, rate, dividendYield];
}

interface Workspace {
  readonly columns: readonly Float64Array[];
  run(count: number): void;
}

/** Memory of a batch: eight columns, the work area, the words of the scheme. Offsets in floats. */
function planOf(scheme: BoundaryScheme | null): { work: number; words: number; total: number } {
  const work = AMERICAN_COLUMNS * blockCount;
  const workCount =
    scheme === null
      ? treeWorkFloats(FINE_STEPS)
      : boundaryWorkFloats(scheme.integral, scheme.degree, scheme.premium);
  return { work, words: work + workCount, total: work + workCount + Math.ceil(SCHEME_WORDS / 2) };
}

function columnsAt(buffer: ArrayBufferLike, first: number): Float64Array[] {
  return Array.from(
    { length: AMERICAN_COLUMNS },
    (_each, index) => new Float64Array(buffer, first + index * blockCount * 8, blockCount),
  );
}

function wordsOf({ integral, iterations, degree, premium, tanhSinh }: BoundaryScheme): number[] {
  return [integral, iterations, degree, premium, tanhSinh];
}

function wasmWorkspace(scheme: BoundaryScheme | null): Workspace {
  const module = (compiled ??= compileBuild('single'));
  const first = Math.ceil(heapBaseOf(instantiate(module, createMemory('single', 65_536))) / 64) * 64;
  const { work, words, total } = planOf(scheme);
  const memory = createMemory('single', first + total * 8);
  const exports = instantiate(module, memory);
  const at = (floats: number): number => first + floats * 8;
  if (scheme !== null) new Int32Array(memory.buffer, at(words), SCHEME_WORDS).set(wordsOf(scheme));
  return {
    columns: columnsAt(memory.buffer, first),
    run: (count) => {
      if (scheme === null) {
        exports['americanTreePrices'](first, blockCount, count, at(work), COARSE_STEPS, FINE_STEPS);
      } else exports['americanBoundaryPrices'](first, blockCount, count, at(work), at(words));
    },
  };
}

let compiled: WebAssembly.Module | null = null;

function javascriptWorkspace(scheme: BoundaryScheme | null): Workspace {
  const { work, words, total } = planOf(scheme);
  const f = new Float64Array(total);
  const w = new Int32Array(f.buffer);
  if (scheme !== null) w.set(wordsOf(scheme), 2 * words);
  return {
    columns: columnsAt(f.buffer, 0),
    run: (count) => {
      if (scheme === null) priceByTrees(f, 0, blockCount, count, work, COARSE_STEPS, FINE_STEPS);
      else priceByBoundaries(f, w, 0, blockCount, count, work, 2 * words);
    },
  };
}
