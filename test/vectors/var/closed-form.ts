import { tailMultipliers, unitVarianceScale, type TailDistribution } from '../../../src/risk/parametric/tail-distribution.ts';
import { checkRelative, type Check } from '../check.ts';
import { CaseInputError, expectedOf, fieldsOf, isFields, listOf, numberOf, textOf, type Fields } from '../fields.ts';
import { caseOf } from '../suite.ts';
import type { VarFormat } from './formats.ts';

/** The gate that the file's 18 digits are for. */
const gate = 1e-12;
/** Half of the last binary digit of a level in [1/2, 1): so far is the number from the decimal text of the file. */
const levelRounding = 1.2e-16 / 2;

/**
 * A level is a decimal text; as a binary number it is off by `levelRounding`, and its complement by that much. VaR and
 * ES move by less than the complement does, in relative terms: their elasticity is 1 / nu of a t in its tail, 1 / z^2
 * of the normal distribution. It counts from 0.9999 on: 5.5e-11 at 0.999999.
 */
function toleranceAt(level: number): number {
  return Math.max(gate, levelRounding / (1 - level));
}

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
    return expected === null ? [] : [checkRelative(name, actual, expected, toleranceAt(level))];
  });
}

function distributionOf(row: Fields): TailDistribution {
  const match = distributionPattern.exec(textOf(row['dist']));
  if (match === null) throw new CaseInputError(`input dist must be normal or t and a number, got ${textOf(row['dist'])}`);
  if (match[1] === undefined) return { kind: 'normal' };
  return { kind: 'student-t', degreesOfFreedom: Number(match[1]), scaling: 'raw' };
}
