import { Decimal, exact, maxOf, minOf, roundToPlaces, sum, zero } from '../reference/decimal.ts';
import { roundedPlaces, statusOf } from '../reference/margin/deribit-pm.ts';
import type { GroupBreakdown, MarginStatus, NettingSetBreakdown } from '../reference/margin/deribit-pm/breakdown.ts';
import type { AmountColumn } from './engine-rows.ts';

/**
 * What counts as agreement of the engine (64-bit floats) with the reference (50 decimal digits), per column, and why.
 *
 * The unit is the notional of the netting set: the sum over its positions of abs(quantity) * base coin of one contract, in the
 * settlement currency (inverse future: size/mark; inverse option: size; linear: size * forward). P&L of a contract is a small
 * difference of amounts of that size, so an error is measured against it, not against the difference.
 */
export const notionalTolerance = new Decimal('1e-9');

/** Half a unit in the last place and the rounding of one operation: a float cannot be closer to a decimal than that. */
const floatEpsilon = exact(2 ** -52);

export interface ToleranceRule {
  readonly rule: string;
  readonly reason: string;
}

const rounded =
  'accepted between round(reference - tolerance) and round(reference + tolerance), widened by the tolerance';
export const toleranceRules: Readonly<Record<AmountColumn | 'worstScenario' | 'status' | 'fault' | 'row', ToleranceRule>> = {
  equity: {
    rule: '1e-9 of the notional, and 2^-52 of the cash per summand',
    reason: 'values are differences of amounts of the size of the notional; cash far above the notional has its own last place',
  },
  worstCase: {
    rule: `1e-9 of the notional before rounding; ${rounded}`,
    reason: 'rounding to 9 decimals turns any error into a whole quantum next to a tie, and only there',
  },
  rollShock: { rule: '1e-9 of the notional', reason: 'proportional to deltas, which are at most the notional' },
  deltaShock: { rule: '1e-9 of the notional', reason: 'its slope in the delta is limited by max_delta_shock' },
  maintenanceMargin: {
    rule: '1e-9 of the notional around mm_factor times every acceptable risk matrix margin',
    reason: 'not rounded itself, but it contains rounded worst cases',
  },
  initialMargin: {
    rule: `1e-9 of the notional before rounding; ${rounded}`,
    reason: 'as the worst case; it also contains rounded worst cases',
  },
  worstScenario: {
    rule: 'equal, unless other cells are within the tolerance of the minimum: then any of them (undecided)',
    reason: 'cells that are equal on paper differ in the last place of a float',
  },
  status: {
    rule: 'equal, unless equity is within the tolerances of a threshold: then either side (undecided)',
    reason: 'a comparison of two floats cannot be finer than their errors',
  },
  fault: { rule: 'zero exactly if the netting set is not quarantined', reason: 'a reason goes with every quarantine' },
  row: { rule: 'one row per netting set of the reference, no other', reason: 'a missing margin is an error, not a zero' },
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
  const matrixLow = worst.low.plus(fixed);
  const matrixHigh = worst.high.plus(fixed);
  const initial = {
    low: roundToPlaces(matrixLow.plus(set.addOn).minus(tolerance), roundedPlaces),
    high: roundToPlaces(matrixHigh.plus(set.addOn).plus(tolerance), roundedPlaces),
  };
  const cashTolerance = set.cash.abs().times(floatEpsilon).times(set.positions.length + 1);
  const amounts = {
    equity: widened(around(set.equity, cashTolerance), tolerance),
    worstCase: widened(worst, tolerance),
    rollShock: widened(around(set.rollShock, zero), tolerance),
    deltaShock: widened(around(set.deltaShock, zero), tolerance),
    maintenanceMargin: widened({ low: matrixLow.times(mmFactor), high: matrixHigh.times(mmFactor) }, tolerance),
    initialMargin: widened(initial, tolerance),
  };
  return { amounts, statuses: attainableStatuses(amounts, set), worstScenarios: attainableWorstScenarios(set.groups) };
}

function groupTolerance(group: GroupBreakdown): Decimal {
  return group.notional.times(notionalTolerance);
}

/** A rounding may go either way only if a tie lies within the tolerance: then, and only then, low and high differ. */
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

function widened({ low, high }: Interval, distance: Decimal): Interval {
  const lastPlace = maxOf(low.abs(), high.abs()).times(floatEpsilon);
  return { low: low.minus(distance).minus(lastPlace), high: high.plus(distance).plus(lastPlace) };
}

/** The statuses of every combination of ends: the rule is monotone in each amount, so the ends reach all of them. */
function attainableStatuses(
  amounts: AcceptedValues['amounts'],
  set: NettingSetBreakdown,
): ReadonlySet<MarginStatus> {
  const statuses = new Set<MarginStatus>([set.status]);
  // A requirement that is exactly zero (no positions, factor 0) is zero in the engine too, and equity 0 is decided by its sign.
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

/** Cells within the tolerance of the minimum, of every group whose worst case may be the largest. */
function attainableWorstScenarios(groups: readonly GroupBreakdown[]): ReadonlySet<number> {
  if (groups.length === 0) return new Set([-1]);
  const intervals = groups.map(roundedWorstCase);
  const largestLow = intervals.map(({ low }) => low).reduce(maxOf);
  const indexes = new Set<number>();
  groups.forEach((group, position) => {
    if (intervals[position].high.lessThan(largestLow)) return;
    const limit = group.aggregated.reduce(minOf).plus(groupTolerance(group).times(2));
    group.aggregated.forEach((cell, index) => {
      if (cell.lessThanOrEqualTo(limit)) indexes.add(index);
    });
  });
  return indexes;
}
