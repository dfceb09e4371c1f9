import { singles } from "../math/single.ts";
import {
  SLOPE_BLOCK_FLOATS, SLOPE_CURVATURE_MIDDLE, SLOPE_CURVATURE_RADIUS, SLOPE_PRICE, SLOPE_PRICE_SIZE, SLOPE_TIME_MIDDLE,
  SLOPE_TIME_RADIUS, SLOPE_VOLATILITY_MIDDLE, SLOPE_VOLATILITY_RADIUS,
} from "../portable/certificate-layout.ts";
import {
  CERTIFY_CURVATURE, CERTIFY_CURVATURE_RADIUS, CERTIFY_PRICE, CERTIFY_PRICE_SIZE, CERTIFY_ROW_COUNT, CERTIFY_TIME,
  CERTIFY_TIME_RADIUS, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS,
} from "../portable/certify/scratch.ts";
import { FLAG_BITS } from "../portable/layout.ts";

/** Bytes of a block of slopes, and of one of the sums. */
const BLOCK_BYTES: usize = <usize>SLOPE_BLOCK_FLOATS << 2;
const SUM_BYTES: usize = <usize>CERTIFY_ROW_COUNT << 4;

/**
 * Nine sums of slope rows, over the option positions [first, end), in 32 bits: by quantity (middles) and by size (radii,
 * middles without sign). `slack` times the size of a middle of curvature or time is added to its radius.
 *
 * Two positions at a time, the rows of each from beginning to end: they lie anywhere in a table beyond the second-level
 * cache, and what is read in order comes without being asked for. The sums stay in the first-level cache.
 *
 * Reads   entries (u32), quantities (f64), slopes (`slopeBytes` per instrument: blocks of certificate-layout.ts)
 * Writes  rows: those of sums of certify/scratch.ts
 * Needs   rows and slopes 16-byte aligned; rows at least as long as the blocks
 * Order   strict left fold over the positions, cells independent
 */
export function sumSlopes(
  entries: usize, quantities: usize, first: usize, end: usize, slopes: usize, slopeBytes: usize, rows: usize, slack: f64,
): void {
  const rowsEnd = rows + slopeBytes / BLOCK_BYTES * SUM_BYTES;
  for (let to = rows; to < rowsEnd; to += 16) v128.store(to, singles(0));
  let p = first;
  for (; p + 1 < end; p += 2) {
    const one = slopes + <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS) * slopeBytes;
    const other = slopes + <usize>(load<u32>(entries + (p << 2), 4) >> FLAG_BITS) * slopeBytes;
    addTwo(
      one, other, f32x4.splat(<f32>load<f64>(quantities + (p << 3))),
      f32x4.splat(<f32>load<f64>(quantities + (p << 3), 8)), rows, rowsEnd, singles(slack),
    );
  }
  if (p == end) return;
  const last = slopes + <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS) * slopeBytes;
  addOne(last, f32x4.splat(<f32>load<f64>(quantities + (p << 3))), rows, rowsEnd, singles(slack));
}

// @ts-ignore: decorator
@inline
function addOne(row: usize, q: v128, rows: usize, rowsEnd: usize, share: v128): void {
  const held = f32x4.abs(q);
  let at = row;
  for (let to = rows; to < rowsEnd; to += SUM_BYTES) {
    const curvature = f32x4.mul(q, v128.load(at, <usize>SLOPE_CURVATURE_MIDDLE << 4));
    const volatility = f32x4.mul(q, v128.load(at, <usize>SLOPE_VOLATILITY_MIDDLE << 4));
    const time = f32x4.mul(q, v128.load(at, <usize>SLOPE_TIME_MIDDLE << 4));
    const bend = radiusOf(held, v128.load(at, <usize>SLOPE_CURVATURE_RADIUS << 4), share, curvature);
    const pass = radiusOf(held, v128.load(at, <usize>SLOPE_TIME_RADIUS << 4), share, time);
    addSum(to, <usize>CERTIFY_PRICE << 4, f32x4.mul(q, v128.load(at, <usize>SLOPE_PRICE << 4)));
    addSum(to, <usize>CERTIFY_PRICE_SIZE << 4, f32x4.mul(held, v128.load(at, <usize>SLOPE_PRICE_SIZE << 4)));
    addSum(to, <usize>CERTIFY_CURVATURE << 4, curvature);
    addSum(to, <usize>CERTIFY_CURVATURE_RADIUS << 4, bend);
    addSum(to, <usize>CERTIFY_VOLATILITY << 4, volatility);
    addSum(
      to, <usize>CERTIFY_VOLATILITY_RADIUS << 4, f32x4.mul(held, v128.load(at, <usize>SLOPE_VOLATILITY_RADIUS << 4)),
    );
    addSum(to, <usize>CERTIFY_VOLATILITY_GROSS << 4, f32x4.abs(volatility));
    addSum(to, <usize>CERTIFY_TIME << 4, time);
    addSum(to, <usize>CERTIFY_TIME_RADIUS << 4, pass);
    at += BLOCK_BYTES;
  }
}

// @ts-ignore: decorator
@inline
function addTwo(first: usize, second: usize, q1: v128, q2: v128, rows: usize, rowsEnd: usize, share: v128): void {
  const held1 = f32x4.abs(q1);
  const held2 = f32x4.abs(q2);
  let at1 = first;
  let at2 = second;
  for (let to = rows; to < rowsEnd; to += SUM_BYTES) {
    const curvature1 = f32x4.mul(q1, v128.load(at1, <usize>SLOPE_CURVATURE_MIDDLE << 4));
    const volatility1 = f32x4.mul(q1, v128.load(at1, <usize>SLOPE_VOLATILITY_MIDDLE << 4));
    const time1 = f32x4.mul(q1, v128.load(at1, <usize>SLOPE_TIME_MIDDLE << 4));
    const curvature2 = f32x4.mul(q2, v128.load(at2, <usize>SLOPE_CURVATURE_MIDDLE << 4));
    const volatility2 = f32x4.mul(q2, v128.load(at2, <usize>SLOPE_VOLATILITY_MIDDLE << 4));
    const time2 = f32x4.mul(q2, v128.load(at2, <usize>SLOPE_TIME_MIDDLE << 4));
    const bend1 = radiusOf(held1, v128.load(at1, <usize>SLOPE_CURVATURE_RADIUS << 4), share, curvature1);
    const pass1 = radiusOf(held1, v128.load(at1, <usize>SLOPE_TIME_RADIUS << 4), share, time1);
    const bend2 = radiusOf(held2, v128.load(at2, <usize>SLOPE_CURVATURE_RADIUS << 4), share, curvature2);
    const pass2 = radiusOf(held2, v128.load(at2, <usize>SLOPE_TIME_RADIUS << 4), share, time2);
    addSums(
      to, <usize>CERTIFY_PRICE << 4, f32x4.mul(q1, v128.load(at1, <usize>SLOPE_PRICE << 4)),
      f32x4.mul(q2, v128.load(at2, <usize>SLOPE_PRICE << 4)),
    );
    addSums(
      to, <usize>CERTIFY_PRICE_SIZE << 4, f32x4.mul(held1, v128.load(at1, <usize>SLOPE_PRICE_SIZE << 4)),
      f32x4.mul(held2, v128.load(at2, <usize>SLOPE_PRICE_SIZE << 4)),
    );
    addSums(to, <usize>CERTIFY_CURVATURE << 4, curvature1, curvature2);
    addSums(to, <usize>CERTIFY_CURVATURE_RADIUS << 4, bend1, bend2);
    addSums(to, <usize>CERTIFY_VOLATILITY << 4, volatility1, volatility2);
    addSums(
      to, <usize>CERTIFY_VOLATILITY_RADIUS << 4, f32x4.mul(held1, v128.load(at1, <usize>SLOPE_VOLATILITY_RADIUS << 4)),
      f32x4.mul(held2, v128.load(at2, <usize>SLOPE_VOLATILITY_RADIUS << 4)),
    );
    addSums(to, <usize>CERTIFY_VOLATILITY_GROSS << 4, f32x4.abs(volatility1), f32x4.abs(volatility2));
    addSums(to, <usize>CERTIFY_TIME << 4, time1, time2);
    addSums(to, <usize>CERTIFY_TIME_RADIUS << 4, pass1, pass2);
    at1 += BLOCK_BYTES;
    at2 += BLOCK_BYTES;
  }
}

/** Radii, and what rounding does to the middles. */
// @ts-ignore: decorator
@inline
function radiusOf(held: v128, radius: v128, share: v128, middle: v128): v128 {
  return f32x4.add(f32x4.mul(held, radius), f32x4.mul(share, f32x4.abs(middle)));
}

// @ts-ignore: decorator
@inline
function addSum(to: usize, sum: usize, term: v128): void {
  v128.store(to + sum, f32x4.add(v128.load(to + sum), term));
}

/** One after the other: the order is that of the positions. */
// @ts-ignore: decorator
@inline
function addSums(to: usize, sum: usize, first: v128, second: v128): void {
  v128.store(to + sum, f32x4.add(f32x4.add(v128.load(to + sum), first), second));
}

/** Scalar twin of `sumSlopes`: bit-equal. */
export function sumSlopesScalar(
  entries: usize, quantities: usize, first: usize, end: usize, slopes: usize, slopeBytes: usize, rows: usize,
  slack: f64,
): void {
  const share = <f32>slack;
  for (let place: usize = 0; place < slopeBytes >> 5; place++) {
    const to = rows + (place >> 2) * SUM_BYTES + ((place & 3) << 2);
    for (let row = 0; row < CERTIFY_ROW_COUNT; row++) store<f32>(to + (<usize>row << 4), 0);
    const block = (place >> 2) * BLOCK_BYTES + ((place & 3) << 2);
    for (let p = first; p < end; p++) {
      const own = slopes + <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS) * slopeBytes + block;
      const quantity = <f32>load<f64>(quantities + (p << 3));
      const held = abs<f32>(quantity);
      const curvature = quantity * load<f32>(own + (<usize>SLOPE_CURVATURE_MIDDLE << 4));
      const volatility = quantity * load<f32>(own + (<usize>SLOPE_VOLATILITY_MIDDLE << 4));
      const time = quantity * load<f32>(own + (<usize>SLOPE_TIME_MIDDLE << 4));
      const bend = held * load<f32>(own + (<usize>SLOPE_CURVATURE_RADIUS << 4)) + share * abs<f32>(curvature);
      const pass = held * load<f32>(own + (<usize>SLOPE_TIME_RADIUS << 4)) + share * abs<f32>(time);
      addTo(to + (<usize>CERTIFY_PRICE << 4), quantity * load<f32>(own + (<usize>SLOPE_PRICE << 4)));
      addTo(to + (<usize>CERTIFY_PRICE_SIZE << 4), held * load<f32>(own + (<usize>SLOPE_PRICE_SIZE << 4)));
      addTo(to + (<usize>CERTIFY_CURVATURE << 4), curvature);
      addTo(to + (<usize>CERTIFY_CURVATURE_RADIUS << 4), bend);
      addTo(to + (<usize>CERTIFY_VOLATILITY << 4), volatility);
      addTo(
        to + (<usize>CERTIFY_VOLATILITY_RADIUS << 4), held * load<f32>(own + (<usize>SLOPE_VOLATILITY_RADIUS << 4)),
      );
      addTo(to + (<usize>CERTIFY_VOLATILITY_GROSS << 4), abs<f32>(volatility));
      addTo(to + (<usize>CERTIFY_TIME << 4), time);
      addTo(to + (<usize>CERTIFY_TIME_RADIUS << 4), pass);
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(address: usize, term: f32): void {
  store<f32>(address, load<f32>(address) + term);
}
