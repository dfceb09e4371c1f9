import { normalQuantile } from '../../../assembly/portable/normal.ts';
import { log } from '../../../assembly/portable/log.ts';
import { requireArgument, requireProbability } from '../../statistics/argument.ts';
import { contourTails } from './contour-inversion.ts';
import { normalTails, oneFactorTails } from './one-factor-quadratic.ts';
import { leastValue, meanAndVariance, negated, type QuadraticForm } from './quadratic-form.ts';
import type { PointTails } from './quadratic-tails.ts';

export interface QuadraticQuantile {
  readonly value: number;
  /** Bound of its error: error of the probability over the density, and rounding. */
  readonly error: number;
  /** E[max(0, value - Q)]. */
  readonly lowerPartialMean: number;
}

/** Exact distribution of a quadratic form in normal variables. */
export interface QuadraticDistribution {
  readonly mean: number;
  readonly deviation: number;
  /** -Infinity and Infinity where it has no bound. */
  readonly least: number;
  readonly greatest: number;
  tails(x: number): PointTails;
  /** Value with a given probability below it (and `1 - probability`, if known better, above). */
  quantile(probability: number, above?: number): QuadraticQuantile;
}

/** Throws `ValueOutOfRange` for a probability outside [0, 1]. */
export function quadraticDistribution(form: QuadraticForm): QuadraticDistribution {
  const { mean, variance } = meanAndVariance(form);
  const deviation = Math.sqrt(variance);
  requireArgument('standard deviation', deviation, deviation >= 0 && deviation < Infinity, 'finite');
  const least = leastValue(form);
  const greatest = -leastValue(negated(form));
  const unit = deviation > 0 ? scaled(form, mean, deviation) : null;
  const unitTails = (u: number): PointTails => tailsOfUnit(unit!, u);
  return {
    mean, deviation, least, greatest,
    tails(x: number): PointTails {
      if (unit === null) return pointMass(mean, x);
      const found = unitTails((x - mean) / deviation);
      return { ...found, density: found.density / deviation, lowerPartialMean: found.lowerPartialMean * deviation };
    },
    quantile(probability: number, above = 1 - probability): QuadraticQuantile {
      requireProbability('probability', probability);
      if (unit === null) return { value: mean, error: 0, lowerPartialMean: 0 };
      if (probability === 0) return { value: least, error: 0, lowerPartialMean: 0 };
      if (above === 0) return { value: greatest, error: 0, lowerPartialMean: greatest - mean };
      const found = unitQuantile(
        unitTails, probability, above, [(least - mean) / deviation, (greatest - mean) / deviation],
      );
      return {
        value: mean + deviation * found.value,
        error: deviation * found.error + 1e-15 * Math.abs(mean),
        lowerPartialMean: deviation * found.lowerPartialMean,
      };
    },
  };
}

function pointMass(mean: number, x: number): PointTails {
  const lower = x >= mean ? 1 : 0;
  return {
    lower, upper: 1 - lower, density: x === mean ? Infinity : 0, lowerPartialMean: Math.max(0, x - mean), error: 0,
  };
}

/** Mean 0, variance 1. */
function scaled({ constant, deviation, linear, curvature }: QuadraticForm, mean: number, size: number): QuadraticForm {
  return {
    constant: (constant - mean) / size,
    deviation: deviation / size,
    linear: linear.map((each) => each / size),
    curvature: curvature.map((each) => each / size),
  };
}

function tailsOfUnit(form: QuadraticForm, u: number): PointTails {
  const { constant, deviation, linear, curvature } = form;
  if (curvature.length === 0) return normalTails(constant, deviation, u);
  if (curvature.length === 1 && deviation === 0) {
    return curvature[0] > 0
      ? oneFactorTails(constant, linear[0], curvature[0], u)
      : mirrored(oneFactorTails(-constant, -linear[0], -curvature[0], -u), u);
  }
  if (u <= leastValue(form)) return { lower: 0, upper: 1, density: 0, lowerPartialMean: 0, error: 0 };
  if (u >= -leastValue(negated(form))) return { lower: 1, upper: 0, density: 0, lowerPartialMean: u, error: 0 };
  return contourTails(form, u, u < 0);
}

/** Of Q from those of -Q; Q has mean 0: E[max(0, u - Q)] = E[max(0, Q - u)] + u. */
function mirrored(tails: PointTails, u: number): PointTails {
  return {
    lower: tails.upper, upper: tails.lower, density: tails.density, error: tails.error,
    lowerPartialMean: tails.lowerPartialMean + u,
  };
}

const iterationsMax = 200;

/** Newton's method on the logarithm of the smaller tail, within a bracket. */
function unitQuantile(
  tails: (u: number) => PointTails,
  probability: number,
  above: number,
  [least, greatest]: readonly [number, number],
): QuadraticQuantile {
  const isLower = probability <= above;
  const target = isLower ? probability : above;
  let low = least;
  let high = greatest;
  let u = clamped(isLower ? normalQuantile(target) : -normalQuantile(target), low, high);
  let at = tails(u);
  for (let iteration = 0; iteration < iterationsMax; iteration++) {
    const tail = isLower ? at.lower : at.upper;
    if ((isLower ? at.lower < target : at.upper > target)) low = u;
    else high = u;
    const step = ((log(target) - log(tail)) * tail) / at.density;
    const newton = u + (isLower ? step : -step);
    const next = newton > low && newton < high ? newton : between(low, high, u);
    const size = Math.abs(u) + Math.min(1, u - least, greatest - u);
    const isDone = Math.abs(next - u) <= 2e-15 * size || next === low || next === high;
    u = next;
    at = tails(u);
    if (isDone) break;
  }
  const error = at.density > 0 ? at.error / at.density : Infinity;
  return { value: u, error: error + 4e-15 * Math.abs(u), lowerPartialMean: at.lowerPartialMean };
}

function clamped(u: number, low: number, high: number): number {
  if (u > low && u < high) return u;
  return u <= low ? Math.min(low + 0.5, 0.5 * low) : Math.max(high - 0.5, 0.5 * high);
}

/** Doubles the distance where there is no bound yet, halves it where there are two. */
function between(low: number, high: number, u: number): number {
  if (low === -Infinity) return u - Math.max(1, Math.abs(u));
  if (high === Infinity) return u + Math.max(1, Math.abs(u));
  return 0.5 * (low + high);
}
