import { MargridError } from '../../../src/errors.ts';
import {
  deltaGammaCornishFisher, deltaGammaExact, deltaGammaMoments, deltaGammaNormal,
} from '../../../src/risk/parametric/delta-gamma.ts';
import { deltaNormal } from '../../../src/risk/parametric/delta-normal.ts';
import type { DeltaGammaPortfolio } from '../../../src/risk/parametric/quadratic-form.ts';
import { checkAbsolute, type Check } from '../check.ts';
import type { Decimal } from '../decimal.ts';
import { CaseInputError, expectedOf, fieldsOf, isFields, listOf, numberOf, type Fields } from '../fields.ts';
import { caseOf } from '../suite.ts';
import type { VarFormat } from './formats.ts';

/** Moments, expansion and normal figures are arithmetic; rounding of a few thousand operations. */
const arithmetic = 1e-10;
/** Exact quantiles of the file come from quadratures; they agree with one another to this, in standard deviations. */
const quadrature = 1e-9;
/**
 * Two million paths: the standard error of a quantile is sqrt(p (1 - p) / n) over the density there. Five of them, by
 * the chance of a file of a hundred cases.
 */
const paths = 2e6;
const standardErrors = 5;

/** `{ cases: [{ omega, delta, gamma, results: [{ p, exactQuantile, ... }], moments }] }`: P&L = d'x + x'Gx/2. */
export const deltaGammaForms: VarFormat = {
  detect: (content) =>
    content.kind === 'json' && isFields(content.value) &&
    listOf(content.value['cases']).some((each) => {
      const fields = fieldsOf(each);
      return Array.isArray(fields['omega']) && Array.isArray(fields['delta']) && Array.isArray(fields['gamma']);
    }),
  run: (content) => {
    const list = content.kind === 'json' ? listOf(fieldsOf(content.value)['cases']) : [];
    const cases = list.flatMap((each, index) => casesOf(fieldsOf(each), `case ${index + 1}`));
    return { cases, notCovered: [] };
  },
};

function casesOf(fields: Fields, name: string): ReturnType<typeof caseOf>[] {
  return [
    caseOf(`${name}, moments`, () => momentChecks(portfolioOf(fields), fieldsOf(fields['moments']))),
    ...listOf(fields['results']).map((row, index) =>
      caseOf(`${name}, quantile ${index + 1}`, () => quantileChecks(portfolioOf(fields), fieldsOf(row)))),
    caseOf(`${name}, published`, () => publishedChecks(portfolioOf(fields), fieldsOf(fields['published']))),
  ];
}

function portfolioOf(fields: Fields): DeltaGammaPortfolio {
  const delta = numbersOf(fields['delta'], 'delta');
  return { delta, gamma: matrixOf(fields['gamma'], 'gamma', delta.length), covariance: matrixOf(fields['omega'], 'omega', delta.length) };
}

function numbersOf(value: unknown, name: string): number[] {
  const list = listOf(value);
  if (list.length === 0) throw new CaseInputError(`input ${name} must be a list of numbers`);
  return list.map((each, index) => numberOf({ [`${name}[${index}]`]: each }, `${name}[${index}]`));
}

function matrixOf(value: unknown, name: string, n: number): number[] {
  const rows = listOf(value).map((row) => numbersOf(row, name));
  if (rows.length === n && rows.every((row) => row.length === n)) return rows.flat();
  throw new CaseInputError(`input ${name} must be a matrix of ${n} x ${n}`);
}

/** Bad numbers of a file (a covariance that is none) fail its case with the library's message. */
function computed<T>(compute: () => T): T {
  try {
    return compute();
  } catch (cause) {
    if (cause instanceof MargridError) throw new CaseInputError(cause.message);
    throw cause;
  }
}

function check(name: string, actual: number, expected: Decimal | null, tolerance: number): Check[] {
  return expected === null ? [] : [checkAbsolute(name, actual, expected, tolerance)];
}

function momentChecks(portfolio: DeltaGammaPortfolio, expected: Fields): Check[] {
  const moments = computed(() => deltaGammaMoments(portfolio));
  const deviation = Math.sqrt(moments.variance);
  return [
    ...check('mean', moments.mean, expectedOf(expected, 'mean'), arithmetic * deviation),
    ...check('variance', moments.variance, expectedOf(expected, 'variance'), arithmetic * moments.variance),
    ...check('skew', moments.skewness, expectedOf(expected, 'skew'), arithmetic * 10),
    ...check('exKurt', moments.excessKurtosis, expectedOf(expected, 'exKurt'), arithmetic * 10),
  ];
}

function quantileChecks(portfolio: DeltaGammaPortfolio, row: Fields): Check[] {
  const p = numberOf(row, 'p');
  if (!(p > 0 && p < 1)) throw new CaseInputError(`input p must be in (0, 1), got ${p}`);
  // The quantile of the P&L at p is minus the VaR at the confidence 1 - p.
  const level = 1 - p;
  const exact = computed(() => deltaGammaExact(portfolio, level));
  const cornishFisher = deltaGammaCornishFisher(portfolio, level).cornishFisher;
  const normal = deltaGammaNormal(portfolio, level);
  const deltaOnly = deltaNormal({ exposures: portfolio.delta, covariance: portfolio.covariance, level });
  const deviation = Math.sqrt(normal.moments.variance);
  return [
    ...check('exactQuantile', -exact.valueAtRisk, expectedOf(row, 'exactQuantile'), quadrature * deviation),
    ...check('cornishFisher', -cornishFisher.valueAtRisk, expectedOf(row, 'cornishFisher'), arithmetic * deviation),
    ...check('normalDeltaGamma', -normal.valueAtRisk, expectedOf(row, 'normalDeltaGamma'), arithmetic * deviation),
    ...check('deltaOnly', -deltaOnly.valueAtRisk, expectedOf(row, 'deltaOnly'), arithmetic * deviation),
    ...simulationCheck(portfolio, level, expectedOf(row, 'mc2e6')),
  ];
}

function simulationCheck(portfolio: DeltaGammaPortfolio, level: number, expected: Decimal | null): Check[] {
  if (expected === null) return [];
  const p = 1 - level;
  const band = (standardErrors * Math.sqrt(p * (1 - p))) / Math.sqrt(paths);
  // As quantiles: five standard errors of the probability to either side.
  const [low, at, high] = [p - band, p, p + band].map((each) => -deltaGammaExact(portfolio, 1 - each).valueAtRisk);
  return check('mc2e6', at, expected, Math.max(high - at, at - low));
}

/** Tolerances stand in the file: absolute `tolerance`; of a saddle point the part of the quantile, which is exact here. */
function publishedChecks(portfolio: DeltaGammaPortfolio, published: Fields): Check[] {
  const tolerance = expectedOf(published, 'tolerance')?.toNumber() ?? 1e-3;
  return Object.keys(published).flatMap((name) => {
    const match = /^cornishFisher(\d{2,3})$/.exec(name);
    if (match === null) return [];
    const p = Number(`0.${match[1]}`);
    const { cornishFisher } = computed(() => deltaGammaCornishFisher(portfolio, 1 - p));
    return check(name, -cornishFisher.valueAtRisk, expectedOf(published, name), tolerance);
  });
}
