import { fillSpanRow, marginSpan } from '../../assembly/portable/margin/span.ts';
import type { Kernels } from '../wasm/kernels.ts';
import { deribitPm, deribitPmVectors } from './deribit-pm.ts';
import { viewMemory } from './memory-views.ts';
import { portableMargin, portableRows } from './portable.ts';
import { revalueWorstLoss } from './revalue.ts';
import { riskArray } from './risk-array.ts';

/**
 * The JavaScript engine: the same kernels over the same bytes, bit-equal to WASM. It runs where WASM SIMD is missing,
 * and it is the
 * baseline that speed-ups are measured against, so it is tuned as typed-array JavaScript is.
 */
export function scalarKernels(buffer: ArrayBufferLike): Kernels {
  const memory = viewMemory(buffer);
  return {
    riskArray: (context, first, count) => riskArray(memory, context, first, count),
    revalueWorstLoss: (context, scratch, first, count) => revalueWorstLoss(memory, context, scratch, first, count),
    deribitPm: (context, scratch, first, count) => deribitPm(memory, context, scratch, first, count),
    spanRows: portableRows(memory, fillSpanRow),
    span: portableMargin(memory, marginSpan),
    deribitPmVectors: (context, set, group, preAggregated, aggregated) =>
      deribitPmVectors(memory, context, set, group, preAggregated, aggregated),
  };
}
