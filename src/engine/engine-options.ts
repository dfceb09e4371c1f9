import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import type { KernelChoice } from './machine.ts';

export interface EngineOptions {
  readonly market: Market;
  readonly book: Book;
  /** Name in the registry; default `deribit-pm`. */
  readonly model?: string;
  /** Model parameters as in their file; parsed and validated here. */
  readonly params: unknown;
  /**
   * Worker threads. 0 (default) runs on the calling thread, with the non-shared build. More needs the built package.
   * Results are the same bits for every number.
   */
  readonly workers?: number;
  /** `wasm` (default where WASM SIMD exists) or `javascript`: bit-equal, slower. */
  readonly kernels?: KernelChoice;
  /** Position slots and netting sets to plan for, so that updates have room; defaults leave an eighth. */
  readonly positionCapacity?: number;
  readonly nettingSetCapacity?: number;
}

/** Room for more than ticks take. */
export interface EngineRoom {
  /** Columns of certificates, for `Monitor`. */
  readonly certified?: boolean;
  /** References that they may be of at once. */
  readonly referenceCount?: number;
}
