import { checkAbsolute, checkEqual, type Check } from '../check.ts';
import { decimalOf, fieldsOf, isFields, type Fields } from '../fields.ts';
import { extendedCount, type Cells, type EngineOutput, type SetOutput } from './run-engine.ts';

/** The venue rounds to nine decimals; amounts of a million and more have no more than twelve digits that count. */
const roundingTolerance = 1e-9;
const relativeTolerance = 1e-12;
/** The first two moves of the extended table are down: docs/models/deribit-pm.md, section B. */
const extendedDownCount = 2;
const volatilityCount = 3;

export function checkResult(result: Fields, output: EngineOutput): Check[] {
  return [
    ...checkVectors('initial_risk_vectors', result, output.instruments),
    ...checkVectors('pre_aggregated_risk_vectors', result, output.preAggregated),
    ...checkVectors('aggregated_risk_vectors', result, output.aggregated),
    ...Object.entries(fieldsOf(result['margins'])).flatMap(([currency, margins]) =>
      checkMargins(fieldsOf(margins), output.sets.get(currency.toLowerCase()) ?? noSet, output.standardCount)),
  ];
}

/** A currency without positions and add-ons. */
const noSet: SetOutput = {
  worstCase: 0, worstScenario: 0, rollShock: 0, deltaShock: 0, initialMargin: 0, maintenanceMargin: 0, groupCount: 0,
};

/** What is not held has zeros. */
function checkVectors(block: string, result: Fields, actual: ReadonlyMap<string, Cells>): Check[] {
  return Object.entries(fieldsOf(result[block])).flatMap(([name, tables]) => {
    const cells = actual.get(name);
    const split = cells === undefined ? 0 : cells.length - extendedCount;
    return [
      ...checkCells(`${block} (standard)`, cells?.slice(0, split), fieldsOf(tables)['standard']),
      ...checkCells(`${block} (extended)`, cells?.slice(split), fieldsOf(tables)['extended']),
    ];
  });
}

function checkCells(quantity: string, actual: Cells | undefined, expected: unknown): Check[] {
  if (!Array.isArray(expected)) return [];
  if (actual !== undefined && actual.length !== expected.length) {
    return [checkEqual(`${quantity}, count`, actual.length, expected.length)];
  }
  return expected.flatMap((value, index) => amount(quantity, actual?.[index] ?? 0, value));
}

function amount(quantity: string, actual: number, value: unknown): Check[] {
  const expected = decimalOf(value, quantity);
  if (expected === null) return [];
  const tolerance = Math.max(roundingTolerance, relativeTolerance * expected.abs().toNumber());
  return [checkAbsolute(quantity, actual, expected, tolerance)];
}

function checkMargins(margins: Fields, set: SetOutput, standardCount: number): Check[] {
  const details = fieldsOf(margins['initial_margin_details']);
  const matrix = fieldsOf(details['risk_matrix_margin_details']);
  const bucket = matrix['worst_case_bucket'];
  return [
    ...amount('worst_case', set.worstCase, matrix['worst_case']),
    ...(isFields(bucket) && hasOneWorst(set) ? checkBucket(bucket, set.worstScenario, standardCount) : []),
    ...amount('roll_shock', set.rollShock, matrix['roll_shock']),
    ...amount('delta_shock', set.deltaShock, matrix['delta_shock']),
    ...amount('risk_matrix_margin', set.worstCase + set.rollShock + set.deltaShock, details['risk_matrix_margin']),
    ...amount('initial_margin', set.initialMargin, margins['initial_margin']),
    ...amount('maintenance_margin', set.maintenanceMargin, margins['maintenance_margin']),
  ];
}

/** Without a loss there is no worst cell, and with several risk groups there is one per group. */
function hasOneWorst({ groupCount, worstCase }: SetOutput): boolean {
  return groupCount === 1 && worstCase > 0;
}

/**
 * Standard: `index` counts cells from 1, `bucket` price moves from 1, the middle one has no side. Of a worst case in
 * the extended table only the table and the side are documented.
 */
function checkBucket(expected: Fields, worstScenario: number, standardCount: number): Check[] {
  const actual = bucketOf(worstScenario, standardCount);
  return (['source', 'side', 'index', 'bucket'] as const).flatMap((name) =>
    expected[name] === undefined || expected[name] === null || actual[name] === null
      ? []
      : [checkEqual(`worst_case_bucket.${name}`, actual[name], expected[name])]);
}

function bucketOf(scenario: number, standardCount: number) {
  const extended = scenario - standardCount;
  if (extended >= 0) {
    return { source: 'extended', side: extended < extendedDownCount ? 'left' : 'right', index: null, bucket: null };
  }
  const move = Math.floor(scenario / volatilityCount);
  const middle = (standardCount / volatilityCount - 1) / 2;
  const side = move === middle ? null : move < middle ? 'left' : 'right';
  return { source: 'standard', side, index: scenario + 1, bucket: move + 1 };
}
