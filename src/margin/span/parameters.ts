/**
 * Parameters of SPAN: a risk-parameter file, read (src/span) or written as JSON. Amounts are in the performance bond
 * currency of the combined commodity, the risk exponent applied; prices in the quotation of the product; losses
 * positive, per one long contract. Months are `CCYYMM`, a day or week code follows directly (`20251112`).
 */
export interface SpanParams {
  /** Where the numbers come from: file, clearing organisation, kind of file. */
  readonly source: string;
  /** ISO business date. */
  readonly date: string;
  readonly unconfirmed: readonly string[];
  readonly options: SpanOptions;
  readonly scenarios: readonly SpanScenario[];
  readonly deltaPoints: readonly SpanDeltaPoint[];
  readonly combinedCommodities: readonly SpanCombinedCommodity[];
  readonly contracts: readonly SpanContract[];
  readonly interSpreads: readonly SpanInterSpread[];
}

/** What the user chooses; everything else is the clearing house's. */
export interface SpanOptions {
  readonly accountType: 'member' | 'hedger' | 'speculator';
  /** A requirement below zero (excess long option value): offsets other combined commodities, or counts as zero. */
  readonly negativeRequirements: 'offset' | 'floor';
  /** Method of the weighted futures price risk: that of each combined commodity in the file, or one for all. */
  readonly weightedPriceRisk: 'file' | 'normal' | 'scan-range-cap' | 'scan-range';
  /** Super-inter-commodity spreads, which clearing houses grant at clearing level. */
  readonly superSpreads: 'apply' | 'ignore';
}

export interface SpanScenario {
  /** Share of the price scan range, signed: 1/3, -1. */
  readonly priceMove: number;
  /** The move and the weight are those of the contract, where it has its own. */
  readonly isExtreme: boolean;
  /** Share of the volatility scan range, signed: 1, -1, 0. */
  readonly volatilityMove: number;
  /** Share of the loss that counts. Arrays of a file have it in them already. */
  readonly weight: number;
  /** 0-based scenario with the same price move and the opposite volatility move; its own index if there is none. */
  readonly pairedScenario: number;
}

export interface SpanDeltaPoint {
  readonly priceMove: number;
  readonly weight: number;
}

/** `premium`: the option has a value that is paid up front; `futures`: it is marked to market daily. */
export type SpanValuation = 'premium' | 'futures';

export interface SpanCombinedCommodity {
  readonly code: string;
  /** ISO code. */
  readonly currency: string;
  /** Option value is available up to the requirement of this combined commodity only. */
  readonly capNetOptionValue: boolean;
  readonly weightedPriceRiskMethod: WeightedPriceRiskMethod;
  /** Contract months of the intracommodity tiers, which the tier spreads name. */
  readonly intraTiers: readonly SpanTier[];
  /** Empty: all contract months scan together. */
  readonly scanTiers: readonly SpanTier[];
  /** Empty: one net delta and one weighted price risk. */
  readonly interTiers: readonly SpanTier[];
  /** In the order in which they are formed: series to series, then tier to tier, each by priority. */
  readonly intraSpreads: readonly SpanIntraSpread[];
  readonly spotMonths: readonly SpanSpotMonth[];
  readonly shortOptionMinimum: SpanShortOptionMinimum;
  /** Adjustment of the maintenance requirement. */
  readonly adjustment: SpanRatios;
  /** Initial / maintenance. */
  readonly initialRatio: SpanRatios;
  /** Why nothing in it can be margined (a method nobody has published), or null. */
  readonly refusal: string | null;
}

export type WeightedPriceRiskMethod = 'normal' | 'scan-range-cap' | 'scan-range';

export interface SpanTier {
  readonly number: number;
  /** First and last contract month, inclusive; with a day code where the file has one. */
  readonly start: string;
  readonly end: string;
}

export interface SpanIntraSpread {
  readonly kind: 'series' | 'tier';
  readonly priority: number;
  /** Per spread. */
  readonly charge: number;
  readonly legs: readonly SpanIntraLeg[];
}

export interface SpanIntraLeg {
  /** A contract month (series) or the number of an intracommodity tier (tier), as text. */
  readonly period: string;
  /** Deltas per spread, > 0. */
  readonly ratio: number;
  readonly side: SpanSide;
}

export type SpanSide = 'A' | 'B';

/** Delivery (spot) charge of a contract month, table-driven method. */
export interface SpanSpotMonth {
  readonly month: string;
  /** Per delta that intracommodity spreads have consumed, and per delta that they have left. */
  readonly chargeConsumed: number;
  readonly chargeOutright: number;
}

export interface SpanShortOptionMinimum {
  /** Short calls plus short puts, or the greater of the two. */
  readonly method: 'sum' | 'greater';
  /** Per short option, where no tier has a rate. */
  readonly rate: number;
  readonly tiers: readonly (SpanTier & { readonly rate: number })[];
}

export interface SpanRatios {
  readonly member: number;
  readonly hedger: number;
  readonly speculator: number;
}

export interface SpanContract {
  /** Names the instrument. */
  readonly name: string;
  readonly combinedCommodity: string;
  readonly exchange: string;
  readonly product: string;
  readonly type: SpanContractType;
  /** Contract month whose delta it counts to: of an option on a future that of the future. */
  readonly month: string;
  readonly optionMonth: string | null;
  readonly optionType: 'call' | 'put' | null;
  readonly strike: number | null;
  readonly valuation: SpanValuation;
  /** Value of a move of 1 in the price of one contract. */
  readonly valueFactor: number;
  /** ISO date, null if the file has none. */
  readonly expiryDate: string | null;
  /** null: the file has no price. Then it has no option value. */
  readonly settlementPrice: number | null;
  /** Fraction, null if the file has none. */
  readonly impliedVolatility: number | null;
  /** Deltas of the combined commodity per delta of the contract. */
  readonly deltaScale: number;
  /** Per contract, for caps of the weighted price risk and for generated arrays; null where the file has none. */
  readonly priceScanRange: SpanRange | null;
  /** Losses per scenario and the composite delta; null: generated from the market. */
  readonly riskArray: SpanRiskArray | null;
  readonly generation: SpanGeneration | null;
}

export type SpanContractType = 'FUT' | 'PHY' | 'CMB' | 'OOF' | 'OOP' | 'OOC' | 'OOE';

export const spanContractTypes: readonly SpanContractType[] = ['FUT', 'PHY', 'CMB', 'OOF', 'OOP', 'OOC', 'OOE'];

export interface SpanRange {
  readonly up: number;
  readonly down: number;
}

export interface SpanRiskArray {
  readonly losses: readonly number[];
  readonly compositeDelta: number;
}

/** How an array is made from the market where nobody publishes one. */
export interface SpanGeneration {
  /** Absolute: added to the volatility; relative: a share of it. */
  readonly volatilityScan: SpanRange;
  readonly volatilityScanIs: 'absolute' | 'relative';
  /** Years by which every scenario moves time forward. */
  readonly lookAhead: number;
  /** Continuously compounded, per year: discounts option values. */
  readonly interestRate: number;
  readonly extremeMultiplier: number;
  readonly extremeCover: number;
  /** A future's price one look-ahead later: scale * move - drift. 1 and 0 unless the exchange revalues futures. */
  readonly futureScale: number;
  readonly futureDrift: number;
  /** Losses are rounded to multiples of this, half away from zero; 0: not at all. */
  readonly rounding: number;
}

export interface SpanInterSpread {
  readonly priority: number;
  readonly method: 'delta' | 'scanning';
  /** Formed before the intracommodity spreads. */
  readonly isSuper: boolean;
  /**
   * delta: `weighted` a share of the weighted price risk of each leg, `flat` an amount per spread, split equally among
   * the legs. scanning: the share of gains that offsets losses.
   */
  readonly creditMethod: 'weighted' | 'flat';
  readonly rate: number;
  readonly legs: readonly SpanInterLeg[];
  /** Scanning: the combined commodity that takes the joint scan risk. */
  readonly target: SpanInterTarget | null;
  /** Scanning: how the losses of a scenario are joined, where the file says so. */
  readonly points: readonly SpanInterPoint[];
  /** Scanning: least number of combined commodities present. */
  readonly minimumLegs: number;
  /** Why it cannot be formed: whoever holds one of its legs is refused. null: it can. */
  readonly refusal: string | null;
}

export interface SpanInterLeg {
  readonly combinedCommodity: string;
  /** Number of an intercommodity tier; null: all months. */
  readonly tier: number | null;
  /** Deltas per spread, > 0. */
  readonly ratio: number;
  readonly side: SpanSide;
  readonly isRequired: boolean;
  /** Its own rate, null: that of the spread. */
  readonly rate: number | null;
}

export interface SpanInterTarget {
  readonly combinedCommodity: string;
  readonly ratio: number;
  readonly isRequired: boolean;
}

export interface SpanInterPoint {
  /** 0-based scenario. */
  readonly scenario: number;
  /** Sum of losses and a share of the gains, or the sum of the largest losses. */
  readonly aggregation: 'sum' | 'largest';
  readonly rate: number;
  readonly largestCount: number;
}

/** The sixteen scenarios of the classic file; move and weight of the last two are the contract's. */
export const classicScenarios: readonly SpanScenario[] = [0, 1 / 3, -1 / 3, 2 / 3, -2 / 3, 1, -1]
  .flatMap((priceMove, pair) => [
    { priceMove, isExtreme: false, volatilityMove: 1, weight: 1, pairedScenario: 2 * pair + 1 },
    { priceMove, isExtreme: false, volatilityMove: -1, weight: 1, pairedScenario: 2 * pair },
  ])
  .concat([
    { priceMove: 3, isExtreme: true, volatilityMove: 0, weight: 0.33, pairedScenario: 14 },
    { priceMove: -3, isExtreme: true, volatilityMove: 0, weight: 0.33, pairedScenario: 15 },
  ]);

/** Probabilities of the seven points of the composite delta: they add up to 1. */
export const classicDeltaPoints: readonly SpanDeltaPoint[] = [
  { priceMove: 0, weight: 0.27 },
  { priceMove: 1 / 3, weight: 0.217 },
  { priceMove: -1 / 3, weight: 0.217 },
  { priceMove: 2 / 3, weight: 0.111 },
  { priceMove: -2 / 3, weight: 0.111 },
  { priceMove: 1, weight: 0.037 },
  { priceMove: -1, weight: 0.037 },
];

export const defaultSpanOptions: SpanOptions = {
  accountType: 'speculator',
  negativeRequirements: 'offset',
  weightedPriceRisk: 'file',
  superSpreads: 'apply',
};

