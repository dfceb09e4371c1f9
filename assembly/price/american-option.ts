import {
  americanFromPremium, beginAmerican, isAboveBoundary, putMoneyness,
} from '../portable/american/american.ts';
import { earlyExercisePremium2, solveBoundary2 } from './american-boundary.ts';

/** Twin of prepareAmerican; the same indexes. */
export function prepareAmerican2(
  scheme: i32, tables: i32, boundary: i32, sign: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): void {
  const f = changetype<Floats>(0);
  if (beginAmerican(f, boundary, sign, rate, dividendYield, volatility, time)) solveBoundary2(scheme, tables, boundary);
}

/** Twin of americanByBoundary. */
export function americanByBoundary2(
  scheme: i32, tables: i32, boundary: i32, work: i32,
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, volatility: f64, time: f64,
): f64 {
  const f = changetype<Floats>(0);
  const moneyness = putMoneyness(sign, spot, strike);
  const premium = isAboveBoundary(f, boundary, moneyness)
    ? earlyExercisePremium2(scheme, tables, boundary, moneyness) : 0.0;
  return americanFromPremium(f, boundary, work, premium, sign, spot, strike, rate, dividendYield, volatility, time);
}
