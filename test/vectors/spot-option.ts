import { numberOf, optionalNumber, signOf, type Fields } from './fields.ts';
import { evaluateGreeks, evaluateMap, type Greeks, type OptionInput } from './pricing-kernels.ts';

/** A European option on a spot with a continuous yield: Black-76 on the forward S e^((r-q)T). */
export interface SpotOption {
  readonly sign: number;
  readonly spot: number;
  readonly strike: number;
  readonly yieldRate: number;
  readonly rate: number;
  readonly years: number;
  readonly volatility: number;
}

export interface SpotGreeks {
  readonly forward: number;
  /** e^((r-q)T) = dF/dS. */
  readonly growth: number;
  /** By the forward. */
  readonly greeks: Greeks;
}

/**
 * Fields type, strike, spot, q, r, t, vol; `t_used` is the time that the source really used, where it rounded to days.
 */
export function readSpotOption(fields: Fields): SpotOption {
  return {
    sign: signOf(fields),
    spot: numberOf(fields, 'spot'),
    strike: numberOf(fields, 'strike'),
    yieldRate: numberOf(fields, 'q'),
    rate: numberOf(fields, 'r'),
    years: optionalNumber(fields, 't_used') ?? numberOf(fields, 't'),
    volatility: numberOf(fields, 'vol'),
  };
}

export function evaluateSpotOptions(options: readonly SpotOption[]): SpotGreeks[] {
  const growths = evaluateMap('mapExp', options.map(({ rate, yieldRate, years }) => (rate - yieldRate) * years));
  const inputs = options.map(({ sign, spot, strike, years, volatility, rate }, index): OptionInput => ({
    sign, forward: spot * growths[index], strike, years, volatility, rate,
  }));
  return evaluateGreeks(inputs).map((greeks, index) => ({
    forward: inputs[index].forward, growth: growths[index], greeks,
  }));
}
