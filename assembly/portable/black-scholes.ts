import { abramowitzStegunCdf } from './abramowitz-stegun.ts';
import { blackPrice } from './black76.ts';
import { logRatio } from './log.ts';

/** How the normal distribution function is computed. */
export const NORMAL_CDF_EXACT: i32 = 0;
export const NORMAL_CDF_ABRAMOWITZ_STEGUN: i32 = 1;

/** Of spot and strike: how far below zero a mark may lie that the approximation was used for. */
const APPROXIMATION_ERROR: f64 = 1.5e-7;

/** Whether a quoted option price is one: finite, and not below zero by more than an approximation makes it. */
export function isOptionPrice(price: f64, spot: f64, strike: f64): boolean {
  return price < Infinity && price >= -APPROXIMATION_ERROR * (spot + strike);
}

/**
 * Price of a European option on a spot price without dividends (F. Black and M. Scholes, 1973): call (sign 1) or put
 * (sign -1), in the currency of spot and strike. `discount` is e^(-rate years). Without volatility or time it is the
 * undiscounted intrinsic value. Prices of the exact kind have no rounding noise out of the money; those of the
 * approximation have errors of 1.5e-7 of spot and strike, and may be slightly negative, as the venue's are.
 */
export function blackScholesPrice(
  sign: f64, spot: f64, strike: f64, years: f64, rate: f64, discount: f64, volatility: f64, normalCdf: i32,
): f64 {
  const v: f64 = volatility * Math.sqrt(years);
  if (v === 0.0) {
    const intrinsic: f64 = sign * (spot - strike);
    return intrinsic < 0.0 ? 0.0 : intrinsic;
  }
  if (normalCdf === NORMAL_CDF_EXACT) return discount * blackPrice(sign, spot / discount, strike, v);
  const d1: f64 = (logRatio(spot, strike) + rate * years) / v + 0.5 * v;
  const d2: f64 = d1 - v;
  return sign * (spot * abramowitzStegunCdf(sign * d1) - strike * discount * abramowitzStegunCdf(sign * d2));
}
