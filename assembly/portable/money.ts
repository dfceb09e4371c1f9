/** Rounding of money at a venue's own precision. */

/** 2^52: an f64 of this size has no fraction. */
const NO_FRACTION: f64 = 4503599627370496.0;

/**
 * Rounds to nine decimals, half away from zero: Deribit's rule for `worst_case` and `initial_margin`.
 * Above 4.5 million units the ninth decimal is below the spacing of f64 and the value is returned as it is.
 */
export function roundToNineDecimals(value: f64): f64 {
  const scaled: f64 = Math.abs(value) * 1e9;
  if (!(scaled < NO_FRACTION)) return value;
  const rounded: f64 = Math.floor(scaled + 0.5) / 1e9;
  return value < 0 ? -rounded : rounded;
}
