/**
 * Reductions of one row of cells.
 *
 * Minimum: `pmin(a, b)` is `b < a ? b : a`. It drops a NaN in b, so callers test one cell for NaN: kernel A poisons
 * whole rows. Which of
 * two equal cells is kept (0 or -0) depends on the order of folding; callers use the minimum only where it is negative.
 */

/** Smallest of `cells[s] + dampener[s]`. Needs at least one vector (two cells). */
// @ts-ignore: decorator
@inline
export function minimumDampened(cells: usize, dampener: usize, cellBytes: usize): f64 {
  let first = f64x2.splat(Infinity);
  let second = first;
  let at: usize = 0;
  for (; at + 32 <= cellBytes; at += 32) {
    first = f64x2.pmin(first, f64x2.add(v128.load(cells + at), v128.load(dampener + at)));
    second = f64x2.pmin(second, f64x2.add(v128.load(cells + at, 16), v128.load(dampener + at, 16)));
  }
  if (at < cellBytes) first = f64x2.pmin(first, f64x2.add(v128.load(cells + at), v128.load(dampener + at)));
  const minimum = f64x2.pmin(first, second);
  const even = f64x2.extract_lane(minimum, 0);
  const odd = f64x2.extract_lane(minimum, 1);
  return odd < even ? odd : even;
}

/** Scalar twin of `minimumDampened`. */
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

/** Index of the first cell with `cells[s] + dampener[s] == minimum`; 0 if none (a minimum that is no number). */
// @ts-ignore: decorator
@inline
export function firstCellEqual(cells: usize, dampener: usize, cellBytes: usize, minimum: f64): i32 {
  const wanted = f64x2.splat(minimum);
  for (let at: usize = 0; at < cellBytes; at += 16) {
    const equal = f64x2.eq(f64x2.add(v128.load(cells + at), v128.load(dampener + at)), wanted);
    const lanes = i64x2.bitmask(equal);
    if (lanes != 0) return (<i32>(at >>> 3)) + (lanes == 2 ? 1 : 0);
  }
  return 0;
}

/** Scalar twin of `firstCellEqual`. */
// @ts-ignore: decorator
@inline
export function firstCellEqualScalar(cells: usize, dampener: usize, cellBytes: usize, minimum: f64): i32 {
  for (let at: usize = 0; at < cellBytes; at += 8) {
    if (load<f64>(cells + at) + load<f64>(dampener + at) == minimum) return <i32>(at >>> 3);
  }
  return 0;
}
