/** The exported kernels and the first address an arena may use; nothing else. */
export * from "./pricing.ts";
export { riskArray, riskArrayScalar } from "./revalue/risk-array.ts";
export { revalueWorstLoss, revalueWorstLossScalar } from "./revalue/revalue.ts";
export { deribitPm, deribitPmScalar } from "./margin/deribit-pm.ts";
export { deribitPmVectors } from "./margin/deribit-pm-vectors.ts";

export const HEAP_BASE: usize = __heap_base;
