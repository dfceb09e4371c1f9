import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { instrumentValue } from '../../src/account/instrument-values.ts';
import { shippedWaterfall } from '../../src/waterfall/venue-rules.ts';
import { WaterfallModule } from '../../src/waterfall/waterfall-module.ts';

const start = Date.UTC(2026, 7, 1, 8);
const base = { payoff: 'inverse', baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC' } as const;
const perpetual: Instrument = { ...base, name: 'BTC-PERPETUAL', kind: 'perpetual', contractSize: 10, expiryMs: null, strike: null, optionType: null };
const call: Instrument = { ...base, name: 'BTC-25DEC26-70000-C', kind: 'option', contractSize: 1, expiryMs: Date.UTC(2026, 11, 25, 8), strike: 70_000, optionType: 'call' };
const market: Market = {
  asOfMs: start, instruments: [perpetual, call], forward: Float64Array.of(60_000, 60_500), impliedVolatility: Float64Array.of(NaN, 0.5),
  indexPrice: new Map([['btc_usd', 60_000]]), openInterest: Float64Array.of(1, 1),
};

/** Quantities of perpetual and call, cash in BTC. Perpetuals were entered at 61,234.5 and the like. */
const accounts = [
  { name: 'short', cash: 0.5, held: [-9_000, -2.5], entry: 59_876.5 },
  { name: 'other-short', cash: 0.25, held: [-3_001, -0.7], entry: 61_234.5 },
  { name: 'long-1', cash: 3, held: [7_777, 3.2], entry: 58_333.5 },
  { name: 'long-2', cash: 2, held: [4_224, 0], entry: 57_001 },
];

const book: Book = {
  accountIds: accounts.map(({ name }) => name), currencies: ['BTC'], quarantined: [],
  positions: {
    accountIndex: Uint32Array.of(0, 0, 1, 1, 2, 2, 3), instrumentIndex: Uint32Array.of(0, 1, 0, 1, 0, 1, 0),
    quantity: Float64Array.from([...accounts.flatMap(({ held }) => held)].filter((quantity) => quantity !== 0)),
    entryPrice: Float64Array.from(accounts.flatMap(({ held, entry }) => held.flatMap((quantity, row) => (quantity === 0 ? [] : [row === 0 ? entry : 0])))),
  },
  cash: { accountIndex: Uint32Array.of(0, 1, 2, 3), currencyIndex: new Uint32Array(4), amount: Float64Array.from(accounts, ({ cash }) => cash) },
};

const tick = (price: number, minutes: number): Command => ({
  id: `tick-${price}`, timeMs: start + minutes * 60_000, kind: 'tick',
  quotes: { forward: { 'BTC-PERPETUAL': price, 'BTC-25DEC26-70000-C': price * 1.01 }, indexPrice: { btc_usd: price } },
});

describe('a book of inverse contracts and options', () => {
  for (const [venue, fund] of [['pro-rata', 0n], ['pro-rata', 5_000_000n], ['deribit', 100_000_000n], ['water-filling', 1n], ['bitmex', 30_000_000n]] as const) {
    it(`is worth as much after the waterfall as before it: ${venue}, fund ${fund}`, async () => {
      const module = new WaterfallModule({ rules: shippedWaterfall(venue), funds: { BTC: fund } });
      const options = { market, book, model: 'deribit-pm', params: shippedParams('deribit-pm') };
      const engine = AccountEngine.create({ ...options, modules: [module] });
      const without = AccountEngine.create(options);
      for (const each of [engine, without]) await each.apply(tick(60_000, 0));
      for (const each of [engine, without]) await each.apply(tick(90_000, 1));
      expect(without.counts.bankrupt).toBe(2);
      // Values in satoshi: cash, 10 q / entry - 10 q / mark, and the calls.
      const worth = (of: AccountEngine): number => {
        const { positions, cash } = of.engine.exportBook();
        const callValue = instrumentValue(market, of.engine.quotes, 1);
        const held = positions.quantity.reduce((sum, quantity, row) => {
          const isOption = positions.instrumentIndex[row] === 1;
          return sum + quantity * (isOption ? callValue : 10 / positions.entryPrice[row] - 10 / 90_000);
        }, 0);
        return (held + cash.amount.reduce((sum, amount) => sum + amount, 0)) * 1e8;
      };
      const funds = (of: WaterfallModule): number => Number(of.fundBalance('BTC') - of.uncovered('BTC') - of.debt('BTC')) + Number(of.dust('BTC')) / 1e12;
      // Sums of doubles near 4e8 satoshi: 1e-6 is what they leave of it.
      expect(Math.abs(worth(engine) + funds(module) - worth(without) - Number(fund))).toBeLessThan(1e-6);
      const net = (row: number): number => {
        const { positions } = engine.engine.exportBook();
        return positions.quantity.reduce((sum, quantity, at) => sum + (positions.instrumentIndex[at] === row ? quantity : 0), 0);
      };
      expect(net(0)).toBe(0);
      expect(net(1)).toBeCloseTo(0, 12);
      await engine.apply({ ...tick(90_000, 2), id: 'again' });
      for (const name of ['short', 'other-short']) expect(engine.status(name).every(({ balance }) => balance === 0)).toBe(true);
      await engine.close();
      await without.close();
    });
  }
});
