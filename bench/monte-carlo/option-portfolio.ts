import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import type { MonteCarloVarOptions } from '../../src/montecarlo/monte-carlo-var.ts';
import { parseFactor } from '../../src/scenario/scenario-set.ts';

const asOfMs = Date.UTC(2026, 8, 1);
const prices = { BTC: 60_000, ETH: 3_000 } as const;

function instrument(base: keyof typeof prices, name: string, changes: Partial<Instrument>): Instrument {
  return {
    name: `${base}-${name}`, kind: 'perpetual', payoff: 'linear', baseCurrency: base, quoteCurrency: 'USD', settlementCurrency: 'USD',
    contractSize: 1, expiryMs: null, optionType: null, strike: null, ...changes,
  };
}

function option(base: keyof typeof prices, optionType: 'call' | 'put', moneyness: number, day: number): Instrument {
  const strike = Math.round(prices[base] * moneyness);
  const expiryMs = Date.UTC(2026, 8, day);
  return instrument(base, `${day}-${strike}-${optionType}`, { kind: 'option', optionType, strike, expiryMs });
}

/** Two perpetuals and five options on two underlyings, revalued in full on every path, a day later. */
export function optionPortfolio(paths: number, seed: number): MonteCarloVarOptions {
  const instruments = [
    instrument('BTC', 'PERPETUAL', {}), instrument('ETH', 'PERPETUAL', {}),
    option('BTC', 'put', 1, 25), option('BTC', 'call', 1.1, 25), option('BTC', 'put', 0.9, 18),
    option('ETH', 'call', 1, 25), option('ETH', 'put', 0.9, 18),
  ];
  const market: Market = {
    asOfMs, instruments,
    forward: Float64Array.from(instruments, ({ baseCurrency }) => prices[baseCurrency as keyof typeof prices]),
    impliedVolatility: Float64Array.from(instruments, ({ kind }) => (kind === 'option' ? 0.5 : NaN)),
    indexPrice: new Map([['btc_usd', prices.BTC], ['eth_usd', prices.ETH]]),
    openInterest: new Float64Array(instruments.length),
  };
  const holdings = [2, -10, -5, -3, 4, 20, -30].map((quantity, row) => ({ instrument: row, quantity }));
  return {
    factors: ['price:BTC', 'price:ETH', 'volatility:BTC', 'volatility:ETH'].map((name) => parseFactor(name)),
    volatilities: [0.03, 0.04, 0.06, 0.07],
    correlation: [1, 0.8, -0.5, -0.4, 0.8, 1, -0.4, -0.5, -0.5, -0.4, 1, 0.7, -0.4, -0.5, 0.7, 1],
    portfolio: { kind: 'revaluation', market, holdings, days: 1 },
    paths, seed, levels: [0.95, 0.975, 0.99, 0.995],
  };
}
