import type { OptionType } from '../domain/instrument.ts';
import { Decimal, maxOf, one, zero } from './decimal.ts';
import { endOfTail, normalCdf } from './normal-cdf.ts';

/**
 * Black-76 without discounting (r = 0), in decimals.
 *
 * V = F N(d1) - K N(d2), d1 = ln(F/K)/v + v/2, d2 = d1 - v, v = volatility * sqrt(T)   (Black 1976).
 *
 * The call and the put of one strike have the same time value, because parity, C - P = F - K, is also the difference of
 * their intrinsic values. So the value is computed once, as that of the one out of the money (no digits are lost in
 * the money), and serves both.
 */
export interface Black76Terms {
  readonly forward: Decimal;
  readonly strike: Decimal;
  /** ln(forward/strike), given because a grid of price moves needs one logarithm per move, not one per option. */
  readonly logMoneyness: Decimal;
  readonly deviation: Deviation;
}

export interface Black76Input extends Black76Terms {
  readonly optionType: OptionType;
}

/** volatility * sqrt(T): standard deviation of ln(F) at expiry, with what is computed from it once for many moves. */
export interface Deviation {
  readonly value: Decimal;
  readonly half: Decimal;
  /** null without volatility or time: options are then worth their intrinsic value. */
  readonly inverse: Decimal | null;
}

export function deviationOf(volatility: Decimal, rootTime: Decimal): Deviation {
  const value = volatility.times(rootTime);
  return { value, half: value.div(2), inverse: value.isZero() ? null : one.div(value) };
}

export function black76Input(
  forward: Decimal,
  strike: Decimal,
  volatility: Decimal,
  timeToExpiryYears: Decimal,
  optionType: OptionType,
): Black76Input {
  const logMoneyness = forward.div(strike).ln();
  return { forward, strike, logMoneyness, deviation: deviationOf(volatility, timeToExpiryYears.sqrt()), optionType };
}

/** Quote currency per base unit. */
export function black76Price(input: Black76Input): Decimal {
  return timeValue(input).plus(intrinsicValue(input.forward, input.strike, input.optionType));
}

/**
 * What an option of this strike, call or put, is worth beyond its intrinsic value. An option so far out of the money
 * that the normal tail has ended has none: it is at most 1e-38 of the smaller of forward and strike.
 */
export function timeValue({ forward, strike, logMoneyness, deviation }: Black76Terms): Decimal {
  if (deviation.inverse === null) return zero;
  const d1 = logMoneyness.times(deviation.inverse).plus(deviation.half);
  const d2 = d1.minus(deviation.value);
  if (forward.lessThanOrEqualTo(strike)) {
    if (d1.lessThan(-endOfTail)) return zero;
    return atLeastZero(forward.times(normalCdf(d1)).minus(strike.times(normalCdf(d2))));
  }
  if (d2.greaterThan(endOfTail)) return zero;
  return atLeastZero(strike.times(normalCdf(d2.negated())).minus(forward.times(normalCdf(d1.negated()))));
}

/**
 * dV/dF: N(d1) of a call, N(d1) - 1 of a put. Without volatility or time it is that of the intrinsic value, and at the
 * strike itself the limit v -> 0, which is one half.
 */
export function black76Delta(input: Black76Input): Decimal {
  const ofCall = callDelta(input);
  return input.optionType === 'call' ? ofCall : ofCall.minus(one);
}

export function callDelta({ forward, strike, logMoneyness, deviation }: Black76Terms): Decimal {
  if (deviation.inverse === null) return new Decimal(forward.comparedTo(strike)).plus(1).div(2); // 0, 1/2 or 1
  return normalCdf(logMoneyness.times(deviation.inverse).plus(deviation.half));
}

export function intrinsicValue(forward: Decimal, strike: Decimal, optionType: OptionType): Decimal {
  return atLeastZero(optionType === 'call' ? forward.minus(strike) : strike.minus(forward));
}

/** The rounding of a difference of nearly equal products must not make an option worth less than nothing. */
function atLeastZero(value: Decimal): Decimal {
  return maxOf(value, zero);
}
