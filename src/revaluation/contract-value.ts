import { blackPrice } from '../../assembly/portable/black76.ts';
import type { Instrument } from '../domain/instrument.ts';

/**
 * Value of one contract in its settlement currency, European options by Black-76; of an inverse future: what it has
 * gained since a price of infinity, so that differences of values are gains. `years` >= 0.
 */
export function contractValue(instrument: Instrument, forward: number, volatility: number, years: number): number {
  const { kind, payoff, contractSize, optionType, strike } = instrument;
  if (kind !== 'option') return payoff === 'inverse' ? -contractSize / forward : contractSize * forward;
  const sign = optionType === 'call' ? 1 : -1;
  const price = blackPrice(sign, forward, strike!, volatility * Math.sqrt(years));
  return contractSize * (payoff === 'inverse' ? price / forward : price);
}
