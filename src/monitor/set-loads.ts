import {
  LOAD_COUNT,
  LOAD_OTHER,
  LOAD_PRICE_DOWN,
  LOAD_PRICE_UP,
  LOAD_REST,
  LOAD_VOLATILITY_DOWN,
  LOAD_VOLATILITY_UP,
  QUADRANT_PRICE_FALLS,
  QUADRANT_VOLATILITY_FALLS,
} from '../../assembly/portable/certificate-layout.ts';
import { boxSizes } from './box.ts';
import type { Displacement } from './reference.ts';

/** Rounding of the products and the sum below. */
const outward = 1 + 1e-12;

/**
 * What the market has used up of a set's health by its loads, in full precision: the second test of `CertificateIndex`
 * for one set.
 */
export class SetLoads {
  readonly #loads: Float32Array;
  readonly #box: Uint8Array;
  #price = 0;
  #volatility = 0;
  #rest = 0;
  #largest = 0;
  #priceLoad = LOAD_PRICE_UP;
  #volatilityLoad = LOAD_VOLATILITY_UP;

  /** `loads`: of the arena; `box`: of the certificate of every set. */
  constructor(loads: Float32Array, box: Uint8Array) {
    this.#loads = loads;
    this.#box = box;
  }

  /** The market is at the displacement. */
  at({ price, volatility, rest, largest, quadrant }: Displacement): void {
    this.#price = price;
    this.#volatility = volatility;
    this.#rest = rest;
    this.#largest = largest;
    this.#priceLoad = (quadrant & QUADRANT_PRICE_FALLS) === 0 ? LOAD_PRICE_UP : LOAD_PRICE_DOWN;
    this.#volatilityLoad = (quadrant & QUADRANT_VOLATILITY_FALLS) === 0 ? LOAD_VOLATILITY_UP : LOAD_VOLATILITY_DOWN;
  }

  /** Below 1: no threshold is crossed. Infinity outside the box, and where anything is not a number. */
  sum(set: number): number {
    const size = boxSizes[this.#box[set]];
    if (!(this.#largest <= size)) return Infinity;
    const loads = this.#loads;
    const first = set * LOAD_COUNT;
    const used =
      this.#price * loads[first + this.#priceLoad] +
      this.#volatility * loads[first + this.#volatilityLoad] +
      this.#rest * loads[first + LOAD_REST] +
      this.#largest * loads[first + LOAD_OTHER];
    return used >= 0 ? (used / size) * outward : Infinity;
  }
}
