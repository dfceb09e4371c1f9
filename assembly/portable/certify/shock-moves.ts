import { GROUP_SHOCK_BY_INDEX, GROUP_SHOCK_BY_SIZE } from './scratch.ts';

/**
 * Writes the largest slopes, anywhere in the box, of the delta shock of one risk group, in its settlement currency: along
 * the size of the delta that counts, and along ln(index price). Formula of the shock: `deltaShockUsd`.
 *
 * `move`: largest |change| of any of the deltas; `growth`: e^(largest |change| of ln(index price)).
 *
 * The shock is a function of the size of the delta that counts (a median of 0, `restDelta` and the sum, which moves by no
 * more than either, changes added) and of the index. It is 0 up to the threshold, then the lesser of a quadratic and a
 * linear one, and continuous: its slopes are those of whichever of the two is the lesser somewhere in the box. All of
 * them grow with size and, times the index where the shock is in the quote currency, with the index, but for the last. That
 * they are taken `move` beyond the size at the reference is second order in the box, the shock's own curvature: no test
 * tells it from the size at the reference, and without it the bound would be no proof.
 */
export function writeShockSlopes(
  f: Floats, numbers: i32, longDelta: f64, restDelta: f64, indexPrice: f64, threshold: f64, slope: f64, shockMax: f64,
  isInverse: boolean, move: f64, growth: f64,
): void {
  f[numbers + GROUP_SHOCK_BY_SIZE] = 0;
  f[numbers + GROUP_SHOCK_BY_INDEX] = 0;
  const highIndex: f64 = indexPrice * growth;
  const rest: f64 = Math.abs(restDelta) + move;
  const total: f64 = Math.abs(longDelta + restDelta) + move;
  const size: f64 = rest < total ? rest : total;
  // What counts lies between 0 and either.
  if (size * highIndex <= threshold) return;
  const free: f64 = threshold / highIndex;
  const steepest: f64 = slope * (2.0 * size - free);
  const isCapped: boolean = slope * (size - free) > shockMax;
  const bySize: f64 = isCapped && shockMax > steepest ? shockMax : steepest;
  if (isInverse) {
    // In base coin; the slope along ln(index) of the quadratic is slope x size x threshold / index.
    f[numbers + GROUP_SHOCK_BY_SIZE] = bySize;
    f[numbers + GROUP_SHOCK_BY_INDEX] = slope * size * (threshold / indexPrice * growth);
    return;
  }
  const quadratic: f64 = slope * size * size;
  const byIndex: f64 = isCapped && shockMax * size > quadratic ? shockMax * size : quadratic;
  f[numbers + GROUP_SHOCK_BY_SIZE] = bySize * highIndex;
  f[numbers + GROUP_SHOCK_BY_INDEX] = byIndex * highIndex;
}
