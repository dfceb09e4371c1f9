import {
  LOAD_COUNT,
  LOAD_OTHER,
  LOAD_PRICE_DOWN,
  LOAD_PRICE_SQUARE,
  LOAD_PRICE_UP,
  LOAD_REST,
  LOAD_TIME,
  LOAD_VOLATILITY_DOWN,
  LOAD_VOLATILITY_UP,
  QUADRANT_PRICE_FALLS,
  QUADRANT_VOLATILITY_FALLS,
} from '../../assembly/portable/certificate-layout.ts';
import type { Displacement } from './reference.ts';

/** Rounding of the products and the sum below. */
const outward = 1 + 1e-12;

/** Place of the load of prices, among those of a set, in a quadrant. */
export function priceLoadOf(quadrant: number): number {
  return (quadrant & QUADRANT_PRICE_FALLS) === 0 ? LOAD_PRICE_UP : LOAD_PRICE_DOWN;
}

export function volatilityLoadOf(quadrant: number): number {
  return (quadrant & QUADRANT_VOLATILITY_FALLS) === 0 ? LOAD_VOLATILITY_UP : LOAD_VOLATILITY_DOWN;
}

/**
 * What the market has used up of a set's health by its loads, in full precision: the second test of `CertificateIndex`
 * for one set. Below 1: no threshold is crossed. Infinity outside the box, and where anything is not a number.
 *
 * @param loads - of the arena, `LOAD_COUNT` per set
 * @param size - of the box of the set's certificate
 */
export function loadsUsed(moved: Readonly<Displacement>, loads: Float32Array, set: number, size: number): number {
  if (!(moved.largest <= size)) return Infinity;
  const first = set * LOAD_COUNT;
  const price = moved.price / size;
  const used =
    price * loads[first + priceLoadOf(moved.quadrant)] +
    price * price * loads[first + LOAD_PRICE_SQUARE] +
    (moved.volatility / size) * loads[first + volatilityLoadOf(moved.quadrant)] +
    (moved.rest / size) * loads[first + LOAD_REST] +
    moved.elapsed * loads[first + LOAD_TIME] +
    (moved.largest / size) * loads[first + LOAD_OTHER];
  return used >= 0 ? used * outward : Infinity;
}
