import type { OptionType } from '../domain/instrument.ts';
import { type Decimal, one } from './decimal.ts';
import { intrinsicValue } from './black76.ts';

/** A European option on a spot price without dividends. */
export interface SpotOption {
  readonly optionType: OptionType;
  readonly spot: Decimal;
  readonly strike: Decimal;
  readonly years: Decimal;
  /** Continuous, per year. */
  readonly rate: Decimal;
  readonly volatility: Decimal;
}

/**
 * S N(d1) - K e^(-rT) N(d2) for a call, K e^(-rT) N(-d2) - S N(-d1) for a put (Black and Scholes 1973), with whatever
 * distribution function is asked for. Without volatility or time it is the undiscounted intrinsic value.
 */
export function blackScholesPrice(option: SpotOption, normalCdf: (z: Decimal) => Decimal): Decimal {
  const { optionType, spot, strike, years, rate, volatility } = option;
  const deviation = volatility.times(years.sqrt());
  if (deviation.isZero()) return intrinsicValue(spot, strike, optionType);
  const drift = rate.plus(volatility.times(volatility).div(2)).times(years);
  const d1 = spot.div(strike).ln().plus(drift).div(deviation);
  const d2 = d1.minus(deviation);
  const sign = optionType === 'call' ? one : one.negated();
  const ofSpot = spot.times(normalCdf(d1.times(sign)));
  const ofStrike = strike.times(rate.times(years).negated().exp()).times(normalCdf(d2.times(sign)));
  return ofSpot.minus(ofStrike).times(sign);
}
