import { INTEGER_FLOATS } from '../../../assembly/portable/integer.ts';
import { MargridError } from '../../../src/errors.ts';
import { readInteger, writeInteger } from '../../../src/money/integer-block.ts';
import { createMemory, heapBaseOf, instantiate, type KernelExports } from '../../../src/wasm/module.ts';
import { CaseInputError, type Fields } from '../fields.ts';
import { MissingBuildError, requireBuild } from '../kernel-module.ts';

const blockFloats = 1024;

/** Numbers and floats in the memory of a fresh instance of the WASM build, for kernels that work on a block. */
export class NumberBlock {
  readonly #exports: KernelExports;
  readonly #floats: Float64Array;
  readonly #address: number;
  readonly #numbersFrom: number;

  /** `numbersFrom`: floats of the block before its numbers. */
  constructor(numbersFrom = 0) {
    const module = requireBuild();
    const base = Math.ceil(heapBaseOf(instantiate(module, createMemory('single', 65_536))) / 16) * 16;
    const memory = createMemory('single', base + blockFloats * 8);
    this.#exports = instantiate(module, memory);
    this.#floats = new Float64Array(memory.buffer, base, blockFloats);
    this.#address = base;
    this.#numbersFrom = numbersFrom;
  }

  setFloats(values: readonly number[]): this {
    this.#floats.set(values);
    return this;
  }

  float(index: number): number {
    return this.#floats[index];
  }

  setNumbers(values: readonly bigint[]): this {
    values.forEach((value, k) => checked(() => writeInteger(this.#floats, this.#numbersFrom + k * INTEGER_FLOATS, value)));
    return this;
  }

  /** Throws if the kernel says that the number does not fit. */
  number(k: number): bigint {
    return checked(() => readInteger(this.#floats, this.#numbersFrom + k * INTEGER_FLOATS));
  }

  /** Runs an export with the block's address and further arguments. */
  run(kernel: string, ...args: number[]): number {
    return call(this.#exports, kernel, this.#address, ...args);
  }
}

/** A number too large for the kernels is a bad input of its case. */
function checked<T>(access: () => T): T {
  try {
    return access();
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    throw new CaseInputError(cause.message);
  }
}

let shared: KernelExports | null = null;

/** An export of the WASM build that takes and returns plain numbers. */
export function runKernel(kernel: string, ...args: number[]): number {
  shared ??= instantiate(requireBuild(), createMemory('single', 65_536));
  return call(shared, kernel, ...args);
}

function call(exports: KernelExports, kernel: string, ...args: number[]): number {
  const run = exports[kernel];
  if (run === undefined) throw new MissingBuildError(`run npm run build first: build/single.wasm has no ${kernel}`);
  return run(...args);
}

/** A whole number, or a decimal string of one of any length. */
export function wholeOf(fields: Fields, name: string): bigint {
  const value = fields[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value);
  throw new CaseInputError(`input ${name} must be a whole number, got ${JSON.stringify(value) ?? 'nothing'}`);
}

/** The same, or a fallback where it is absent. */
export function optionalWhole(fields: Fields, name: string, fallback: bigint): bigint {
  return fields[name] === undefined || fields[name] === null ? fallback : wholeOf(fields, name);
}
