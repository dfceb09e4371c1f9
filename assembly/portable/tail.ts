/**
 * The worst of many scenarios without sorting them all, exactly: the k smallest values with the scenarios they belong
 * to. Values come in blocks, in any order of blocks; the result is the same for every one, because equal values are
 * ordered by scenario.
 *
 * A tail takes 2 * capacity floats: values first, then scenario numbers. While it is filled it is a heap with the
 * greatest (value, scenario) at the root; `sortTail` brings it into ascending order.
 *
 * The values must be numbers: who has a NaN must not get here.
 */

/** Floats that a tail takes. */
export function tailFloats(capacity: i32): i32 {
  return capacity * 2;
}

/**
 * Offers values[0 ... count - 1], of scenarios first, first + 1, …, to a tail that holds `held` of them already.
 * Returns how many it holds now, at most `capacity`.
 */
export function offerTail(f: Floats, tail: i32, capacity: i32, held: i32, values: i32, count: i32, first: i32): i32 {
  let size: i32 = held;
  let next: i32 = 0;
  while (size < capacity && next < count) {
    siftUp(f, tail, capacity, size, f[values + next], first + next);
    size = size + 1;
    next = next + 1;
  }
  if (capacity === 0) return 0;
  let worst: f64 = f[tail];
  for (let i: i32 = next; i < count; i++) {
    const value: f64 = f[values + i];
    const scenario: f64 = first + i;
    if (value > worst || (value === worst && scenario > f[tail + capacity])) continue;
    siftDown(f, tail, capacity, size, value, scenario);
    worst = f[tail];
  }
  return size;
}

/** Ascending: the smallest value first, equal ones by scenario. */
export function sortTail(f: Floats, tail: i32, capacity: i32, held: i32): void {
  for (let size: i32 = held - 1; size > 0; size--) {
    const value: f64 = f[tail + size];
    const scenario: f64 = f[tail + capacity + size];
    f[tail + size] = f[tail];
    f[tail + capacity + size] = f[tail + capacity];
    siftDown(f, tail, capacity, size, value, scenario);
  }
}

/** Whether what stands at `place` comes before (value, scenario). */
function isBefore(f: Floats, tail: i32, capacity: i32, place: i32, value: f64, scenario: f64): boolean {
  return f[tail + place] < value || (f[tail + place] === value && f[tail + capacity + place] < scenario);
}

function siftUp(f: Floats, tail: i32, capacity: i32, from: i32, value: f64, scenario: f64): void {
  let place: i32 = from;
  while (place > 0) {
    const parent: i32 = (place - 1) >> 1;
    if (!isBefore(f, tail, capacity, parent, value, scenario)) break;
    f[tail + place] = f[tail + parent];
    f[tail + capacity + place] = f[tail + capacity + parent];
    place = parent;
  }
  f[tail + place] = value;
  f[tail + capacity + place] = scenario;
}

/** Puts (value, scenario) in the place of the root of a heap of `size`. */
function siftDown(f: Floats, tail: i32, capacity: i32, size: i32, value: f64, scenario: f64): void {
  let place: i32 = 0;
  let child: i32 = 1;
  while (child < size) {
    const right: i32 = child + 1;
    if (right < size && isBefore(f, tail, capacity, child, f[tail + right], f[tail + capacity + right])) child = right;
    if (isBefore(f, tail, capacity, child, value, scenario)) break;
    f[tail + place] = f[tail + child];
    f[tail + capacity + place] = f[tail + capacity + child];
    place = child;
    child = 2 * place + 1;
  }
  f[tail + place] = value;
  f[tail + capacity + place] = scenario;
}
