import { exp } from '../exp.ts';
import { log } from '../log.ts';

/**
 * An American option on a price that only drifts: the most that exercise at any one time is worth,
 * sign (S e^(-qt) - K e^(-rt)) for t in [0, T], and nothing if that is negative.
 *
 * With volatility the option is worth at least as much (Jensen's inequality, for exercise at a fixed time), so this is
 * its price where nothing is uncertain and a floor, no lower than the intrinsic value, everywhere else.
 */
export function certainPrice(
  sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, time: f64,
): f64 {
  let best: f64 = sign * (spot - strike);
  const atExpiry: f64 = gainAt(sign, spot, strike, rate, dividendYield, time);
  if (atExpiry > best) best = atExpiry;
  // Between: where q S e^(-qt) = r K e^(-rt).
  const ratio: f64 = dividendYield * spot / (rate * strike);
  if (ratio > 0.0 && dividendYield !== rate) {
    const turn: f64 = log(ratio) / (dividendYield - rate);
    if (turn > 0.0 && turn < time) {
      const between: f64 = gainAt(sign, spot, strike, rate, dividendYield, turn);
      if (between > best) best = between;
    }
  }
  return best > 0.0 ? best : 0.0;
}

function gainAt(sign: f64, spot: f64, strike: f64, rate: f64, dividendYield: f64, time: f64): f64 {
  return sign * (spot * exp(-dividendYield * time) - strike * exp(-rate * time));
}
