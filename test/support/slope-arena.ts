import {
  BOX_PRICE, BOX_PRICE_REST, BOX_VOLATILITY, BOX_VOLATILITY_REST, CERTIFICATE_BYTES, CERTIFICATE_EXPIRY_SLOPES,
  CERTIFICATE_FLOAT_COUNT, CERTIFICATE_SLOPE_ROWS, CERTIFICATE_SLOPE_TERMS, CERTIFICATE_WORD_COUNT,
  EXPIRY_DEVIATION_FALL, EXPIRY_DEVIATION_RISE, EXPIRY_SLOPE_COUNT, EXPIRY_TIME, SLOPE_ROW_COUNT, SLOPE_TERM_COUNT, slopeAt, slopeFloatsOf,
} from '../../assembly/portable/certificate-layout.ts';
import { CONTEXT_CERTIFICATE, CONTEXT_RISK_ARRAY, CONTEXT_TERMS, TERM_COUNT } from '../../assembly/portable/layout.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import { compileBuild, createMemory, instantiate, type KernelExports } from '../../src/wasm/module.ts';

/** Half widths of a box, in logs. */
export interface Box {
  readonly price: number;
  readonly priceRest: number;
  readonly volatility: number;
  readonly volatilityRest: number;
  readonly time: number;
}

/** Slopes of one instrument: a copy of what the kernel wrote. */
export interface Slopes {
  /** Row by row, CELL_COUNT floats each. */
  readonly rows: Float64Array;
  readonly terms: Float64Array;
}

export type Runner = 'simd' | 'twin' | 'javascript';

/** The arena of an engine copied into a memory with room for a certificate block and its tables. */
export class SlopeArena {
  readonly kernels: KernelExports;
  readonly buffer: ArrayBufferLike;
  readonly context: number;
  readonly cellCount: number;
  readonly instrumentCount: number;
  readonly expiryCount: number;
  readonly #block: number;
  readonly #scratch: number;
  readonly #rows: number;
  readonly #terms: number;
  readonly #expirySlopes: number;
  readonly #javascript: ReturnType<typeof scalarKernels>;

  constructor(engine: Engine) {
    const { plan, buffer } = engine.arena;
    this.cellCount = cellCountOf(plan.counts.scenarioCount);
    this.instrumentCount = plan.counts.instrumentCount;
    this.expiryCount = plan.counts.expiryCount;
    this.context = plan.context;
    this.#scratch = plan.scratch[0];
    this.#block = Math.ceil(buffer.byteLength / 64) * 64;
    this.#expirySlopes = this.#block + CERTIFICATE_BYTES + CERTIFICATE_FLOAT_COUNT * 8;
    this.#terms = this.#expirySlopes + this.expiryCount * EXPIRY_SLOPE_COUNT * 8;
    this.#rows = Math.ceil((this.#terms + this.instrumentCount * SLOPE_TERM_COUNT * 8) / 64) * 64;
    const end = this.#rows + this.instrumentCount * slopeFloatsOf(this.cellCount) * 4;
    const memory = createMemory('release', end);
    this.buffer = memory.buffer;
    new Uint8Array(this.buffer).set(new Uint8Array(buffer));
    this.kernels = instantiate(compileBuild('release'), memory);
    this.#javascript = scalarKernels(this.buffer);
    const words = new Uint32Array(this.buffer, this.#block, CERTIFICATE_WORD_COUNT);
    words[CERTIFICATE_SLOPE_ROWS] = this.#rows;
    words[CERTIFICATE_SLOPE_TERMS] = this.#terms;
    words[CERTIFICATE_EXPIRY_SLOPES] = this.#expirySlopes;
    new Uint32Array(this.buffer, this.context)[CONTEXT_CERTIFICATE] = this.#block;
    this.expirySlopes.fill(0.5);
  }

  /** Of expiries as if time moved all deviations by half of its own movement: `MovingMarket.setExpirySlopes` has others. */
  setBox({ price, priceRest, volatility, volatilityRest, time }: Box): void {
    const floats = new Float64Array(this.buffer, this.#block + CERTIFICATE_BYTES, CERTIFICATE_FLOAT_COUNT);
    floats[BOX_PRICE] = price;
    floats[BOX_PRICE_REST] = priceRest;
    floats[BOX_VOLATILITY] = volatility;
    floats[BOX_VOLATILITY_REST] = volatilityRest;
    for (let at = 0; at < this.expirySlopes.length; at += EXPIRY_SLOPE_COUNT) {
      this.expirySlopes[at + EXPIRY_TIME] = time;
      this.expirySlopes[at + EXPIRY_DEVIATION_FALL] = volatility + volatilityRest + time / 2;
      this.expirySlopes[at + EXPIRY_DEVIATION_RISE] = volatility + volatilityRest;
    }
  }

  /** EXPIRY_SLOPE_COUNT floats per expiry row. */
  get expirySlopes(): Float64Array {
    return new Float64Array(this.buffer, this.#expirySlopes, this.expiryCount * EXPIRY_SLOPE_COUNT);
  }

  /** Present columns of the memory, by context word; to be changed at will. */
  column(slot: number, count: number): Float64Array {
    return new Float64Array(this.buffer, new Uint32Array(this.buffer, this.context)[slot], count);
  }

  /** Kernel A: a copy of the cells (CELL_COUNT per instrument) and of the terms (TERM_COUNT per instrument). */
  evaluate(): { readonly cells: Float64Array; readonly terms: Float64Array } {
    this.kernels.riskArray(this.context, 0, this.instrumentCount, this.#scratch);
    return {
      cells: this.column(CONTEXT_RISK_ARRAY, this.instrumentCount * this.cellCount).slice(),
      terms: this.column(CONTEXT_TERMS, this.instrumentCount * TERM_COUNT).slice(),
    };
  }

  /** Fills rows [first, first + count), bounds and points, with a pattern in the tables before. */
  run(runner: Runner = 'simd', first = 0, count = this.instrumentCount): void {
    new Float64Array(this.buffer, this.#terms, this.instrumentCount * SLOPE_TERM_COUNT).fill(-7);
    new Float32Array(this.buffer, this.#rows, this.instrumentCount * slopeFloatsOf(this.cellCount)).fill(-7);
    this.bound(runner, first, count);
    this.point(runner, first, count);
  }

  /** Kernel `slopeRows` alone. */
  bound(runner: Runner = 'simd', first = 0, count = this.instrumentCount): void {
    if (runner === 'simd') this.kernels.slopeRows(this.context, first, count, 0);
    else if (runner === 'twin') this.kernels['slopeRowsScalar'](this.context, first, count);
    else this.#javascript.slopeRows(this.context, first, count, 0);
  }

  /** Kernel `slopePoints` alone. */
  point(runner: Runner = 'simd', first = 0, count = this.instrumentCount): void {
    if (runner === 'simd') this.kernels.slopePoints(this.context, first, count, 0);
    else if (runner === 'twin') this.kernels['slopePointsScalar'](this.context, first, count);
    else this.#javascript.slopePoints(this.context, first, count, 0);
  }

  slopesOf(row: number): Slopes {
    const floats = slopeFloatsOf(this.cellCount);
    const own = new Float32Array(this.buffer, this.#rows + row * floats * 4, floats);
    const { cellCount } = this;
    return {
      rows: Float64Array.from({ length: SLOPE_ROW_COUNT * cellCount }, (_, index) =>
        own[slopeAt(Math.floor(index / cellCount), index % cellCount)]),
      terms: new Float64Array(this.buffer, this.#terms + row * SLOPE_TERM_COUNT * 8, SLOPE_TERM_COUNT),
    };
  }

  /** Copy of the bytes of both tables. */
  bytes(): Buffer {
    const bytes = this.#rows - this.#terms + this.instrumentCount * slopeFloatsOf(this.cellCount) * 4;
    return Buffer.from(this.buffer.slice(this.#terms, this.#terms + bytes));
  }
}
