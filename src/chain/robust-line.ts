/** Median; the mean of the middle two for an even count; NaN for none. Sorts a copy. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const upper = count >> 1;
  return count % 2 === 1 ? sorted[upper] : (sorted[upper - 1] + sorted[upper]) / 2;
}

/**
 * The line through points that is the median of all slopes and of all intercepts: up to 29% wrong points do not move
 * it far.
 */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** Theil-Sen estimator (Sen 1968, J. Am. Stat. Assoc. 63). Needs two different `x`. */
export function theilSenLine(x: readonly number[], y: readonly number[]): Line {
  const slopes: number[] = [];
  for (let first = 0; first < x.length; first++) {
    for (let second = first + 1; second < x.length; second++) {
      if (x[first] !== x[second]) slopes.push((y[second] - y[first]) / (x[second] - x[first]));
    }
  }
  const slope = median(slopes);
  const intercept = median(x.map((value, index) => y[index] - slope * value));
  return { slope, intercept };
}
