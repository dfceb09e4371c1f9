import { Decimal, exact, maxOf, minOf, roundToPlaces, sum, zero } from '../reference/decimal.ts';
import { roundedPlaces, statusOf } from '../reference/margin/deribit-pm.ts';
import type { GroupBreakdown, MarginStatus, NettingSetBreakdown } from '../reference/margin/deribit-pm/breakdown.ts';
import type { AmountColumn } from './engine-rows.ts';

/**
 * What counts as agreement of the engine (64-bit floats) with the reference (34 decimal digits), per column, and why.
 *
 * The unit is the notional of the netting set: the sum over its positions of abs(quantity) * base coin of one
 * contract, in the settlement currency (inverse future: size/mark; inverse option: size; linear: size * forward). P&L
 * of a contract is a small difference of amounts of that size, so an error is measured against it, not against the
 * difference.
 */
export const notionalTolerance = new Decimal('1e-9');

/** One unit in the last place, at most: a float cannot be closer to a decimal than half of it. */
const floatEpsilon = exact(2 ** -52);

export interface ToleranceRule {
  readonly rule: string;
  readonly reason: string;
}

const rounded =
  'accepted from round(reference - tolerance) to round(reference + tolerance), which is one number away from a tie';
export type ReconciledColumn = AmountColumn | 'worstScenario' | 'status' | 'fault' | 'row';

export const toleranceRules: Readonly<Record<ReconciledColumn, ToleranceRule>> = {
  equity: {
    rule: '1e-9 of the notional, and 2^-52 of the cash per summand',
    reason: 'values are differences of amounts of the size of the notional; larger cash has its own last place',
  },
  worstCase: {
    rule: `1e-9 of the notional before rounding; ${rounded}`,
    reason: 'rounding to 9 decimals turns any error into a whole quantum next to a tie, and only there',
  },
  rollShock: { rule: '1e-9 of the notional', reason: 'proportional to deltas, which are at most the notional' },
  deltaShock: { rule: '1e-9 of the notional', reason: 'its slope in the delta is limited by max_delta_shock' },
  maintenanceMargin: {
    rule: 'mm_factor times a risk matrix margin within 1e-9 of the notional of an acceptable one',
    reason: 'not rounded itself, but it contains rounded worst cases',
  },
  initialMargin: {
    rule: `1e-9 of the notional before rounding; ${rounded}`,
    reason: 'as the worst case; it also contains rounded worst cases',
  },
  worstScenario: {
    rule:
      'equal, unless other cells are within the tolerance of the minimum: then any of them (undecided); ' +
      '-1 if the worst case is rounded to zero',
    reason: 'cells that are equal on paper differ in the last place of a float',
  },
  status: {
    rule: 'equal, unless equity is within the tolerances of a threshold: then either side (undecided)',
    reason: 'a comparison of two floats cannot be finer than their errors',
  },
  fault: { rule: 'zero exactly if the netting set is not quarantined', reason: 'a reason goes with every quarantine' },
  row: {
    rule: 'one row per netting set of the reference, no other',
    reason: 'a missing margin is an error, not a zero',
  },
};

export interface Interval {
  readonly low: Decimal;
  readonly high: Decimal;
}

/** What the engine may say about one netting set. */
export interface AcceptedValues {
  readonly amounts: Readonly<Record<AmountColumn, Interval>>;
  readonly statuses: ReadonlySet<MarginStatus>;
  readonly worstScenarios: ReadonlySet<number>;
}

export function acceptedValues(set: NettingSetBreakdown, mmFactor: Decimal): AcceptedValues {
  const tolerance = set.notional.times(notionalTolerance);
  const worst = groupWorstCases(set.groups);
  const fixed = set.rollShock.plus(set.deltaShock);
  const matrix = { low: worst.low.plus(fixed).minus(tolerance), high: worst.high.plus(fixed).plus(tolerance) };
  const initial = {
    low: roundToPlaces(matrix.low.plus(set.addOn), roundedPlaces),
    high: roundToPlaces(matrix.high.plus(set.addOn), roundedPlaces),
  };
  const operationCount = set.groups.length + 2; // one sum per group, and two to round: times 10^9, divided by 10^9
  const cashTolerance = set.cash.abs().times(floatEpsilon).times(set.positions.length + 1);
  const amounts = {
    equity: asFloats(around(set.equity, tolerance.plus(cashTolerance)), operationCount),
    worstCase: asFloats(worst, operationCount),
    rollShock: asFloats(around(set.rollShock, tolerance), operationCount),
    deltaShock: asFloats(around(set.deltaShock, tolerance), operationCount),
    maintenanceMargin: asFloats({ low: matrix.low.times(mmFactor), high: matrix.high.times(mmFactor) }, operationCount),
    initialMargin: asFloats(initial, operationCount),
  };
  return { amounts, statuses: attainableStatuses(amounts, set), worstScenarios: attainableWorstScenarios(set.groups) };
}

function groupTolerance(group: GroupBreakdown): Decimal {
  return group.notional.times(notionalTolerance);
}

/**
 * Rounding is monotone: an engine within the tolerance before rounding is within these ends after it. They differ only
 * if a tie lies within the tolerance, so a flip is accepted there and nowhere else.
 */
function roundedWorstCase(group: GroupBreakdown): Interval {
  const tolerance = groupTolerance(group);
  return {
    low: roundToPlaces(maxOf(group.worstCaseUnrounded.minus(tolerance), zero), roundedPlaces),
    high: roundToPlaces(group.worstCaseUnrounded.plus(tolerance), roundedPlaces),
  };
}

function groupWorstCases(groups: readonly GroupBreakdown[]): Interval {
  const intervals = groups.map(roundedWorstCase);
  return { low: sum(intervals.map(({ low }) => low)), high: sum(intervals.map(({ high }) => high)) };
}

function around(value: Decimal, distance: Decimal): Interval {
  return { low: value.minus(distance), high: value.plus(distance) };
}

/** The ends are no floats: a unit in the last place for each of `operationCount` operations on floats of that size. */
function asFloats({ low, high }: Interval, operationCount: number): Interval {
  const lastPlaces = maxOf(low.abs(), high.abs()).times(floatEpsilon).times(operationCount);
  return { low: low.minus(lastPlaces), high: high.plus(lastPlaces) };
}

/** The statuses of every combination of ends: the rule is monotone in each amount, so the ends reach all of them. */
function attainableStatuses(
  amounts: AcceptedValues['amounts'],
  set: NettingSetBreakdown,
): ReadonlySet<MarginStatus> {
  const statuses = new Set<MarginStatus>([set.status]);
  // A requirement that is exactly zero (no positions, factor 0) is zero in the engine too.
  const ends = ({ low, high }: Interval, value: Decimal): Decimal[] =>
    value.isZero() ? [value] : [maxOf(low, zero), value, high];
  const equities = set.notional.isZero() ? [set.equity] : [amounts.equity.low, set.equity, amounts.equity.high];
  for (const equity of equities) {
    for (const maintenance of ends(amounts.maintenanceMargin, set.maintenanceMargin)) {
      for (const initial of ends(amounts.initialMargin, set.initialMargin)) {
        statuses.add(statusOf(equity, maintenance, initial));
      }
    }
  }
  return statuses;
}

/**
 * Cells within the tolerance of the minimum, of every group whose worst case may be the largest. No scenario (-1) if
 * all worst cases may be rounded to zero: then none binds.
 */
function attainableWorstScenarios(groups: readonly GroupBreakdown[]): ReadonlySet<number> {
  const intervals = groups.map(roundedWorstCase);
  const largestLow = intervals.map(({ low }) => low).reduce(maxOf, zero);
  const indexes = new Set<number>(largestLow.isZero() ? [-1] : []);
  groups.forEach((group, position) => {
    const { high } = intervals[position];
    if (high.isZero() || high.lessThan(largestLow)) return;
    const limit = group.aggregated.reduce(minOf).plus(groupTolerance(group).times(2));
    group.aggregated.forEach((cell, index) => {
      if (cell.lessThanOrEqualTo(limit)) indexes.add(index);
    });
  });
  return indexes;
}
