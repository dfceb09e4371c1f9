/**
 * Candidates for the k smallest of many values, with their numbers.
 *
 * A candidate list is two columns, values (f64) and numbers (i32), with room for two more than its capacity. Values
 * must be finite. Numbers come in any order: of equal values the one with the smaller number comes first.
 */

/** More are merged: comparing each with each takes the square of their number. */
export const RANKED_MAX: usize = 256;
/** Places that a candidate may have to be moved on the average, before they are merged instead. */
const MOVES_MAX: usize = 8;

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

/**
 * Ascending by value, equal ones by number, where something nearly in the same order is known of each: its key (i16).
 * Each goes to where its key belongs, which is how many keys are smaller; then neighbours change places, few if the
 * order of the keys is nearly that of the values, and right in any case. Value and place of candidate i are read from
 * `from` and `places`; its number stands in `order` at that place.
 */
export function placeByRank(
  from: usize, keys: usize, places: usize, order: usize, count: usize, values: usize, numbers: usize, spare: usize,
): void {
  // How many have taken a rank, then the keys, with a few above all others.
  const taken = spare;
  const own = spare + ((RANKED_MAX + 8) << 1);
  const bytes = ((count + 7) & ~7) << 1;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(taken + at, i16x8.splat(0));
    v128.store(own + at, v128.load(keys + at));
  }
  for (let at = count << 1; at < bytes; at += 2) store<i16>(own + at, 32767);
  for (let i: usize = 0; i < count; i += 4) {
    const ranks = ranksOfFour(own, own + bytes, own + (i << 1));
    put(i, i32x4.extract_lane(ranks, 0), from, places, order, values, numbers, taken);
    if (i + 1 < count) put(i + 1, i32x4.extract_lane(ranks, 1), from, places, order, values, numbers, taken);
    if (i + 2 < count) put(i + 2, i32x4.extract_lane(ranks, 2), from, places, order, values, numbers, taken);
    if (i + 3 < count) put(i + 3, i32x4.extract_lane(ranks, 3), from, places, order, values, numbers, taken);
  }
  if (!moveNeighbours(values, numbers, count)) sortCandidates(values, numbers, count, spare);
}

/** How many of the keys [keys, end) are smaller than each of four. */
// @ts-ignore: decorator
@inline
function ranksOfFour(keys: usize, end: usize, four: usize): v128 {
  const k0 = v128.load_splat<i16>(four);
  const k1 = v128.load_splat<i16>(four + 2);
  const k2 = v128.load_splat<i16>(four + 4);
  const k3 = v128.load_splat<i16>(four + 6);
  let c0 = i16x8.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  // A comparison that holds is -1.
  for (let at = keys; at < end; at += 16) {
    const some = v128.load(at);
    c0 = i16x8.sub(c0, i16x8.gt_s(k0, some));
    c1 = i16x8.sub(c1, i16x8.gt_s(k1, some));
    c2 = i16x8.sub(c2, i16x8.gt_s(k2, some));
    c3 = i16x8.sub(c3, i16x8.gt_s(k3, some));
  }
  const low = i16x8.narrow_i32x4_s(i32x4.extadd_pairwise_i16x8_s(c0), i32x4.extadd_pairwise_i16x8_s(c1));
  const high = i16x8.narrow_i32x4_s(i32x4.extadd_pairwise_i16x8_s(c2), i32x4.extadd_pairwise_i16x8_s(c3));
  return i32x4.extadd_pairwise_i16x8_s(
    i16x8.narrow_i32x4_s(i32x4.extadd_pairwise_i16x8_s(low), i32x4.extadd_pairwise_i16x8_s(high)),
  );
}

/** Of equal keys the second takes the place after the first. */
// @ts-ignore: decorator
@inline
function put(
  i: usize, rank: i32, from: usize, places: usize, order: usize, values: usize, numbers: usize, taken: usize,
): void {
  const at = taken + (<usize>rank << 1);
  const before = <usize>load<u16>(at);
  store<u16>(at, <u16>(before + 1));
  const to = <usize>rank + before;
  store<f64>(values + (to << 3), load<f64>(from + (i << 3)));
  store<i32>(numbers + (to << 2), load<i32>(order + (<usize>load<u32>(places + (i << 2)) << 2)));
}

/** Insertion sort; false if it gave up, with every candidate still there. */
function moveNeighbours(values: usize, numbers: usize, count: usize): bool {
  let moves = count * MOVES_MAX;
  for (let i: usize = 1; i < count; i++) {
    const value = load<f64>(values + (i << 3));
    const number = load<i32>(numbers + (i << 2));
    let to = i;
    for (; to > 0; to--) {
      const other = load<f64>(values + ((to - 1) << 3));
      if (other < value || (other == value && load<i32>(numbers + ((to - 1) << 2)) < number)) break;
      store<f64>(values + (to << 3), other);
      store<i32>(numbers + (to << 2), load<i32>(numbers + ((to - 1) << 2)));
    }
    if (to == i) continue;
    store<f64>(values + (to << 3), value);
    store<i32>(numbers + (to << 2), number);
    if (i - to > moves) return false;
    moves -= i - to;
  }
  return true;
}
