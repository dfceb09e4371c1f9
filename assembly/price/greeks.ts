import { scaledExp2, scaledExpOfNegative2 } from '../math/exp.ts';
import { logQuotientTail2 } from '../math/log.ts';
import { rowMills2 } from '../math/mills-rows.ts';
import { headOf } from '../math/normal.ts';
import { atLeast, highHalf, productTail, times } from '../math/vector.ts';
import {
  blackDensity, blackPrice, boundedDeviation, deltaOf, densityShift, deviationError, gammaOf, logMoneyness,
  MONEYNESS_LIMIT, rhoOf, standardisedMoneyness, thetaOf, vannaOf, vegaOf, volgaOf,
} from '../portable/black76.ts';
import { INVERSE_SQRT_2PI } from '../portable/coefficients.ts';
import { exp } from '../portable/exp.ts';
import { logQuotientTail } from '../portable/log.ts';
import { blackOtm2, boundedDeviation2, logMoneyness2, standardisedMoneyness2 } from './black76.ts';

/** Twin of deviationError. */
// @ts-ignore: decorator
@inline
function deviationError2(volatility: v128, rootTime: v128, time: v128, v: v128): v128 {
  const rootHigh = highHalf(rootTime);
  const rootLow = f64x2.sub(rootTime, rootHigh);
  const volatilityHigh = highHalf(volatility);
  const volatilityLow = f64x2.sub(volatility, volatilityHigh);
  const square = f64x2.mul(rootTime, rootTime);
  let squareTail = f64x2.sub(f64x2.mul(rootHigh, rootHigh), square);
  squareTail = f64x2.add(squareTail, f64x2.mul(times(rootHigh, 2.0), rootLow));
  squareTail = f64x2.add(squareTail, f64x2.mul(rootLow, rootLow));
  const tail = productTail(v, volatilityHigh, volatilityLow, rootHigh, rootLow);
  const rootError = f64x2.div(times(f64x2.sub(f64x2.sub(time, square), squareTail), 0.5), time);
  return v128.and(f64x2.add(rootError, f64x2.div(tail, v)), f64x2.gt(v, f64x2.splat(0.0)));
}

/** Twin of densityShift. */
// @ts-ignore: decorator
@inline
function densityShift2(h: v128, v: v128, x: v128, xTail: v128, error: v128): v128 {
  const hHigh = highHalf(h);
  const vHigh = highHalf(v);
  const product = f64x2.mul(h, v);
  const tail = productTail(product, hHigh, f64x2.sub(h, hHigh), vHigh, f64x2.sub(v, vHigh));
  const missing = f64x2.add(f64x2.sub(f64x2.sub(x, product), tail), xTail);
  const ofDeviation = f64x2.mul(f64x2.sub(f64x2.mul(h, h), f64x2.mul(times(v, 0.25), v)), error);
  const within = v128.and(f64x2.gt(h, f64x2.splat(0.0)), f64x2.lt(h, f64x2.splat(MONEYNESS_LIMIT)));
  return f64x2.sub(ofDeviation, v128.and(f64x2.mul(h, f64x2.div(missing, v)), within));
}

/** Twin of blackDensity. */
// @ts-ignore: decorator
@inline
export function blackDensity2(forward: v128, strike: v128, h: v128, v: v128, shift: v128): v128 {
  const headH = headOf(h);
  const headV = headOf(v);
  const high = f64x2.sub(times(f64x2.mul(headH, headH), -0.5), times(f64x2.mul(headV, headV), 0.125));
  const low = f64x2.sub(
    times(f64x2.mul(f64x2.sub(h, headH), f64x2.add(h, headH)), -0.5),
    times(f64x2.mul(f64x2.sub(v, headV), f64x2.add(v, headV)), 0.125),
  );
  const factor = times(f64x2.mul(f64x2.sqrt(forward), f64x2.sqrt(strike)), INVERSE_SQRT_2PI);
  return scaledExpOfNegative2(factor, high, f64x2.add(low, shift));
}

/** What deltaOf calls the tail. */
// @ts-ignore: decorator
@inline
export function deltaTail2(forward: v128, density: v128, d1: v128): v128 {
  return f64x2.mul(f64x2.div(density, forward), rowMills2(f64x2.abs(d1)));
}

/** Twin of deltaOf. */
// @ts-ignore: decorator
@inline
function delta2(sign: v128, forward: v128, density: v128, d1: v128): v128 {
  const zero = f64x2.splat(0.0);
  const tail = deltaTail2(forward, density, d1);
  const half = f64x2.add(f64x2.splat(0.5), f64x2.sub(tail, tail));
  const atMoney = v128.bitselect(half, tail, f64x2.eq(d1, zero));
  const inside = f64x2.gt(f64x2.mul(sign, d1), zero);
  const size = v128.bitselect(f64x2.sub(f64x2.splat(1.0), atMoney), atMoney, inside);
  return f64x2.add(f64x2.mul(sign, size), zero);
}

/**
 * Black prices and greeks of calls and puts, discounted, two at a time.
 *
 * Reads   sign (f64, 1 call, -1 put), forward (f64, > 0), strike (f64, > 0), timeToExpiry (f64, years, >= 0),
 *         volatility (f64, fraction per root year, >= 0), rate (f64, continuous, per year)
 * Writes  price (currency of the forward), delta and gamma (by forward), vega (per 1.00 of volatility), theta (per
 *         calendar year at a fixed forward), rho (per 1.00 of rate at a fixed forward), vanna, volga, and
 *         netTransactionDelta = delta - price / forward, in units of the underlying; all f64
 * Needs   8-byte aligned addresses; any count Order   lanes independent; an odd last option is done by the scalar
 * twin, which has the same bits Error   delta 5e-16 absolute; gamma and vega (4 + h^2) 2^-52 relative, h = |ln(F /
 * K)| / v; where sigma sqrt(T) = 0,
 *         gamma, vanna and volga are 0
 */
export function greekOptions(
  signPtr: usize, forwardPtr: usize, strikePtr: usize, timeToExpiryPtr: usize, volatilityPtr: usize, ratePtr: usize,
  pricePtr: usize, deltaPtr: usize, gammaPtr: usize, vegaPtr: usize, thetaPtr: usize, rhoPtr: usize, vannaPtr: usize,
  volgaPtr: usize, netTransactionDeltaPtr: usize, count: i32,
): void {
  const bytes = (<usize>count) << 3;
  const pairBytes = bytes & ~15;
  const zero = f64x2.splat(0.0);
  for (let at: usize = 0; at < pairBytes; at += 16) {
    const sign = v128.load(signPtr + at);
    const forward = v128.load(forwardPtr + at);
    const strike = v128.load(strikePtr + at);
    const time = v128.load(timeToExpiryPtr + at);
    const volatility = v128.load(volatilityPtr + at);
    const rate = v128.load(ratePtr + at);

    const rootTime = f64x2.sqrt(time);
    const v = f64x2.mul(volatility, rootTime);
    const discount = scaledExp2(f64x2.splat(1.0), f64x2.mul(f64x2.neg(rate), time), zero);
    const lower = f64x2.pmin(forward, strike);
    const upper = f64x2.pmax(forward, strike);
    const x = logMoneyness2(upper, lower);
    const intrinsic = atLeast(f64x2.mul(sign, f64x2.sub(forward, strike)), 0.0);
    const price = f64x2.mul(discount, f64x2.add(intrinsic, blackOtm2(lower, x, v)));

    const deviation = boundedDeviation2(v);
    const size = standardisedMoneyness2(x, deviation);
    const h = v128.xor(size, v128.and(f64x2.lt(forward, strike), f64x2.splat(-0.0)));
    const half = times(deviation, 0.5);
    const d1 = f64x2.add(h, half);
    const d2 = f64x2.sub(h, half);
    const error = deviationError2(volatility, rootTime, time, v);
    const shift = densityShift2(size, deviation, x, logQuotientTail2(upper, lower, x), error);
    const density = blackDensity2(forward, strike, size, deviation, shift);
    const someTime = f64x2.gt(rootTime, zero);
    const someDeviation = f64x2.gt(v, zero);
    const delta = f64x2.mul(discount, delta2(sign, forward, density, d1));
    const relative = f64x2.mul(discount, f64x2.div(density, forward));
    const vega = f64x2.mul(f64x2.mul(discount, density), rootTime);
    const decay = f64x2.div(f64x2.mul(f64x2.mul(discount, density), volatility), times(rootTime, 2.0));
    const vanna = f64x2.sub(zero, f64x2.div(f64x2.mul(relative, d2), volatility));
    const volga = f64x2.div(f64x2.mul(f64x2.mul(vega, d1), d2), volatility);

    v128.store(pricePtr + at, price);
    v128.store(deltaPtr + at, delta);
    v128.store(gammaPtr + at, v128.and(f64x2.div(relative, f64x2.mul(forward, v)), someDeviation));
    v128.store(vegaPtr + at, vega);
    v128.store(thetaPtr + at, f64x2.sub(f64x2.mul(rate, price), v128.and(decay, someTime)));
    v128.store(rhoPtr + at, f64x2.sub(zero, f64x2.mul(time, price)));
    v128.store(vannaPtr + at, v128.and(vanna, someDeviation));
    v128.store(volgaPtr + at, v128.and(volga, someDeviation));
    v128.store(netTransactionDeltaPtr + at, f64x2.sub(delta, f64x2.div(price, forward)));
  }
  if (pairBytes < bytes) {
    greekOptionsScalar(
      signPtr + pairBytes, forwardPtr + pairBytes, strikePtr + pairBytes, timeToExpiryPtr + pairBytes,
      volatilityPtr + pairBytes, ratePtr + pairBytes, pricePtr + pairBytes, deltaPtr + pairBytes, gammaPtr + pairBytes,
      vegaPtr + pairBytes, thetaPtr + pairBytes, rhoPtr + pairBytes, vannaPtr + pairBytes, volgaPtr + pairBytes,
      netTransactionDeltaPtr + pairBytes, 1,
    );
  }
}

/** Scalar twin of greekOptions. */
export function greekOptionsScalar(
  signPtr: usize, forwardPtr: usize, strikePtr: usize, timeToExpiryPtr: usize, volatilityPtr: usize, ratePtr: usize,
  pricePtr: usize, deltaPtr: usize, gammaPtr: usize, vegaPtr: usize, thetaPtr: usize, rhoPtr: usize, vannaPtr: usize,
  volgaPtr: usize, netTransactionDeltaPtr: usize, count: i32,
): void {
  const bytes = (<usize>count) << 3;
  for (let at: usize = 0; at < bytes; at += 8) {
    const sign = load<f64>(signPtr + at);
    const forward = load<f64>(forwardPtr + at);
    const strike = load<f64>(strikePtr + at);
    const time = load<f64>(timeToExpiryPtr + at);
    const volatility = load<f64>(volatilityPtr + at);
    const rate = load<f64>(ratePtr + at);

    const rootTime = Math.sqrt(time);
    const v = volatility * rootTime;
    const discount = exp(-rate * time);
    const price = discount * blackPrice(sign, forward, strike, v);
    const deviation = boundedDeviation(v);
    const upper = Math.max(forward, strike);
    const lower = Math.min(forward, strike);
    const x = logMoneyness(upper, lower);
    const size = standardisedMoneyness(x, deviation);
    const h = forward < strike ? -size : size;
    const d1 = h + 0.5 * deviation;
    const d2 = h - 0.5 * deviation;
    const error = deviationError(volatility, rootTime, time, v);
    const shift = densityShift(size, deviation, x, logQuotientTail(upper, lower, x), error);
    const density = blackDensity(forward, strike, size, deviation, shift);
    const delta = discount * deltaOf(sign, forward, density, d1);
    const vega = vegaOf(discount, density, rootTime);

    store<f64>(pricePtr + at, price);
    store<f64>(deltaPtr + at, delta);
    store<f64>(gammaPtr + at, gammaOf(discount, forward, density, v));
    store<f64>(vegaPtr + at, vega);
    store<f64>(thetaPtr + at, thetaOf(discount, price, density, rootTime, volatility, rate));
    store<f64>(rhoPtr + at, rhoOf(price, time));
    store<f64>(vannaPtr + at, vannaOf(discount, forward, density, d2, volatility, v));
    store<f64>(volgaPtr + at, volgaOf(vega, d1, d2, volatility, v));
    store<f64>(netTransactionDeltaPtr + at, delta - price / forward);
  }
}
