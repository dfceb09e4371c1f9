import type { Instrument, OptionType } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { between, pick, seededRandom } from './seeded-random.ts';

export const asOfMs = Date.UTC(2026, 7, 1, 18);
const hourMs = 3_600_000;

const btc = { baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC', payoff: 'inverse' } as const;
const spx = { baseCurrency: 'SPX', quoteCurrency: 'USD', settlementCurrency: 'USD', payoff: 'linear' } as const;
const spots = { BTC: 62_650, SPX: 7_489.72 } as const;

/**
 * Options of all kinds: inverse and linear, calls and puts, one hour (or `leastHours`) to two years, volatilities of 5% to 300%, strikes
 * from 6 deviations in the money to 6 out of it, at the money among them; and a future and a perpetual of either sort.
 */
export function randomOptionMarket(seed: number, options: number, leastHours = 1): Market {
  const random = seededRandom(seed);
  const instruments: Instrument[] = [];
  const forward: number[] = [];
  const volatility: number[] = [];
  for (const base of [btc, spx]) {
    const none = { strike: null, optionType: null, contractSize: base === btc ? 10 : 50 } as const;
    const spot = spots[base.baseCurrency];
    instruments.push({ ...base, ...none, name: `${base.baseCurrency}-PERPETUAL`, kind: 'perpetual', expiryMs: null });
    instruments.push({ ...base, ...none, name: `${base.baseCurrency}-F`, kind: 'future', expiryMs: asOfMs + 9e8 });
    forward.push(spot * 0.999, spot * 1.01);
    volatility.push(NaN, NaN);
  }
  for (let index = 0; index < options; index++) {
    const base = pick(random, [btc, spx]);
    const hours = Math.exp(between(random, Math.log(leastHours), Math.log(17_520)));
    const sigma = Math.exp(between(random, Math.log(0.05), Math.log(3)));
    const deviation = sigma * Math.sqrt(hours / 8760);
    const own = spots[base.baseCurrency] * between(random, 0.9, 1.1);
    const distance = random() < 0.2 ? 0 : between(random, -6, 6);
    const strike = own * Math.exp(Math.max(-3, Math.min(3, distance * deviation)));
    const optionType: OptionType = random() < 0.5 ? 'call' : 'put';
    instruments.push({
      ...base,
      name: `${base.baseCurrency}-${index}`,
      kind: 'option',
      contractSize: base === btc ? pick(random, [1, 0.1]) : pick(random, [1, 100]),
      expiryMs: asOfMs + Math.round(hours * hourMs),
      strike,
      optionType,
    });
    forward.push(own);
    volatility.push(sigma);
  }
  return {
    asOfMs,
    instruments,
    forward: Float64Array.from(forward),
    impliedVolatility: Float64Array.from(volatility),
    indexPrice: new Map([
      ['btc_usd', spots.BTC],
      ['spx_usd', spots.SPX],
    ]),
    openInterest: new Float64Array(instruments.length),
  };
}
