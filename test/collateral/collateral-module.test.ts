import { describe, expect, it } from 'vitest';
import { AccountEngine, type Outcome } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import { CollateralModule } from '../../src/collateral/collateral-module.ts';
import { withSpotCollateral } from '../../src/convert/spot-collateral.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';

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
  const spotParams = {
    source: 'made up', date: '2026-08-01', unconfirmed: [],
  };

  it('is held as a spot position that hedges, and its value is not counted twice', async () => {
    void spotParams;
    const plain = market();
    const converted = withSpotCollateral(
      plain, { ...book([0]), currencies: ['USDC', 'BTC'], cash: { accountIndex: Uint32Array.of(0), currencyIndex: Uint32Array.of(1), amount: Float64Array.of(0) } }, 'USDC',
    );
    expect(converted.market.instruments).toHaveLength(1);
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
