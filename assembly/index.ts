/**
 * The exported kernels and the first address an arena may use; nothing else.
 *
 * Re-exports carry no extension: asc strips `.ts` from imports, but not from re-exports.
 */
import "./views.ts";
export * from "./pricing";
export { riskArray, riskArrayOf, riskArrayScalar } from "./revalue/risk-array";
export { slopeRows, slopeRowsScalar } from "./certify/slope-rows";
export { volatilityMoves, volatilityMovesScalar } from "./certify/volatility-moves";
export { slopePoints, slopePointsScalar } from "./certify/slope-points";
export { scenarioRows, scenarioRowsScalar, scenarioSums, scenarioSumsScalar } from "./revalue/scenario-rows";
export { revalueWorstLoss, revalueWorstLossScalar } from "./revalue/revalue";
export { bookRows } from "./revalue/book-rows";
export { bookScreen } from "./revalue/book-screen";
export { bookPnl, bookTails, bookTailsScalar } from "./revalue/book-tails";
export { deribitPm, deribitPmOf, deribitPmScalar } from "./margin/deribit-pm";
export { markRows } from "./margin/listed-sets";
export { deribitStandard, deribitStandardRow } from "./margin/deribit-standard";
export { deribitXpm, deribitXpmRow } from "./margin/deribit-xpm";
export { derivePortfolio, derivePortfolioRows } from "./margin/derive-portfolio";
export { deriveSrm, deriveSrmRows } from "./margin/derive-srm";
export { certifyDeribitPm, certifyDeribitPmScalar } from "./certify/certify-deribit-pm";
export { deribitPmVectors } from "./margin/deribit-pm-vectors";
export { tiered, tieredRows } from "./margin/tiered";
export * from "./margin/tiered-liquidation";
export { span, spanRows } from "./margin/span";
export { paradexPm, paradexPmRow } from "./margin/paradex-pm";
export { paradexXm, paradexXmRow } from "./margin/paradex-xm";
export { tims, timsRows } from "./margin/tims";
export { varMargin, varRows } from "./margin/var";
export { regtRows } from "./margin/regt";
export * from "./montecarlo";

export const HEAP_BASE: usize = __heap_base;
