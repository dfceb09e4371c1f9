import { blackDelta, blackPrice } from '../../assembly/portable/black76.ts';
import { timeToExpiryYears, type Market } from '../domain/market.ts';
import type { Quotes } from '../engine/tick-inputs.ts';

/** Per row of the market. */
export interface ContractValues {
  /** Settlement currency per contract; of futures without their entry price: size x price, inverse -size / price. */
  readonly value: Float64Array;
  /** Base units of the underlying that one contract moves like: what closing it sells. */
  readonly delta: Float64Array;
}

type Prices = Pick<Quotes, 'forward' | 'impliedVolatility' | 'fields'>;

/**
 * Marks and deltas of all instruments at the given quotes: Black-76, or the mark that is quoted. Deltas of options are
 * those of the forward.
 */
export function contractValues(market: Market, prices: Prices): ContractValues {
  const value = new Float64Array(market.instruments.length);
  const delta = new Float64Array(market.instruments.length);
  const marks = prices.fields?.get('markPrice');
  market.instruments.forEach((instrument, row) => {
    const { kind, payoff, contractSize: size } = instrument;
    const forward = prices.forward[row];
    if (kind !== 'option') {
      const isInverse = payoff === 'inverse' && kind !== 'spot';
      value[row] = isInverse ? -size / forward : size * forward;
      delta[row] = isInverse ? size / forward : size;
      return;
    }
    const years = timeToExpiryYears(instrument, market.asOfMs);
    const volatility = prices.impliedVolatility[row];
    const deviation = volatility > 0 && years > 0 ? volatility * Math.sqrt(years) : 0;
    const sign = instrument.optionType === 'call' ? 1 : -1;
    const quoted = marks?.[row] ?? NaN;
    const price = Number.isNaN(quoted) ? blackPrice(sign, forward, instrument.strike!, deviation) : quoted;
    value[row] = payoff === 'inverse' ? (size * price) / forward : size * price;
    delta[row] = size * blackDelta(sign, forward, instrument.strike!, deviation);
  });
  return { value, delta };
}

/** Value of one future at its entry price, to be taken from `value`. */
export function entryValueOf(isInverse: boolean, contractSize: number, entryPrice: number): number {
  return isInverse ? -contractSize / entryPrice : contractSize * entryPrice;
}
