import { describe, expect, test } from 'vitest';
import { acceptedValues } from '../../src/reconcile/tolerance.ts';
import { Decimal } from '../../src/reference/decimal.ts';
import { referenceDeribitPm } from '../../src/reference/margin/deribit-pm.ts';
import type { NettingSetBreakdown } from '../../src/reference/margin/deribit-pm/breakdown.ts';
import { loadGoldenCases } from '../support/golden.ts';

const cases = loadGoldenCases('deribit-pm');

function firstSet(name: string): { set: NettingSetBreakdown; mmFactor: Decimal } {
  const golden = cases.find((candidate) => candidate.name.slice(4) === name)!;
  const [set] = referenceDeribitPm({ ...golden, ...golden.account }).nettingSets;
  return { set: set, mmFactor: new Decimal(golden.params.mmFactor) };
}

type RoundedColumn = 'worstCase' | 'initialMargin';

function accepts(set: NettingSetBreakdown, mmFactor: Decimal, column: RoundedColumn, value: string): boolean {
  const { low, high } = acceptedValues(set, mmFactor).amounts[column];
  return new Decimal(value).greaterThanOrEqualTo(low) && new Decimal(value).lessThanOrEqualTo(high);
}

describe('rounded amounts', () => {
  test('next to a tie both neighbours are accepted, nothing in between or beyond', () => {
    const { set, mmFactor } = firstSet('rounding-tie'); // worst case 0.0009765625, notional 0.00390625
    expect(accepts(set, mmFactor, 'worstCase', '0.000976563')).toBe(true);
    expect(accepts(set, mmFactor, 'worstCase', '0.000976562')).toBe(true);
    expect(accepts(set, mmFactor, 'worstCase', '0.000976564')).toBe(false);
    expect(accepts(set, mmFactor, 'worstCase', '0.000976561')).toBe(false);
  });

  test('away from a tie a whole quantum is a breach, however small', () => {
    const { set, mmFactor } = firstSet('rounding-tie');
    const moved = new Decimal('0.0009763');
    const groups = set.groups.map((group) => ({ ...group, worstCaseUnrounded: moved, worstCase: moved }));
    const away = { ...set, groups, worstCase: moved };
    expect(accepts(away, mmFactor, 'worstCase', '0.0009763')).toBe(true);
    expect(accepts(away, mmFactor, 'worstCase', '0.000976301')).toBe(false);
    expect(accepts(away, mmFactor, 'worstCase', '0.000976299')).toBe(false);
  });

  test('a flip of the worst case may pass on to the margins', () => {
    const { set, mmFactor } = firstSet('rounding-tie');
    const { initialMargin } = acceptedValues(set, mmFactor).amounts;
    expect(initialMargin.high.minus(initialMargin.low).greaterThan('1e-9')).toBe(true);
    expect(accepts(set, mmFactor, 'initialMargin', set.initialMargin.minus('2.5e-9').toString())).toBe(false);
  });

  test('a tie of the initial margin itself', () => {
    const { set, mmFactor } = firstSet('rounding-tie-initial-margin'); // notional 8: the tolerance is 8 quanta wide
    expect(accepts(set, mmFactor, 'initialMargin', set.initialMargin.toString())).toBe(true);
    expect(accepts(set, mmFactor, 'initialMargin', set.initialMargin.minus('1e-9').toString())).toBe(true);
    expect(accepts(set, mmFactor, 'initialMargin', set.initialMargin.plus('1.8e-8').toString())).toBe(false);
  });
});

describe('decisions', () => {
  const statuses = (name: string): string[] => {
    const { set, mmFactor } = firstSet(name);
    return [...acceptedValues(set, mmFactor).statuses].sort();
  };

  test.each(['status-at-maintenance', 'status-above-maintenance'])('%s is undecided', (name) => {
    expect(statuses(name)).toEqual(['liquidation', 'margin-call']);
  });

  test.each(['status-at-initial', 'status-below-initial'])('%s is undecided', (name) => {
    expect(statuses(name)).toEqual(['healthy', 'margin-call']);
  });

  test.each([
    ['mixed-inverse', 1],
    ['status-negative-equity', 1],
    ['cash-only', 1],
  ])('%s is decided', (name, count) => expect(statuses(name)).toHaveLength(count));

  test('the volatility scenarios of a future are ties, its other cells are not', () => {
    const { set, mmFactor } = firstSet('published-eth-live-2026-02-15');
    expect([...acceptedValues(set, mmFactor).worstScenarios]).toEqual([24, 25, 26]);
  });

  test('no scenario is binding if the worst case is nothing, or rounded to nothing', () => {
    const { set, mmFactor } = firstSet('rounding-tie');
    const withWorst = (amount: string): number[] => {
      const groups = set.groups.map((group) => ({ ...group, worstCaseUnrounded: new Decimal(amount) }));
      return [...acceptedValues({ ...set, groups }, mmFactor).worstScenarios];
    };
    expect(withWorst('0')).toEqual([-1]);
    expect(withWorst('4.9e-10')).toEqual([-1]);
    expect(withWorst('5e-10')).toContain(-1); // a tie: either
    expect(withWorst('5e-10').length).toBeGreaterThan(1);
    expect(withWorst('6e-10')).not.toContain(-1);
  });

  test('without groups there is no scenario', () => {
    const { set, mmFactor } = firstSet('cash-only');
    expect([...acceptedValues(set, mmFactor).worstScenarios]).toEqual([-1]);
  });
});

test('without positions equity must be the cash to the last place', () => {
  const { set, mmFactor } = firstSet('cash-only');
  const { low, high } = acceptedValues(set, mmFactor).amounts.equity;
  expect(high.minus(low).div(set.cash).toNumber()).toBeLessThan(1.5e-15); // three units each way
});
