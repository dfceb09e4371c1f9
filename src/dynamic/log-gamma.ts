import { log } from '../../assembly/portable/log.ts';

const halfLogTwoPi = 0.9189385332046727;
/** Below this the series would need more terms: the argument is moved up by ln Gamma(x) = ln Gamma(x + 1) - ln x. */
const seriesFrom = 12;

/**
 * ln Gamma(x) for x > 0, by Stirling's series with seven terms. Absolute error below 1e-13 up to x = 1000: enough for a
 * likelihood.
 */
export function logGamma(x: number): number {
  let shift = 0;
  let argument = x;
  while (argument < seriesFrom) {
    shift += log(argument);
    argument += 1;
  }
  const inverse = 1 / argument;
  const square = inverse * inverse;
  // Bernoulli numbers B_2k / (2k (2k - 1)).
  const series =
    inverse *
    (1 / 12 +
      square *
        (-1 / 360 +
          square * (1 / 1260 + square * (-1 / 1680 + square * (1 / 1188 + square * (-691 / 360360 + square / 156))))));
  return (argument - 0.5) * log(argument) - argument + halfLogTwoPi + series - shift;
}
