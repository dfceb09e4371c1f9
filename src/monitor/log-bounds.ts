/**
 * Bounds of ln(ratio) without a logarithm: ln(1 + u) differs from u - u^2/2 + u^3/3 by at most u^4/4 / (1 - |u|), which
 * is at most u^4/2 for |u| <= 1/2. Ratios farther from 1, and NaN, have no bound.
 */
const ratioSlack = 1e-15; // two roundings of a ratio near 1, and those of the polynomial: below 5 units of 2^-53

export function logAtLeast(ratio: number): number {
  const u = ratio - 1;
  if (!(u >= -0.5 && u <= 0.5)) return -Infinity;
  const square = u * u;
  return u - square * 0.5 + (square * u) / 3 - square * square * 0.5 - ratioSlack;
}

export function logAtMost(ratio: number): number {
  const u = ratio - 1;
  if (!(u >= -0.5 && u <= 0.5)) return Infinity;
  const square = u * u;
  return u - square * 0.5 + (square * u) / 3 + square * square * 0.5 + ratioSlack;
}
