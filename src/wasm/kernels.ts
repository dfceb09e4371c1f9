/**
 * The kernels of one engine, however they are run. Two implementations: the WASM module (`module.ts`) and the
 * JavaScript engine
 * (`scalar/`), bit-equal to each other. Arguments are addresses (bytes) and counts only.
 */
export interface Kernels {
  /** Kernel A: fills risk array rows [first, first + count). */
  riskArray(context: number, first: number, count: number): void;
  /** Kernels B and C alone: worst loss of netting sets [first, first + count). */
  revalueWorstLoss(context: number, scratch: number, first: number, count: number): void;
  /** Kernels B, C and D of the model `deribit-pm`. */
  deribitPm(context: number, scratch: number, first: number, count: number): void;
  /** Writes the aggregated vectors of one netting set and group; returns 1 if it holds the group. */
  deribitPmVectors(context: number, set: number, group: number, preAggregated: number, aggregated: number): number;
}

/** Kernels that turn netting sets into requirements: what a model may name. */
export type MarginKernelName = 'deribitPm' | 'revalueWorstLoss';
/** Everything a worker can be told to run over a range. */
export type RangeKernelName = 'riskArray' | MarginKernelName;
