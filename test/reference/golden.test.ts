import { describe, expect, test } from 'vitest';
import { Decimal } from '../../src/reference/decimal.ts';
import { referenceDeribitPm } from '../../src/reference/margin/deribit-pm.ts';
import type { GroupBreakdown, NettingSetBreakdown } from '../../src/reference/margin/deribit-pm/breakdown.ts';
import { loadGoldenCases, type GoldenCase, type GoldenGroup, type GoldenNettingSet } from '../support/golden.ts';

/**
 * What src/reference/decimal.ts guarantees: 1e-31 of the scale of a number (its own size, or that of the sum it is a
 * small difference in). The oracle computes with 80 digits and prints 32, which is half of that at most: a closer
 * look would need a longer print.
 */
const relativeTolerance = new Decimal('1e-31');

type Near = (what: string, actual: Decimal, expected: string | undefined, scale?: Decimal) => void;

function nearWithin(tolerance: number | undefined): Near {
  return (what, actual, expected, scale = new Decimal(0)) => {
    if (expected === undefined) return;
    const largest = Decimal.max(new Decimal(expected).abs(), scale, actual.abs());
    const bound = tolerance ?? relativeTolerance.times(largest).plus('1e-60');
    const isNear = actual.minus(expected).abs().lessThanOrEqualTo(bound);
    expect(isNear, `${what}: ${actual} instead of ${expected}`).toBe(true);
  };
}

function checkVector(
  near: Near,
  what: string,
  actual: readonly Decimal[],
  expected: readonly string[],
  scale: Decimal,
): void {
  expect(actual.length, what).toBe(expected.length);
  actual.forEach((cell, index) => near(`${what}[${index}]`, cell, expected[index], scale));
}

function checkGroup(near: Near, actual: GroupBreakdown, expected: GoldenGroup): void {
  const { notional } = actual;
  const what = expected.name;
  near(`${what} worst case unrounded`, actual.worstCaseUnrounded, expected.worstCaseUnrounded, notional);
  near(`${what} worst case`, actual.worstCase, expected.worstCase);
  near(`${what} roll shock`, actual.rollShock, expected.rollShock, notional);
  near(`${what} delta shock`, actual.deltaShock, expected.deltaShock, notional);
  if (expected.worstScenario !== undefined) expect(actual.worstScenario.index, what).toBe(expected.worstScenario);
  for (const [index, roll] of (expected.rollShocks ?? []).entries()) {
    const found = actual.rollShocks[index];
    expect(found.expiryMs).toBe(roll.expiryMs);
    near(`${what} net delta`, found.netDelta, roll.netDelta, notional);
    near(`${what} roll rate`, found.rate, roll.rate, new Decimal(1));
    near(`${what} roll charge`, found.charge, roll.charge, notional);
  }
  if (expected.rollShocks) expect(actual.rollShocks.length).toBe(expected.rollShocks.length);
  for (const [step, amount] of Object.entries(expected.deltaShockSteps ?? {})) {
    near(`${what} ${step}`, actual.deltaShockSteps[step as 'd1' | 'd2' | 'd' | 'usd'], amount, notional);
  }
  for (const row of expected.instruments ?? []) {
    const found = actual.instruments.find(({ risk }) => risk.instrument.name === row.name)!;
    if (row.cellsPerContract) checkVector(near, row.name, found.risk.cells, row.cellsPerContract, found.risk.notional);
    if (row.cells) checkVector(near, row.name, found.cells, row.cells, notional);
  }
  const { preAggregated, aggregated } = expected;
  if (preAggregated) checkVector(near, 'pre-aggregated', actual.preAggregated, preAggregated, notional);
  if (aggregated) checkVector(near, 'aggregated', actual.aggregated, aggregated, notional);
}

const amounts = [
  'equity',
  'worstCase',
  'rollShock',
  'deltaShock',
  'riskMatrixMargin',
  'initialMargin',
  'maintenanceMargin',
  'notional',
] as const;

function checkNettingSet(near: Near, actual: NettingSetBreakdown, expected: GoldenNettingSet): void {
  expect(actual.settlementCurrency).toBe(expected.settlementCurrency);
  const scale = actual.notional.plus(actual.cash.abs());
  for (const amount of amounts) near(amount, actual[amount], expected[amount], scale);
  if (expected.marginRatio === null) expect(actual.marginRatio).toBeNull();
  else near('margin ratio', actual.marginRatio ?? new Decimal(NaN), expected.marginRatio, ratioScale(actual));
  if (expected.status !== undefined) expect(actual.status).toBe(expected.status);
  checkWorstScenario(actual, expected.worstScenario);
  for (const position of expected.positions ?? []) {
    const found = actual.positions.find(({ name }) => name === position.name)!;
    near(`${position.name} value per contract`, found.valuePerContract, position.valuePerContract, found.notional);
    near(`${position.name} value`, found.value, position.value, found.notional);
    near(`${position.name} delta`, found.delta, position.delta, found.notional);
  }
  expect(actual.groups.map(({ group }) => `${group.name} ${group.pair}`)).toEqual(
    expected.groups.map(({ name, pair }) => `${name} ${pair}`),
  );
  expected.groups.forEach((group, index) => checkGroup(near, actual.groups[index], group));
}

/** The oracle names the lowest cell even if nothing is lost in it; a margin that no scenario makes has none here. */
function checkWorstScenario(actual: NettingSetBreakdown, expected: number | undefined): void {
  if (actual.worstCase.isZero()) expect(actual.worstScenario).toBe(-1);
  else if (expected !== undefined) expect(actual.worstScenario).toBe(expected);
}

/** A small equity magnifies the errors of the equity in the ratio. */
function ratioScale(actual: NettingSetBreakdown): Decimal {
  if (actual.marginRatio === null) return new Decimal(0);
  return actual.notional.div(actual.equity).abs().plus(1).times(actual.marginRatio.abs().plus(1));
}

export function checkReference(golden: GoldenCase): void {
  const { market, params, account, expected } = golden;
  const breakdown = referenceDeribitPm({ market, params, ...account });
  expect(breakdown.nettingSets.length).toBe(expected.nettingSets.length);
  const near = nearWithin(golden.tolerance);
  expected.nettingSets.forEach((set, index) => checkNettingSet(near, breakdown.nettingSets[index], set));
}

describe('golden portfolios: reference against an independent oracle and published responses', () => {
  const cases = loadGoldenCases('deribit-pm');

  test('there are two per parameter', () => expect(cases.length).toBeGreaterThanOrEqual(70));

  test.each(cases)('$name: $proves', (golden) => checkReference(golden));

  test('a wrong digit in the 28th place is noticed', () => {
    const golden = cases.find(({ name }) => name.endsWith('mixed-inverse'))!;
    const [set] = golden.expected.nettingSets;
    const group = set.groups[0];
    const [cell, ...rest] = group.preAggregated!;
    const wrong = new Decimal(cell).times('1.0000000000000000000000000001').toString();
    const nettingSets = [{ ...set, groups: [{ ...group, preAggregated: [wrong, ...rest] }] }];
    expect(() => checkReference({ ...golden, expected: { nettingSets } })).toThrow(/pre-aggregated\[0\]/);
  });
});
