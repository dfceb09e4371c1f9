import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import type { AccountModule } from '../../src/account/module.ts';
import { CollateralModule } from '../../src/collateral/collateral-module.ts';
import { withSpotCollateral } from '../../src/convert/spot-collateral.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';

const start = Date.UTC(2026, 7, 1);
const perpetual: Instrument = {
  name: 'BTC', kind: 'perpetual', payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: 'USDC', settlementCurrency: 'USDC',
  contractSize: 1, expiryMs: null, strike: null, optionType: null,
};
/** One tier of leverage 10: 10% of notional initially. */
const params = {
  source: 'made up for this test', date: '2026-08-01', unconfirmed: [], transferRate: 0.1,
  assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } },
};
const market: Market = {
  asOfMs: start, instruments: [perpetual], forward: Float64Array.of(100), impliedVolatility: Float64Array.of(NaN),
  indexPrice: new Map([['btc_usdc', 100]]), openInterest: Float64Array.of(1),
};
const borrow = { curve: { form: 'slopes', minRate: 0, slope: 0, highSlope: 0, kink: 0.8 }, reserveShare: 0 };
const rules = {
  venue: 'test', date: '2026-08-01', source: 'made up', currency: 'USDC',
  assets: { USDC: { haircut: 0, ltv: 1, borrow }, BTC: { haircut: 0, ltv: 1 } },
};

/** a0 is long 10 BTC at 100 (initial margin 100), a1 short; a1 has 5000 in cash. */
function book(cash: number): Book {
  return {
    accountIds: ['a0', 'a1'], currencies: ['USDC'], quarantined: [],
    positions: {
      accountIndex: Uint32Array.of(0, 1), instrumentIndex: Uint32Array.of(0, 0),
      quantity: Float64Array.of(10, -10), entryPrice: Float64Array.of(100, 100),
    },
    cash: { accountIndex: Uint32Array.of(0, 1), currencyIndex: Uint32Array.of(0, 0), amount: Float64Array.of(cash, 5000) },
  };
}

const create = (cash: number, modules: AccountModule[]): AccountEngine =>
  AccountEngine.create({ market, book: book(cash), model: 'hyperliquid', params, modules });

let ids = 0;
const command = (kind: string, fields: Record<string, string | number | boolean | object> = {}, timeMs = start): Command =>
  ({ id: `p${ids++}`, timeMs, kind, ...fields });
const collateral = (verb: string, asset: string, amount: string, more: object = {}): Command =>
  command(`collateral.${verb}`, { account: 'a0', asset, amount, ...more });
const cash = (verb: string, amount: string): Command => command(`ledger.${verb}`, { account: 'a0', currency: 'USDC', amount });
const ask = (engine: AccountEngine, each: Command): Promise<unknown> => engine.apply(each).then(() => 'applied', (error: Error) => error.message);

describe('what leaves between two ticks', () => {
  it('counts once: the second withdrawal of the same free margin is refused', async () => {
    const engine = create(0, [new CollateralModule(rules)]);
    await engine.apply(collateral('deposit', 'BTC', '200000000'));
    await engine.apply(command('tick'));
    // 2 BTC are 200, 100 is needed.
    expect(await ask(engine, collateral('withdraw', 'BTC', '100000000'))).toBe('applied');
    expect(await ask(engine, collateral('withdraw', 'BTC', '100000000'))).toMatch(/must leave initial margin covered: 0 is free/);
    expect(await ask(engine, collateral('withdraw', 'BTC', '1'))).toMatch(/must leave initial margin covered: 0 is free/);
    await engine.apply(command('tick'));
    expect(engine.status('a0')[0]).toMatchObject({ balance: 100, freeMargin: 0, level: 'healthy' });
  });

  it('what came in since the tick may leave again', async () => {
    const engine = create(100, [new CollateralModule(rules)]);
    await engine.apply(command('tick'));
    await engine.apply(collateral('deposit', 'BTC', '100000000'));
    expect(await ask(engine, collateral('withdraw', 'BTC', '100000000'))).toBe('applied');
  });

  it('loans too: 400 and then 90 of the 400 that are free', async () => {
    const engine = create(0, [new CollateralModule(rules)]);
    await engine.apply(collateral('deposit', 'BTC', '500000000'));
    await engine.apply(command('collateral.deposit', { account: 'a1', asset: 'USDC', amount: '5000000000' }));
    await engine.apply(command('tick'));
    expect(await ask(engine, collateral('borrow', 'USDC', '400000000', { payOut: true }))).toBe('applied');
    expect(await ask(engine, collateral('borrow', 'USDC', '90000000', { payOut: true }))).toMatch(/initial margin covered: 0 is free/);
  });

  it.each([
    ['collateral first', ['collateral', 'ledger']],
    ['cash first', ['ledger', 'collateral']],
  ])('collateral and cash cover one requirement together: %s', async (_, order) => {
    const engine = create(100, [new CollateralModule(rules), new LedgerModule()]);
    await engine.apply(collateral('deposit', 'BTC', '100000000'));
    await engine.apply(command('tick'));
    // 100 in cash + 1 BTC, 100 is needed: either may leave, not both.
    const commands = { collateral: collateral('withdraw', 'BTC', '100000000'), ledger: cash('withdraw', '100000000') };
    const [first, second] = order as (keyof typeof commands)[];
    expect(await ask(engine, commands[first])).toBe('applied');
    expect(await ask(engine, commands[second])).toMatch(second === 'ledger' ? /would have a margin balance of 0 USDC/ : /0 is free/);
    await engine.apply(command('tick'));
    expect(engine.status('a0')[0]).toMatchObject({ balance: 100, freeMargin: 0, level: 'healthy' });
  });

  it.each([
    ['deposit', cash('deposit', '1000000000'), '1250000000'],
    ['withdrawal', cash('withdraw', '100000000'), '150000000'],
    ['deposit of collateral', collateral('deposit', 'BTC', '20000000'), '270000000'],
    ['withdrawal of collateral', collateral('withdraw', 'BTC', '20000000'), '230000000'],
    ['fill', command('ledger.fill', { buyer: 'a1', seller: 'a0', instrument: 'BTC', quantity: 2, price: 100 }), '270000000'],
  ])('a restored engine decides the same after a %s', async (_, change, most) => {
    const modules = (): AccountModule[] => [new CollateralModule(rules), new LedgerModule()];
    // 300 in cash + 0.5 BTC, 100 is needed: 250 are free. The fill leaves 8 BTC: 80 needed.
    const engine = create(300, modules());
    await engine.apply(collateral('deposit', 'BTC', '50000000'));
    await engine.apply(command('tick'));
    await engine.apply(change);
    const restored = await AccountEngine.restore(engine.snapshot(), { modules: modules() });
    const next = command('tick');
    const free = cash('withdraw', most);
    const beyond = cash('withdraw', String(BigInt(most) + 1n));
    for (const each of [engine, restored]) {
      expect(await ask(each, beyond)).toMatch(/would have a margin balance of/);
      expect(await ask(each, free)).toBe('applied');
      await each.apply(next);
    }
    expect(restored.stateHash()).toBe(engine.stateHash());
  });
});

describe('collateral that the margin engine holds', () => {
  it('does not leave a short without its hedge', async () => {
    const inverse: Instrument = { ...perpetual, name: 'BTC-PERPETUAL', payoff: 'inverse', quoteCurrency: 'USD', settlementCurrency: 'BTC' };
    const plain: Market = { ...market, instruments: [inverse], forward: Float64Array.of(50_000), indexPrice: new Map([['btc_usd', 50_000]]) };
    const short: Book = {
      accountIds: ['h', 'n'], currencies: ['USD', 'BTC'], quarantined: [],
      positions: { accountIndex: Uint32Array.of(0), instrumentIndex: Uint32Array.of(0), quantity: Float64Array.of(-50_000), entryPrice: Float64Array.of(50_000) },
      cash: { accountIndex: Uint32Array.of(0, 1), currencyIndex: Uint32Array.of(0, 1), amount: Float64Array.of(5000, 1) },
    };
    const module = new CollateralModule({ ...rules, currency: 'USD', haircutsCount: 'requirement', assets: { BTC: { haircut: 0, held: 'engine' } } });
    const given = withSpotCollateral(plain, short, 'USD');
    const engine = AccountEngine.create({ ...given, model: 'deribit-xpm', params: shippedParams('deribit-xpm'), modules: [module] });
    await engine.apply(command('collateral.deposit', { account: 'h', asset: 'BTC', amount: '100000000' }));
    await engine.apply(command('tick'));
    const withdraw = (amount: string): Command => command('collateral.withdraw', { account: 'h', asset: 'BTC', amount });
    // Hedged it needs little; naked 18% of 50,000 = 9,000, of which 5,000 is there.
    expect(engine.status('h')[0].freeMargin).toBeGreaterThan(50_000);
    expect(await ask(engine, withdraw('100000000'))).toMatch(/must leave initial margin covered/);
    expect(await ask(engine, withdraw('10000000'))).toBe('applied');
    expect(await ask(engine, withdraw('90000000'))).toMatch(/must leave initial margin covered/);
    await engine.apply(command('tick'));
    expect(engine.status('h')[0].level).toBe('healthy');
  });
});

describe('automatic repayment', () => {
  it('sells only what the pool has not lent out, and says what is not repaid', async () => {
    const module = new CollateralModule({
      ...rules, autoRepay: { when: 'ltv', at: 0.5 },
      assets: { USDC: { haircut: 0, netted: false, ltv: 1, borrow }, BTC: { haircut: 0, ltv: 1, borrow } },
    });
    const engine = create(5000, [module]);
    await engine.apply(collateral('deposit', 'BTC', '1000000000'));
    await engine.apply(command('collateral.deposit', { account: 'a1', asset: 'USDC', amount: '3000000000' }));
    await engine.apply(command('tick'));
    // 7 of the 10 BTC are lent to a1: 3 are there. a0 owes 450.
    await engine.apply(command('collateral.borrow', { account: 'a1', asset: 'BTC', amount: '700000000', payOut: true }));
    await engine.apply(collateral('borrow', 'USDC', '450000000', { payOut: true }));
    const down = command('tick', { quotes: { indexPrice: { btc_usdc: 85 } } });
    const repaid = await engine.apply(down);
    // 450 / 850 > 0.5: 3 BTC at 85 repay 255, 195 stay.
    expect(repaid.batch!.events).toMatchObject([
      { kind: 'repaid', data: { account: 'a0', steps: [{ sold: 'BTC', amount: 300_000_000n, repaid: 255_000_000n }], notRepaid: [{ loan: 'USDC', amount: 195_000_000n }] } },
    ]);
    expect(module.book.pools[1].cash).toBe(0n);
    expect(module.book.debtOf(0, 0)).toBe(195_000_000n);
    expect(module.book.creditOf(0, 1)).toBe(700_000_000n);
  });
});
