import { normalPdf, normalQuantile } from '../../assembly/portable/normal.ts';
import { MargridError } from '../errors.ts';
import { riskMeasures } from '../risk/measures.ts';
import { quantile } from '../risk/quantile.ts';
import { studentTPdf, studentTQuantile } from '../statistics/student-t.ts';
import { requireProbability } from './exceptions.ts';
import { tabulatedStudentT } from './student-t-tail.ts';

/** The distribution that P&L would have if the model were right; what critical values are simulated from. */
export interface NullModel {
  /** P&L at a probability in (0, 1), rising with it. */
  pnlAt(probability: number): number;
  /** As losses, at the level that is tested. */
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
  /** Of an empirical model: its P&L, ascending. */
  readonly sample?: Float64Array;
}

/** Normal P&L; the scale does not matter to the statistics. */
export function normalModel(level: number): NullModel {
  requireProbability('level', level);
  const z = normalQuantile(1 - level);
  return { pnlAt: normalQuantile, valueAtRisk: -z, expectedShortfall: normalPdf(z) / (1 - level) };
}

/** Student-t P&L with more than 1 degree of freedom. Throws `OptionInvalid`. */
export function studentTModel(level: number, degreesOfFreedom: number): NullModel {
  requireProbability('level', level);
  if (!(degreesOfFreedom > 1 && degreesOfFreedom < Infinity)) {
    throw new MargridError(
      'OptionInvalid',
      `a Student-t distribution has an expected shortfall above 1 degree of freedom, got ${degreesOfFreedom}`,
      { column: 'degreesOfFreedom', value: degreesOfFreedom },
    );
  }
  const t = studentTQuantile(1 - level, degreesOfFreedom);
  const density = studentTPdf(t, degreesOfFreedom);
  let tabulated: ((probability: number) => number) | null = null;
  return {
    pnlAt: (probability) => (tabulated ??= tabulatedStudentT(degreesOfFreedom))(probability),
    valueAtRisk: -t,
    expectedShortfall: (density / (1 - level)) * ((degreesOfFreedom + t * t) / (degreesOfFreedom - 1)),
  };
}

/** The P&L themselves, each as likely, with their own VaR and ES. */
export function empiricalModel(pnl: ArrayLike<number>, level: number): NullModel {
  const sorted = Float64Array.from(pnl).sort();
  const [{ valueAtRisk, expectedShortfall }] = riskMeasures(pnl, [level]);
  return { pnlAt: (probability) => quantile(sorted, probability, 1), valueAtRisk, expectedShortfall, sample: sorted };
}
