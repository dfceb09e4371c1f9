import { singles } from "../math/single.ts";
import { SLOPE_PRICE_MIDDLE, SLOPE_PRICE_RADIUS, SLOPE_VOLATILITY_MIDDLE, SLOPE_VOLATILITY_RADIUS } from
  "../portable/certificate-layout.ts";
import { CERTIFY_ROW_COUNT } from "../portable/certify/scratch.ts";
import { FLAG_BITS } from "../portable/layout.ts";

/**
 * Six sums of slope rows at once, over the option positions [first, end), in 32 bits: by quantity (middles) and by size
 * (radii, middles without sign).
 *
 * Reads   entries (u32), quantities (f64), slopes (`slopeBytes` per instrument: blocks of certificate-layout.ts)
 * Writes  rows: CERTIFY_ROW_COUNT rows, rowBytes apart, in the order of certify/scratch.ts
 * Needs   rows and slopes 16-byte aligned; rows at least as long as the blocks
 * Order   strict left fold over the positions, cells independent
 */
export function sumSlopes(
  entries: usize, quantities: usize, first: usize, end: usize, slopes: usize, slopeBytes: usize, rows: usize,
  rowBytes: usize,
): void {
  const entryFirst = entries + (first << 2);
  const entryEnd = entries + (end << 2);
  let to = rows;
  for (let block: usize = 0; block < slopeBytes; block += 64) {
    let price = singles(0);
    let priceRadius = price;
    let priceGross = price;
    let volatility = price;
    let volatilityRadius = price;
    let volatilityGross = price;
    let quantityAt = quantities + (first << 3);
    for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
      const own = slopes + <usize>(load<u32>(entryAt) >> FLAG_BITS) * slopeBytes + block;
      const quantity = f32x4.splat(<f32>load<f64>(quantityAt));
      const p = f32x4.mul(quantity, v128.load(own, <usize>SLOPE_PRICE_MIDDLE << 4));
      const v = f32x4.mul(quantity, v128.load(own, <usize>SLOPE_VOLATILITY_MIDDLE << 4));
      const size = f32x4.abs(quantity);
      quantityAt += 8;
      priceRadius = f32x4.add(priceRadius, f32x4.mul(size, v128.load(own, <usize>SLOPE_PRICE_RADIUS << 4)));
      volatilityRadius = f32x4.add(
        volatilityRadius, f32x4.mul(size, v128.load(own, <usize>SLOPE_VOLATILITY_RADIUS << 4)),
      );
      price = f32x4.add(price, p);
      priceGross = f32x4.add(priceGross, f32x4.abs(p));
      volatility = f32x4.add(volatility, v);
      volatilityGross = f32x4.add(volatilityGross, f32x4.abs(v));
    }
    let at = to;
    v128.store(at, price);
    v128.store((at += rowBytes), priceRadius);
    v128.store((at += rowBytes), priceGross);
    v128.store((at += rowBytes), volatility);
    v128.store((at += rowBytes), volatilityRadius);
    v128.store((at += rowBytes), volatilityGross);
    to += 16;
  }
}

/** Scalar twin of `sumSlopes`: bit-equal. */
export function sumSlopesScalar(
  entries: usize, quantities: usize, first: usize, end: usize, slopes: usize, slopeBytes: usize, rows: usize,
  rowBytes: usize,
): void {
  for (let place: usize = 0; place < slopeBytes >> 4; place++) {
    const to = rows + (place << 2);
    for (let row = 0; row < CERTIFY_ROW_COUNT; row++) store<f32>(to + <usize>row * rowBytes, 0);
    const block = (place >> 2 << 6) + ((place & 3) << 2);
    for (let p = first; p < end; p++) {
      const own = slopes + <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS) * slopeBytes + block;
      const quantity = <f32>load<f64>(quantities + (p << 3));
      const size = abs<f32>(quantity);
      const price = quantity * load<f32>(own + (<usize>SLOPE_PRICE_MIDDLE << 4));
      const volatility = quantity * load<f32>(own + (<usize>SLOPE_VOLATILITY_MIDDLE << 4));
      addTo(to, price);
      addTo(to + rowBytes, size * load<f32>(own + (<usize>SLOPE_PRICE_RADIUS << 4)));
      addTo(to + 2 * rowBytes, abs<f32>(price));
      addTo(to + 3 * rowBytes, volatility);
      addTo(to + 4 * rowBytes, size * load<f32>(own + (<usize>SLOPE_VOLATILITY_RADIUS << 4)));
      addTo(to + 5 * rowBytes, abs<f32>(volatility));
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(address: usize, term: f32): void {
  store<f32>(address, load<f32>(address) + term);
}
