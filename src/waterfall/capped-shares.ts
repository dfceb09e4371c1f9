import { allocate } from '../money/allocate.ts';
import type { MinorUnits } from '../money/minor-units.ts';

/** What each gets of an amount, and what nobody could take. */
export interface CappedShares {
  readonly shares: bigint[];
  readonly left: bigint;
}

/**
 * Divides a whole amount >= 0 by weights >= 0, nobody more than his cap: who reaches it keeps the cap, and what he
 * could not take goes to the others by their weights. Whole units by largest remainder (of equal ones to the first).
 * What is left when all weights are used up stays `left`: shares + left = amount, exactly.
 */
export function cappedShares(amount: MinorUnits, weights: readonly bigint[], caps: readonly bigint[]): CappedShares {
  const shares = weights.map(() => 0n);
  let left = amount;
  let open = weights.map((_, index) => index).filter((index) => weights[index] > 0n && caps[index] > 0n);
  while (left > 0n && open.length > 0) {
    const total = open.reduce((sum, index) => sum + weights[index], 0n);
    // Everybody below his cap: the division is final.
    const over = open.filter((index) => left * weights[index] >= caps[index] * total);
    if (over.length === 0) {
      placeRemainders(left, open, weights, shares);
      return { shares, left: 0n };
    }
    for (const index of over) {
      shares[index] = caps[index];
      left -= caps[index];
    }
    open = open.filter((index) => shares[index] === 0n);
  }
  return { shares, left };
}

/** A share below a whole cap is, rounded up, at most the cap. */
function placeRemainders(amount: bigint, open: readonly number[], weights: readonly bigint[], shares: bigint[]): void {
  allocate(
    amount,
    open.map((index) => weights[index]),
  ).forEach((share, place) => (shares[open[place]] = share));
}

/**
 * Whole numbers near real targets >= 0 that add up to `total`: rounded down, then one more for the largest remainders
 * that are below their caps (of equal ones the first). Targets whose sum misses `total` by rounding errors are mended
 * unit by unit; returns what caps leave over.
 */
export function wholeShares(total: bigint, targets: Float64Array, caps: Float64Array): CappedShares {
  const shares = Array.from(targets, (target, index) => BigInt(Math.floor(clamp(target, caps[index]))));
  let left = total - shares.reduce((sum, share) => sum + share, 0n);
  if (left === 0n) return { shares, left };
  const remainder = targets.map((target, index) => clamp(target, caps[index]) - Number(shares[index]));
  const order = Uint32Array.from(targets.keys()).sort((a, b) => remainder[b] - remainder[a] || a - b);
  // One pass is enough but for rounding errors of large targets: then each gives (or takes) an equal part of them.
  for (;;) {
    const isShort = left > 0n;
    const open = Array.from(order).filter((index) =>
      isShort ? shares[index] < BigInt(caps[index]) : shares[index] > 0n,
    );
    if (left === 0n || open.length === 0) return { shares, left };
    if (!isShort) open.reverse();
    const size = isShort ? left : -left;
    const part = size / BigInt(open.length);
    for (const index of open) {
      if (left === 0n) break;
      const most = isShort ? BigInt(caps[index]) - shares[index] : shares[index];
      const wanted = part > 1n ? part : 1n;
      const moved = wanted < most ? wanted : most;
      shares[index] += isShort ? moved : -moved;
      left -= isShort ? moved : -moved;
    }
  }
}

function clamp(value: number, most: number): number {
  return value > most ? most : value > 0 ? value : 0;
}
