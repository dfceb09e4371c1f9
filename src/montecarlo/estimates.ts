import { MargridError } from '../errors.ts';
import { studentTQuantile } from '../statistics/student-t.ts';

/** Sorted tails of the strata of some paths. */
export interface StratifiedTail {
  /** Ascending P&L of each stratum, the smallest ones. */
  readonly tails: readonly Float64Array[];
  /** Paths in each stratum. */
  readonly counts: ArrayLike<number>;
  /** Known probability of each stratum; null: one stratum, all that there is. */
  readonly probabilities: Float64Array | null;
}

export interface TailEstimate {
  /** Losses are positive. */
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/**
 * VaR and ES at a level. Each path of stratum s weighs p_s / n_s (1 / n without strata): VaR is minus the first P&L
 * with cumulated weight >= 1 - level (type 1 of Hyndman and Fan: order statistic ceil(n (1 - level))), ES that of
 * Acerbi and Tasche, the value at the boundary counting for what is lacking. Throws `ObservationsMissing` for an empty
 * stratum, `EngineState` if too few values were kept.
 */
export function tailEstimate({ tails, counts, probabilities }: StratifiedTail, level: number): TailEstimate {
  const total = Array.from(counts).reduce((sum, each) => sum + each, 0);
  const weights = tails.map((_, s) => {
    if (probabilities === null) return 1;
    if (counts[s] > 0) return (probabilities[s] * total) / counts[s];
    throw new MargridError('ObservationsMissing', `no path of ${total} falls into stratum ${s + 1}: take more paths`);
  });
  const target = tailCount(total, level);
  const next = tails.map(() => 0);
  let weight = 0;
  let sum = 0;
  for (;;) {
    const s = smallest(tails, counts, next);
    const value = tails[s][next[s]];
    if (weight + weights[s] >= target * (1 - 1e-12)) {
      return { valueAtRisk: -value, expectedShortfall: -(sum + (target - weight) * value) / target };
    }
    sum += weights[s] * value;
    weight += weights[s];
    next[s]++;
  }
}

/** Stratum of the smallest value that is left. */
function smallest(tails: readonly Float64Array[], counts: ArrayLike<number>, next: readonly number[]): number {
  let best = -1;
  for (let s = 0; s < tails.length; s++) {
    if (next[s] >= tails[s].length) {
      if (counts[s] === tails[s].length) continue;
      throw new MargridError('EngineState', `the tail of stratum ${s + 1} ends before the quantile`);
    }
    if (best < 0 || tails[s][next[s]] < tails[best][next[best]]) best = s;
  }
  if (best < 0) throw new MargridError('EngineState', 'the tail ends before the quantile');
  return best;
}

/** n (1 - level), a whole number if it is one but for rounding. */
export function tailCount(n: number, level: number): number {
  const exact = n * (1 - level);
  const whole = Math.round(exact);
  return Math.abs(exact - whole) <= 2 * n * Number.EPSILON ? whole : exact;
}

export interface EstimateErrors {
  /** Standard errors; null where nothing can be said. */
  readonly valueAtRisk: number | null;
  readonly expectedShortfall: number | null;
  /** At 95%. */
  readonly valueAtRiskInterval: readonly [number, number] | null;
}

const normal975 = 1.959963984540054;

/**
 * Of independent paths: VaR by order statistics (the ranks one standard deviation of the binomial number below and
 * above; the interval at 1.96 of them), ES by its asymptotic variance, (Var(L | L >= VaR) + level (ES - VaR)^2) / (n (1
 * - level)) (Manistre and Hancock 2005).
 */
export function independentErrors(
  tail: Float64Array, n: number, level: number, estimate: TailEstimate,
): EstimateErrors {
  const target = tailCount(n, level);
  const spread = Math.sqrt(target * level);
  const at = (rank: number): number => tail[Math.min(Math.max(Math.ceil(rank), 1), tail.length) - 1];
  const count = Math.ceil(target);
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (tail[i] + estimate.expectedShortfall) ** 2;
  const beyond = estimate.expectedShortfall - estimate.valueAtRisk;
  return {
    valueAtRisk: (at(target + spread) - at(target - spread)) / 2,
    expectedShortfall: Math.sqrt((squares / count + level * beyond * beyond) / target),
    valueAtRiskInterval: [-at(target + normal975 * spread), -at(target - normal975 * spread)],
  };
}

/**
 * Of paths that are not independent (pairs, Sobol points, strata): by the spread of the estimates of the batches, which
 * are. The interval: Student t with one degree less than there are batches.
 */
export function batchErrors(estimates: readonly TailEstimate[], whole: TailEstimate): EstimateErrors {
  if (estimates.length < 2) return { valueAtRisk: null, expectedShortfall: null, valueAtRiskInterval: null };
  const valueAtRisk = standardError(estimates.map((each) => each.valueAtRisk));
  const reach = studentTQuantile(0.975, estimates.length - 1) * valueAtRisk;
  return {
    valueAtRisk,
    expectedShortfall: standardError(estimates.map((each) => each.expectedShortfall)),
    valueAtRiskInterval: [whole.valueAtRisk - reach, whole.valueAtRisk + reach],
  };
}

/** Of the mean of independent values. */
export function standardError(values: readonly number[]): number {
  const n = values.length;
  const mean = values.reduce((sum, each) => sum + each, 0) / n;
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1) / n);
}
