import { SERIES_LIMIT } from '../../assembly/portable/black76.ts';
import type { Greeks, OptionInput } from './pricing-kernels.ts';

/** How far each output of the Black-76 kernel may be from the true value. Reasons: docs/VECTORS.md. */
export interface BlackBounds {
  /** |ln(F/K)| / v, 0 where v = 0: there the values are intrinsic and no density is involved. */
  readonly h: number;
  /** sigma sqrt(T). */
  readonly v: number;
  readonly priceAbsolute: number;
  /** Reference tier: holds where v < SERIES_LIMIT. */
  readonly priceRelative: number;
  /** Absolute. */
  readonly delta: number;
  /** Relative, of gamma and vega. */
  readonly density: number;
  /** Absolute. */
  readonly theta: number;
  readonly rho: number;
  readonly vanna: number;
  readonly volga: number;
}

const epsilon = 2 ** -52;
const smallestNormal = 2 ** -1022;
/** Beyond this every price is below the smallest double. */
const hMax = 64;

export function blackBounds(input: OptionInput, greeks: Greeks): BlackBounds {
  const { forward, strike, years, volatility, rate } = input;
  const v = volatility * Math.sqrt(years);
  const h = v > 0 ? Math.min(Math.abs(Math.log(forward / strike)) / v, hMax) : 0;
  const priceAbsolute = 4 * epsilon * Math.max(forward, strike) * Math.max(1, Math.exp(-rate * years));
  const priceRelative = (8 + 6 * h * h) * (epsilon / 2) + 1e-15;
  const price = v < SERIES_LIMIT ? Math.min(priceAbsolute, priceRelative * greeks.price) : priceAbsolute;
  const density = (4 + h * h) * epsilon;
  return {
    h,
    v,
    priceAbsolute,
    priceRelative,
    delta: 5e-16,
    density,
    theta: thetaBound(input, greeks, price, density),
    rho: years * price + epsilon * Math.abs(greeks.rho) + smallestNormal,
    ...crossBounds(input, greeks, h, v, density),
  };
}

/** theta = r price - decay, decay = vega sigma / (2 T). */
function thetaBound({ years, volatility, rate }: OptionInput, greeks: Greeks, price: number, density: number): number {
  const decay = years > 0 ? (greeks.vega * volatility) / (2 * years) : 0;
  return Math.abs(rate) * price + decay * (density + 2 * epsilon) + epsilon * Math.abs(greeks.theta) + smallestNormal;
}

/**
 * vanna = -vega d2 / (F v), volga = vega d1 d2 / sigma. d1 and d2 are h +- v/2 with signs: 3 h eps is the error of h
 * (logarithm, square root, product and quotient), and an absolute one that a small d1 or d2 keeps.
 */
function crossBounds(input: OptionInput, { vega }: Greeks, h: number, v: number, density: number) {
  const { forward, strike, volatility } = input;
  if (!(v > 0)) return { vanna: smallestNormal, volga: smallestNormal };
  const signedH = forward < strike ? -h : h;
  const [d1, d2] = [Math.abs(signedH + v / 2), Math.abs(signedH - v / 2)];
  const shift = (3 * h + v) * epsilon;
  const relative = density + 2 * epsilon;
  return {
    vanna: (vega / (forward * v)) * (d2 * relative + shift) + smallestNormal,
    volga: (vega / volatility) * (d1 * d2 * relative + (d1 + d2) * shift) + smallestNormal,
  };
}
