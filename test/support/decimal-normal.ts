import { Decimal as DecimalBase } from 'decimal.js';

/**
 * Special functions and Black's formula with 60 digits, from textbook series: slow, and sharing nothing with the code
 * under test.
 */
export const Decimal = DecimalBase.clone({ precision: 60, minE: -9e15, maxE: 9e15 });
export type Decimal = DecimalBase;

/** The exact value of a double: the constructor of Decimal takes the shortest decimal that rounds to it. */
export function exact(value: number): Decimal {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0];
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = Number(bits & 0xf_ffff_ffff_ffffn);
  const mantissa = field === 0 ? fraction : fraction + 2 ** 52;
  return new Decimal(value < 0 ? -mantissa : mantissa).times(new Decimal(2).pow(Math.max(field, 1) - 1075));
}

const one = new Decimal(1);
const two = new Decimal(2);
export const pi = Decimal.acos(-1);
const rootTwoPi = pi.times(2).sqrt();

export function pdf(z: Decimal): Decimal {
  return z.times(z).div(-2).exp().div(rootTwoPi);
}

/** Phi(-z) / phi(z). */
export function mills(z: Decimal): Decimal {
  if (z.isNegative()) return rootTwoPi.times(z.times(z).div(2).exp()).minus(mills(z.negated()));
  return z.lessThan(8) ? millsBySeries(z) : millsByFraction(z);
}

/**
 * sqrt(pi/2) e^(z^2/2) - (z + z^3/3 + z^5/(3 5) + ...) (Abramowitz & Stegun 26.2.11). At z = 8 it cancels 15 digits
 * of 60.
 */
function millsBySeries(z: Decimal): Decimal {
  const square = z.times(z);
  let term = z;
  let sum = z;
  for (let odd = 3; term.greaterThan(sum.times('1e-62')); odd += 2) {
    term = term.times(square).div(odd);
    sum = sum.plus(term);
  }
  return pi.div(2).sqrt().times(square.div(2).exp()).minus(sum);
}

/** 1/(z + 1/(z + 2/(z + 3/(z + ...)))) (Abramowitz & Stegun 26.2.14), from the inside out. */
function millsByFraction(z: Decimal): Decimal {
  let value = z;
  for (let level = 400; level >= 1; level--) value = z.plus(new Decimal(level).div(value));
  return one.div(value);
}

export function cdf(z: Decimal): Decimal {
  return z.greaterThan(0) ? one.minus(cdf(z.negated())) : pdf(z).times(mills(z.negated()));
}

/** e^(x^2) erfc(x) = 2 e^(x^2) Phi(-x sqrt 2). */
export function erfcx(x: Decimal): Decimal {
  return two.div(pi).sqrt().times(mills(x.times(two.sqrt())));
}

export interface BlackValues {
  readonly h: Decimal;
  readonly price: Decimal;
  readonly delta: Decimal;
  readonly gamma: Decimal;
  readonly vega: Decimal;
  readonly theta: Decimal;
  readonly rho: Decimal;
  readonly vanna: Decimal;
  readonly volga: Decimal;
}

/** Black 1976 as printed: e^(-rT) (F N(d1) - K N(d2)) and its derivatives; v > 0. */
export function black(
  sign: number, forward: number, strike: number, years: number, volatility: number, rate: number,
): BlackValues {
  const [F, K, T, sigma, r] = [forward, strike, years, volatility, rate].map(exact) as [
    Decimal, Decimal, Decimal, Decimal, Decimal,
  ];
  const v = sigma.times(T.sqrt());
  const h = F.div(K).ln().div(v);
  const d1 = h.plus(v.div(2));
  const d2 = h.minus(v.div(2));
  const discount = r.times(T).negated().exp();
  const density = discount.times(F).times(pdf(d1));
  const price = discount.times(sign).times(F.times(cdf(d1.times(sign))).minus(K.times(cdf(d2.times(sign)))));
  const vega = density.times(T.sqrt());
  return {
    h: h.abs(),
    price,
    delta: discount.times(sign).times(cdf(d1.times(sign))),
    gamma: density.div(F.times(F).times(v)),
    vega,
    theta: r.times(price).minus(density.times(sigma).div(T.sqrt().times(2))),
    rho: T.times(price).negated(),
    vanna: vega.times(d2).div(F.times(v)).negated(),
    volga: vega.times(d1).times(d2).div(sigma),
  };
}

/** Undiscounted price for a given v. */
export function blackPrice(sign: number, forward: number, strike: number, v: number): Decimal {
  return black(sign, forward, strike, 1, v, 0).price;
}

/** |actual - expected| / |expected|. */
export function relativeError(actual: number, expected: Decimal): number {
  return exact(actual).minus(expected).div(expected).abs().toNumber();
}

export function absoluteError(actual: number, expected: Decimal): number {
  return exact(actual).minus(expected).abs().toNumber();
}
