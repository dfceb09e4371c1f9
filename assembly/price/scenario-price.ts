import { ratioDifference2 } from './black76.ts';
import { DENSITY, fillDensities, LOWER, OTHERS_AT, PRICE, REMAINDER, Z1, Z2 } from './passes.ts';

/** From the columns that `storeCell` writes to the densities. */
export function priceChunk(work: usize, bytes: usize): void {
  fillExponents(work, bytes);
  fillDensities(work, bytes);
}

/** What a chunk starts from: moved forward, h and half of v of two cells. */
// @ts-ignore: decorator
@inline
export function storeCell(at: usize, limit: v128, sign: v128, forward: v128, strike: v128, h: v128, half: v128): void {
  const moneyness = f64x2.pmin(h, limit);
  const deviation = f64x2.pmin(half, limit);
  v128.store(at, f64x2.sub(moneyness, deviation), Z1);
  v128.store(at, f64x2.add(moneyness, deviation), Z2);
  v128.store(at, f64x2.pmin(forward, strike), LOWER);
  v128.store(at, f64x2.pmax(f64x2.mul(sign, f64x2.sub(forward, strike)), f64x2.splat(0.0)), PRICE);
}

/** -z1^2 / 2 as a multiple k of ln 2 and a remainder. */
function fillExponents(work: usize, bytes: usize): void {
  const perLn2 = v128.load_splat<f64>(work, OTHERS_AT);
  const rounder = v128.load_splat<f64>(work, OTHERS_AT + 8);
  const high = v128.load_splat<f64>(work, OTHERS_AT + 16);
  const low = v128.load_splat<f64>(work, OTHERS_AT + 24);
  const minusHalf = v128.load_splat<f64>(work, OTHERS_AT + 48);
  const end = work + bytes;
  for (let at = work; at < end; at += 16) {
    const z1 = v128.load(at, Z1);
    const exponent = f64x2.mul(f64x2.mul(z1, z1), minusHalf);
    const shifted = f64x2.add(f64x2.mul(exponent, perLn2), rounder);
    const k = f64x2.sub(shifted, rounder);
    v128.store(at, f64x2.sub(f64x2.sub(exponent, f64x2.mul(k, high)), f64x2.mul(k, low)), REMAINDER);
    // The low bits of k + 1.5 * 2^52 + 1023 are the exponent field of 2^k.
    v128.store(at, i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52), DENSITY);
  }
}

/** Price of two cells from what the passes left. */
// @ts-ignore: decorator
@inline
export function joinedPrice(at: usize): v128 {
  const z1 = v128.load(at, Z1);
  // z1 < 0: the first ratio counts as negative. The sign bit alone says so, as z1 is never -0.
  const side = v128.and(z1, f64x2.splat(-0.0));
  const ratio = ratioDifference2(f64x2.abs(z1), v128.load(at, Z2), side);
  const base = v128.and(v128.load(at, LOWER), f64x2.lt(z1, f64x2.splat(0.0)));
  const otm = f64x2.add(base, f64x2.mul(v128.load(at, DENSITY), ratio));
  return f64x2.add(v128.load(at, PRICE), otm);
}
