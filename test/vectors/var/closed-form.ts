import { tailMultipliers, unitVarianceScale, type TailDistribution } from '../../../src/risk/parametric/tail-distribution.ts';
import { checkRelative, type Check } from '../check.ts';
import { CaseInputError, expectedOf, fieldsOf, isFields, listOf, numberOf, textOf, type Fields } from '../fields.ts';
import { caseOf } from '../suite.ts';
import type { VarFormat } from './formats.ts';

/**
 * The gate that the file's 18 digits are for. A level is a decimal text of at most four nines: as a binary number its
 * complement is off by up to 1e-12 of itself, a quantile by a quarter of that.
 */
const tolerance = 1e-12;
const distributionPattern = /^(?:normal|t(\d+(?:\.\d+)?))$/;

/** `{ rows: [{ dist: 'normal' | 't5', p, VaR, ES, unitVarianceScale? }] }`: the raw t of unit scale. */
export const closedForm: VarFormat = {
  detect: (content) =>
    content.kind === 'json' && isFields(content.value) &&
    listOf(content.value['rows']).some((row) => distributionPattern.test(textOf(fieldsOf(row)['dist']))),
  run: (content) => {
    const rows = content.kind === 'json' ? listOf(fieldsOf(content.value)['rows']) : [];
    return { cases: rows.map((row, index) => caseOf(`row ${index + 1}`, () => checksOf(fieldsOf(row)))), notCovered: [] };
  },
};

function checksOf(row: Fields): Check[] {
  const distribution = distributionOf(row);
  const level = numberOf(row, 'p');
  if (!(level > 0 && level < 1)) throw new CaseInputError(`input p must be in (0, 1), got ${level}`);
  const { valueAtRisk, expectedShortfall } = tailMultipliers(level, distribution);
  const scale = distribution.kind === 'normal' ? 1 : unitVarianceScale(distribution.degreesOfFreedom);
  const figures: [string, number][] = [['VaR', valueAtRisk], ['ES', expectedShortfall], ['unitVarianceScale', scale]];
  return figures.flatMap(([name, actual]) => {
    const expected = expectedOf(row, name);
    return expected === null ? [] : [checkRelative(name, actual, expected, tolerance)];
  });
}

function distributionOf(row: Fields): TailDistribution {
  const match = distributionPattern.exec(textOf(row['dist']));
  if (match === null) throw new CaseInputError(`input dist must be normal or t and a number, got ${textOf(row['dist'])}`);
  if (match[1] === undefined) return { kind: 'normal' };
  return { kind: 'student-t', degreesOfFreedom: Number(match[1]), scaling: 'raw' };
}
