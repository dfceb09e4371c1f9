import { viewMemory, type MemoryViews } from '../scalar/memory-views.ts';
import type { Kernels, MarginKernel, MarginKernelName } from '../wasm/kernels.ts';

/**
 * Margin kernels that are JavaScript in every engine, because what they do is no arithmetic over rows (optimal pairing
 * of strategies). They read and write the same memory as the WASM kernels beside them.
 */
export type HostKernels = Partial<Record<MarginKernelName, MarginKernel>>;

export function hostKernels(_memory: MemoryViews): HostKernels {
  return {};
}

/** The kernels of a WASM module with the host kernels added. */
export function withHostKernels<T extends Kernels>(kernels: T, buffer: ArrayBufferLike): T {
  return { ...kernels, ...hostKernels(viewMemory(buffer)) };
}
