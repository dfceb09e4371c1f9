import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';

/**
 * Two underlyings, BTC inverse (perpetual, three futures, options) and SPX linear (options only), with made-up
 * numbers.
 */
export function tinyMarket(): Market {
  const asOfMs = Date.UTC(2026, 7, 1, 8);
  const expiries = [7, 35, 98].map((days) => asOfMs + days * 86_400_000);
  const bitcoin = { payoff: 'inverse', baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC' } as const;
  const index = { payoff: 'linear', baseCurrency: 'SPX', quoteCurrency: 'USD', settlementCurrency: 'USD' } as const;
  const futures: Instrument[] = [null, ...expiries].map((expiryMs, place) => ({
    name: `BTC-F${place}`, kind: expiryMs === null ? 'perpetual' : 'future', ...bitcoin, contractSize: 10, expiryMs,
    strike: null, optionType: null,
  }));
  const options = (terms: typeof bitcoin | typeof index, contractSize: number, strikes: number[]): Instrument[] =>
    expiries.flatMap((expiryMs) => strikes.flatMap((strike) => (['call', 'put'] as const).map((optionType) => ({
      name: `${terms.baseCurrency}-${expiryMs}-${strike}-${optionType}`, kind: 'option' as const, ...terms,
      contractSize, expiryMs, strike, optionType,
    }))));
  const instruments = [
    ...futures,
    ...options(bitcoin, 1, Array.from({ length: 60 }, (_unset, place) => 30_000 + 1_000 * place)),
    ...options(index, 100, Array.from({ length: 200 }, (_unset, place) => 5_000 + 25 * place)),
  ];
  return {
    asOfMs,
    instruments,
    forward: Float64Array.from(instruments, ({ baseCurrency }) => (baseCurrency === 'BTC' ? 60_000 : 7_500)),
    impliedVolatility: Float64Array.from(instruments, ({ kind }) => (kind === 'option' ? 0.4 : NaN)),
    indexPrice: new Map([['btc_usd', 60_000], ['spx_usd', 7_500]]),
    // The first of each kind is popular, every tenth has none.
    openInterest: Float64Array.from(instruments, (_unset, place) => (place % 10 === 9 ? 0 : 1_000 / (1 + (place % 7)))),
  };
}
