/** Kish's effective number of observations, (sum w)^2 / sum w^2: n where all weigh the same. */
export function effectiveCount(weights: ArrayLike<number>): number {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < weights.length; index++) {
    sum += weights[index];
    squares += weights[index] * weights[index];
  }
  return (sum * sum) / squares;
}
