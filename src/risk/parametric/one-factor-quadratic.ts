import { normalCdf, normalPdf } from '../../../assembly/portable/normal.ts';
import type { PointTails } from './quadratic-tails.ts';

/** The distribution of constant + linear z + curvature z^2 / 2, z standard normal, in closed form: curvature > 0. */
export function oneFactorTails(constant: number, linear: number, curvature: number, x: number): PointTails {
  const least = constant - (linear * linear) / (2 * curvature);
  const rise = x - least;
  if (!(rise > 0)) return { lower: 0, upper: 1, density: rise === 0 ? Infinity : 0, lowerPartialMean: 0, error: 0 };
  // z from center - half to center + half keeps the form below x.
  const center = -linear / curvature;
  const half = Math.sqrt((2 * rise) / curvature);
  const from = center - half;
  const to = center + half;
  const inside = intervalProbability(center, half);
  const outside = normalCdf(from) + normalCdf(-to);
  const lower = inside < 0.5 ? inside : 1 - outside;
  const densityFrom = normalPdf(from);
  const densityTo = normalPdf(to);
  // E[(z - center)^2] over the interval.
  const square = inside * (1 + center * center) - (to - 2 * center) * densityTo + (from - 2 * center) * densityFrom;
  return {
    lower,
    upper: inside < 0.5 ? 1 - inside : outside,
    density: (densityFrom + densityTo) / (curvature * half),
    lowerPartialMean: half < 1e-3 ? (rise * inside * 2) / 3 : rise * inside - 0.5 * curvature * square,
    error: 1e-15 * Math.min(inside, outside) + 1e-300,
  };
}

/** P(|z - center| < half): by the smaller tails, or where the interval is short by the series about its middle. */
function intervalProbability(center: number, half: number): number {
  const m2 = center * center;
  const w2 = 4 * half * half;
  if (w2 < 1e-4 && m2 < 100) {
    const series = 1 + ((m2 - 1) * w2) / 24 + ((m2 * m2 - 6 * m2 + 3) * w2 * w2) / 1920;
    return normalPdf(center) * 2 * half * series;
  }
  const size = Math.abs(center);
  return normalCdf(half - size) - normalCdf(-half - size);
}

/** The same for constant + deviation z: a normal distribution. */
export function normalTails(constant: number, deviation: number, x: number): PointTails {
  const z = (x - constant) / deviation;
  const lower = normalCdf(z);
  const density = normalPdf(z);
  // phi(z) + z Phi(z) cancels far in the lower tail, where it is phi/z^2 (1 - 3/z^2 + ...).
  const partial = z < -30 ? (density / (z * z)) * (1 - (3 / (z * z)) * (1 - 5 / (z * z))) : density + z * lower;
  return {
    lower,
    upper: normalCdf(-z),
    density: density / deviation,
    lowerPartialMean: deviation * partial,
    error: 1e-15 * Math.min(lower, 1 - lower) + 1e-300,
  };
}
