import { MargridError } from '../../../src/errors.ts';
import { deltaGammaNormal } from '../../../src/risk/parametric/delta-gamma.ts';
import { checkRelative, type Check } from '../check.ts';
import { CaseInputError, decimalOf, fieldsOf, isFields, listOf, numberOf, textOf, type Fields } from '../fields.ts';
import { caseOf } from '../suite.ts';
import type { VarFormat } from './formats.ts';

/** The published figures agree with full-precision arithmetic to 3e-7 of themselves: sensitivities are printed rounded. */
const publishedTolerance = 5e-7;
/** Recomputed by another program from the same inputs: rounding of sums of 126 x 126 terms. */
const recomputedTolerance = 1e-9;

/**
 * `{ cases: [{ quantiles, published, recomputed?, factors: [{ key, delta, gamma, variance }], crossGammas: [{ a, b,
 * gamma }] }] }`: uncorrelated factors, quantiles of the P&L by its mean and variance.
 */
export const deltaGammaNormalFile: VarFormat = {
  detect: (content) =>
    content.kind === 'json' && isFields(content.value) &&
    listOf(content.value['cases']).some((each) => {
      const fields = fieldsOf(each);
      return Array.isArray(fields['factors']) && Array.isArray(fields['quantiles']);
    }),
  run: (content) => {
    const list = content.kind === 'json' ? listOf(fieldsOf(content.value)['cases']) : [];
    return { cases: list.map((each, index) => caseOf(`case ${index + 1}`, () => checksOf(fieldsOf(each)))), notCovered: [] };
  },
};

export interface SensitivityRow {
  readonly key: string;
  readonly delta: number;
  readonly gamma: number;
  readonly variance: number;
}

export interface CrossGamma {
  readonly a: string;
  readonly b: string;
  readonly gamma: number;
}

/** Quantile of the P&L at p, of uncorrelated factors; a cross gamma stands once per pair. */
export function quantileOf(factors: readonly SensitivityRow[], crossGammas: readonly CrossGamma[], p: number): number {
  const n = factors.length;
  const places = new Map(factors.map(({ key }, place) => [key, place]));
  const gamma = new Float64Array(n * n);
  const covariance = new Float64Array(n * n);
  factors.forEach((factor, i) => {
    gamma[i * n + i] = factor.gamma;
    covariance[i * n + i] = factor.variance;
  });
  for (const { a, b, gamma: value } of crossGammas) {
    const [i, j] = [places.get(a), places.get(b)];
    if (i === undefined || j === undefined) throw new CaseInputError(`crossGammas names ${a}, ${b}: not both are factors`);
    gamma[i * n + j] += value;
    gamma[j * n + i] += i === j ? 0 : value;
  }
  try {
    const delta = factors.map((factor) => factor.delta);
    return -deltaGammaNormal({ delta, gamma, covariance }, 1 - p).valueAtRisk;
  } catch (cause) {
    if (cause instanceof MargridError) throw new CaseInputError(cause.message);
    throw cause;
  }
}

function checksOf(fields: Fields): Check[] {
  const factors = listOf(fields['factors']).map((each): SensitivityRow => {
    const row = fieldsOf(each);
    return {
      key: textOf(row['key']), delta: numberOf(row, 'delta'), gamma: numberOf(row, 'gamma'), variance: numberOf(row, 'variance'),
    };
  });
  const crossGammas = listOf(fields['crossGammas']).map((each): CrossGamma => {
    const row = fieldsOf(each);
    return { a: textOf(row['a']), b: textOf(row['b']), gamma: numberOf(row, 'gamma') };
  });
  return listOf(fields['quantiles']).flatMap((value, index) => {
    const p = numberOf({ quantile: value }, 'quantile');
    const actual = quantileOf(factors, crossGammas, p);
    const published = decimalOf(listOf(fields['published'])[index], 'published');
    const recomputed = decimalOf(listOf(fields['recomputed'])[index], 'recomputed');
    return [
      ...(published === null ? [] : [checkRelative(`quantile ${p}, published`, actual, published, publishedTolerance)]),
      ...(recomputed === null ? [] : [checkRelative(`quantile ${p}, recomputed`, actual, recomputed, recomputedTolerance)]),
    ];
  });
}
