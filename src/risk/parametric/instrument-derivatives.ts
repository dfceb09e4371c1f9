import {
  blackDelta, blackGamma, blackPrice, blackTheta, blackVanna, blackVega, blackVolga,
} from '../../../assembly/portable/black76.ts';
import type { Instrument } from '../../domain/instrument.ts';

/** Value of one contract in its settlement currency and its derivatives by forward F and volatility. */
export interface InstrumentDerivatives {
  readonly value: number;
  readonly byPrice: number;
  readonly byPriceTwice: number;
  readonly byVolatility: number;
  readonly byVolatilityTwice: number;
  readonly byBoth: number;
  /** Per year that passes. */
  readonly byTime: number;
}

/** Options by Black-76 (an inverse one divided by F), futures by what they gain. */
export function instrumentDerivatives(
  { kind, payoff, contractSize, optionType, strike }: Instrument,
  forward: number,
  volatility: number,
  years: number,
): InstrumentDerivatives {
  if (kind !== 'option') return linearDerivatives(payoff === 'inverse', contractSize, forward);
  const sign = optionType === 'call' ? 1 : -1;
  const v = volatility * Math.sqrt(years);
  const price = blackPrice(sign, forward, strike!, v);
  const delta = blackDelta(sign, forward, strike!, v);
  const gamma = blackGamma(forward, strike!, years, volatility, 0);
  const vega = blackVega(forward, strike!, years, volatility, 0);
  const vanna = blackVanna(forward, strike!, years, volatility, 0);
  const volga = blackVolga(forward, strike!, years, volatility, 0);
  const theta = blackTheta(sign, forward, strike!, years, volatility, 0);
  // d/dF (B / F) = (B' - B / F) / F, and once more.
  const isInverse = payoff === 'inverse';
  const perForward = isInverse ? contractSize / forward : contractSize;
  const slope = isInverse ? delta - price / forward : delta;
  const curvature = isInverse ? gamma - (2 * slope) / forward : gamma;
  return {
    value: perForward * price,
    byPrice: perForward * slope,
    byPriceTwice: perForward * curvature,
    byVolatility: perForward * vega,
    byVolatilityTwice: perForward * volga,
    byBoth: perForward * (isInverse ? vanna - vega / forward : vanna),
    byTime: perForward * theta,
  };
}

function linearDerivatives(isInverse: boolean, size: number, forward: number): InstrumentDerivatives {
  const flat = { byVolatility: 0, byVolatilityTwice: 0, byBoth: 0, byTime: 0 };
  if (!isInverse) return { ...flat, value: size * forward, byPrice: size, byPriceTwice: 0 };
  const byPrice = size / forward / forward;
  return { ...flat, value: -size / forward, byPrice, byPriceTwice: (-2 * byPrice) / forward };
}
