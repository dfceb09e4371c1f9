import { MargridError } from '../errors.ts';
import type { MinorUnits } from './minor-units.ts';

/**
 * Divides an amount by weights, in whole minor units that add up to it exactly: each gets the whole part of its share,
 * and what is left goes, unit by unit, to the largest remainders (of equal ones to the first). Also for negative
 * amounts. Throws `OptionInvalid` for a negative weight, or if all are zero and the amount is not.
 */
export function allocate(amount: MinorUnits, weights: readonly bigint[]): MinorUnits[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (weights.some((weight) => weight < 0n))
    throw new MargridError('OptionInvalid', 'weights of a division must be >= 0');
  if (amount === 0n) return weights.map(() => 0n);
  if (total === 0n) throw new MargridError('OptionInvalid', 'an amount cannot be divided by weights that are all zero');
  const size = amount < 0n ? -amount : amount;
  const shares = weights.map((weight) => (size * weight) / total);
  const remainders = weights.map((weight) => (size * weight) % total);
  let left = size - shares.reduce((sum, share) => sum + share, 0n);
  const order = weights.map((_, index) => index).sort((a, b) => compare(remainders[b], remainders[a]) || a - b);
  for (let place = 0; left > 0n; place++, left--) shares[order[place]]++;
  return amount < 0n ? shares.map((share) => -share) : shares;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Weights that stand for doubles >= 0 in the same ratios, exact to 2^-60 of the largest. */
export function weightsOf(values: readonly number[]): bigint[] {
  const largest = values.reduce((max, value) => Math.max(max, value), 0);
  if (!values.every((value) => value >= 0 && value < Infinity)) {
    throw new MargridError('OptionInvalid', 'weights of a division must be finite and >= 0');
  }
  if (largest === 0) return values.map(() => 0n);
  // So small that no double is the scale: lifted first, which is exact.
  if (largest < 2 ** -512) return weightsOf(values.map((value) => value * 2 ** 512));
  // A power of two: scaling is exact, and the largest weight lies in [2^60, 2^61).
  let scale = 1;
  while (largest * scale < 2 ** 60) scale *= 2;
  while (largest * scale >= 2 ** 61) scale /= 2;
  return values.map((value) => BigInt(Math.floor(value * scale)));
}
