import {
  IMPLIED_ABOVE_MAXIMUM,
  IMPLIED_BELOW_INTRINSIC,
  IMPLIED_INVALID,
  IMPLIED_OK,
} from '../../assembly/portable/implied-volatility.ts';
import type { OptionType } from '../domain/instrument.ts';
import { MargridError } from '../errors.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate, type KernelExports } from '../wasm/module.ts';

/** Columns of European options; all of one length. Prices, forwards and strikes in quote currency per base unit. */
export interface OptionColumns {
  readonly optionType: readonly OptionType[];
  readonly forward: Float64Array;
  readonly strike: Float64Array;
  /** ACT/365 or any other day count, as long as the volatility uses the same; >= 0. */
  readonly timeToExpiryYears: Float64Array;
}

export interface PricedOptionColumns extends OptionColumns {
  /** Fraction per square root of a year; >= 0. */
  readonly volatility: Float64Array;
  /** Continuously compounded; 0 if absent. */
  readonly rate?: Float64Array;
}

/** Black-76 values and sensitivities, discounted. Errors and conventions: docs/ACCURACY.md. */
export interface Greeks {
  readonly price: Float64Array;
  /** By the forward. */
  readonly delta: Float64Array;
  readonly gamma: Float64Array;
  /** Per 1.00 of volatility. */
  readonly vega: Float64Array;
  /** Per calendar year, at a fixed forward. */
  readonly theta: Float64Array;
  /** Per 1.00 of the rate, at a fixed forward. */
  readonly rho: Float64Array;
  readonly vanna: Float64Array;
  readonly volga: Float64Array;
  /** Delta less the price in base units: the delta of a coin-settled option. */
  readonly netTransactionDelta: Float64Array;
}

export type ImpliedVolatilityStatus = 'ok' | 'below-intrinsic' | 'above-maximum' | 'invalid';

export interface ImpliedVolatilities {
  /** NaN unless the status is `ok`; 0 where the price equals the intrinsic value. */
  readonly volatility: Float64Array;
  readonly status: readonly ImpliedVolatilityStatus[];
}

const statusNames: readonly ImpliedVolatilityStatus[] = (() => {
  const names: ImpliedVolatilityStatus[] = [];
  names[IMPLIED_OK] = 'ok';
  names[IMPLIED_BELOW_INTRINSIC] = 'below-intrinsic';
  names[IMPLIED_ABOVE_MAXIMUM] = 'above-maximum';
  names[IMPLIED_INVALID] = 'invalid';
  return names;
})();

/** Options per call of a kernel: all columns of a block fit the level-2 cache. */
const blockCount = 2_048;
const blockBytes = blockCount * 8;
/** Most columns that a kernel takes: six inputs and nine outputs of `greekOptions`. */
const columnCount = 15;

interface Workspace {
  readonly kernels: KernelExports;
  readonly columns: readonly Float64Array[];
  readonly addresses: readonly number[];
}

let workspace: Workspace | null = null;

function openWorkspace(): Workspace {
  if (workspace !== null) return workspace;
  const module = compileBuild('single');
  const heapBase = heapBaseOf(instantiate(module, createMemory('single', 65_536)));
  const first = Math.ceil(heapBase / 64) * 64;
  const memory = createMemory('single', first + columnCount * blockBytes);
  const addresses = Array.from({ length: columnCount }, (_, index) => first + index * blockBytes);
  const columns = addresses.map((address) => new Float64Array(memory.buffer, address, blockCount));
  workspace = { kernels: instantiate(module, memory), columns, addresses };
  return workspace;
}

/**
 * Runs a kernel over blocks: copies the inputs in, calls it with the addresses of inputs, outputs and the count, copies
 * the outputs out.
 */
function runBlocks(kernel: string, inputs: readonly Float64Array[], outputs: readonly Float64Array[]): void {
  const { kernels, columns, addresses } = openWorkspace();
  const total = inputs[0].length;
  for (let first = 0; first < total; first += blockCount) {
    const count = Math.min(blockCount, total - first);
    inputs.forEach((column, index) => columns[index].set(column.subarray(first, first + count)));
    kernels[kernel](...addresses.slice(0, inputs.length + outputs.length), count);
    outputs.forEach((column, index) => column.set(columns[inputs.length + index].subarray(0, count), first));
  }
}

function signsOf(options: OptionColumns): Float64Array {
  const count = options.optionType.length;
  for (const [name, column] of Object.entries(options)) {
    if (column !== undefined && (column as { length: number }).length !== count) {
      throw new MargridError(
        'OptionInvalid',
        `${name} has ${(column as { length: number }).length} values, expected ${count}`,
        { column: name },
      );
    }
  }
  return Float64Array.from(options.optionType, signOf);
}

/** Callers in JavaScript may pass anything: what is neither must not be priced as one of the two. */
function signOf(optionType: OptionType, row: number): number {
  if (optionType === 'call') return 1;
  if (optionType === 'put') return -1;
  const value: unknown = optionType;
  throw new MargridError(
    'OptionInvalid',
    `optionType must be 'call' or 'put', got ${JSON.stringify(value)} at ${row}`,
    {
      column: 'optionType',
      value,
    },
  );
}

/**
 * Prices and Greeks of European options by the WASM kernels. Throws `OptionInvalid` if the columns differ in length.
 */
export function optionGreeks(options: PricedOptionColumns): Greeks {
  const sign = signsOf(options);
  const column = (): Float64Array => new Float64Array(sign.length);
  const greeks: Greeks = {
    price: column(),
    delta: column(),
    gamma: column(),
    vega: column(),
    theta: column(),
    rho: column(),
    vanna: column(),
    volga: column(),
    netTransactionDelta: column(),
  };
  const { forward, strike, timeToExpiryYears, volatility, rate = column() } = options;
  runBlocks(
    'greekOptions',
    [sign, forward, strike, timeToExpiryYears, volatility, rate],
    [
      greeks.price,
      greeks.delta,
      greeks.gamma,
      greeks.vega,
      greeks.theta,
      greeks.rho,
      greeks.vanna,
      greeks.volga,
      greeks.netTransactionDelta,
    ],
  );
  return greeks;
}

/**
 * Volatilities of undiscounted prices. A price that no volatility gives is told by its status, never by an exception.
 */
export function impliedVolatilities(
  options: OptionColumns & { readonly undiscountedPrice: Float64Array },
): ImpliedVolatilities {
  const sign = signsOf(options);
  const volatility = new Float64Array(sign.length);
  const { forward, strike, timeToExpiryYears, undiscountedPrice } = options;
  const status: ImpliedVolatilityStatus[] = [];
  const { kernels, columns, addresses } = openWorkspace();
  const inputs = [sign, forward, strike, timeToExpiryYears, undiscountedPrice];
  const written = new Int32Array(columns[6].buffer, addresses[6], blockCount);
  for (let first = 0; first < sign.length; first += blockCount) {
    const count = Math.min(blockCount, sign.length - first);
    inputs.forEach((input, index) => columns[index].set(input.subarray(first, first + count)));
    kernels['impliedVolatilities'](...addresses.slice(0, 7), count);
    volatility.set(columns[5].subarray(0, count), first);
    for (let i = 0; i < count; i++) status.push(statusNames[written[i]]);
  }
  return { volatility, status };
}
