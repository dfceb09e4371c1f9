import { fillSlopePoint } from '../../assembly/portable/certify/slope-point.ts';
import { fillSlopeRow } from '../../assembly/portable/certify/slope-row.ts';
import { fillSpanRow, marginSpan } from '../../assembly/portable/margin/span.ts';
import { fillDeribitStandardRow, marginDeribitStandard } from '../../assembly/portable/margin/deribit-standard.ts';
import { fillDeribitXpmRow, marginDeribitXpm } from '../../assembly/portable/margin/deribit-xpm.ts';
import { fillParadexPmRow, marginParadexPm } from '../../assembly/portable/margin/paradex-pm.ts';
import { fillParadexXmRow, marginParadexXm } from '../../assembly/portable/margin/paradex-xm.ts';
import { fillTimsRow, marginTims } from '../../assembly/portable/margin/tims.ts';
import { marginDerivePortfolio } from '../../assembly/portable/margin/derive-portfolio.ts';
import { fillDerivePortfolioRow } from '../../assembly/portable/margin/derive-portfolio-row.ts';
import { fillDeriveSrmRow, marginDeriveSrm } from '../../assembly/portable/margin/derive-srm.ts';
import { marginVar } from '../../assembly/portable/margin/var.ts';
import { fillVarRow } from '../../assembly/portable/margin/var-row.ts';
import { fillRegtRow } from '../../assembly/portable/margin/regt.ts';
import { MargridError } from '../errors.ts';
import type { Kernels } from '../wasm/kernels.ts';
import { fillTieredRow, marginTiered } from '../../assembly/portable/margin/tiered.ts';
import { bookPnl, bookTails } from './book-tails.ts';
import { certifyDeribitPm } from './certify-deribit-pm.ts';
import { deribitPm, deribitPmVectors } from './deribit-pm.ts';
import { markRows } from './mark-rows.ts';
import { viewMemory } from './memory-views.ts';
import { portableMargin, portableRows } from './portable.ts';
import { revalueWorstLoss } from './revalue.ts';
import { riskArray } from './risk-array.ts';
import { volatilityMoves } from './volatility-moves.ts';

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
    riskArrayOf: (context, rows, count) => {
      const listed = memory.i32.subarray(rows >>> 2, (rows >>> 2) + count);
      for (let each = 0; each < count; each++) riskArray(memory, context, listed[each], 1);
    },
    deribitPmOf: (context, sets, count, scratch) => {
      const listed = memory.i32.subarray(sets >>> 2, (sets >>> 2) + count);
      for (let each = 0; each < count; each++) deribitPm(memory, context, scratch, listed[each], 1);
    },
    markRows: (context, _scratch, first, count) => markRows(memory, context, first, count),
    volatilityMoves: (context, reference, segments) => volatilityMoves(memory, context, reference, segments),
    slopeRows: portableRows(memory, (f, w, context, row) => fillSlopeRow(f, memory.f32, w, context, row)),
    slopePoints: portableRows(memory, (f, w, context, row) => fillSlopePoint(f, memory.f32, w, context, row)),
    revalueWorstLoss: (context, scratch, first, count) => revalueWorstLoss(memory, context, scratch, first, count),
    // `BookRows.fill` fills rows in JavaScript.
    bookRows: () => {},
    // Selects with a heap, from P&L in 64 bits.
    bookScreen: () => {},
    bookTails: (context, scratch, first, count) => bookTails(memory, context, scratch, first, count),
    bookPnl: (context, scratch, portfolio, cells) => bookPnl(memory, context, scratch, portfolio, cells),
    deribitPm: (context, scratch, first, count) => deribitPm(memory, context, scratch, first, count),
    certifyDeribitPm: (context, scratch, first, count) => certifyDeribitPm(memory, context, scratch, first, count),
    spanRows: portableRows(memory, fillSpanRow),
    span: portableMargin(memory, marginSpan),
    timsRows: portableRows(memory, fillTimsRow),
    tims: portableMargin(memory, marginTims),
    varRows: portableRows(memory, fillVarRow),
    varMargin: portableMargin(memory, marginVar),
    deribitStandardRow: portableRows(memory, fillDeribitStandardRow),
    deribitStandard: portableMargin(memory, marginDeribitStandard),
    deribitXpmRow: portableRows(memory, fillDeribitXpmRow),
    deribitXpm: portableMargin(memory, marginDeribitXpm),
    derivePortfolioRows: portableRows(memory, fillDerivePortfolioRow),
    derivePortfolio: portableMargin(memory, marginDerivePortfolio),
    deriveSrmRows: portableRows(memory, fillDeriveSrmRow),
    deriveSrm: portableMargin(memory, marginDeriveSrm),
    tieredRows: portableRows(memory, fillTieredRow),
    tiered: portableMargin(memory, marginTiered),
    deribitPmVectors: (context, set, group, preAggregated, aggregated) =>
      deribitPmVectors(memory, context, set, group, preAggregated, aggregated),
    paradexPmRow: portableRows(memory, fillParadexPmRow),
    paradexPm: portableMargin(memory, marginParadexPm),
    paradexXmRow: portableRows(memory, fillParadexXmRow),
    paradexXm: portableMargin(memory, marginParadexXm),
  };
}

/** Stands where `withHostKernels` puts a host kernel. */
function onHost(): never {
  throw new MargridError('EngineState', 'a host kernel was called that is not there: see src/host/kernels.ts');
}
