/**
 * Reductions of one row of cells.
 *
 * Minimum: `pmin(a, b)` is `b < a ? b : a`. It drops a NaN in b, so callers test one cell for NaN: kernel A poisons
 * whole rows. Which of
 * two equal cells is kept (0 or -0) depends on the order of folding; callers use the minimum only where it is negative.
 */

/** Smallest of `cells[s] + dampener[s]`: twin of the minimum that `accumulateDampened` returns. */
// @ts-ignore: decorator
@inline
export function minimumDampenedScalar(cells: usize, dampener: usize, cellBytes: usize): f64 {
  let even = load<f64>(cells) + load<f64>(dampener);
  let odd = load<f64>(cells, 8) + load<f64>(dampener, 8);
  for (let at: usize = 16; at < cellBytes; at += 16) {
    const nextEven = load<f64>(cells + at) + load<f64>(dampener + at);
    const nextOdd = load<f64>(cells + at, 8) + load<f64>(dampener + at, 8);
    even = nextEven < even ? nextEven : even;
    odd = nextOdd < odd ? nextOdd : odd;
  }
  return odd < even ? odd : even;
}

/**
 * Index of the first of the dampened cells that equals `minimum`; 0 if none does (a minimum that is no number).
 *
 * All cells of a run of 64 are compared before anything is decided: where a search would stop cannot be predicted.
 */
export function firstCellEqual(dampened: usize, cellBytes: usize, minimum: f64): i32 {
  const wanted = f64x2.splat(minimum);
  for (let run: usize = 0; run < cellBytes; run += 512) {
    const runEnd = min(run + 512, cellBytes);
    let equal: u64 = 0;
    let shift: u64 = 0;
    for (let at = run; at < runEnd; at += 16) {
      equal |= <u64>i64x2.bitmask(f64x2.eq(v128.load(dampened + at), wanted)) << shift;
      shift += 2;
    }
    if (equal != 0) return <i32>(run >>> 3) + <i32>ctz(equal);
  }
  return 0;
}

/** Index of the first cell with `cells[s] + dampener[s] == minimum`, 0 if none: twin of `firstCellEqual`. */
// @ts-ignore: decorator
@inline
export function firstCellEqualScalar(cells: usize, dampener: usize, cellBytes: usize, minimum: f64): i32 {
  for (let at: usize = 0; at < cellBytes; at += 8) {
    if (load<f64>(cells + at) + load<f64>(dampener + at) == minimum) return <i32>(at >>> 3);
  }
  return 0;
}
