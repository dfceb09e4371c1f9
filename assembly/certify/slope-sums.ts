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

/** Bytes of a block: two cache lines. */
const BLOCK_BYTES: usize = <usize>SLOPE_BLOCK_FLOATS << 2;

/**
 * Nine sums of slope rows, over the option positions [first, end), in 32 bits: by quantity (middles) and by size (radii,
 * middles without sign). `slack` times the size of a middle of curvature or time is added to its radius. A block is
 * summed in two passes, a cache line of four rows in each: sums, and what goes into them, stay in registers.
 *
 * Reads   entries (u32), quantities (f64), slopes (`slopeBytes` per instrument: blocks of certificate-layout.ts)
 * Writes  rows: those of sums of certify/scratch.ts, rowBytes apart
 * Needs   rows and slopes 16-byte aligned; rows at least as long as the blocks
 * Order   strict left fold over the positions, cells independent
 */
export function sumSlopes(
  entries: usize, quantities: usize, first: usize, end: usize, slopes: usize, slopeBytes: usize, rows: usize,
  rowBytes: usize, slack: f64,
): void {
  const entryFirst = entries + (first << 2);
  const entryEnd = entries + (end << 2);
  const quantityFirst = quantities + (first << 3);
  let to = rows;
  for (let block: usize = 0; block < slopeBytes; block += BLOCK_BYTES) {
    sumPrices(entryFirst, entryEnd, quantityFirst, slopes + block, slopeBytes, to, rowBytes, slack);
    sumOthers(entryFirst, entryEnd, quantityFirst, slopes + block, slopeBytes, to, rowBytes, slack);
    to += 16;
  }
}

// @ts-ignore: decorator
@inline
function sumPrices(
  entryFirst: usize, entryEnd: usize, quantityFirst: usize, slopes: usize, slopeBytes: usize, to: usize,
  rowBytes: usize, slack: f64,
): void {
  const share = singles(slack);
  let price = singles(0);
  let size = price;
  let curvature = price;
  let radius = price;
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const own = slopes + <usize>(load<u32>(entryAt) >> FLAG_BITS) * slopeBytes;
    const quantity = f32x4.splat(<f32>load<f64>(quantityAt));
    const held = f32x4.abs(quantity);
    const byCurvature = f32x4.mul(quantity, v128.load(own, <usize>SLOPE_CURVATURE_MIDDLE << 4));
    quantityAt += 8;
    price = f32x4.add(price, f32x4.mul(quantity, v128.load(own, <usize>SLOPE_PRICE << 4)));
    size = f32x4.add(size, f32x4.mul(held, v128.load(own, <usize>SLOPE_PRICE_SIZE << 4)));
    curvature = f32x4.add(curvature, byCurvature);
    radius = f32x4.add(
      radius,
      f32x4.add(
        f32x4.mul(held, v128.load(own, <usize>SLOPE_CURVATURE_RADIUS << 4)), f32x4.mul(share, f32x4.abs(byCurvature)),
      ),
    );
  }
  v128.store(to + <usize>CERTIFY_PRICE * rowBytes, price);
  v128.store(to + <usize>CERTIFY_PRICE_SIZE * rowBytes, size);
  v128.store(to + <usize>CERTIFY_CURVATURE * rowBytes, curvature);
  v128.store(to + <usize>CERTIFY_CURVATURE_RADIUS * rowBytes, radius);
}

// @ts-ignore: decorator
@inline
function sumOthers(
  entryFirst: usize, entryEnd: usize, quantityFirst: usize, slopes: usize, slopeBytes: usize, to: usize,
  rowBytes: usize, slack: f64,
): void {
  const share = singles(slack);
  let volatility = singles(0);
  let radius = volatility;
  let gross = volatility;
  let time = volatility;
  let timeRadius = volatility;
  let quantityAt = quantityFirst;
  for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
    const own = slopes + <usize>(load<u32>(entryAt) >> FLAG_BITS) * slopeBytes;
    const quantity = f32x4.splat(<f32>load<f64>(quantityAt));
    const held = f32x4.abs(quantity);
    const byVolatility = f32x4.mul(quantity, v128.load(own, <usize>SLOPE_VOLATILITY_MIDDLE << 4));
    const byTime = f32x4.mul(quantity, v128.load(own, <usize>SLOPE_TIME_MIDDLE << 4));
    quantityAt += 8;
    volatility = f32x4.add(volatility, byVolatility);
    radius = f32x4.add(radius, f32x4.mul(held, v128.load(own, <usize>SLOPE_VOLATILITY_RADIUS << 4)));
    gross = f32x4.add(gross, f32x4.abs(byVolatility));
    time = f32x4.add(time, byTime);
    timeRadius = f32x4.add(
      timeRadius,
      f32x4.add(f32x4.mul(held, v128.load(own, <usize>SLOPE_TIME_RADIUS << 4)), f32x4.mul(share, f32x4.abs(byTime))),
    );
  }
  v128.store(to + <usize>CERTIFY_VOLATILITY * rowBytes, volatility);
  v128.store(to + <usize>CERTIFY_VOLATILITY_RADIUS * rowBytes, radius);
  v128.store(to + <usize>CERTIFY_VOLATILITY_GROSS * rowBytes, gross);
  v128.store(to + <usize>CERTIFY_TIME * rowBytes, time);
  v128.store(to + <usize>CERTIFY_TIME_RADIUS * rowBytes, timeRadius);
}

/** Scalar twin of `sumSlopes`: bit-equal. */
export function sumSlopesScalar(
  entries: usize, quantities: usize, first: usize, end: usize, slopes: usize, slopeBytes: usize, rows: usize,
  rowBytes: usize, slack: f64,
): void {
  const share = <f32>slack;
  for (let place: usize = 0; place < slopeBytes >> 5; place++) {
    const to = rows + (place << 2);
    for (let row = 0; row < CERTIFY_ROW_COUNT; row++) store<f32>(to + <usize>row * rowBytes, 0);
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
      addTo(to + <usize>CERTIFY_PRICE * rowBytes, quantity * load<f32>(own + (<usize>SLOPE_PRICE << 4)));
      addTo(to + <usize>CERTIFY_PRICE_SIZE * rowBytes, held * load<f32>(own + (<usize>SLOPE_PRICE_SIZE << 4)));
      addTo(to + <usize>CERTIFY_CURVATURE * rowBytes, curvature);
      addTo(to + <usize>CERTIFY_CURVATURE_RADIUS * rowBytes, bend);
      addTo(to + <usize>CERTIFY_VOLATILITY * rowBytes, volatility);
      addTo(
        to + <usize>CERTIFY_VOLATILITY_RADIUS * rowBytes, held * load<f32>(own + (<usize>SLOPE_VOLATILITY_RADIUS << 4)),
      );
      addTo(to + <usize>CERTIFY_VOLATILITY_GROSS * rowBytes, abs<f32>(volatility));
      addTo(to + <usize>CERTIFY_TIME * rowBytes, time);
      addTo(to + <usize>CERTIFY_TIME_RADIUS * rowBytes, pass);
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(address: usize, term: f32): void {
  store<f32>(address, load<f32>(address) + term);
}
