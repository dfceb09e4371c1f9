import { CONTEXT_BYTES } from '../../assembly/portable/layout.ts';

/**
 * Typed views of the whole memory: the JavaScript engine reads the same bytes at the same addresses as the WASM
 * kernels.
 */
export interface MemoryViews {
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly u8: Uint8Array;
}

export function viewMemory(buffer: ArrayBufferLike): MemoryViews {
  const wholeFloats = Math.floor(buffer.byteLength / 8);
  return {
    f64: new Float64Array(buffer, 0, wholeFloats),
    f32: new Float32Array(buffer, 0, wholeFloats * 2),
    i32: new Int32Array(buffer, 0, wholeFloats * 2),
    u32: new Uint32Array(buffer, 0, wholeFloats * 2),
    u8: new Uint8Array(buffer),
  };
}

/** A word of the context block: an address or a count. */
export function word(memory: MemoryViews, context: number, slot: number): number {
  return memory.u32[(context >> 2) + slot];
}

/** A float of the context block. */
export function scalar(memory: MemoryViews, context: number, slot: number): number {
  return memory.f64[((context + CONTEXT_BYTES) >> 3) + slot];
}
