/**
 * Reductions of one row of cells.
 *
 * Minimum: `pmin(a, b)` is `b < a ? b : a`. It drops a NaN in b, so callers test the row for NaN first (`isPoisoned`): kernel A
 * poisons whole rows, therefore one cell tells. Lanes are folded as even cells, odd cells, then `odd < even ? odd : even`.
 */

/** Smallest of `cells[s] + dampener[s]`. Needs at least one vector (two cells). */
// @ts-ignore: decorator
@inline
export function minimumDampened(cells: usize, dampener: usize, cellBytes: usize): f64 {
  let minimum = f64x2.add(v128.load(cells), v128.load(dampener));
  for (let at: usize = 16; at < cellBytes; at += 16) {
    minimum = f64x2.pmin(minimum, f64x2.add(v128.load(cells + at), v128.load(dampener + at)));
  }
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
