import { describe, expect, it } from 'vitest';
import { marginAccount } from '../../src/engine/account-margin.ts';
import { MargridError } from '../../src/errors.ts';
import { span } from '../../src/margin/span/model.ts';
import { parseSpanParams } from '../../src/margin/span/params.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { spanMarket } from '../../src/span/span-market.ts';

/** Parameters with everything that a file may have. */
function full(): Record<string, unknown> {
  const params = structuredClone(shippedParams('span')) as Record<string, unknown>;
  params['scenarios'] = Array.from({ length: 16 }, (_, index) => ({
    priceMove: index / 10, isExtreme: index > 13, volatilityMove: 0, weight: 1, pairedScenario: index,
  }));
  params['deltaPoints'] = [{ priceMove: 0, weight: 1 }];
  const [metal] = params['combinedCommodities'] as Record<string, unknown>[];
  metal['capNetOptionValue'] = true;
  metal['scanTiers'] = [{ number: 1, start: '202602', end: '202606' }];
  metal['interTiers'] = [{ number: 1, start: '202602', end: '202606' }];
  metal['adjustment'] = { member: 1, hedger: 1, speculator: 1 };
  (metal['shortOptionMinimum'] as Record<string, unknown>)['tiers'] = [
    { number: 1, start: '202602', end: '202606', rate: 10 },
  ];
  (params['interSpreads'] as unknown[]).push({
    priority: 2, method: 'scanning', isSuper: true, rate: 0.5, minimumLegs: 2,
    legs: [{ combinedCommodity: 'METAL', ratio: 1, side: 'A', isRequired: true, tier: 1, rate: 0.2 }],
    target: { combinedCommodity: 'GRAIN', ratio: 1, isRequired: false },
    points: [{ scenario: 0, aggregation: 'sum', rate: 0.1 }, { scenario: 1, aggregation: 'largest', largestCount: 1 }],
  });
  return params;
}

/** Sets a value by its path: `contracts[0].riskArray.losses[3]`. */
function set(params: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const keys = path.replace(/\[(\d+)\]/g, '.$1').split('.');
  let at: Record<string, unknown> = params;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[keys.at(-1)!] = value;
  return params;
}

function failure(input: unknown): MargridError {
  try {
    parseSpanParams(input);
  } catch (error) {
    if (error instanceof MargridError) return error;
    throw error;
  }
  throw new Error('no error');
}

const bad: readonly (readonly [path: string, value: unknown])[] = [
  ['source', ''], ['date', '2026-13-01'], ['unconfirmed', [1]],
  ['options.accountType', 'market maker'], ['options.negativeRequirements', 'none'], ['options.weightedPriceRisk', 'x'],
  ['options.superSpreads', true],
  ['scenarios[0].priceMove', '0'], ['scenarios[0].isExtreme', 1], ['scenarios[0].volatilityMove', null],
  ['scenarios[0].weight', 1.5], ['scenarios[0].pairedScenario', 16], ['scenarios[0].pairedScenario', 0.5],
  ['deltaPoints[0].priceMove', NaN], ['deltaPoints[0].weight', -0.1],
  ['combinedCommodities[0].code', 5], ['combinedCommodities[0].currency', ''],
  ['combinedCommodities[0].capNetOptionValue', 'Y'], ['combinedCommodities[0].weightedPriceRiskMethod', '2'],
  ['combinedCommodities[0].intraTiers[0].number', -1], ['combinedCommodities[0].intraTiers[0].start', '2026'],
  ['combinedCommodities[0].intraTiers[0].end', '202501'], ['combinedCommodities[0].scanTiers[0].start', 202602],
  ['combinedCommodities[0].interTiers[0].end', ''],
  ['combinedCommodities[0].intraSpreads[0].kind', 'calendar'], ['combinedCommodities[0].intraSpreads[0].priority', -1],
  ['combinedCommodities[0].intraSpreads[0].charge', '250'], ['combinedCommodities[0].intraSpreads[0].legs', []],
  ['combinedCommodities[0].intraSpreads[0].legs[0].period', 'X'], ['combinedCommodities[0].intraSpreads[0].legs[0].ratio', 0],
  ['combinedCommodities[0].intraSpreads[0].legs[0].side', 'L'], ['combinedCommodities[0].intraSpreads[1].legs[0].period', '9'],
  ['combinedCommodities[0].spotMonths[0].month', '26'], ['combinedCommodities[0].spotMonths[0].chargeConsumed', -1],
  ['combinedCommodities[0].spotMonths[0].chargeOutright', Infinity],
  ['combinedCommodities[0].shortOptionMinimum.method', 'max'], ['combinedCommodities[0].shortOptionMinimum.rate', -1],
  ['combinedCommodities[0].shortOptionMinimum.tiers[0].rate', null],
  ['combinedCommodities[0].initialRatio.member', 0], ['combinedCommodities[0].initialRatio.hedger', '1'],
  ['combinedCommodities[0].adjustment.speculator', 1e9], ['combinedCommodities[0].refusal', 3],
  ['contracts[0].name', ''], ['contracts[0].combinedCommodity', 'NO'], ['contracts[0].product', null],
  ['contracts[0].type', 'SWAP'], ['contracts[0].month', '2026-02'], ['contracts[0].valuation', 'P'],
  ['contracts[0].valueFactor', 0], ['contracts[0].expiryDate', 'soon'], ['contracts[0].settlementPrice', 'x'],
  ['contracts[0].deltaScale', 0], ['contracts[0].priceScanRange.up', -1], ['contracts[0].priceScanRange.down', '1'],
  ['contracts[0].riskArray.losses', [1, 2]], ['contracts[0].riskArray.losses[3]', null],
  ['contracts[0].riskArray.compositeDelta', 'x'], ['contracts[0].riskArray', null],
  ['contracts[3].optionMonth', ''], ['contracts[3].optionType', 'C'], ['contracts[3].strike', null],
  ['contracts[3].impliedVolatility', -0.1],
  ['contracts[5].generation.volatilityScan.up', -1], ['contracts[5].generation.volatilityScanIs', 'percent'],
  ['contracts[5].generation.lookAhead', 2], ['contracts[5].generation.interestRate', 99],
  ['contracts[5].generation.extremeMultiplier', -1], ['contracts[5].generation.extremeCover', 1.1],
  ['contracts[5].generation.futureScale', 0], ['contracts[5].generation.futureDrift', 'x'],
  ['contracts[5].generation.rounding', -1],
  ['interSpreads[0].priority', null], ['interSpreads[0].method', '01'], ['interSpreads[0].isSuper', true],
  ['interSpreads[0].creditMethod', 'F'], ['interSpreads[0].rate', '0.3'], ['interSpreads[0].legs', []],
  ['interSpreads[0].legs[0].combinedCommodity', ''], ['interSpreads[0].legs[0].ratio', 0],
  ['interSpreads[0].legs[0].side', 'C'], ['interSpreads[1].legs[0].isRequired', 'Y'], ['interSpreads[1].legs[0].tier', -1],
  ['interSpreads[1].legs[0].rate', 'x'], ['interSpreads[1].target.combinedCommodity', 1], ['interSpreads[1].target.ratio', 0],
  ['interSpreads[1].target.isRequired', 0], ['interSpreads[1].minimumLegs', 0], ['interSpreads[1].points[0].scenario', 16],
  ['interSpreads[1].points[0].aggregation', 'max'], ['interSpreads[1].points[0].rate', null],
  ['interSpreads[1].points[1].largestCount', 0], ['interSpreads[1].refusal', 7],
];

describe('parameters of span', () => {
  it('reads what a file may have, and what it may leave out', () => {
    expect(parseSpanParams(full()).combinedCommodities[0].shortOptionMinimum.tiers).toHaveLength(1);
    const { scenarios, deltaPoints, options } = parseSpanParams(shippedParams('span'));
    expect(scenarios).toHaveLength(16);
    expect(deltaPoints.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(options.accountType).toBe('speculator');
    expect(scenarios.map(({ pairedScenario }) => pairedScenario)).toEqual([1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 14, 15]);
  });

  it.each(bad)('%s: %j is refused by name', (path, value) => {
    const error = failure(set(full(), path, value));
    expect(error.code).toBe('ParameterInvalid');
    expect(error.message).toContain(path);
  });

  it('names what occurs twice and what is no parameter file', () => {
    expect(failure(set(full(), 'contracts[1].name', 'METAL:FUT:202602')).message).toContain('occurs twice');
    expect(failure(set(full(), 'combinedCommodities[1].code', 'METAL')).message).toContain('occurs twice');
    expect(failure([]).message).toContain('params');
    expect(failure(set(full(), 'scenarios', [])).message).toContain('scenarios');
  });

  it('covers its combined commodities', () => {
    const coverage = span.coverage(parseSpanParams(shippedParams('span')));
    expect(coverage.covers).toEqual(['METAL', 'GRAIN']);
    expect(coverage.source).toContain('illustrative');
  });
});

describe('instruments that are not the contract', () => {
  const params = shippedParams('span');
  const { market } = spanMarket(parseSpanParams(params));
  const refusalOf = async (change: object): Promise<string | null> => {
    const [first, ...others] = market.instruments;
    const changed = { ...market, instruments: [{ ...first, ...change }, ...others] };
    const positions = [{ instrument: changed.instruments[0].name, quantity: 1, entryPrice: 3600 }];
    return (await marginAccount({ market: changed, model: 'span', params, positions }))[0].fault;
  };

  it.each([
    ['unknown', { name: 'METAL:FUT:209912' }, 'no contract of this name'],
    ['another size', { contractSize: 10 }, 'contract size is 10'],
    ['another base', { baseCurrency: 'GRAIN' }, 'its base is GRAIN'],
    ['another currency', { quoteCurrency: 'EUR', settlementCurrency: 'EUR' }, 'settles in EUR'],
    ['an option', { kind: 'option', optionType: 'call', strike: 5 }, 'it is a call'],
  ])('%s', async (_title, change, reason) => {
    expect(await refusalOf(change)).toContain(reason);
  });

  it('the contract itself is margined', async () => {
    expect(await refusalOf({})).toBeNull();
  });
});
