import type { OptionType } from '../../../domain/instrument.ts';
import { Decimal } from '../../decimal.ts';
import { deviationOf, intrinsicValue, timeValue } from '../../black76.ts';

/** Standard deviations at or below this are none. */
const deviationMin = new Decimal('1e-12');

/** Black-76 value per base unit, not discounted. */
export function optionValue(
  forward: Decimal,
  strike: Decimal,
  volatility: Decimal,
  years: Decimal,
  optionType: OptionType,
): Decimal {
  const intrinsic = intrinsicValue(forward, strike, optionType);
  const rootTime = years.sqrt();
  if (forward.isZero() || volatility.times(rootTime).lessThanOrEqualTo(deviationMin)) return intrinsic;
  const deviation = deviationOf(volatility, rootTime);
  return intrinsic.plus(timeValue({ forward, strike, logMoneyness: forward.div(strike).ln(), deviation }));
}
