import { normalPdf, normalQuantileOf } from '../../../assembly/portable/normal.ts';
import { requireArgument } from '../../statistics/argument.ts';
import { requireLevel, type ParametricRisk } from './tail-distribution.ts';

/** Moments of a P&L; kurtosis in excess of 3. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly skewness: number;
  readonly excessKurtosis: number;
}

/**
 * Cornish and Fisher's fourth-order quantile of a standardised variable from the normal one:
 * z + t/6 (z^2 - 1) + k/24 z (z^2 - 3) - t^2/36 z (2 z^2 - 5), t skewness, k excess kurtosis.
 */
export function cornishFisherQuantile(z: number, skewness: number, excessKurtosis: number): number {
  const square = z * z;
  return z + (skewness / 6) * (square - 1) + (excessKurtosis / 24) * z * (square - 3) -
    ((skewness * skewness) / 36) * z * (2 * square - 5);
}

export interface CornishFisherValidity {
  /** Whether the expansion rises from the median to the end of the tail used: the rule that decides. */
  readonly isMonotoneOnTail: boolean;
  /** Whether it rises everywhere (Maillard, A user's guide to the Cornish Fisher expansion, 2012). */
  readonly isMonotone: boolean;
  /** |skewness| <= 1 and excess kurtosis within [0, 3]: where other programs trust it. */
  readonly isWithinUsualDomain: boolean;
}

/** The tail is checked to this fraction of its probability: what lies beyond cannot move an average of the tail. */
const tailFraction = 1e-6;

/**
 * Whether the expansion is a quantile function where it is used. Its derivative by z is a parabola
 * (k/8 - t^2/6) z^2 + t/3 z + 1 - k/8 + 5 t^2/36, which must be > 0 from z = 0 to the quantile of `tailFraction` of the
 * tail probability, on the side of the tail: beyond a turning point a less likely loss would be a smaller one.
 */
export function cornishFisherValidity(
  { skewness, excessKurtosis }: Pick<Moments, 'skewness' | 'excessKurtosis'>,
  level: number,
): CornishFisherValidity {
  const a = excessKurtosis / 8 - (skewness * skewness) / 6;
  const b = skewness / 3;
  const c = 1 - excessKurtosis / 8 + (5 * skewness * skewness) / 36;
  const slope = (z: number): number => (a * z + b) * z + c;
  const tail = Math.min(level, 1 - level) * tailFraction;
  const end = (level > 0.5 ? 1 : -1) * normalQuantileOf(tail, 1 - tail, tail - 0.5);
  const vertex = a > 0 ? -b / (2 * a) : 0;
  const isInside = vertex * end > 0 && Math.abs(vertex) < Math.abs(end);
  return {
    isMonotoneOnTail: c > 0 && slope(end) > 0 && !(isInside && !(slope(vertex) > 0)),
    isMonotone: c > 0 && (a > 0 ? b * b < 4 * a * c : a === 0 && b === 0),
    isWithinUsualDomain: Math.abs(skewness) <= 1 && excessKurtosis >= 0 && excessKurtosis <= 3,
  };
}

export interface CornishFisherRisk extends ParametricRisk, CornishFisherValidity {
  readonly level: number;
}

/**
 * VaR and ES of the expansion as it stands, valid or not, with its validity: `deltaGammaCornishFisher` falls back.
 *
 * VaR = -(mean + s x(z)), z the normal quantile of 1 - level; ES is the average of that quantile function over the
 * tail, -(mean - s phi(z)/(1 - level) (1 + t/6 z + k/24 (z^2 - 1) - t^2/36 (2 z^2 - 1))). Losses positive. Throws
 * `ValueOutOfRange`.
 */
export function cornishFisherRisk(moments: Moments, level: number): CornishFisherRisk {
  const { mean, variance, skewness, excessKurtosis } = requireMoments(moments);
  requireLevel(level);
  const tail = 1 - level;
  const z = normalQuantileOf(tail, level, tail - 0.5);
  const deviation = Math.sqrt(variance);
  const average = 1 + (skewness / 6) * z + (excessKurtosis / 24) * (z * z - 1) -
    ((skewness * skewness) / 36) * (2 * z * z - 1);
  return {
    level,
    valueAtRisk: -(mean + deviation * cornishFisherQuantile(z, skewness, excessKurtosis)),
    expectedShortfall: -(mean - ((deviation * normalPdf(z)) / tail) * average),
    ...cornishFisherValidity({ skewness, excessKurtosis }, level),
  };
}

export interface ModifiedRisk extends ParametricRisk {
  /** Whether ES came out below VaR and VaR was taken in its place (`isOperational`). */
  readonly isShortfallRaised: boolean;
}

/**
 * Modified VaR (Favre and Galeano 2002) and modified ES (Boudt, Peterson and Croux, Journal of Risk 11, 2008): with
 * g = x(z) the ES is the mean beyond g under the Edgeworth density,
 *
 *   s/(1 - level) [phi(g) + k/24 (I4 - 6 I2 + 3 phi(g)) + t/6 (I3 - 3 I1) + t^2/72 (I6 - 15 I4 + 45 I2 - 15 phi(g))]
 *   - mean,
 *
 * I_q the incomplete moments, which reduce to phi(g) times polynomials in g. `isOperational` (default): never below
 * VaR, as PerformanceAnalytics does. Losses positive. Throws `ValueOutOfRange`.
 */
export function modifiedRisk(
  moments: Moments,
  level: number,
  { isOperational = true }: { readonly isOperational?: boolean } = {},
): ModifiedRisk {
  const { mean, variance, skewness: t, excessKurtosis: k } = requireMoments(moments);
  requireLevel(level);
  const tail = 1 - level;
  const g = cornishFisherQuantile(normalQuantileOf(tail, level, tail - 0.5), t, k);
  const g2 = g * g;
  // I_q over phi(g); in I3 - 3 I1 the terms with the distribution function cancel.
  const i2 = g2 + 2;
  const i4 = g2 * g2 + 4 * g2 + 8;
  const i6 = g2 * g2 * g2 + 6 * g2 * g2 + 24 * g2 + 48;
  const sum = 1 + (k / 24) * (i4 - 6 * i2 + 3) + (t / 6) * g2 * g + ((t * t) / 72) * (i6 - 15 * i4 + 45 * i2 - 15);
  const deviation = Math.sqrt(variance);
  const shortfall = (normalPdf(g) * sum) / tail;
  const isShortfallRaised = isOperational && shortfall < -g;
  return {
    valueAtRisk: -(mean + deviation * g),
    expectedShortfall: deviation * (isShortfallRaised ? -g : shortfall) - mean,
    isShortfallRaised,
  };
}

function requireMoments(moments: Moments): Moments {
  for (const [name, value] of Object.entries(moments)) {
    requireArgument(name, value as number, Number.isFinite(value), 'finite');
  }
  requireArgument('variance', moments.variance, moments.variance >= 0, '>= 0');
  return moments;
}
