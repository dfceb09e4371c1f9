/**
 * Candidates for the k smallest of many values: every value up to a limit, with its number. From time to time they are thinned out, which lowers the limit.
 *
 * A candidate list is two columns, values (f64) and numbers (i32), with room for two more than its capacity. Values
 * must be finite. Numbers come in any order: of equal values the one with the smaller number comes first.
 */

/** Appends those of two values that are up to the limit. Returns how many there are. No branch: which ones is random. */
// @ts-ignore: decorator
@inline
export function appendTwo(
  values: usize, numbers: usize, held: usize, pair: v128, limit: f64, first: i32, second: i32,
): usize {
  const even = f64x2.extract_lane(pair, 0);
  const odd = f64x2.extract_lane(pair, 1);
  store<f64>(values + (held << 3), even);
  store<i32>(numbers + (held << 2), first);
  const next = held + <usize>(even <= limit);
  store<f64>(values + (next << 3), odd);
  store<i32>(numbers + (next << 2), second);
  return next + <usize>(odd <= limit);
}

/** Appends one value if it is up to the limit. */
// @ts-ignore: decorator
@inline
export function appendOne(values: usize, numbers: usize, held: usize, value: f64, limit: f64, number: i32): usize {
  store<f64>(values + (held << 3), value);
  store<i32>(numbers + (held << 2), number);
  return held + <usize>(value <= limit);
}

/**
 * A value up to which there are at least `wanted` of the candidates, and not many more unless they are equal. Found by
 * halving the interval between the smallest and the largest; counting is two values per instruction.
 */
export function limitFor(values: usize, held: usize, wanted: usize): f64 {
  // Two at a time: a value more than there are, which is never counted.
  store<f64>(values + (held << 3), Infinity);
  let low = smallestOf(values, held);
  if (countUpTo(values, held, low) >= wanted) return low;
  let high = largestOf(values, held);
  const enough = wanted + (wanted >> 3) + 2;
  for (let step = 0; step < 40; step++) {
    const middle = low * 0.5 + high * 0.5;
    if (!(middle > low && middle < high)) break;
    const count = countUpTo(values, held, middle);
    if (count < wanted) {
      low = middle;
    } else {
      high = middle;
      if (count <= enough) break;
    }
  }
  return high;
}

/** Keeps the candidates up to the limit, in their order. Returns how many they are. */
export function keepUpTo(values: usize, numbers: usize, held: usize, limit: f64): usize {
  let kept: usize = 0;
  for (let i: usize = 0; i < held; i++) {
    const value = load<f64>(values + (i << 3));
    store<f64>(values + (kept << 3), value);
    store<i32>(numbers + (kept << 2), load<i32>(numbers + (i << 2)));
    kept += <usize>(value <= limit);
  }
  return kept;
}

function smallestOf(values: usize, held: usize): f64 {
  let smallest = f64x2.splat(Infinity);
  for (let at: usize = 0; at < held << 3; at += 16) smallest = f64x2.pmin(smallest, v128.load(values + at));
  const even = f64x2.extract_lane(smallest, 0);
  const odd = f64x2.extract_lane(smallest, 1);
  return odd < even ? odd : even;
}

function largestOf(values: usize, held: usize): f64 {
  let largest = load<f64>(values);
  for (let at: usize = 8; at < held << 3; at += 8) {
    const value = load<f64>(values + at);
    largest = value > largest ? value : largest;
  }
  return largest;
}

function countUpTo(values: usize, held: usize, limit: f64): usize {
  const limits = f64x2.splat(limit);
  let counts = i64x2.splat(0);
  let more = counts;
  const end = values + (held << 3);
  let at = values;
  // A comparison that holds is -1.
  for (; at + 32 <= end; at += 32) {
    counts = i64x2.sub(counts, f64x2.le(v128.load(at), limits));
    more = i64x2.sub(more, f64x2.le(v128.load(at, 16), limits));
  }
  for (; at < end; at += 16) counts = i64x2.sub(counts, f64x2.le(v128.load(at), limits));
  const sum = i64x2.add(counts, more);
  return <usize>(i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1));
}

/**
 * Ascending by value, equal ones by number: merging runs of one, two, four, … between the list
 * and `spare` (room for as many values, then as many numbers). No branch within a merge: which run is next is random.
 */
export function sortCandidates(values: usize, numbers: usize, held: usize, spare: usize): void {
  let fromValues = values;
  let fromNumbers = numbers;
  let toValues = spare;
  let toNumbers = spare + (held << 3);
  for (let width: usize = 1; width < held; width <<= 1) {
    for (let start: usize = 0; start < held; start += width << 1) {
      const middle = min(start + width, held);
      mergeRuns(fromValues, fromNumbers, toValues, toNumbers, start, middle, min(middle + width, held));
    }
    const v = fromValues;
    const n = fromNumbers;
    fromValues = toValues;
    fromNumbers = toNumbers;
    toValues = v;
    toNumbers = n;
  }
  if (fromValues == values) return;
  for (let i: usize = 0; i < held; i++) {
    store<f64>(values + (i << 3), load<f64>(fromValues + (i << 3)));
    store<i32>(numbers + (i << 2), load<i32>(fromNumbers + (i << 2)));
  }
}

// @ts-ignore: decorator
@inline
function mergeRuns(
  fromValues: usize, fromNumbers: usize, toValues: usize, toNumbers: usize, start: usize, middle: usize, end: usize,
): void {
  let left = start;
  let right = middle;
  let to = start;
  while (left < middle && right < end) {
    const rightValue = load<f64>(fromValues + (right << 3));
    const leftValue = load<f64>(fromValues + (left << 3));
    const isFirst = load<i32>(fromNumbers + (right << 2)) < load<i32>(fromNumbers + (left << 2));
    const isRight = <usize>(rightValue < leftValue) | (<usize>(rightValue == leftValue) & <usize>isFirst);
    const from = left + (right - left) * isRight;
    store<f64>(toValues + (to << 3), load<f64>(fromValues + (from << 3)));
    store<i32>(toNumbers + (to << 2), load<i32>(fromNumbers + (from << 2)));
    right += isRight;
    left += 1 - isRight;
    to++;
  }
  for (; left < middle; left++, to++) {
    store<f64>(toValues + (to << 3), load<f64>(fromValues + (left << 3)));
    store<i32>(toNumbers + (to << 2), load<i32>(fromNumbers + (left << 2)));
  }
  for (; right < end; right++, to++) {
    store<f64>(toValues + (to << 3), load<f64>(fromValues + (right << 3)));
    store<i32>(toNumbers + (to << 2), load<i32>(fromNumbers + (right << 2)));
  }
}
