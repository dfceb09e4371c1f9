import { describe, expect, it } from 'vitest';
import { AccountEngine, type Outcome } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import { CollateralModule } from '../../src/collateral/collateral-module.ts';
import { withSpotCollateral } from '../../src/convert/spot-collateral.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

const start = Date.UTC(2026, 7, 1);
const day = 86_400_000;

/** Under `hyperliquid` with one tier of leverage 10: 10% of notional initially, 5% as maintenance. */
const perpetual: Instrument = {
  name: 'BTC', kind: 'perpetual', payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: 'USDC', settlementCurrency: 'USDC',
  contractSize: 1, expiryMs: null, strike: null, optionType: null,
};
const params = {
  source: 'made up for this test', date: '2026-08-01', unconfirmed: [], transferRate: 0.1,
  assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } },
};

function market(): Market {
  return {
    asOfMs: start, instruments: [perpetual], forward: Float64Array.of(100), impliedVolatility: Float64Array.of(NaN),
    indexPrice: new Map([['btc_usdc', 100], ['eth_usdc', 10]]), openInterest: Float64Array.of(1),
  };
}

/** Each account is long 10 BTC at 100: initial margin 100, maintenance margin 50. */
function book(cash: readonly number[]): Book {
  const rows = cash.map((_, row) => row);
  return {
    accountIds: cash.map((_, row) => `a${row}`), currencies: ['USDC'], quarantined: [],
    positions: {
      accountIndex: Uint32Array.from(rows), instrumentIndex: Uint32Array.from(rows, () => 0),
      quantity: Float64Array.from(rows, () => 10), entryPrice: Float64Array.from(rows, () => 100),
    },
    cash: { accountIndex: Uint32Array.from(rows), currencyIndex: Uint32Array.from(rows, () => 0), amount: Float64Array.from(cash) },
  };
}

const curve = { form: 'slopes', minRate: 0.1, slope: 0, highSlope: 0, kink: 0.8 };
const baseRules = {
  venue: 'test', date: '2026-08-01', source: 'made up', currency: 'USDC',
  assets: {
    USDC: { haircut: 0, netted: false, borrow: { curve, reserveShare: 0.2, compounding: 'simple', marginRate: { initial: 0.1, maintenance: 0.02 } } },
    BTC: { haircut: { initial: 0.2, maintenance: 0.1 } },
    ETH: { haircut: 0.5 },
  },
};

let ids = 0;
const command = (kind: string, fields: Record<string, string | number | boolean | object>, timeMs = start): Command =>
  ({ id: `c${ids++}`, timeMs, kind, ...fields });
const tick = (timeMs = start, prices?: Record<string, number | null>): Command =>
  command('tick', prices === undefined ? {} : { quotes: { indexPrice: prices } }, timeMs);
const deposit = (account: string, asset: string, amount: string, timeMs = start): Command =>
  command('collateral.deposit', { account, asset, amount }, timeMs);
const kinds = (outcome: Outcome): string[] => outcome.batch!.events.map(({ kind }) => kind);

function create(rules: object = baseRules, cash: readonly number[] = [0, 0]): { engine: AccountEngine; module: CollateralModule } {
  const module = new CollateralModule(rules);
  return { engine: AccountEngine.create({ market: market(), book: book(cash), model: 'hyperliquid', params, modules: [module] }), module };
}

const refusal = (engine: AccountEngine, each: Command): Promise<unknown> => engine.apply(each).then(() => 'applied', (error: Error) => error.message);

describe('collateral in the account engine', () => {
  it('counts for maintenance margin in the balance, and the rest of the initial haircut as requirement', async () => {
    const { engine } = create();
    await engine.apply(deposit('a0', 'BTC', '200000000'));
    await engine.apply(tick());
    // 2 BTC at 100: 200 x 0.9 = 180 maintenance, 200 x 0.8 = 160 initial: 20 more of initial margin.
    expect(engine.status('a0')[0]).toMatchObject({ balance: 180, initialMargin: 120, maintenanceMargin: 50, freeMargin: 60, level: 'healthy' });
    expect(engine.status('a1')[0]).toMatchObject({ balance: 0, level: 'liquidation' });
  });

  it('haircuts on top of the requirements leave the balance at market value: the same free margin', async () => {
    const { engine } = create({ ...baseRules, haircutsCount: 'requirement' });
    await engine.apply(deposit('a0', 'BTC', '200000000'));
    await engine.apply(tick());
    // 200; initial 100 + 40, maintenance 50 + 20.
    expect(engine.status('a0')[0]).toMatchObject({ balance: 200, initialMargin: 140, maintenanceMargin: 70, freeMargin: 60 });
  });

  it('quarantines who depends on an asset without a price, nobody else, and says so', async () => {
    const { engine } = create();
    await engine.apply(deposit('a0', 'ETH', '5000000000'));
    await engine.apply(deposit('a1', 'BTC', '200000000'));
    await engine.apply(tick());
    expect(engine.status('a0')[0]).toMatchObject({ balance: 250, level: 'healthy' });
    const lost = await engine.apply(tick(start + 1, { eth_usdc: null }));
    expect(lost.batch!.events).toEqual([{ module: 'collateral', kind: 'missing-prices', data: { assets: ['ETH'], policy: 'quarantine' } }]);
    expect(engine.status('a0')[0].level).toBe('quarantined');
    expect(engine.status('a1')[0].level).toBe('healthy');
    expect(await refusal(engine, command('collateral.withdraw', { account: 'a0', asset: 'ETH', amount: '1' }, start + 1))).toMatch(/account must not depend/);
    const found = await engine.apply(tick(start + 2, { eth_usdc: 10 }));
    expect(found.batch!.events[0].data).toEqual({ assets: [], policy: 'quarantine' });
    expect(engine.status('a0')[0].level).toBe('healthy');
  });

  it('counts nothing for an asset without a price if the rules say so, but a loan of it still quarantines', async () => {
    const borrow = { curve, reserveShare: 0 };
    const rules = { ...baseRules, missingPrice: 'zero', assets: { ...baseRules.assets, ETH: { haircut: 0.5, borrow } } };
    const { engine } = create(rules, [500, 500]);
    await engine.apply(deposit('a0', 'ETH', '5000000000'));
    await engine.apply(deposit('a1', 'BTC', '200000000'));
    await engine.apply(tick());
    await engine.apply(command('collateral.borrow', { account: 'a1', asset: 'ETH', amount: '100000000' }));
    await engine.apply(tick(start + 1, { eth_usdc: null }));
    // a0: 500 cash and nothing for its ETH.
    expect(engine.status('a0')[0]).toMatchObject({ balance: 500, level: 'healthy' });
    expect(engine.status('a1')[0].level).toBe('quarantined');
  });

  it('accrues interest at ticks and posts it: borrowers pay what depositors and the reserve get', async () => {
    const { engine, module } = create({ ...baseRules, postEveryMs: day }, [500, 500]);
    await engine.apply(deposit('a0', 'USDC', '1000000000'));
    await engine.apply(deposit('a1', 'BTC', '1000000000'));
    await engine.apply(tick());
    await engine.apply(command('collateral.borrow', { account: 'a1', asset: 'USDC', amount: '365000000' }));
    const posted = await engine.apply(tick(start + 10 * day));
    // 365 at 10% for 10 days of 365: exactly 1 USDC. a1 was credited the loan: deposits are 1365, of which 365 are a1's.
    // Depositors get 0.8: a0 0.8 x 1000 / 1365 = 0.586080, a1 0.213919 (rounded down); the reserve has 0.200001.
    expect(posted.batch!.events[0]).toMatchObject({
      kind: 'interest',
      data: { asset: 'USDC', account: Uint32Array.of(0, 1), charged: BigInt64Array.of(0n, 1_000_000n), credited: BigInt64Array.of(586_080n, 213_919n) },
    });
    expect(posted.batch!.events[0].data['reserve']).toBe(200_000n);
    expect(module.book.debtOf(1, 0)).toBe(366_000_000n);
    // Loan margin: 10% of 366 initially, 2% as maintenance; ETH none. BTC 1000 x 0.9 + 365.213919 - 366 + 500 cash.
    const [status] = engine.status('a1');
    expect(status.balance).toBeCloseTo(900 + 365.2139194 - 366 + 500, 6);
    expect(status.initialMargin).toBeCloseTo(100 + 100 + 36.6, 9);
    expect(status.maintenanceMargin).toBeCloseTo(50 + 7.32, 9);
  });

  it('refuses loans and withdrawals beyond the limits, exactly there', async () => {
    const limited = { ...baseRules.assets.USDC.borrow, utilisationMax: 0.5, accountMax: 600 };
    const rules = { ...baseRules, assets: { ...baseRules.assets, USDC: { ...baseRules.assets.USDC, ltv: 0, borrow: limited } } };
    const { engine } = create(rules, [0, 0]);
    const ask = (kind: string, account: string, asset: string, amount: string, more = {}): Promise<unknown> =>
      refusal(engine, command(kind, { account, asset, amount, ...more }));
    await engine.apply(deposit('a0', 'USDC', '2000000000'));
    await engine.apply(deposit('a1', 'BTC', '500000000'));
    expect(await ask('collateral.withdraw', 'a1', 'BTC', '1')).toMatch(/account must be margined by a tick/);
    await engine.apply(tick());
    // 5 BTC at 100 allow loans of 0.8 x 500 = 400.
    expect(await ask('collateral.borrow', 'a1', 'USDC', '400000001', { payOut: true })).toMatch(/must leave loans worth 400 at most/);
    // Paid out, the loan costs free margin: 500 x 0.8 = 400 less 100 initial margin: 300. 1.1 x 272.727272 = 299.9999992.
    expect(await ask('collateral.borrow', 'a1', 'USDC', '272727273', { payOut: true })).toMatch(/must leave initial margin covered: 300 is free/);
    expect(await ask('collateral.borrow', 'a1', 'USDC', '272727272', { payOut: true })).toBe('applied');
    expect(await ask('collateral.borrow', 'a1', 'ETH', '1')).toMatch(/asset must be an asset that can be borrowed/);
    expect(await ask('collateral.withdraw', 'a1', 'ETH', '1')).toMatch(/must not be above 0, which a1 has/);
    expect(await ask('collateral.repay', 'a1', 'USDC', '272727273')).toMatch(/must not be above 272727272, which a1 owes/);
    expect(await ask('collateral.deposit', 'a1', 'USDC', '1.5')).toMatch(/amount must be a whole number of minor units > 0.*got "1.5"/);
    expect(await ask('collateral.deposit', 'a1', 'DOGE', '1')).toMatch(/asset must be one of USDC, BTC, ETH, got "DOGE"/);
    expect(await ask('collateral.deposit', 'nobody', 'USDC', '1')).toMatch(/the book has no account 'nobody'/);
    expect(await ask('collateral.withdraw', 'a0', 'USDC', '1900000000')).toMatch(/which is all the cash in the pool/);
    expect(await ask('collateral.repay', 'a1', 'USDC', 'all')).toBe('applied');
  });

  it('a refused command leaves no trace: not in the state, not in the interest', async () => {
    const { engine, module } = create(baseRules, [500, 500]);
    await engine.apply(deposit('a0', 'USDC', '1000000000'));
    await engine.apply(deposit('a1', 'BTC', '1000000000'));
    await engine.apply(tick());
    await engine.apply(command('collateral.borrow', { account: 'a1', asset: 'USDC', amount: '365000000' }));
    await engine.apply(tick());
    const [hash, state] = [engine.stateHash(), module.state()];
    for (const each of [
      command('collateral.borrow', { account: 'a1', asset: 'USDC', amount: '900000000', payOut: true }, start + day),
      command('collateral.withdraw', { account: 'a1', asset: 'BTC', amount: '999999999' }, start + day),
      command('collateral.rules', { rules: { ...baseRules, fxHaircut: 2 } }, start + day),
    ]) {
      expect(await refusal(engine, each)).not.toBe('applied');
    }
    expect(module.state()).toEqual(state);
    expect(engine.stateHash()).toBe(hash);
  });

  it('utilisation and account limits hold at their numbers', async () => {
    const limited = { ...baseRules.assets.USDC.borrow, utilisationMax: 0.5, accountMax: 600 };
    const rules = { ...baseRules, assets: { ...baseRules.assets, USDC: { ...baseRules.assets.USDC, borrow: limited } } };
    const { engine } = create(rules, [500, 500]);
    await engine.apply(deposit('a0', 'USDC', '1000000000'));
    await engine.apply(deposit('a1', 'BTC', '10000000000'));
    await engine.apply(tick());
    const ask = (amount: string): Promise<unknown> =>
      refusal(engine, command('collateral.borrow', { account: 'a1', asset: 'USDC', amount, payOut: true }));
    expect(await ask('500000001')).toMatch(/must leave the utilisation of the pool of USDC at 0.5 or below/);
    expect(await ask('500000000')).toBe('applied');
    await engine.apply(deposit('a0', 'USDC', '1000000000'));
    expect(await ask('100000001')).toMatch(/must leave the loan at 600000000 or below/);
    expect(await ask('100000000')).toBe('applied');
  });
});

describe('collateral inside the risk matrix', () => {
  const inverse: Instrument = {
    name: 'BTC-PERPETUAL', kind: 'perpetual', payoff: 'inverse', baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC',
    contractSize: 1, expiryMs: null, strike: null, optionType: null,
  };
  const plain: Market = {
    asOfMs: start, instruments: [inverse], forward: Float64Array.of(50_000), impliedVolatility: Float64Array.of(NaN),
    indexPrice: new Map([['btc_usd', 50_000]]), openInterest: Float64Array.of(1),
  };
  /** Two accounts short 50,000 dollars of BTC at 50,000; the first has 0.5 BTC, the second 50,000 USD. */
  const shorts: Book = {
    accountIds: ['hedged', 'naked'], currencies: ['USD', 'BTC'], quarantined: [],
    positions: {
      accountIndex: Uint32Array.of(0, 1), instrumentIndex: Uint32Array.of(0, 0),
      quantity: Float64Array.of(-50_000, -50_000), entryPrice: Float64Array.of(50_000, 50_000),
    },
    cash: { accountIndex: Uint32Array.of(0, 1), currencyIndex: Uint32Array.of(1, 0), amount: Float64Array.of(0.5, 50_000) },
  };
  const open = (held: string, more: object = {}): { engine: AccountEngine; module: CollateralModule } => {
    const { market: withSpot, book: inSpot } = withSpotCollateral(plain, shorts, 'USD');
    const btc = { haircut: { initial: 0.1, maintenance: 0.05 }, held };
    const module = new CollateralModule({ ...baseRules, currency: 'USD', haircutsCount: 'requirement', assets: { BTC: btc, USD: { haircut: 0 } }, ...more });
    const inputs = { market: withSpot, book: inSpot, model: 'deribit-xpm', params: shippedParams('deribit-xpm') };
    return { engine: AccountEngine.create({ ...inputs, modules: [module] }), module };
  };

  it('is held as a spot position that hedges, and its value is not counted twice', async () => {
    const { engine } = open('engine');
    await engine.apply(deposit('hedged', 'BTC', '50000000'));
    await engine.apply(tick());
    // 1 BTC against 50,000 short: no move hurts. 1% roll shock of 50,000, and haircuts of the module's half: 10% and 5% of 25,000.
    expect(engine.status('hedged')[0]).toMatchObject({ balance: 50_000, initialMargin: 500 + 2500, maintenanceMargin: 400 + 1250 });
    // 16% of 50,000 and 500.
    expect(engine.status('naked')[0]).toMatchObject({ balance: 50_000, initialMargin: 8500, maintenanceMargin: 6800 });
  });

  it('hedges nothing if the module holds it', async () => {
    const { engine } = open('module');
    await engine.apply(deposit('hedged', 'BTC', '50000000'));
    await engine.apply(tick());
    // Half of the short is open: 16% of 25,000, the roll shock, the haircut.
    expect(engine.status('hedged')[0]).toMatchObject({ balance: 50_000, initialMargin: 4000 + 500 + 2500, maintenanceMargin: 3600 + 1250 });
  });

  it('leaves what the account has besides, and opens accounts', async () => {
    const { engine } = open('engine');
    const spotOf = (account: string): number[] => {
      const { positions, accountIds } = engine.engine.exportBook();
      return [...positions.quantity].filter((_, row) => accountIds[positions.accountIndex[row]] === account && positions.instrumentIndex[row] === 1);
    };
    await engine.apply(deposit('hedged', 'BTC', '30000000'));
    await engine.apply(deposit('new', 'BTC', '5'));
    await engine.apply(tick());
    expect(spotOf('hedged')).toEqual([0.8]);
    expect(spotOf('new')).toEqual([5e-8]);
    await engine.apply(command('collateral.withdraw', { account: 'hedged', asset: 'BTC', amount: '30000000' }));
    expect(spotOf('hedged')).toEqual([0.5]);
    await engine.apply(tick());
    expect(engine.status('new')[0].balance).toBeCloseTo(0.0025, 12);
  });

  it('a market without the spot instrument is refused by name', () => {
    const module = new CollateralModule({ ...baseRules, currency: 'USD', assets: { BTC: { haircut: 0, held: 'engine' } } });
    const bare = { ...shorts, cash: { ...shorts.cash, amount: Float64Array.of(0, 50_000) } };
    expect(() => AccountEngine.create({ market: plain, book: bare, model: 'deribit-xpm', params: shippedParams('deribit-xpm'), modules: [module] })).toThrow(
      /assets\.BTC\.held is engine, but the market does not have a spot instrument of BTC against USD/,
    );
  });

  it('sales of automatic repayment reach the engine before the next tick', async () => {
    const borrow = { curve: { ...curve, minRate: 0 }, reserveShare: 0 };
    const { engine } = open('engine', {
      ltvBands: { initial: 1, marginCall: 1, liquidation: 1 }, autoRepay: { when: 'ltv', at: 0.5 },
      assets: { BTC: { haircut: 0, held: 'engine' }, USD: { haircut: 0, netted: false, ltv: 1, borrow } },
    });
    await engine.apply(deposit('naked', 'BTC', '100000000'));
    await engine.apply(deposit('hedged', 'USD', '50000000000'));
    await engine.apply(tick());
    await engine.apply(command('collateral.borrow', { account: 'naked', asset: 'USD', amount: '25000000000', payOut: true }));
    // 25,000 / 50,000 is 0.5: half a BTC is sold.
    const repaid = await engine.apply(tick(start + 1));
    expect(repaid.batch!.events).toMatchObject([{ kind: 'repaid', data: { account: 'naked', steps: [{ sold: 'BTC', amount: 50_000_000n, repaid: 25_000_000_000n }] } }]);
    expect(engine.status('naked')[0].balance).toBe(50_000 + 50_000 - 25_000);
    await engine.apply(tick(start + 2));
    expect(engine.status('naked')[0].balance).toBe(50_000 + 25_000);
    // 0.5 BTC hedge half of the short.
    expect(engine.status('naked')[0].initialMargin).toBe(4500);
  });
});

describe('loan-to-value bands and repayment', () => {
  const bands = { initial: 0.6, marginCall: 0.7, liquidation: 0.8 };

  it('reports bands as they are reached, exactly at their numbers', async () => {
    const { engine } = create({ ...baseRules, ltvBands: bands, assets: { ...baseRules.assets, ETH: { haircut: 0, ltv: 1 } } }, [5000, 5000]);
    await engine.apply(deposit('a0', 'USDC', '1000000000'));
    await engine.apply(deposit('a1', 'ETH', '10000000000'));
    await engine.apply(tick());
    const borrow = (amount: string): Promise<unknown> =>
      refusal(engine, command('collateral.borrow', { account: 'a1', asset: 'USDC', amount, payOut: true }));
    // 100 ETH at 10.
    expect(await borrow('600000001')).toMatch(/must leave loan-to-value at 0.6 or below/);
    expect(await borrow('600000000')).toBe('applied');
    const at = async (price: number): Promise<unknown[]> =>
      (await engine.apply(tick(start, { eth_usdc: price }))).batch!.events.map(({ data }) => [data['from'], data['to']]);
    expect(await at(8.6)).toEqual([]);
    // 600 / 750 = 0.8
    expect(await at(7.5)).toEqual([['none', 'liquidation']]);
    expect(await at(7.6)).toEqual([['liquidation', 'margin-call']]);
    expect(await at(12)).toEqual([['margin-call', 'within-initial']]);
  });

  it('sells for the loan in the order of the rules once the margin ratio is at the trigger', async () => {
    const autoRepay = { when: 'margin-ratio', at: 0.85, order: ['stablecoins', 'smallest-haircut'], fee: 0.01 };
    const rules = {
      ...baseRules, autoRepay,
      assets: { ...baseRules.assets, USDC: { ...baseRules.assets.USDC, borrow: { ...baseRules.assets.USDC.borrow, curve: { ...curve, minRate: 0 } } } },
    };
    const { engine, module } = create(rules, [100_000, 0]);
    await engine.apply(deposit('a0', 'USDC', '1000000000'));
    await engine.apply(deposit('a1', 'BTC', '300000000'));
    await engine.apply(deposit('a1', 'ETH', '1000000000'));
    await engine.apply(tick());
    expect(engine.status('a1')[0].freeMargin).toBeCloseTo(240 + 50 - 100, 9);
    await engine.apply(command('collateral.borrow', { account: 'a1', asset: 'USDC', amount: '100000000', payOut: true }));
    expect(kinds(await engine.apply(tick(start + 1)))).toEqual([]);
    // BTC collateral at 57 (the position stays): 171 x 0.9 + 50 - 100 = 103.9; maintenance 50 + 2 of the loan: 0.5. Not yet.
    expect(kinds(await engine.apply(tick(start + 2, { btc_usdc: 57 })))).toEqual([]);
    // At 40: 108 + 50 - 100 = 58; 52 / 58 = 0.897. BTC has the smaller haircut: 100 / 0.99 = 101.0101... of 120 is sold.
    const repaid = await engine.apply(tick(start + 3, { btc_usdc: 40 }));
    expect(repaid.batch!.events).toMatchObject([
      { kind: 'repaid', data: { account: 'a1', steps: [{ sold: 'BTC', amount: 252_525_253n, fee: 2_525_253n, loan: 'USDC', repaid: 100_000_000n }] } },
    ]);
    expect(module.book.debtOf(1, 0)).toBe(0n);
    expect(module.book.creditOf(1, 1)).toBe(47_474_747n);
    expect(module.book.pools[1].reserve).toBe(2_525_253n);
    expect(module.book.pools[0].reserve).toBe(0n);
    await engine.apply(tick(start + 4));
    // 0.47474747 x 40 x 0.9 + 50 = 67.0909; no loan margin any more.
    expect(engine.status('a1')[0].balance).toBeCloseTo(67.0909, 4);
    expect(engine.status('a1')[0].maintenanceMargin).toBe(50);
  });
});

describe('snapshots', () => {
  it('go on bit for bit', async () => {
    const { engine } = create({ ...baseRules, ltvBands: { initial: 0.6, marginCall: 0.7, liquidation: 0.8 }, postEveryMs: day }, [500, 500]);
    await engine.apply(deposit('a0', 'USDC', '1000000000'));
    await engine.apply(deposit('a1', 'BTC', '1000000000'));
    await engine.apply(tick());
    await engine.apply(command('collateral.borrow', { account: 'a1', asset: 'USDC', amount: '333333333' }));
    await engine.apply(tick(start + 5));
    const restored = await AccountEngine.restore(engine.snapshot(), { modules: [new CollateralModule(baseRules)] });
    expect(restored.stateHash()).toBe(engine.stateHash());
    const later = [tick(start + day), command('collateral.repay', { account: 'a1', asset: 'USDC', amount: '5', from: 'account' }, start + 2 * day), tick(start + 2 * day)];
    for (const each of later) {
      expect((await restored.apply(each)).batch).toEqual((await engine.apply(each)).batch);
    }
    expect(restored.stateHash()).toBe(engine.stateHash());
  });
});

describe('other commands', () => {
  it('the reserve covers a loan, and what it lacks is a shortfall', async () => {
    const { engine, module } = create(baseRules, [500, 500]);
    await engine.apply(deposit('a0', 'USDC', '1000000000'));
    await engine.apply(deposit('a1', 'BTC', '1000000000'));
    await engine.apply(tick());
    await engine.apply(command('collateral.borrow', { account: 'a1', asset: 'USDC', amount: '365000000', payOut: true }));
    await engine.apply(tick(start + 10 * day));
    // Reserve: a fifth of 1 USDC interest.
    const covered = await engine.apply(command('collateral.cover', { account: 'a1', asset: 'USDC', amount: 'all' }, start + 10 * day));
    expect(covered.batch!.events.at(-1)).toMatchObject({ kind: 'covered', data: { amount: 366_000_000n, reserve: 200_000n - 366_000_000n } });
    expect(module.book.debtOf(1, 0)).toBe(0n);
  });

  it('new rules hold from then on; the assets there are must stay', async () => {
    const { engine } = create();
    await engine.apply(deposit('a0', 'BTC', '200000000'));
    const more = { ...baseRules, assets: { ...baseRules.assets, BTC: { haircut: 0.5 }, SOL: { haircut: 0.9 } } };
    await engine.apply(command('collateral.rules', { rules: more }));
    await engine.apply(tick());
    expect(engine.status('a0')[0].balance).toBe(100);
    const { USDC, BTC } = baseRules.assets;
    expect(await refusal(engine, command('collateral.rules', { rules: { ...baseRules, assets: { USDC, BTC } } }))).toMatch(/rules\.assets must keep ETH at place 3/);
    expect(await refusal(engine, command('collateral.rules', { rules: { ...more, currency: 5 } }))).toMatch(/currency must be a text, got 5/);
  });

  it('posts interest when asked, and before every change of a balance', async () => {
    const { engine } = create(baseRules, [500, 500]);
    await engine.apply(deposit('a0', 'USDC', '1000000000'));
    await engine.apply(deposit('a1', 'BTC', '1000000000'));
    await engine.apply(tick());
    await engine.apply(command('collateral.borrow', { account: 'a1', asset: 'USDC', amount: '365000000', payOut: true }));
    const repaid = await engine.apply(command('collateral.repay', { account: 'a1', asset: 'USDC', amount: '1000000' }, start + 10 * day));
    expect(repaid.batch!.events).toMatchObject([
      { kind: 'interest', data: { charged: BigInt64Array.of(1_000_000n), credited: BigInt64Array.of(0n) } },
      { kind: 'moved', data: { amount: 1_000_000n, credit: 0n, debt: 365_000_000n } },
    ]);
    // 10% for 10 of 365 days is no finite decimal: the index is rounded down, and so are 0.8 USDC less 10^-21.
    const posted = await engine.apply(command('collateral.accrue', {}, start + 10 * day));
    expect(posted.batch!.events).toMatchObject([{ kind: 'interest', data: { account: Uint32Array.of(0), credited: BigInt64Array.of(799_999n), reserve: 200_000n } }]);
    expect(kinds(await engine.apply(command('collateral.accrue', {}, start + 10 * day)))).toEqual([]);
  });

  it('amounts beyond 64 bits are refused', async () => {
    const { engine } = create();
    expect(await refusal(engine, deposit('a0', 'BTC', '9223372036854775808'))).toMatch(/more than 9223372036854775807: give the asset fewer decimals/);
    expect(await refusal(engine, deposit('a0', 'BTC', '9223372036854775807'))).toBe('applied');
  });
});
