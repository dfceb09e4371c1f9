/**
 * margrid: margins for a whole book, every tick. The public API; everything else is private.
 */

// The engine
export { Engine, type EngineOptions, type ResultColumns, type TickReport, type TickTimings } from './engine/engine.ts';
export { ShardedEngine, type ShardedEngineOptions } from './engine/sharded-engine.ts';
export { splitBook, type ShardSize } from './engine/split-book.ts';
export type { AddOnChange, BookChanges, CashChange, OrderChange, PositionChange } from './engine/book-changes.ts';
export {
  marginAccount,
  type AccountMargin,
  type AccountOrder,
  type AccountPosition,
  type AccountRequest,
} from './engine/account-margin.ts';
export { solveLiquidationPrice, type LiquidationPrices, type LiquidationRequest } from './engine/liquidation-price.ts';
export type { ReductionUndo, SetReductions } from './engine/set-reductions.ts';
export type { MovedPrices } from './engine/moved-quotes.ts';
export type { Quotes } from './engine/tick-inputs.ts';
export { statusNames, type CurrencyTotals, type StatusName, type Totals } from './engine/totals.ts';

// Statuses of a whole book on every tick, by certificates
export { Monitor, type CertifiedMargin, type HealthInterval, type MonitorOptions } from './monitor/monitor.ts';
export type { MonitorMode, MonitorReport, MonitorTimings, Renewal, StatusChanges } from './monitor/report.ts';
export type { Watched, WatchedThreshold } from './monitor/watch.ts';

// Accounts: statuses, margin calls, events
export {
  AccountEngine,
  type AccountEngineOptions,
  type AccountStatus,
  type JournalSink,
  type Outcome,
  type OutcomeOrRefusal,
} from './account/account-engine.ts';
export type { BookCommand, Command, PriceChange, QuoteChange, TickCommand } from './account/command.ts';
export type {
  EventBatch,
  ModuleEvent,
  Requirement as MarginRequirement,
  Storable,
  Transition,
  TransitionColumns,
} from './account/events.ts';
export type { AccountContext, AccountModule, Adjustment, ProposedTransitions, TickPlan } from './account/module.ts';
export { defaultAccountRules, parseAccountRules, type AccountRules } from './account/rules.ts';
export { levelNames, transitionReasons, type LevelName, type TransitionReason } from './account/status.ts';
export { GuardModule } from './guard/guard-module.ts';
export { defaultGuardRules, parseGuardRules, type GuardRules } from './guard/rules.ts';
export { robustIndex, type RobustIndex, type SourcePrice } from './guard/robust-index.ts';
export { allocate, weightsOf } from './money/allocate.ts';
export { amountOf, decimalsOf, minorOf, type MinorUnits, type Rounding } from './money/minor-units.ts';

// Ledger and lifecycle: money in whole minor units, fees, funding, settlement, exercise, adjustments; calendars
export { LedgerModule } from './ledger/ledger-module.ts';
export { parseLedgerSettings } from './ledger/ledger-settings.ts';
export type { BookkeepingOptions, Movement, NamedEntry } from './ledger/bookkeeping.ts';
export { Ledger, standardHouseAccounts, type EntryColumns, type LedgerOptions, type Posting } from './ledger/ledger.ts';
export { parseFeeSchedules, type FeeRate, type FeeSchedule, type FeeTier } from './ledger/fees.ts';
export { assignLots, assignmentMethods, type AssignmentMethod } from './ledger/assignment.ts';
export { averageAt, type AveragingWindow, type PartialAverage } from './ledger/averaging-window.ts';
export { dailyAtEight, eightHourly, nextTime, timesBetween, type Schedule } from './ledger/schedule.ts';
export {
  parseTradingCalendar,
  TradingCalendar,
  type Session,
  type TradingCalendarTerms,
  type UtcOffset,
} from './ledger/trading-calendar.ts';
export { feeVenues, loadFeeSchedules, loadTradingCalendar, tradingCalendarNames } from './ledger/shipped-data.ts';

// Who bears a bankruptcy: insurance funds, ADL, socialised losses
export { allocateAdl, type AdlAllocation, type AdlRequest, type AdlRule } from './waterfall/adl-allocation.ts';
export {
  adlFigures,
  adlScoreColumn,
  ranked,
  type AdlCandidates,
  type AdlMark,
  type AdlScore,
} from './waterfall/adl-rank.ts';
export { bankruptcyPrices, type CarriedDeficit, type DeficitCarrier } from './waterfall/bankruptcy-prices.ts';
export type { ContractTerms } from './waterfall/contract-value.ts';
export {
  runWaterfall,
  type BankruptAccount,
  type BankruptPosition,
  type Deleveraged,
  type WaterfallEntry,
  type WaterfallResult,
  type WaterfallVenue,
} from './waterfall/default-waterfall.ts';
export { membersByPrefix, membersByTable, singleMembers, type ClearingMembers } from './waterfall/clearing-members.ts';
export {
  sizeDefaultFund,
  StressBook,
  type DefaultFund,
  type DefaultFundOptions,
  type ScenarioLoss,
} from './waterfall/default-fund.ts';
export { reverseStress, type ReverseStress, type ReverseStressOptions } from './waterfall/reverse-stress.ts';
export { stressedQuotes, type MarketMove } from './waterfall/stress-quotes.ts';
export { InsuranceFunds } from './waterfall/insurance-fund.ts';
export { parseWaterfallRules, type WaterfallRules } from './waterfall/rules.ts';
export {
  depositLoss,
  openInterestLoss,
  proRataLoss,
  withdrawalFee,
  withdrawalFeeRate,
  type SocialisedLoss,
} from './waterfall/socialised-loss.ts';
export { shippedWaterfall, waterfallVenues } from './waterfall/venue-rules.ts';
export { WaterfallModule, type WaterfallOptions } from './waterfall/waterfall-module.ts';

// Collateral and loans
export { CollateralModule } from './collateral/collateral-module.ts';
export type { CollateralBook } from './collateral/collateral-book.ts';
export { collateralPrice } from './collateral/collateral-price.ts';
export { parseCollateralRules, type AssetRules, type CollateralRules } from './collateral/collateral-rules.ts';
export { parseBorrowRules, type BorrowRules } from './collateral/borrow-rules.ts';
export {
  LendingPool,
  noShares,
  type PoolShares as LendingShares,
  type PoolState as LendingPoolState,
} from './collateral/lending-pool.ts';
export { loanToValue, ltvBandNames, ltvBandOf, saleToTarget, type LtvBand } from './collateral/loan-to-value.ts';
export { shippedCollateralRules, shippedCollateralVenues } from './collateral/shipped-rules.ts';
export { planRepayment, type RepayBalance, type Repayment } from './collateral/repayment-plan.ts';
export {
  emptyValues,
  itemiseCollateral,
  valueCollateral,
  type CollateralColumns,
  type CollateralItem,
  type CollateralPrices,
  type CollateralValues,
} from './collateral/value-collateral.ts';

// Journal and snapshots
export { Journal, repairJournal, type CreateJournalOptions, type OpenJournalOptions } from './journal/journal.ts';
export { readJournal, verifyJournal, type ReadJournalOptions } from './journal/read-journal.ts';
export type { FileRange, JournalEntry, JournalReport } from './journal/chain-reader.ts';
export { noReceipt, parseReceipt, type Receipt } from './journal/frame.ts';
export { readSnapshot, writeSnapshot, type Snapshot } from './journal/snapshot-file.ts';
export { recover, type Recovery, type RecoverOptions } from './journal/recover.ts';
export { Replay, type RestoreOptions } from './journal/replay.ts';
export { decode, encode, encodeParts } from './journal/codec.ts';

// Dynamic margin: volatility, anti-procyclicality, add-ons
export { AddOns, type AddOnManifest, type AddOnOptions } from './dynamic/add-ons.ts';
export { parseAddOnParameters, type AddOnName, type AddOnParameters } from './dynamic/add-on-parameters.ts';
export {
  applyTools,
  noToolState,
  type MarginItems,
  type ToolInputs,
  type ToolState,
} from './dynamic/anti-procyclicality.ts';
export {
  defaultTools,
  parseAntiProcyclicality,
  type AntiProcyclicalityRules,
} from './dynamic/anti-procyclicality-rules.ts';
export { namedTools, runTools, type NamedTools, type ToolOutcome } from './dynamic/compare-tools.ts';
export { DynamicMargin, type UnderlyingStatus } from './dynamic/dynamic-margin.ts';
export { parseDynamicRules, type DynamicRules } from './dynamic/dynamic-margin-rules.ts';
export { fitGarch, garchLogLikelihood, type GarchFit, type GarchFitOptions } from './dynamic/garch-fit.ts';
export { closingCost, concentrationCharge, wrongWayCharge } from './dynamic/liquidity-charges.ts';
export { defaultMeasure, marginHistory, type MarginHistory, type MarginMeasure } from './dynamic/margin-history.ts';
export { procyclicality, type Procyclicality, type ProcyclicalityOptions } from './dynamic/procyclicality.ts';
export { logReturns } from './dynamic/return-series.ts';
export {
  forecastVariances,
  horizonVariance,
  unconditionalVariance,
  variancePath,
  type StartVariance,
  type VolatilityModel,
} from './dynamic/volatility-model.ts';
export { scaledParameters, volatilityScaler, type ScalerRule } from './dynamic/volatility-scaler.ts';

// What it works on
export {
  type Instrument,
  type InstrumentKind,
  type OptionType,
  type Payoff,
  type RiskGroup,
  pairOf,
  riskGroupOf,
} from './domain/instrument.ts';
export { marketFields, timeToExpiryYears, yearMs, type Market, type MarketField } from './domain/market.ts';
export type { Book, CashColumns, OrderColumns, PositionColumns, QuarantinedAccount } from './domain/book.ts';

// Margin models
export { defaultModelName, modelByName, modelNames } from './margin/registry.ts';
export {
  bankruptcyPrice,
  liquidationPrice,
  type BankruptcyTerms,
  type LiquidationTerms,
  type OtherPositions,
  type PositionTerms,
} from './margin/liquidation-price.ts';
export type { Tier } from './margin/tiered/tier.ts';
export type { ComponentEvidence, Coverage, Evidence, MarginModel } from './margin/model.ts';

// The decimal reference of a model
export { referenceByName } from './reference/margin/registry.ts';
export {
  isRefusal,
  type Breakdown,
  type ReferenceAccount,
  type ReferenceModel,
  type ReferenceResult,
} from './reference/margin/account.ts';

// Files, market data, generated books
export {
  inspectFile,
  readBook,
  readMarket,
  readPriceHistory,
  writeBook,
  writeMarket,
  writeTable,
  type FileInspection,
  type ReadBookOptions,
  type ReadBookResult,
  type PriceHistory,
  type PriceHistoryOptions,
  type ReadMarketOptions,
  type ReadMarketResult,
  type ResultColumn,
  type ResultTable,
} from './io/index.ts';
export { loadBuiltInMarket, type BuiltInMarket } from './chain/built-in-market.ts';
export { readChainFile } from './chain/read-chain-file.ts';
export { resolveChain, type ChainResolution } from './chain/resolve-chain.ts';
export { mergeMarkets } from './chain/merge-markets.ts';
export { readSpanFile } from './span/read-span-file.ts';
export { spanMarket, type SpanMarket } from './span/span-market.ts';
export type { SpanParams } from './margin/span/parameters.ts';
export { generateMarginedBook, type MarginedBook } from './generate/margined-book.ts';

// Several models side by side, and the markets and books they need
export {
  compareModels,
  type ComparedModel,
  type CompareOptions,
  type Comparison,
  type ModelColumn,
} from './compare/compare-models.ts';
export {
  summarise,
  type ComparisonSummary,
  type ModelSummary,
  type ModelTotals,
  type PairTotals,
} from './compare/summary.ts';
export { withAssumedFields } from './convert/assumed-fields.ts';
export type { Converted } from './convert/converted.ts';
export { convertedForModel } from './convert/for-model.ts';
export { linearMarket, settledIn } from './convert/linear-market.ts';
export { withSpotCollateral } from './convert/spot-collateral.ts';
export { dollarRate, type DollarRate } from './domain/dollar-rates.ts';

// One account as it would be
export { bookOfAccount, holdingsOf, type HeldOrder, type HeldPosition, type Holdings } from './whatif/holdings.ts';
export type { Leg } from './whatif/legs.ts';
export { whatIf, type LegEffect, type Requirement, type WhatIf, type WhatIfAccount } from './whatif/what-if.ts';
export { cheapestHedge, type Hedge, type HedgeOptions, type HedgeSearch } from './whatif/cheapest-hedge.ts';

// Margin modes, pools, segregation, pre-trade check
export { PoolingModule } from './pooling/pooling-module.ts';
export { MarginRegimes, type MoveCommand, type RegimeOutcomes } from './pooling/margin-regimes.ts';
export { netPosition, type NetPosition, type PositionPart } from './pooling/net-position.ts';
export {
  requirementShares,
  type BindingLoss,
  type RequirementShare,
  type ShareBasis,
} from './pooling/requirement-shares.ts';
export type { AccountClass, Pool, PoolMargin } from './pooling/account-structure.ts';
export type { AccountSummary, MarginMode } from './pooling/account-summary.ts';
export type { MemberShare, PoolShares, Requirements } from './pooling/pool-shares.ts';
export type { OrderCheck, OrderRefusal } from './pooling/pre-trade-check.ts';
export type { OpenOrder } from './pooling/worst-fills.ts';

// Margin-call cascades
export { simulateCascade } from './cascade/simulate.ts';
export type { CascadeScenario, FailureScenario } from './cascade/scenario.ts';
export type { CascadeResult, CascadeRound, RoundLoss, RoundPrice, UnderlyingOutcome } from './cascade/result.ts';
export { impactCurve, type Impact, type ImpactCurve } from './cascade/impact.ts';
export type { OrderLadder } from './cascade/order-ladder.ts';
export type { ClosingRule } from './cascade/closing-rule.ts';
export {
  liquidationLadder,
  type LadderLevel,
  type LadderRequest,
  type LiquidationLadder,
} from './cascade/liquidation-ladder.ts';
export {
  cascadeDistribution,
  type CascadeDistribution,
  type CascadeOutcome,
  type OutcomeQuantity,
} from './cascade/distribution.ts';
export { drawnShocks, type DrawnShocks } from './cascade/drawn-shocks.ts';
export { contributions, type Contribution, type ContributionOptions } from './cascade/contributions.ts';
export { fundAndAdl, type FundAndAdl, type LossAbsorber, type LossSplit } from './cascade/loss-absorption.ts';

// Liquidation: planner, venue styles, auctions, the module of the account engine (docs/LIQUIDATION.md)
export { LiquidationModule, type LiquidationOptions } from './liquidation/liquidation-module.ts';
export type { BankruptcyHandOver, LiquidationRecord, Signal } from './liquidation/liquidation-record.ts';
export {
  parseLiquidationStyle,
  planLiquidation,
  type LiquidationStyle,
  type PlanRequest,
  type StyleRule,
} from './liquidation/style.ts';
export { liquidationStyleNames, shippedLiquidationStyle } from './liquidation/shipped-styles.ts';
export {
  shortfall,
  type LiquidationPlan,
  type LiquidationTarget,
  type PlanMargins,
  type PlannedTrade,
  type PlanReason,
  type PlanStep,
} from './liquidation/plan.ts';
export { parseCosts, slippage, type CostTable, type TradingCosts } from './liquidation/costs.ts';
export { accountHoldings } from './whatif/account-holdings.ts';
export { PlanningAccount, type PlanningInput } from './liquidation/planning-account.ts';
export { portfolioBankruptcy, type PositionBankruptcy } from './liquidation/portfolio-bankruptcy.ts';
export * from './liquidation/derive-auction.ts';
export * from './liquidation/drift.ts';
export * from './liquidation/dydx.ts';
export { dydxAccount, type DydxAccount } from './liquidation/dydx-account.ts';

// Prices and Greeks
export {
  impliedVolatilities,
  optionGreeks,
  type Greeks,
  type ImpliedVolatilities,
  type ImpliedVolatilityStatus,
  type OptionColumns,
  type PricedOptionColumns,
} from './pricing/options.ts';
export {
  americanMethods,
  americanPrices,
  type AmericanColumns,
  type AmericanMethod,
  type AmericanOptions,
} from './pricing/american.ts';

// Reconciliation with the decimal reference
export { reconcileBook, type ReconcileInput } from './reconcile/reconcile.ts';
export { reconcileBookParallel, type ParallelReconcileInput } from './reconcile/reconcile-parallel.ts';
export { renderReconciliation, type ReconciliationReport } from './reconcile/report.ts';
export { compareBits, renderBitEquality, type BitEqualityReport } from './reconcile/bit-equality.ts';
export { engineRowsOf, type EngineRows } from './reconcile/engine-rows.ts';
export { explainAccount, type ExplainInput } from './reconcile/explain.ts';
export { renderExplanation } from './reconcile/render-explanation.ts';
export type { AccountExplanation } from './reconcile/explanation.ts';
export { parseDeribitPmParams, type DeribitPmParams } from './margin/deribit-pm/params.ts';
export { parseRegtParams, type RegtParams } from './margin/regt/params.ts';
export {
  pairStrategies,
  type PairedStrategies,
  type PairedStrategy,
  type PairingOption,
  type PairingRequest,
} from './strategy/pair-strategies.ts';
export { shippedParams } from './margin/shipped-params.ts';
export { varParamsFile, type VarParamsSources, type VarSetSource } from './margin/var/write-params.ts';
export {
  riskFactorFloor,
  standingTools,
  type FactorFloorOptions,
  type StandingReport,
} from './dynamic/standing-tools.ts';

// Scenarios and revaluation
export {
  factorKinds,
  factorName,
  movesOf,
  parseFactor,
  requireScenarios,
  scenarioLabel,
  type FactorChange,
  type FactorKind,
  type RiskFactor,
  type ScenarioSet,
} from './scenario/scenario-set.ts';
export { Revaluation, type Holding, type RevaluationOptions } from './revaluation/revaluation.ts';
export type { UnmatchedPolicy } from './revaluation/shocks.ts';
export {
  revaluationMethods,
  type ApproximationOptions,
  type RevaluationMethod,
} from './revaluation/approximate-rows.ts';
export type {
  ApproximationError,
  ErrorReport,
  ErrorReportOptions,
  InstrumentError,
} from './revaluation/error-report.ts';
export { gridPnl, type GridPnlOptions, type GridPnlResult } from './revaluation/grid-pnl.ts';
export {
  allocateColumns,
  compileInstruments,
  type CompiledInstruments,
  type CompileOptions,
  type InstrumentColumns,
} from './revaluation/instrument-columns.ts';
export {
  scenarioAreaBytes,
  ScenarioKernels,
  type KernelChoice,
  type KernelMemory,
  type ScenarioInputs,
  type ScenarioKernelOptions,
} from './revaluation/scenario-kernels.ts';
export { scenarioMoves, type ScenarioMoves } from './revaluation/scenario-lines.ts';
export type { AccountGroups } from './revaluation/book-portfolios.ts';
export type { BookProgress, BookTailOptions } from './revaluation/book-tails.ts';
export type { BookTailSizes } from './revaluation/book-memory.ts';
export {
  bookRisk,
  type BookRisk,
  type BookRiskOptions,
  type GroupColumns,
  type RiskColumns,
} from './risk/book-risk.ts';
export {
  explainAccountRisk,
  type AccountRiskExplanation,
  type ExplainRiskOptions,
} from './risk/explain-account-risk.ts';

// Price histories and scenarios made from them
export { ageWeights } from './history/age-weights.ts';
export { alignHistories, type AlignOptions, type DatePolicy, type FactorSeries } from './history/align.ts';
export { combineScenarios, type WeightedSet } from './history/combine.ts';
export {
  crisisScenarios,
  parseCrises,
  shippedCrises,
  type Crisis,
  type CrisisOptions,
  type CrisisProxy,
  type CrisisScenarios,
} from './history/crises.ts';
export { filteredPaths, type FilteredPathOptions } from './history/filtered-paths.ts';
export { cryptoGrid, spanGrid, timsGrid } from './history/grid-presets.ts';
export {
  gridScenarios,
  type AxisPoints,
  type GridAxes,
  type GridOptions,
  type GridScenarios,
} from './history/grid-scenarios.ts';
export {
  historicalScenarios,
  type HistoricalOptions,
  type HistoricalReport,
  type HistoricalScenarios,
} from './history/historical-scenarios.ts';
export { requireHistory, valuesOf, type AlignmentReport, type MarketHistory } from './history/market-history.ts';
export {
  parseFactorColumn,
  readMarketHistory,
  type FactorColumn,
  type HistorySource,
} from './history/read-market-history.ts';
export { readScenarios, writeScenarios } from './history/scenario-file.ts';
export {
  findStressPeriods,
  meanOfWorst,
  stressedScenarios,
  type FoundPeriod,
  type StressPeriod,
} from './history/stressed-scenarios.ts';
export {
  filteredPnl,
  type FilterModel,
  type FilterReport,
  type VolatilityFilter,
} from './history/volatility-filter.ts';

// Pictures and reports
export type { Chart } from './report/chart.ts';
export { contributionsChart, coverageChart, type Contributions, type CoverageBars } from './report/bars.ts';
export { exceptionsChart, type ExceptionSeries } from './report/exceptions.ts';
export { gridHeatmapChart, type PnlGrid } from './report/grid-heatmap.ts';
export { pnlDistributionChart, type MarkedMeasure, type PnlDistribution } from './report/pnl-distribution.ts';
export { renderReport, type Report, type ReportTable } from './report/page.ts';
export { renderChart } from './report/render-chart.ts';

// Errors and limits
export {
  BadInputError,
  errorCodes,
  formatProblem,
  MargridError,
  type ErrorCode,
  type ErrorPlace,
  type Problem,
} from './errors.ts';
export { limits } from './limits.ts';

// Risk measures of samples
export { effectiveCount } from './risk/effective-count.ts';
export {
  partsOfMatrix,
  shortfallComponents,
  valueAtRiskComponents,
  type ComponentOptions,
  type Components,
  type PartsPnl,
} from './risk/components.ts';
export {
  conventionOf,
  measureConventions,
  shortfallConventions,
  tailCountNeeded,
  type ConventionName,
  type MeasureConvention,
  type ShortfallConvention,
} from './risk/conventions.ts';
export { portfolioRisk, type PartRisk, type PartRiskOptions, type PortfolioRisk } from './risk/incremental.ts';
export {
  liquidityAdjustedShortfall,
  liquidityHorizons,
  scaledByRootOfTime,
  spreadCost,
  stressedShortfall,
  type SpreadCost,
} from './risk/liquidity.ts';
export {
  expectedShortfall,
  riskMeasures,
  riskMeasuresOfTail,
  valueAtRisk,
  type LevelOptions,
  type MeasureOptions,
  type RiskMeasure,
} from './risk/measures.ts';
export {
  gaussianMeasures,
  modifiedMeasures,
  type ModifiedMeasure,
  type MomentMeasureOptions,
} from './risk/moment-measures.ts';
export { sampleMoments, type SampleMoments } from './risk/moments.ts';
export type { BeyondSample } from './risk/observations.ts';
export { quantile, quantileTypes, type QuantileType } from './risk/quantile.ts';
export {
  downsideDeviation,
  gainDeviation,
  lossDeviation,
  maximumDrawdown,
  semiDeviation,
} from './risk/return-statistics.ts';
export {
  bootstrapErrors,
  maritzJarrettError,
  orderStatisticInterval,
  quantileStandardError,
  shortfallStandardError,
  type BootstrapErrors,
  type BootstrapOptions,
  type QuantileInterval,
} from './risk/standard-errors.ts';

// Backtests of VaR and ES
export {
  acerbiSzekely,
  simulateAcerbiSzekely,
  testAgainst,
  type AcerbiSzekely,
  type SimulatedStatistics,
  type SimulatedTest,
  type SimulationOptions,
} from './backtest/acerbi-szekely.ts';
export {
  acerbiSzekelyRanks, simulateAcerbiSzekelyRanks, type PredictiveDistribution, type PredictiveDistributions,
} from './backtest/acerbi-szekely-ranks.ts';
export { berkowitz, type Berkowitz } from './backtest/berkowitz.ts';
export { exactBinomialPValue } from './backtest/binomial-test.ts';
export {
  christoffersen,
  independence,
  transitionsOf,
  type ConditionalCoverage,
  type Transitions,
} from './backtest/christoffersen.ts';
export { durationTest, spellsOf, type DurationTest, type Spells } from './backtest/duration.ts';
export { dynamicQuantile, type DynamicQuantile, type DynamicQuantileOptions } from './backtest/dynamic-quantile.ts';
export { exceptionsOf } from './backtest/exceptions.ts';
export { kupiec, timeBetweenFailures, timeUntilFirstFailure } from './backtest/kupiec.ts';
export type { LikelihoodRatio } from './backtest/likelihood-ratio.ts';
export { exceedanceResiduals, type ExceedanceResiduals, type ResidualOptions } from './backtest/mcneil-frey.ts';
export { empiricalModel, normalModel, studentTModel, type NullModel } from './backtest/null-models.ts';
export {
  limitRange,
  overlappingLimits,
  type OverlappingLimits,
  type OverlappingOptions,
} from './backtest/overlapping-traffic-light.ts';
export {
  trafficLight,
  trafficLightLimits,
  type TrafficLight,
  type Zone,
  type ZoneLimits,
} from './backtest/traffic-light.ts';

// Distributions, covariances and parametric risk
export { binomialCdf, binomialPmf, binomialQuantile, binomialSurvival } from './statistics/binomial.ts';
export {
  chiSquareCdf,
  chiSquarePdf,
  chiSquareQuantile,
  chiSquareSurvival,
  chiSquareSurvivalQuantile,
} from './statistics/chi-square.ts';
export {
  correlationOf,
  covariance,
  covarianceOf,
  covarianceStarts,
  ewmaCovariance,
  type Correlation,
  type CovarianceOptions,
  type CovarianceStart,
  type Observations,
} from './statistics/covariance.ts';
export { fCdf, fSurvival } from './statistics/f-distribution.ts';
export { regularisedBeta } from './statistics/incomplete-beta.ts';
export { regularisedGammaP, regularisedGammaQ } from './statistics/incomplete-gamma.ts';
export { logGamma } from './statistics/log-gamma.ts';
export {
  cholesky,
  nearestCorrelation,
  nearestCovariance,
  semidefiniteRoot,
  symmetricEigen,
  type MatrixRoot,
  type RepairedCorrelation,
  type RepairedCovariance,
  type RepairOptions,
  type SymmetricEigen,
} from './statistics/matrix.ts';
export { studentTCdf, studentTPdf, studentTQuantile, studentTSurvivalQuantile } from './statistics/student-t.ts';
export {
  linearContributions,
  linearMoments,
  positionContributions,
  type Contributions as RiskContributions,
  type LinearPortfolio,
  type PositionContributions,
  type PositionExposures,
} from './risk/parametric/contributions.ts';
export {
  cornishFisherQuantile,
  cornishFisherRisk,
  cornishFisherValidity,
  modifiedRisk,
  type CornishFisherRisk,
  type CornishFisherValidity,
  type ModifiedRisk,
  type Moments,
} from './risk/parametric/cornish-fisher.ts';
export {
  deltaGammaCornishFisher,
  deltaGammaDistribution,
  deltaGammaExact,
  deltaGammaMoments,
  deltaGammaNormal,
  type CornishFisherOptions,
  type DeltaGammaCornishFisherRisk,
  type DeltaGammaExactRisk,
  type DeltaGammaMoments,
  type DeltaGammaRisk,
} from './risk/parametric/delta-gamma.ts';
export {
  deltaNormal,
  deltaNormalComponents,
  type DeltaNormalComponents,
  type DeltaNormalInput,
  type DeltaNormalRisk,
} from './risk/parametric/delta-normal.ts';
export type { DeltaGammaPortfolio } from './risk/parametric/quadratic-form.ts';
export type { QuadraticDistribution, QuadraticQuantile } from './risk/parametric/quadratic-distribution.ts';
export type { PointTails } from './risk/parametric/quadratic-tails.ts';
export {
  portfolioSensitivities,
  positionDeltas,
  type PortfolioSensitivities,
  type SensitivityOptions,
} from './risk/parametric/sensitivities.ts';
export {
  closedFormRisk,
  tailMultipliers,
  unitVarianceScale,
  type ParametricRisk,
  type TailDistribution,
  type TailMultipliers,
} from './risk/parametric/tail-distribution.ts';
export { densityCurve } from './risk/parametric/density-curve.ts';
export {
  parametricComponents,
  type ParametricComponents,
  type ParametricParts,
} from './risk/parametric/portfolio-components.ts';
export {
  parametricMethods,
  parametricRisk,
  type ParametricMethod,
  type ParametricPortfolio,
  type PortfolioLevelRisk,
} from './risk/parametric/portfolio-risk.ts';
export {
  portfolioReverseStress,
  reverseStressMethods,
  type PortfolioReverseStress,
  type PortfolioReverseStressResult,
  type ReverseStressMethod,
} from './risk/portfolio-reverse-stress.ts';
export { commonDays, scenarioMoments, type ScenarioMoments, type ScenarioMomentsOptions } from './risk/scenario-moments.ts';
export { nettedBook, type NettedBook, type NettedPortfolio } from './revaluation/netted-book.ts';
export { lowestMoves, revaluationLosses } from './risk/revaluation-losses.ts';
export { reverseStressSearch, type ReverseStressSearch } from './risk/reverse-stress-search.ts';
export {
  reverseStressDeltaGamma,
  reverseStressLinear,
  type Driver,
  type ReverseStressResult,
  type ReverseStressScenario,
} from './risk/reverse-stress.ts';

// Monte Carlo (docs/MONTE-CARLO.md)
export { philox4x32 } from './montecarlo/philox.ts';
export { sobolPoints, sobolScrambles, type SobolOptions, type SobolScramble } from './montecarlo/sobol.ts';
export { pathModel, type FactorModel, type Marginal, type ModelOptions, type PathModel } from './montecarlo/model.ts';
export type { JumpOptions } from './montecarlo/jumps.ts';
export { PathDrawer, type DrawOptions } from './montecarlo/path-drawer.ts';
export type { PathEngine } from './montecarlo/path-kernels.ts';
export { drawBlock, monteCarloScenarios, type MonteCarloScenarioOptions } from './montecarlo/scenarios.ts';
export {
  monteCarloVar,
  type MonteCarloMeasures,
  type MonteCarloProgress,
  type MonteCarloVar,
  type MonteCarloVarOptions,
} from './montecarlo/monte-carlo-var.ts';
export type { ComputedPortfolio, MonteCarloPortfolio, RevaluedPortfolio } from './montecarlo/portfolio.ts';
export { pathPnl } from './montecarlo/path-pnl.ts';

// Backtests over a history of prices
export {
  coverageBacktest,
  type CoverageOptions,
  type CoverageRun,
  type ModelRun,
  type PortfolioRun,
  type TestedModel,
} from './backtest/coverage/coverage-backtest.ts';
export {
  coverageReport,
  exceedancesOf,
  type CoverageReport,
  type CoverageReportOptions,
  type Exceedance,
  type ModelCoverage,
  type PortfolioCoverage,
} from './backtest/coverage/coverage-report.ts';
export type { ListingTerms, SlotName } from './backtest/coverage/listing.ts';
export type { PricePath } from './backtest/coverage/price-path.ts';
export {
  standardPortfolios,
  type Leg as PortfolioLeg,
  type TestPortfolio,
} from './backtest/coverage/test-portfolios.ts';
export type { ArrayScaling } from './backtest/coverage/venue.ts';
export type { VolatilityPolicy } from './backtest/coverage/volatility-policy.ts';
export {
  ExceptionTester,
  type ExceptionTests,
  type ExceptionTestOptions,
  type TestResult,
} from './backtest/exception-tests.ts';
export {
  rollingBacktest,
  type LevelRun,
  type RollingOptions,
  type RollingRun,
} from './backtest/rolling/rolling-backtest.ts';
export {
  rollingReport,
  type LevelReport,
  type RollingReport,
  type RollingReportOptions,
  type ShortfallTest,
} from './backtest/rolling/rolling-report.ts';
export { varMethodNames, type VarMethod } from './backtest/rolling/var-method.ts';
export { weightedPortfolio, type WeightedPortfolio } from './backtest/rolling/weights-market.ts';
