/**
 * Largest |change| of the delta shock of one risk group, in its settlement currency, per unit of time in the box: with
 * share t of the box used, the shock moves by at most t times this. Formula of the shock: `deltaShockUsd`.
 *
 * `move`: largest |change| of any of the deltas; `reach`: of ln(index price); `growth`: e^reach.
 *
 * The shock is a function of the size of the delta that counts (which moves by at most `move`: it is a median of 0,
 * `restDelta` and the sum, changes added) and of the index. It is 0 up to the threshold, then the lesser of a quadratic
 * and a linear one, and continuous: |change| <= (largest slope along size) x move + (largest slope along ln index) x
 * reach, the slopes taken over the box, of whichever of the two is the lesser somewhere in it. All of them grow with
 * size and, times the index where the shock is in the quote currency, with the index, but for the last. That they are
 * taken at the far corner, `move` beyond the size at the reference, is second order in the box, the shock's own
 * curvature: no test tells it from the size at the reference, and without it the bound would be no proof.
 */
export function deltaShockMove(
  longDelta: f64, restDelta: f64, indexPrice: f64, threshold: f64, slope: f64, shockMax: f64, isInverse: boolean,
  move: f64, reach: f64, growth: f64,
): f64 {
  const highIndex: f64 = indexPrice * growth;
  const rest: f64 = Math.abs(restDelta) + move;
  const total: f64 = Math.abs(longDelta + restDelta) + move;
  const size: f64 = rest < total ? rest : total;
  // What counts lies between 0 and either.
  if (size * highIndex <= threshold) return 0;
  const free: f64 = threshold / highIndex;
  const steepest: f64 = slope * (2.0 * size - free);
  const isCapped: boolean = slope * (size - free) > shockMax;
  const bySize: f64 = isCapped && shockMax > steepest ? shockMax : steepest;
  // In base coin; the slope along ln(index) of the quadratic is slope x size x threshold / index.
  if (isInverse) return bySize * move + slope * size * (threshold / indexPrice * growth) * reach;
  const quadratic: f64 = slope * size * size;
  const byIndex: f64 = isCapped && shockMax * size > quadratic ? shockMax * size : quadratic;
  return (bySize * move + byIndex * reach) * highIndex;
}
