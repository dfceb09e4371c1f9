import { blackPrice } from '../../assembly/portable/black76.ts';
import { yearMs, type Market } from '../domain/market.ts';
import type { Quotes } from '../engine/tick-inputs.ts';

/**
 * Value of one contract in its settlement currency, futures without their entry price: for saying which price moved an
 * account, not for margins. Options at the quoted mark, or else at Black-76 on the forward. NaN where a quote is
 * missing.
 */
export function instrumentValue(market: Market, quotes: Quotes, row: number): number {
  const { kind, payoff, contractSize, strike, optionType, expiryMs } = market.instruments[row];
  const forward = quotes.forward[row];
  if (kind !== 'option') return payoff === 'inverse' ? -contractSize / forward : contractSize * forward;
  const quoted = quotes.fields?.get('markPrice')?.[row] ?? NaN;
  const years = Math.max((expiryMs! - quotes.asOfMs) / yearMs, 0);
  const deviation = quotes.impliedVolatility[row] * Math.sqrt(years);
  const price = quoted >= 0 ? quoted : blackPrice(optionType === 'call' ? 1 : -1, forward, strike!, deviation);
  return contractSize * (payoff === 'inverse' ? price / forward : price);
}
