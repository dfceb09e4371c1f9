import {
  classicDeltaPoints,
  classicScenarios,
  defaultSpanOptions,
  type SpanCombinedCommodity,
  type SpanContract,
  type SpanParams,
  type SpanScenario,
} from '../../../src/margin/span/parameters.ts';

/** Parameters around the few numbers that a published case gives. */
export function madeParams(
  commodities: readonly Partial<SpanCombinedCommodity>[],
  contracts: readonly SpanContract[],
  more: Partial<SpanParams> = {},
): SpanParams {
  const ones = { member: 1, hedger: 1, speculator: 1 };
  return {
    source: 'a case',
    date: '2026-01-02',
    unconfirmed: [],
    options: defaultSpanOptions,
    scenarios: classicScenarios,
    deltaPoints: classicDeltaPoints,
    interSpreads: [],
    ...more,
    contracts,
    combinedCommodities: commodities.map((each) => ({
      code: 'CC',
      currency: 'USD',
      capNetOptionValue: false,
      weightedPriceRiskMethod: 'normal',
      intraTiers: [],
      scanTiers: [],
      interTiers: [],
      intraSpreads: [],
      spotMonths: [],
      shortOptionMinimum: { method: 'sum', rate: 0, tiers: [] },
      adjustment: ones,
      initialRatio: ones,
      refusal: null,
      ...each,
    })),
  };
}

/** A future with an array; all months alike. */
export function madeFuture(losses: readonly number[], more: Partial<SpanContract> = {}): SpanContract {
  const month = more.month ?? '203012';
  const combinedCommodity = more.combinedCommodity ?? 'CC';
  return {
    name: `${combinedCommodity}:FUT:${month}`,
    combinedCommodity,
    exchange: '',
    product: combinedCommodity,
    type: 'FUT',
    month,
    optionMonth: null,
    optionType: null,
    strike: null,
    valuation: 'futures',
    valueFactor: 1,
    expiryDate: null,
    settlementPrice: 1,
    impliedVolatility: null,
    deltaScale: 1,
    priceScanRange: null,
    riskArray: { losses, compositeDelta: 1 },
    generation: null,
    ...more,
  };
}

/** A premium-style option of one unit, worth `price`. */
export function madeOption(losses: readonly number[], price: number, optionType: 'call' | 'put'): SpanContract {
  return {
    ...madeFuture(losses),
    name: 'CC:OOF',
    type: 'OOF',
    optionMonth: '203012',
    optionType,
    strike: 1,
    valuation: 'premium',
    settlementPrice: price,
    impliedVolatility: 0.2,
    riskArray: { losses, compositeDelta: optionType === 'call' ? 0.5 : -0.5 },
  };
}

/** The array of a future with a price scan range of `range` per contract and no carry. */
export function rangeLosses(range: number): number[] {
  return classicScenarios.map(({ priceMove, weight }) => 0 - priceMove * weight * range);
}

/** Scenarios for arrays of another length: whatever their moves, they are only numbered. */
export function scenariosFor(count: number): readonly SpanScenario[] {
  if (count === classicScenarios.length) return classicScenarios;
  return Array.from({ length: count }, (_, index) => ({
    priceMove: 0,
    isExtreme: false,
    volatilityMove: 0,
    weight: 1,
    pairedScenario: index,
  }));
}
