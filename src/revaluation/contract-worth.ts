import { exp } from '../../assembly/portable/exp.ts';
import { timeToExpiryYears, type Market } from '../domain/market.ts';
import { americanPrices } from '../pricing/american.ts';
import { contractValue } from './contract-value.ts';
import { americanField } from './instrument-columns.ts';

/**
 * What one contract adds to the equity of whoever holds it, in its settlement currency: the value of spot and options,
 * 0 of futures, whose gains are cash. NaN if the market has no good price or volatility for it. Throws `ValueMissing`
 * for an American option without rate or yield.
 */
export function contractWorth(market: Market, index: number): number {
  const { kind, contractSize, strike, optionType, exercise } = market.instruments[index];
  const forward = market.forward[index];
  if (kind === 'future' || kind === 'perpetual') return 0;
  if (kind === 'spot') return contractSize * forward;
  const years = Math.max(0, timeToExpiryYears(market.instruments[index], market.asOfMs));
  const volatility = market.impliedVolatility[index];
  if (exercise === 'american') {
    const rate = americanField(market, 'interestRate', index);
    const dividendYield = americanField(market, 'dividendYield', index);
    const one = (value: number): Float64Array => Float64Array.of(value);
    const spot = forward * exp((dividendYield - rate) * years);
    const [price] = americanPrices({
      optionType: [optionType!], spot: one(spot), strike: one(strike!), timeToExpiryYears: one(years),
      volatility: one(volatility), rate: one(rate), dividendYield: one(dividendYield),
    });
    return contractSize * price;
  }
  return contractValue(market.instruments[index], forward, volatility, years);
}
