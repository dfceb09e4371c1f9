import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { marginAccount } from '../../src/engine/account-margin.ts';
import { Engine } from '../../src/engine/engine.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { americanMethods, americanPrices } from '../../src/pricing/american.ts';

const asOfMs = Date.UTC(2026, 10, 20);
const years = 0.5;
const put: Instrument = {
  name: 'XYZ-P', kind: 'option', payoff: 'linear', baseCurrency: 'XYZ', quoteCurrency: 'USD', settlementCurrency: 'USD',
  contractSize: 100, expiryMs: asOfMs + years * 365 * 24 * 3600 * 1000, strike: 100, optionType: 'put', exercise: 'american',
};
const [forward, volatility, rate, dividendYield] = [99, 0.3, 0.04, 0.04];
const market: Market = {
  asOfMs,
  instruments: [put],
  forward: Float64Array.of(forward),
  impliedVolatility: Float64Array.of(volatility),
  indexPrice: new Map([['xyz_usd', forward]]),
  openInterest: new Float64Array(1),
  fields: new Map([
    ['interestRate', Float64Array.of(rate)],
    ['dividendYield', Float64Array.of(dividendYield)],
  ] as const),
};
const paramsWith = (method: string): unknown => ({ ...(shippedParams('tims') as object), american: { method } });

describe('accounts of tims', () => {
  it.each(americanMethods)('%s: P&L at the points is that of the prices of the library', async (method) => {
    const positions = [{ instrument: 'XYZ-P', quantity: -2 }];
    const [{ scenarioPnl }] = await marginAccount({ market, model: 'tims', params: paramsWith(method), positions });
    // Rate and yield are equal: the forward is the spot.
    const spot = Float64Array.of(forward, ...[-15, -12, -9, -6, -3, 3, 6, 9, 12, 15].map((move) => forward * (1 + move / 100)));
    const column = (value: number): Float64Array => spot.map(() => value);
    const prices = americanPrices({
      optionType: Array.from(spot, () => 'put' as const), spot, strike: column(100), timeToExpiryYears: column(years),
      volatility: column(volatility), rate: column(rate), dividendYield: column(dividendYield),
    }, { method });
    scenarioPnl.forEach((pnl, point) => expect(pnl).toBeCloseTo(-200 * (prices[point + 1] - prices[0]), 9));
  });

  it('an add-on raises the initial margin only', async () => {
    const one = Uint32Array.of(0);
    const engine = Engine.create({
      market,
      model: 'tims',
      params: paramsWith('qdfp-fast'),
      book: {
        accountIds: ['alice'],
        currencies: ['USD'],
        positions: { accountIndex: one, instrumentIndex: one, quantity: Float64Array.of(-1), entryPrice: Float64Array.of(0) },
        cash: { accountIndex: one, currencyIndex: one, amount: Float64Array.of(10_000) },
        addOns: { accountIndex: one, currencyIndex: one, amount: Float64Array.of(250) },
        quarantined: [],
      },
    });
    await engine.tick();
    const [{ initialMargin, maintenanceMargin, components }] = engine.accountMargins('alice');
    await engine.close();
    expect(initialMargin - maintenanceMargin).toBeCloseTo(250, 9);
    expect(maintenanceMargin).toBe(components['worstLoss'] + components['minimumCharge']);
  });
});
