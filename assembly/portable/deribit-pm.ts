/**
 * Arithmetic of Deribit portfolio margin that is the same in every engine. Formulas and sources:
 * docs/models/deribit-pm.md.
 */

/**
 * Delta shock of one risk group, in USD.
 *
 * `longOptions`: delta of the long option positions; `rest`: delta of the short option positions and of everything that
 * is no
 * option; both in base coin. Third-party formula: page section F.
 */
export function deltaShockUsd(
  longOptions: f64,
  rest: f64,
  indexPrice: f64,
  threshold: f64,
  slope: f64,
  shockMax: f64,
): f64 {
  // The delta that counts lies between zero and `rest`: below the threshold nothing else needs to be known, and most
  // are.
  if (!(Math.abs(rest) * indexPrice > threshold)) return 0;
  const total: f64 = longOptions + rest;
  let delta: f64 = 0;
  if (rest < 0) {
    const capped: f64 = rest > total ? rest : total;
    delta = capped < 0 ? capped : 0;
  } else {
    const capped: f64 = rest < total ? rest : total;
    delta = capped > 0 ? capped : 0;
  }
  const size: f64 = Math.abs(delta);
  const excess: f64 = size * indexPrice - threshold;
  const shock: f64 = (excess > 0 ? excess : 0) * size * slope;
  const limit: f64 = shockMax * size * indexPrice;
  return shock < limit ? shock : limit;
}

/** Positive aggregated cells count in part (`share`) and up to `cap`; negative ones fully. */
export function offsetCell(cell: f64, share: f64, cap: f64): f64 {
  if (!(cell > 0)) return cell;
  const counted: f64 = cell * share;
  return counted < cap ? counted : cap;
}

/** An extended cell moves toward zero by at most `dampener`, both signs, and stops there. */
export function dampenCell(cell: f64, dampener: f64): f64 {
  if (cell > 0) return cell > dampener ? cell - dampener : 0;
  return cell + dampener < 0 ? cell + dampener : 0;
}
