import type { OptionType } from '../domain/instrument.ts';
import { Decimal, maxOf, zero } from './decimal.ts';
import { normalCdf } from './normal-cdf.ts';

/**
 * Black-76 without discounting (r = 0), in decimals.
 *
 * V = F N(d1) - K N(d2), d1 = ln(F/K)/v + v/2, d2 = d1 - v, v = volatility * sqrt(T)   (Black 1976).
 * The out-of-the-money option is computed, the other one by parity C - P = F - K, so no digits are lost in the money.
 */
export interface Black76Input {
  readonly forward: Decimal;
  readonly strike: Decimal;
  /** ln(forward/strike), given because a grid of price moves needs one logarithm per move, not one per option. */
  readonly logMoneyness: Decimal;
  /** volatility * sqrt(T): standard deviation of ln(F) at expiry; 0 means intrinsic value. */
  readonly deviation: Decimal;
  readonly optionType: OptionType;
}

export function black76Input(
  forward: Decimal,
  strike: Decimal,
  volatility: Decimal,
  timeToExpiryYears: Decimal,
  optionType: OptionType,
): Black76Input {
  const logMoneyness = forward.div(strike).ln();
  return { forward, strike, logMoneyness, deviation: volatility.times(timeToExpiryYears.sqrt()), optionType };
}

/**
 * N(-40) = 4e-350: an option that far out of the money is worth its intrinsic value to more digits than any sum has.
 */
const worthlessDistance = 40;

/** Quote currency per base unit. */
export function black76Price(input: Black76Input): Decimal {
  const { forward, strike, optionType } = input;
  const intrinsic = intrinsicValue(forward, strike, optionType);
  if (input.deviation.isZero()) return intrinsic;
  const d1 = firstDistance(input);
  const d2 = d1.minus(input.deviation);
  const outOfTheMoneyIsCall = forward.lessThanOrEqualTo(strike);
  const nearest = outOfTheMoneyIsCall ? d1.negated() : d2;
  if (nearest.greaterThan(worthlessDistance)) return intrinsic;
  const timeValue = outOfTheMoneyIsCall
    ? forward.times(normalCdf(d1)).minus(strike.times(normalCdf(d2)))
    : strike.times(normalCdf(d2.negated())).minus(forward.times(normalCdf(d1.negated())));
  return timeValue.plus(intrinsic);
}

/**
 * dV/dF: N(d1) of a call, N(d1) - 1 = -N(-d1) of a put. Without volatility or time it is that of the intrinsic value,
 * and at the strike itself the limit v -> 0, which is one half.
 */
export function black76Delta(input: Black76Input): Decimal {
  const isCall = input.optionType === 'call';
  if (input.deviation.isZero()) return intrinsicDelta(input);
  const d1 = firstDistance(input);
  return isCall ? normalCdf(d1) : normalCdf(d1.negated()).negated();
}

export function intrinsicValue(forward: Decimal, strike: Decimal, optionType: OptionType): Decimal {
  return maxOf(optionType === 'call' ? forward.minus(strike) : strike.minus(forward), zero);
}

function intrinsicDelta({ forward, strike, optionType }: Black76Input): Decimal {
  const side = new Decimal(forward.comparedTo(strike)).plus(1).div(2); // 0 below the strike, 1/2 at it, 1 above it
  return optionType === 'call' ? side : side.minus(1);
}

function firstDistance(input: Black76Input): Decimal {
  return input.logMoneyness.div(input.deviation).plus(input.deviation.div(2));
}
