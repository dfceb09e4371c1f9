import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import type { ModuleEvent } from '../../src/account/events.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { shippedWaterfall, waterfallVenues } from '../../src/waterfall/venue-rules.ts';
import { WaterfallModule, type WaterfallOptions } from '../../src/waterfall/waterfall-module.ts';

const start = Date.UTC(2026, 7, 1, 8);
const dollar = 1_000_000n;

function perpetual(base: string): Instrument {
  return {
    name: `${base}-PERP`, kind: 'perpetual', payoff: 'linear', baseCurrency: base, quoteCurrency: 'USDC', settlementCurrency: 'USDC',
    contractSize: 1, expiryMs: null, strike: null, optionType: null,
  };
}

/** One tier of leverage 10: 10% initially, 5% as maintenance. */
const params = {
  source: 'made up for this test', date: '2026-08-01', unconfirmed: [], transferRate: 0.1,
  assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] }, eth: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } },
};

const market: Market = {
  asOfMs: start, instruments: [perpetual('BTC'), perpetual('ETH')], forward: Float64Array.of(100, 10), impliedVolatility: Float64Array.of(NaN, NaN),
  indexPrice: new Map([['btc_usdc', 100], ['eth_usdc', 10]]), openInterest: Float64Array.of(1, 1),
};

interface AccountRow {
  readonly name: string;
  readonly cash: number;
  /** Quantity and entry price by market row. */
  readonly held: readonly (readonly [row: number, quantity: number, entryPrice: number])[];
}

function bookOf(accounts: readonly AccountRow[]): Book {
  const positions = accounts.flatMap(({ held }, account) => held.filter(([, quantity]) => quantity !== 0).map((each) => [account, ...each] as const));
  return {
    accountIds: accounts.map(({ name }) => name), currencies: ['USDC'], quarantined: [],
    positions: {
      accountIndex: Uint32Array.from(positions, ([account]) => account),
      instrumentIndex: Uint32Array.from(positions, ([, row]) => row),
      quantity: Float64Array.from(positions, ([, , quantity]) => quantity),
      entryPrice: Float64Array.from(positions, ([, , , entryPrice]) => entryPrice),
    },
    cash: {
      accountIndex: Uint32Array.from(accounts.keys()),
      currencyIndex: new Uint32Array(accounts.length),
      amount: Float64Array.from(accounts, ({ cash }) => cash),
    },
  };
}

interface Made {
  readonly engine: AccountEngine;
  readonly module: WaterfallModule;
}

function create(accounts: readonly AccountRow[], options: Partial<WaterfallOptions> = {}): Made {
  const module = new WaterfallModule({ rules: shippedWaterfall('pro-rata'), ...options });
  return { engine: AccountEngine.create({ market, book: bookOf(accounts), model: 'hyperliquid', params, modules: [module] }), module };
}

let ids = 0;
const command = (kind: string, fields: object, minutes = 1): Command =>
  ({ id: `c${ids++}`, timeMs: start + minutes * 60_000, kind, ...fields });
const tick = (btc: number, eth = 10, minutes = 1): Command =>
  command('tick', { quotes: { forward: { 'BTC-PERP': btc, 'ETH-PERP': eth }, indexPrice: { btc_usdc: btc, eth_usdc: eth } } }, minutes);

const eventsOf = (batch: { readonly events: readonly ModuleEvent[] } | null, kind: string): ModuleEvent['data'][] =>
  batch!.events.filter((event) => event.kind === kind).map(({ data }) => data);

/** Positions by market row and cash, as they stand. */
interface Held {
  cash: number;
  readonly positions: Map<number, readonly [quantity: number, entryPrice: number]>;
}

function holdings(engine: AccountEngine): Map<string, Held> {
  const book = engine.engine.exportBook();
  const held = new Map(book.accountIds.map((name): [string, Held] => [name, { cash: 0, positions: new Map() }]));
  book.cash.amount.forEach((amount, row) => (held.get(book.accountIds[book.cash.accountIndex[row]])!.cash = amount));
  book.positions.quantity.forEach((quantity, row) =>
    held.get(book.accountIds[book.positions.accountIndex[row]])!.positions.set(book.positions.instrumentIndex[row], [quantity, book.positions.entryPrice[row]]));
  return held;
}

/** long goes bankrupt at 85: 10 x (85 - 100) + 100 = -50. Winners: shorts of 6 and 4. */
const three: readonly AccountRow[] = [
  { name: 'long', cash: 100, held: [[0, 10, 100]] },
  { name: 'short-6', cash: 1_000, held: [[0, -6, 100]] },
  { name: 'short-4', cash: 1_000, held: [[0, -4, 110]] },
];

describe('WaterfallModule', () => {
  it('takes a bankrupt position over at the bankruptcy price while the fund lasts', async () => {
    const { engine, module } = create(three, { funds: { USDC: 80n * dollar } });
    const { batch } = await engine.apply(tick(85));
    // Deficit 50 on 10 BTC: bankrupt at 90. The fund pays 50 and the liquidator stands long 10 from the mark.
    expect(eventsOf(batch, 'insurance-fund')).toEqual([
      { account: 'long', currency: 'USDC', step: 'insurance-fund', instrument: 'BTC-PERP', lots: 1_000_000_000n, price: 90, fund: 'USDC', amount: 50n * dollar, limit: null },
    ]);
    expect(eventsOf(batch, 'default')).toEqual([
      { account: 'long', currency: 'USDC', deficit: 50n * dollar, fund: 50n * dollar, counterparties: 0n, socialised: 0n, uncovered: 0n },
    ]);
    expect(module.fundBalance('USDC')).toBe(30n * dollar);
    const held = holdings(engine);
    expect(held.get('long')).toEqual({ cash: 0, positions: new Map() });
    expect(held.get('liquidator')).toEqual({ cash: 0, positions: new Map([[0, [10, 85]]]) });
    expect(held.get('short-6')!.cash).toBe(1_000);
    await engine.apply(tick(85, 10, 2));
    expect(engine.status('long')).toEqual([]);
  });

  it('closes against winners at the bankruptcy price when there is no fund', async () => {
    const { engine } = create(three);
    const { batch } = await engine.apply(tick(85));
    const [adl] = eventsOf(batch, 'adl');
    expect(adl).toMatchObject({ instrument: 'BTC-PERP', lots: 1_000_000_000n, price: 90, amount: 50n * dollar, unfilled: 0n });
    expect(adl['closed']).toEqual(BigInt64Array.of(600_000_000n, 400_000_000n));
    expect(adl['amounts']).toEqual(BigInt64Array.of(30n * dollar, 20n * dollar));
    const held = holdings(engine);
    // short-6: 1,000 + 6 x (100 - 90); short-4: 1,000 + 4 x (110 - 90).
    expect(held.get('short-6')).toEqual({ cash: 1_060, positions: new Map() });
    expect(held.get('short-4')).toEqual({ cash: 1_080, positions: new Map() });
    expect(held.get('long')).toEqual({ cash: 0, positions: new Map() });
    expect(held.has('liquidator')).toBe(false);
  });

  it('pays what the fund has first, then deleverages the rest, lot by lot', async () => {
    const { engine, module } = create(three, { funds: { USDC: 20n * dollar } });
    const { batch } = await engine.apply(tick(85));
    // 20 of 50 pays for 4 of 10 BTC; the other 6 cost 30: 18 and 12.
    expect(eventsOf(batch, 'insurance-fund')[0]).toMatchObject({ lots: 400_000_000n, amount: 20n * dollar, limit: 'balance' });
    expect(eventsOf(batch, 'adl')[0]['amounts']).toEqual(BigInt64Array.of(18n * dollar, 12n * dollar));
    expect(module.fundBalance('USDC')).toBe(0n);
    // short-6 closes 3.6 at 90: 1,036, and holds 2.4.
    expect(holdings(engine).get('short-6')).toEqual({ cash: 1_036, positions: new Map([[0, [-2.4, 100]]]) });
    expect(holdings(engine).get('liquidator')).toEqual({ cash: 0, positions: new Map([[0, [4, 85]]]) });
  });

  it('limits the fund per event, per market and by isolation', async () => {
    const rules = { ...(shippedWaterfall('pro-rata') as object), steps: ['insurance-fund'] };
    const limited = async (insuranceFund: object, funds: Record<string, bigint>): Promise<ModuleEvent['data']> => {
      const { engine } = create(three, { rules: { ...rules, insuranceFund }, funds });
      return eventsOf((await engine.apply(tick(85))).batch, 'default')[0];
    };
    expect(await limited({ perEvent: 10 }, { USDC: 80n * dollar })).toMatchObject({ fund: 10n * dollar, uncovered: 40n * dollar });
    expect(await limited({ perMarket: 15 }, { USDC: 80n * dollar })).toMatchObject({ fund: 15n * dollar, uncovered: 35n * dollar });
    expect(await limited({ perWindow: 15 }, { USDC: 80n * dollar })).toMatchObject({ fund: 15n * dollar });
    // All of the position costs 50, and part of it may not be taken.
    expect(await limited({ perEvent: 10, partial: false }, { USDC: 80n * dollar })).toMatchObject({ fund: 0n, uncovered: 50n * dollar });
    expect(await limited({ isolated: ['BTC-PERP'] }, { 'USDC/BTC-PERP': 20n * dollar, 'USDC/ETH-PERP': 99n * dollar })).toMatchObject({ fund: 20n * dollar });
  });

  it('charges winners of the session pro rata to their profits (Deribit)', async () => {
    const rules = { ...(shippedWaterfall('deribit') as object) };
    const { engine } = create([...three, { name: 'flat', cash: 5_000, held: [] }], { rules });
    await engine.apply(tick(100, 10, 0));
    const { batch } = await engine.apply(tick(85));
    // Profits since the session began: 6 x 15 = 90 and 4 x 15 = 60: 50 is 30 and 20. Nobody else pays.
    const [payments] = eventsOf(batch, 'payments');
    expect(payments['amounts']).toEqual(BigInt64Array.of(30n * dollar, 20n * dollar));
    const held = holdings(engine);
    expect([held.get('short-6')!.cash, held.get('short-4')!.cash, held.get('flat')!.cash]).toEqual([970, 980, 5_000]);
    expect(held.get('liquidator')!.positions).toEqual(new Map([[0, [10, 85]]]));
  });

  it('keeps what accounts had when the session began, although netting sets close', async () => {
    const { engine } = create([{ name: 'first', cash: 50, held: [] }, ...three], { rules: shippedWaterfall('deribit') });
    await engine.apply(tick(100, 10, 0));
    await engine.apply(command('book', { changes: { cash: [{ account: 'first', currency: 'USDC', amount: 0 }] } }, 0));
    const { batch } = await engine.apply(tick(85));
    expect(eventsOf(batch, 'payments')[0]['amounts']).toEqual(BigInt64Array.of(30n * dollar, 20n * dollar));
  });

  it('charges nobody more than his part at one tick, however many losses there are', async () => {
    const rules = { ...(shippedWaterfall('pro-rata') as object), steps: ['socialised-loss'], socialisedLoss: { method: 'equity', mostPart: 0.01 } };
    const { engine, module } = create([
      { name: 'long', cash: 100, held: [[0, 10, 100], [1, 100, 10]] }, { name: 'rich', cash: 10_000, held: [[0, -10, 100], [1, -100, 10]] },
    ], { rules });
    // At 85 and 8: -150 - 200 + 100 = -250. The other has 10,350, and pays 103.5 for both instruments together.
    const { batch } = await engine.apply(tick(85, 8));
    expect(eventsOf(batch, 'payments')).toHaveLength(2);
    expect(holdings(engine).get('rich')!.cash).toBe(9_896.5);
    expect(module.uncovered('USDC')).toBe(146_500_000n);
  });

  it('charges everybody in the market by his size (Drift)', async () => {
    const { engine } = create([...three, { name: 'other-long', cash: 1_000, held: [[0, 10, 100]] }], { rules: shippedWaterfall('drift') });
    const { batch } = await engine.apply(tick(85));
    // Held besides the bankrupt account: 6, 4 and 10. 50 / 20 = 2.5 each.
    expect(eventsOf(batch, 'payments')[0]).toMatchObject({ uncovered: 0n, excess: 0n });
    const held = holdings(engine);
    expect(['short-6', 'short-4', 'other-long'].map((name) => held.get(name)!.cash)).toEqual([985, 990, 975]);
  });

  it('owes its depositors, and takes fees on withdrawals (Derive)', async () => {
    const { engine, module } = create(three, { rules: shippedWaterfall('derive') });
    await engine.apply(tick(85));
    expect(module.debt('USDC')).toBe(50n * dollar);
    // Deposits 2,000: fee 50 / 2,050 of 410 is 10.
    const { batch } = await engine.apply(command('waterfall.withdraw', { account: 'short-6', currency: 'USDC', amount: '410000000' }, 2));
    expect(eventsOf(batch, 'withdrawal')[0]).toMatchObject({ fee: 10n * dollar, paidOut: 400n * dollar, debt: 40n * dollar });
    expect(holdings(engine).get('short-6')!.cash).toBe(590);
    await expect(engine.apply(command('waterfall.withdraw', { account: 'short-6', currency: 'USDC', amount: '590000001' }, 2))).rejects.toThrow('must be at most the cash of short-6, 590000000');
  });

  it('tops funds up from outside or from an account, and never below zero', async () => {
    const { engine, module } = create(three);
    await engine.apply(tick(100, 10, 0));
    await engine.apply(command('waterfall.fund', { fund: 'USDC', amount: '5000000' }));
    await engine.apply(command('waterfall.fund', { fund: 'USDC', amount: '7000000', account: 'short-6' }));
    expect([module.fundBalance('USDC'), holdings(engine).get('short-6')!.cash]).toEqual([12n * dollar, 993]);
    await expect(engine.apply(command('waterfall.fund', { fund: 'USDC', amount: '-12000001' }))).rejects.toThrow('must leave fund USDC at 0 or more');
    await expect(engine.apply(command('waterfall.fund', { fund: 'XYZ', amount: '1' }))).rejects.toThrow('must begin with a currency of the book');
    await expect(engine.apply(command('waterfall.fund', { fund: 'USDC', amount: 1.5 }))).rejects.toThrow('amount must be whole minor units');
  });

  it('runs by command when it is not automatic, and only for bankrupt accounts', async () => {
    const { engine } = create(three, { automatic: false });
    await engine.apply(tick(85));
    expect(engine.counts.bankrupt).toBe(1);
    await expect(engine.apply(command('waterfall.default', { account: 'short-6' }))).rejects.toThrow('must have a netting set that is bankrupt');
    const { batch } = await engine.apply(command('waterfall.default', { account: 'long' }));
    expect(eventsOf(batch, 'default')[0]).toMatchObject({ counterparties: 50n * dollar });
    const { batch: changed } = await engine.apply(command('waterfall.rules', { rules: shippedWaterfall('dydx') }, 2));
    expect(eventsOf(changed, 'rules')).toEqual([{ venue: 'dydx', asOf: '2026-11-23' }]);
    await expect(engine.apply(command('waterfall.rules', { rules: { venue: 'x' } }, 2))).rejects.toThrow('asOf');
  });

  it('closes at the mark of the tick before (Hyperliquid), and what that leaves is not lost', async () => {
    const { engine } = create(three, { rules: shippedWaterfall('hyperliquid') });
    await engine.apply(tick(92, 10, 0));
    // Before: 92. 10 x (92 - 85) = 70 more than at mark: 50 for the deficit, 20 left for the fund.
    const { batch } = await engine.apply(tick(85));
    expect(eventsOf(batch, 'adl')[0]).toMatchObject({ price: 92, amount: 70n * dollar });
    expect(eventsOf(batch, 'default')[0]).toMatchObject({ counterparties: 70n * dollar, fund: -20n * dollar, uncovered: 0n });
  });

  it('is the same after a snapshot', async () => {
    const { engine } = create(three, { rules: shippedWaterfall('deribit'), funds: { USDC: 7n } });
    await engine.apply(tick(100, 10, 0));
    const snapshot = engine.snapshot();
    const again = await AccountEngine.restore(snapshot, { modules: [new WaterfallModule({ rules: shippedWaterfall('derive') })] });
    const next = tick(85);
    const after = tick(85, 10, 2);
    for (const each of [engine, again]) {
      await each.apply(next);
      await each.apply(after);
    }
    expect(again.stateHash()).toBe(engine.stateHash());
  });
});

/** Quantities in thousandths, prices in hundredths. */
const quantityOf = fc.integer({ min: -5_000, max: 5_000 }).map((value) => value / 1_000);
const entryOf = (price: number): fc.Arbitrary<number> => fc.integer({ min: price * 80, max: price * 120 }).map((value) => value / 100);
const positionOf = fc.tuple(quantityOf, entryOf(100), quantityOf, entryOf(10));
const accountOf = fc.record({ cash: fc.integer({ min: -20_000_000, max: 200_000_000 }).map((value) => value / 1_000_000), held: positionOf });
const moneyOf = fc.bigInt({ min: 0n, max: 200n * dollar });

describe('any liquidations', () => {
  /**
   * Everything, in 10^-18 dollars: cash, positions at the settlement prices, funds and dust, less what the venue owes and
   * lost. Lots are 10^-8 contracts, prices 10^-2 dollars.
   */
  const wealth = ({ engine, module }: Made, prices: readonly number[]): bigint => {
    let minor = module.fundBalance('USDC') - module.debt('USDC') - module.uncovered('USDC');
    let gains = 0n;
    for (const { cash, positions } of holdings(engine).values()) {
      minor += BigInt(Math.round(cash * 1e6));
      for (const [row, [quantity, entry]] of positions) {
        gains += BigInt(Math.round(quantity * 1e8)) * (BigInt(Math.round(prices[row] * 100)) - BigInt(Math.round(entry * 100)));
      }
    }
    return minor * 10n ** 12n + gains * 10n ** 8n + module.dust('USDC');
  };
  const netted = ({ engine }: Made): number[] => {
    const net = [0, 0];
    for (const { positions } of holdings(engine).values()) for (const [row, [quantity]] of positions) net[row] += Math.round(quantity * 1e8);
    return net;
  };

  it('create and lose nothing, whatever the rules', async () => {
    const venues = waterfallVenues();
    let defaults = 0;
    await fc.assert(fc.asyncProperty(
      fc.array(accountOf, { minLength: 2, maxLength: 60, size: 'max' }), fc.constantFrom(...venues), moneyOf, fc.integer({ min: 3_000, max: 25_000 }), fc.integer({ min: 300, max: 2_500 }),
      fc.integer({ min: 5_000, max: 15_000 }),
      async (accounts, venue, fund, btc, eth, second) => {
        const rows = accounts.map(({ cash, held: [q0, e0, q1, e1] }, i) => ({ name: `a${i}`, cash, held: [[0, q0, e0], [1, q1, e1]] as const }));
        const made = create(rows, { rules: shippedWaterfall(venue), funds: { USDC: fund } });
        const before = netted(made);
        for (const [minutes, prices] of [[1, [btc / 100, eth / 100]], [2, [second / 100, eth / 100]]] as const) {
          const wealthBefore = wealth(made, prices);
          const held = holdings(made.engine);
          const { batch } = await made.engine.apply(tick(prices[0], prices[1], minutes));
          expect(wealth(made, prices)).toBe(wealthBefore);
          expect(netted(made)).toEqual(before);
          expect(made.module.dust('USDC') >= 0n && made.module.dust('USDC') < 10n ** 12n).toBe(true);
          checkEach(made.engine, batch!.events, held);
          defaults += eventsOf(batch, 'default').length;
        }
        await made.engine.close();
      },
    ), { numRuns: 300, interruptAfterTimeLimit: 280_000, markInterruptAsFailure: true });
    expect(defaults).toBeGreaterThan(2_000);
  });

  /** Nobody is reduced by more than he held or turned round, nobody charged beyond his equity; deficits are born in full. */
  const checkEach = (engine: AccountEngine, events: readonly ModuleEvent[], before: ReturnType<typeof holdings>): void => {
    for (const { kind, data } of events) {
      if (kind === 'default') {
        const parts = ['fund', 'counterparties', 'socialised', 'uncovered'].map((name) => data[name] as bigint);
        expect(parts.reduce((sum, part) => sum + part)).toBe(data['deficit']);
        const after = holdings(engine).get(data['account'] as string);
        expect(after ?? { cash: 0, positions: new Map() }).toEqual({ cash: 0, positions: new Map() });
      }
      if (kind === 'payments' && data['amounts'] !== undefined) {
        const paid = (data['amounts'] as BigInt64Array).reduce((sum, amount) => sum + amount, 0n);
        expect(paid + (data['uncovered'] as bigint) - (data['excess'] as bigint)).toBe(data['amount']);
      }
    }
    for (const [name, { positions }] of holdings(engine)) {
      if (name === 'liquidator') continue;
      const had = before.get(name)!.positions;
      for (const [row, [quantity]] of positions) {
        const [old] = had.get(row)!;
        expect(Math.sign(quantity) === Math.sign(old) && Math.abs(quantity) <= Math.abs(old)).toBe(true);
      }
    }
  };
});
