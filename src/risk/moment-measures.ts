import { normalCdf, normalPdf, normalQuantile } from '../../assembly/portable/normal.ts';
import { requireLevel } from './conventions.ts';
import type { RiskMeasure } from './measures.ts';
import { sampleMoments, unbiasedVariance } from './moments.ts';
import { requireWeights } from './weighted-tail.ts';

export interface MomentMeasureOptions {
  readonly level: number;
  readonly weights?: ArrayLike<number>;
  /** `population`: divided by n, as PerformanceAnalytics does for one series; `sample`: by n - 1. */
  readonly variance?: 'population' | 'sample';
}

/** VaR and ES of the normal distribution with mean and variance of the sample, as losses. */
export function gaussianMeasures(pnl: ArrayLike<number>, options: MomentMeasureOptions): RiskMeasure {
  const { level, mean, deviation } = prepared(pnl, options);
  const z = normalQuantile(1 - level);
  return {
    level,
    valueAtRisk: -(mean + deviation * z),
    expectedShortfall: (deviation * normalPdf(z)) / (1 - level) - mean,
  };
}

/**
 * Modified VaR (Favre and Galeano 2002: Cornish-Fisher's expansion to the fourth moment) and modified ES (Boudt,
 * Peterson and Croux 2008: expectation of the second-order Edgeworth density beyond that quantile) of a sample, as
 * losses. Skewness and kurtosis are those of the population (divided by n). Where the expansion would put ES below VaR
 * it is VaR (`operational`), as PerformanceAnalytics does.
 */
export function modifiedMeasures(pnl: ArrayLike<number>, options: MomentMeasureOptions): ModifiedMeasure {
  const { level, mean, deviation, skewness, excessKurtosis } = prepared(pnl, options);
  const z = normalQuantile(1 - level);
  const h =
    z + ((z * z - 1) * skewness) / 6 + ((z * z * z - 3 * z) * excessKurtosis) / 24 -
    ((2 * z * z * z - 5 * z) * skewness * skewness) / 36;
  // Integrals of x times the Edgeworth density, one per term of it.
  const [, m1, m2, m3, m4, m5, , m7] = partialMoments(7, h);
  const mass =
    m1 +
    ((m4 - 3 * m2) * skewness) / 6 +
    ((m5 - 6 * m3 + 3 * m1) * excessKurtosis) / 24 +
    ((m7 - 15 * m5 + 45 * m3 - 15 * m1) * skewness * skewness) / 72;
  const valueAtRisk = -(mean + deviation * h);
  const unbounded = (deviation * mass) / (1 - level) - mean;
  return {
    level,
    valueAtRisk,
    expectedShortfall: Math.max(unbounded, valueAtRisk),
    isBounded: unbounded < valueAtRisk,
  };
}

export interface ModifiedMeasure extends RiskMeasure {
  /** The expansion gave an ES below VaR, which was taken for it. */
  readonly isBounded: boolean;
}

function prepared(pnl: ArrayLike<number>, { level, weights, variance = 'population' }: MomentMeasureOptions) {
  requireLevel(level);
  if (weights !== undefined) requireWeights(weights, pnl.length);
  const moments = sampleMoments(pnl, weights);
  const deviation = Math.sqrt(variance === 'population' ? moments.variance : unbiasedVariance(moments));
  return { level, mean: moments.mean, deviation, skewness: moments.skewness, excessKurtosis: moments.excessKurtosis };
}

/** Minus the integral of x^m phi(x) below h, m = 0 ... order: by parts, h^(m-1) phi(h) + (m - 1) times that of m - 2. */
function partialMoments(order: number, h: number): number[] {
  const moments = [-normalCdf(h), normalPdf(h)];
  let power = 1;
  for (let m = 2; m <= order; m++) {
    power *= h;
    moments[m] = power * normalPdf(h) + (m - 1) * moments[m - 2];
  }
  return moments;
}
