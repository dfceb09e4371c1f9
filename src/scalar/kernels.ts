import { fillRegtRow } from '../../assembly/portable/margin/regt.ts';
import { MargridError } from '../errors.ts';
import type { Kernels } from '../wasm/kernels.ts';
import { deribitPm, deribitPmVectors } from './deribit-pm.ts';
import { viewMemory } from './memory-views.ts';
import { portableRows } from './portable.ts';
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
    regtRows: portableRows(memory, fillRegtRow),
    regt: onHost,
    riskArray: (context, first, count) => riskArray(memory, context, first, count),
    revalueWorstLoss: (context, scratch, first, count) => revalueWorstLoss(memory, context, scratch, first, count),
    deribitPm: (context, scratch, first, count) => deribitPm(memory, context, scratch, first, count),
    deribitPmVectors: (context, set, group, preAggregated, aggregated) =>
      deribitPmVectors(memory, context, set, group, preAggregated, aggregated),
  };
}

/** Stands where `withHostKernels` puts a host kernel. */
function onHost(): never {
  throw new MargridError('EngineState', 'a host kernel was called that is not there: see src/host/kernels.ts');
}
