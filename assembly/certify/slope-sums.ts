import { FLAG_BITS } from "../portable/layout.ts";
import {
  SLOPE_PRICE_MIDDLE, SLOPE_PRICE_RADIUS, SLOPE_ROW_COUNT, SLOPE_VOLATILITY_MIDDLE, SLOPE_VOLATILITY_RADIUS,
} from "../portable/certificate-layout.ts";
import { CERTIFY_ROW_COUNT } from "../portable/certify/scratch.ts";

/**
 * Seven sums of rows at once, over the option positions [first, end): `accumulateRows` of the risk array, which starts
 * with the linear positions, and of the slope rows, by quantity (middles) and by size (radii, middles without sign).
 *
 * Reads   entries (u32), quantities (f64), riskArray (rows of cellBytes), slopes (SLOPE_ROW_COUNT such rows each),
 *         shockClass (f64 row)
 * Writes  rows: CERTIFY_ROW_COUNT rows, rowBytes apart, in the order of certify/scratch.ts
 * Needs   all rows 16-byte aligned, cellBytes a multiple of 16
 * Order   strict left fold over the positions, cells independent
 */
export function sumSlopes(
  entries: usize, quantities: usize, first: usize, end: usize, riskArray: usize, slopes: usize, shockClass: usize,
  start: f64, rows: usize, rowBytes: usize, cellBytes: usize,
): void {
  const entryFirst = entries + (first << 2);
  const entryEnd = entries + (end << 2);
  const weight = f64x2.splat(start);
  for (let at: usize = 0; at < cellBytes; at += 16) {
    let cell = f64x2.mul(weight, v128.load(shockClass + at));
    let price = f64x2.splat(0);
    let priceRadius = price;
    let priceGross = price;
    let volatility = price;
    let volatilityRadius = price;
    let volatilityGross = price;
    let quantityAt = quantities + (first << 3);
    for (let entryAt = entryFirst; entryAt < entryEnd; entryAt += 4) {
      const row = <usize>(load<u32>(entryAt) >> FLAG_BITS) * cellBytes;
      const slope = slopes + row * <usize>SLOPE_ROW_COUNT + at;
      const quantity = v128.load_splat<f64>(quantityAt);
      quantityAt += 8;
      const p = f64x2.mul(quantity, v128.load(slope + <usize>SLOPE_PRICE_MIDDLE * cellBytes));
      const v = f64x2.mul(quantity, v128.load(slope + <usize>SLOPE_VOLATILITY_MIDDLE * cellBytes));
      const pr = f64x2.mul(quantity, v128.load(slope + <usize>SLOPE_PRICE_RADIUS * cellBytes));
      const vr = f64x2.mul(quantity, v128.load(slope + <usize>SLOPE_VOLATILITY_RADIUS * cellBytes));
      cell = f64x2.add(cell, f64x2.mul(quantity, v128.load(riskArray + row + at)));
      price = f64x2.add(price, p);
      priceRadius = f64x2.add(priceRadius, f64x2.abs(pr));
      priceGross = f64x2.add(priceGross, f64x2.abs(p));
      volatility = f64x2.add(volatility, v);
      volatilityRadius = f64x2.add(volatilityRadius, f64x2.abs(vr));
      volatilityGross = f64x2.add(volatilityGross, f64x2.abs(v));
    }
    let to = rows + at;
    v128.store(to, cell);
    v128.store((to += rowBytes), price);
    v128.store((to += rowBytes), priceRadius);
    v128.store((to += rowBytes), priceGross);
    v128.store((to += rowBytes), volatility);
    v128.store((to += rowBytes), volatilityRadius);
    v128.store((to += rowBytes), volatilityGross);
  }
}

/** Scalar twin of `sumSlopes`: bit-equal. */
export function sumSlopesScalar(
  entries: usize, quantities: usize, first: usize, end: usize, riskArray: usize, slopes: usize, shockClass: usize,
  start: f64, rows: usize, rowBytes: usize, cellBytes: usize,
): void {
  for (let at: usize = 0; at < cellBytes; at += 8) {
    const to = rows + at;
    store<f64>(to, start * load<f64>(shockClass + at));
    for (let row = 1; row < CERTIFY_ROW_COUNT; row++) store<f64>(to + <usize>row * rowBytes, 0);
    for (let p = first; p < end; p++) {
      const row = <usize>(load<u32>(entries + (p << 2)) >> FLAG_BITS) * cellBytes;
      const slope = slopes + row * <usize>SLOPE_ROW_COUNT + at;
      const quantity = load<f64>(quantities + (p << 3));
      const price = quantity * load<f64>(slope + <usize>SLOPE_PRICE_MIDDLE * cellBytes);
      const volatility = quantity * load<f64>(slope + <usize>SLOPE_VOLATILITY_MIDDLE * cellBytes);
      addTo(to, quantity * load<f64>(riskArray + row + at));
      addTo(to + rowBytes, price);
      addTo(to + 2 * rowBytes, Math.abs(quantity * load<f64>(slope + <usize>SLOPE_PRICE_RADIUS * cellBytes)));
      addTo(to + 3 * rowBytes, Math.abs(price));
      addTo(to + 4 * rowBytes, volatility);
      addTo(to + 5 * rowBytes, Math.abs(quantity * load<f64>(slope + <usize>SLOPE_VOLATILITY_RADIUS * cellBytes)));
      addTo(to + 6 * rowBytes, Math.abs(volatility));
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(address: usize, term: f64): void {
  store<f64>(address, load<f64>(address) + term);
}
