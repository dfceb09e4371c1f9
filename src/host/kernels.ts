import { viewMemory, type MemoryViews } from '../scalar/memory-views.ts';
import { portableMargin } from '../scalar/portable.ts';
import type { HostKernelName, Kernels, MarginKernel } from '../wasm/kernels.ts';
import { marginRegt } from './regt.ts';

/**
 * Margin kernels that are JavaScript in every engine, because what they do is no arithmetic over rows (optimal pairing
 * of strategies). They read and write the same memory as the WASM kernels beside them.
 */
function hostKernels(memory: MemoryViews): Readonly<Record<HostKernelName, MarginKernel>> {
  return { regt: portableMargin(memory, marginRegt) };
}

/** The kernels of a WASM module, or of the JavaScript engine, with the host kernels added. */
export function withHostKernels<T extends Kernels>(kernels: T, buffer: ArrayBufferLike): T {
  return { ...kernels, ...hostKernels(viewMemory(buffer)) };
}
