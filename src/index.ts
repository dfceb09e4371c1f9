/**
 * margrid: margins for a whole book, every tick. The public API; everything else is private.
 */
export { Engine } from './engine/engine.ts';
export type { EngineOptions, ResultColumns, TickReport, TickTimings } from './engine/engine.ts';
export type { AddOnChange, BookChanges, CashChange, PositionChange } from './engine/book-changes.ts';
export type { Quotes } from './engine/tick-inputs.ts';
export { statusNames, type CurrencyTotals, type StatusName, type Totals } from './engine/totals.ts';
export type { Instrument, InstrumentKind, OptionType, Payoff, RiskGroup } from './domain/instrument.ts';
export { pairOf, riskGroupOf } from './domain/instrument.ts';
export { timeToExpiryYears, yearMs, type Market } from './domain/market.ts';
export type { Book, CashColumns, PositionColumns, QuarantinedAccount } from './domain/book.ts';
export { BadInputError, errorCodes, formatProblem, MargridError, type ErrorCode, type ErrorPlace, type Problem } from './errors.ts';
export { limits } from './limits.ts';
export { defaultModelName, modelByName, modelNames } from './margin/registry.ts';
export type { ComponentEvidence, Evidence, MarginModel } from './margin/model.ts';
