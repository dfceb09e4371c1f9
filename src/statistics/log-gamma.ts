import { log } from '../../assembly/portable/log.ts';
import { logOnePlus } from './near-one.ts';

const halfLogTwoPi = 0.9189385332046727;
/** From here on seven terms of the series are exact to 2e-18. */
export const stirlingFrom = 12;
const oneMinusEuler = 0.42278433509846713;
/** zeta(k) - 1 from k = 2. */
const zetaMinusOne = [
  0.6449340668482264, 0.20205690315959429, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.004077356197944339, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
  0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5, 3.058823630702049e-5, 1.5282259408651871e-5,
  7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727962e-7, 4.769329867878064e-7,
  2.38450502727733e-7, 1.1921992596531107e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
  7.450711789835429e-9, 3.725334024788457e-9,
] as const;

/**
 * ln Gamma(1 + x) for |x| <= 1/2, accurate relative to its size: it is 0 at 0. Zeta series (Abramowitz, Stegun 6.1.33).
 */
export function logGammaOnePlus(x: number): number {
  let sum = 0;
  for (let k = zetaMinusOne.length + 1; k >= 2; k--) {
    sum = sum * -x + zetaMinusOne[k - 2] / k;
  }
  return x * x * sum + x * oneMinusEuler - logOnePlus(x);
}

/**
 * What Stirling's formula leaves out: ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi)/2, for x >= `stirlingFrom`.
 * Bernoulli numbers B_2k / (2k (2k - 1)).
 */
export function stirlingSeries(x: number): number {
  const inverse = 1 / x;
  const square = inverse * inverse;
  return inverse *
    (1 / 12 +
      square *
        (-1 / 360 +
          square * (1 / 1260 + square * (-1 / 1680 + square * (1 / 1188 + square * (-691 / 360360 + square / 156))))));
}

/** ln Gamma(x) for x > 0. Error below 2e-15 relative to max(|ln Gamma(x)|, 1e-2), smaller near its zeros 1 and 2. */
export function logGamma(x: number): number {
  if (x < 0.5) return logGammaOnePlus(x) - log(x);
  if (x <= 1.5) return logGammaOnePlus(x - 1);
  if (x <= 2.5) return logGammaOnePlus(x - 2) + logOnePlus(x - 2);
  let product = 1;
  let argument = x;
  while (argument < stirlingFrom) {
    product *= argument;
    argument += 1;
  }
  return (argument - 0.5) * (log(argument) - 1) + (halfLogTwoPi - 0.5 + stirlingSeries(argument)) - log(product);
}
