import { compileBuild, createMemory, heapBaseOf, instantiate, type KernelExports } from '../../src/wasm/module.ts';

const pages = 64;
const fenceBytes = 64;
/** A pattern that no kernel writes: a signalling NaN. */
const fencePattern = 0x7ff4_dead_beef_0001n;

/** The release build on a memory of its own, with columns between fences: a byte written beyond a column is noticed. */
export class KernelBench {
  readonly kernels: KernelExports;
  readonly #memory = createMemory('release', pages * 65_536);
  readonly #fences: number[] = [];
  #next: number;

  constructor() {
    this.kernels = instantiate(compileBuild('release'), this.#memory);
    this.#next = Math.ceil(heapBaseOf(this.kernels) / 16) * 16;
    this.#fence();
  }

  /** A column of f64; `misalign` in bytes (a multiple of 8) puts it off the 16-byte grid. */
  floats(values: readonly number[] | number, misalign = 0): Float64Array {
    const count = typeof values === 'number' ? values : values.length;
    const column = new Float64Array(this.#memory.buffer, this.#take(count * 8, misalign), count);
    if (typeof values === 'number') column.fill(NaN);
    else column.set(values);
    return column;
  }

  integers(count: number, misalign = 0): Int32Array {
    return new Int32Array(this.#memory.buffer, this.#take(count * 4, misalign), count).fill(-1);
  }

  /** Calls a kernel with the addresses of the columns and the count. */
  run(name: string, columns: readonly (Float64Array | Int32Array)[], count: number): void {
    const kernel = this.kernels[name];
    if (kernel === undefined) throw new Error(`build/release.wasm has no ${name}: run the build`);
    kernel(...columns.map(({ byteOffset }) => byteOffset), count);
  }

  /** Addresses of fences that were overwritten. */
  brokenFences(): number[] {
    return this.#fences.filter((address) =>
      new BigUint64Array(this.#memory.buffer, address, fenceBytes / 8).some((word) => word !== fencePattern));
  }

  #take(bytes: number, misalign: number): number {
    const address = this.#next + misalign;
    // The fence begins at the first whole f64 after the column.
    this.#next = Math.ceil((address + bytes) / 8) * 8;
    this.#fence();
    return address;
  }

  #fence(): void {
    new BigUint64Array(this.#memory.buffer, this.#next, fenceBytes / 8).fill(fencePattern);
    this.#fences.push(this.#next);
    this.#next = Math.ceil((this.#next + fenceBytes) / 16) * 16;
  }
}

/** The first index at which two columns differ in a bit, NaN equal to NaN; -1 if there is none. */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    if (!Object.is(a[index], b[index])) return index;
  }
  return -1;
}
