/**
 * The exported kernels and the first address an arena may use; nothing else.
 *
 * Re-exports carry no extension: asc strips `.ts` from imports, but not from re-exports.
 */
import "./views.ts";
export * from "./pricing";
export { riskArray, riskArrayScalar } from "./revalue/risk-array";
export { revalueWorstLoss, revalueWorstLossScalar } from "./revalue/revalue";
export { deribitPm, deribitPmScalar } from "./margin/deribit-pm";
export { deribitPmVectors } from "./margin/deribit-pm-vectors";
export { regtRows } from "./margin/regt";

export const HEAP_BASE: usize = __heap_base;
