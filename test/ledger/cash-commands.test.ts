import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { AccountModule } from '../../src/account/module.ts';
import type { Storable } from '../../src/account/events.ts';
import { parseFeeSchedules } from '../../src/ledger/fees.ts';
import { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { params } from '../support/synthetic-book.ts';
import { bookOf, LedgerBench, market } from './lifecycle-market.ts';

const entries = LedgerBench.entries;
const names = ['alice', 'bob'];

describe('opening', () => {
  it('takes whole minor units against the account and books the dust', async () => {
    // BTC has 8 decimals: 1.234567891 is 123456789.1 satoshi, -0.000000019 is -1.9. Floors: 123456789 and -2.
    // Exact sum 123456787.2, to the nearest 123456787 from outside; 123456789 - 2 = 123456787: dust 0.
    const bench = new LedgerBench(bookOf(names, [], [['alice', 'BTC', 1.234567891], ['bob', 'BTC', -0.000000019], ['bob', 'USD', 0.1]]));
    expect([bench.balance('alice', 'BTC'), bench.balance('bob', 'BTC'), bench.balance('bob', 'USD')]).toEqual([123_456_789n, -2n, 100_000n]);
    expect([bench.balance('external', 'BTC'), bench.balance('house/rounding', 'BTC')]).toEqual([-123_456_787n, 0n]);
    bench.requireConserved();
    const outcome = await bench.apply('tick');
    expect(entries(outcome)).toContain('opening alice BTC 123456789');
    expect(entries(await bench.apply('tick'))).toEqual([]);
    await bench.engine.close();
  });

  it('books dust that adds up', async () => {
    // Three times 0.6 satoshi: floors 0, exact 1.8, to the nearest 2: two satoshi of dust. The sets are closed.
    const accounts = ['a', 'b', 'c', 'd'];
    const dust = accounts.slice(0, 3).map((name) => [name, 'BTC', 6e-9] as const);
    const bench = new LedgerBench(bookOf(accounts, [], [...dust, ['d', 'BTC', 1]]));
    expect([bench.balance('external', 'BTC'), bench.balance('house/rounding', 'BTC')]).toEqual([-100_000_002n, 2n]);
    await bench.apply('tick');
    expect(bench.engine.engine.nettingSetCount).toBe(1);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('refuses cash beyond 64 bits and clients with names of the house', () => {
    expect(() => new LedgerBench(bookOf(names, [], [['alice', 'BTC', 1e12]]))).toThrow(/account alice has 1000000000000 BTC/);
    expect(() => new LedgerBench(bookOf(['house/fees'], [], [['house/fees', 'BTC', 1]]))).toThrow(/'house\/fees'/);
  });
});

describe('ledger.deposit', () => {
  it('brings money from outside and opens an account', async () => {
    const bench = new LedgerBench(bookOf(names, [], [['alice', 'USD', 10]]));
    await bench.apply('ledger.deposit', { account: 'carol', currency: 'USD', amount: '2500000', reference: 'wire 7' });
    expect([bench.balance('carol', 'USD'), bench.balance('external', 'USD')]).toEqual([2_500_000n, -12_500_000n]);
    await bench.apply('tick');
    expect(bench.engine.status('carol')[0]).toMatchObject({ currency: 'USD', balance: 2.5 });
    bench.requireConserved();
    await bench.engine.close();
  });

  it('numbers postings and entries without gaps', async () => {
    const bench = new LedgerBench(bookOf(names, [], [['alice', 'USD', 10]]));
    const first = await bench.apply('ledger.deposit', { account: 'alice', currency: 'USD', amount: '1' });
    const second = await bench.apply('ledger.deposit', { account: 'bob', currency: 'USD', amount: '1' });
    const posted = [first, second].flatMap(({ batch }) => batch!.events.map(({ data }) => [data['kind'], data['number'], data['firstEntry']]));
    // The opening has two entries, alice and external.
    expect(posted).toEqual([['deposit', 2, 3], ['opening', 1, 1], ['deposit', 3, 5]]);
    await bench.engine.close();
  });

  it('refuses bad fields by name and value, and leaves no trace', async () => {
    const bench = new LedgerBench(bookOf(names, [], [['alice', 'USD', 10]]));
    await bench.apply('tick');
    const hash = bench.engine.stateHash();
    const good = { account: 'new', currency: 'USD', amount: '5' };
    const bad: [Record<string, Storable>, string, RegExp][] = [
      [{ ...good, amount: '0' }, 'CommandInvalid', /amount must be minor units > 0.*"0"/],
      [{ ...good, amount: 5 }, 'CommandInvalid', /amount.*got 5/],
      [{ ...good, amount: '99999999999999999999' }, 'CommandInvalid', /amount/],
      [{ ...good, currency: 'XYZ' }, 'CurrencyUnknown', /'XYZ'/],
      [{ ...good, account: 'house/fees' }, 'CommandInvalid', /account must be a client.*house\/fees/],
      [{ ...good, account: '' }, 'CommandInvalid', /account must be a text/],
      [{ ...good, ammount: '1' }, 'CommandInvalid', /ledger.deposit: ammount is no field of the command; there are account, currency, amount/],
    ];
    for (const [fields, code, message] of bad) {
      await expect(bench.apply('ledger.deposit', fields)).rejects.toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }));
    }
    expect(bench.engine.stateHash()).toBe(hash);
    // Two deposits that each fit and together do not.
    await bench.apply('ledger.deposit', { ...good, amount: '9000000000000000000' });
    await expect(bench.apply('ledger.deposit', { ...good, amount: '9000000000000000000' })).rejects.toMatchObject({ code: 'LimitExceeded' });
    await bench.apply('ledger.withdraw', { account: 'new', currency: 'USD', amount: '9000000000000000000' });
    bench.requireConserved();
    await bench.engine.close();
  });
});

/** One linear perpetual at 100 under `hyperliquid`, leverage 10: 10 contracts need 100 initially. */
function margined(cash: number, modules: readonly AccountModule[] = [], options = {}) {
  const module = new LedgerModule(options);
  const engine = AccountEngine.create({
    market: { ...market(), instruments: market().instruments.slice(5, 6).map((each) => ({ ...each, contractSize: 1, baseCurrency: 'BTC', quoteCurrency: 'USDC', settlementCurrency: 'USDC' })),
      forward: Float64Array.of(100), impliedVolatility: Float64Array.of(NaN), openInterest: Float64Array.of(0), indexPrice: new Map([['btc_usdc', 100]]), fields: new Map() },
    book: {
      accountIds: ['alice', 'bob'], currencies: ['USDC'], quarantined: [],
      positions: { accountIndex: Uint32Array.of(0), instrumentIndex: Uint32Array.of(0), quantity: Float64Array.of(10), entryPrice: Float64Array.of(100) },
      cash: { accountIndex: Uint32Array.of(0, 1), currencyIndex: Uint32Array.of(0, 0), amount: Float64Array.of(cash, 50) },
    },
    model: 'hyperliquid',
    params: { source: 'made up for this test', date: '2026-08-01', unconfirmed: [], transferRate: 0.1, assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } } },
    modules: [module, ...modules],
  });
  return new LedgerBench(bookOf([], [], []), {}, { module, engine });
}

describe('ledger.withdraw', () => {
  it('gives exactly the free margin and not a minor unit more', async () => {
    const bench = margined(250);
    await bench.apply('tick');
    const ask = (amount: string) => bench.apply('ledger.withdraw', { account: 'alice', currency: 'USDC', amount });
    // 250 - 100 = 150 are free.
    await expect(ask('150000001')).rejects.toThrow(/would have a margin balance of 99.999999 USDC, 100 needed/);
    await ask('150000000');
    await bench.apply('tick');
    expect(bench.engine.status('alice')[0]).toMatchObject({ level: 'healthy', balance: 100, freeMargin: 0 });
    await expect(ask('1')).rejects.toMatchObject({ code: 'BalanceInsufficient' });
    await bench.engine.close();
  });

  it('counts the balance as it is now, and unrealised gains are not cash', async () => {
    const bench = margined(150);
    await bench.apply('tick', { quotes: { forward: { 'SPX-PERP': 200 } } });
    // Gain 1000, initial margin 200: 950 free, but 150 in cash.
    await expect(bench.apply('ledger.withdraw', { account: 'alice', currency: 'USDC', amount: '150000001' })).rejects.toThrow(/in cash/);
    await bench.apply('ledger.withdraw', { account: 'alice', currency: 'USDC', amount: '150000000' });
    await bench.engine.close();
  });

  it('refuses whoever is not healthy, is unknown, or holds nothing there', async () => {
    const bench = margined(90);
    const ask = (account: string) => bench.apply('ledger.withdraw', { account, currency: 'USDC', amount: '1' });
    await expect(ask('bob')).rejects.toMatchObject({ code: 'EngineState' });
    await bench.apply('tick');
    await expect(ask('alice')).rejects.toThrow(/alice: is margin-call in USDC/);
    await expect(ask('nobody')).rejects.toMatchObject({ code: 'AccountUnknown' });
    await bench.apply('ledger.withdraw', { account: 'bob', currency: 'USDC', amount: '50000000' });
    expect(bench.engine.engine.resultRange('bob')).toEqual({ first: 1, end: 1 });
    await bench.engine.close();
  });

  it('counts what other modules add at the last tick, also after netting sets moved', async () => {
    // 10 less for the first netting set, 20 less for the second.
    const haircut: AccountModule = {
      name: 'haircut',
      adjustments: [{ name: 'haircut', counts: 'balance', compute: (_context, amounts) => amounts.forEach((_, set) => (amounts[set] = -10 * (set + 1))) }],
      state: () => null,
      restore: () => {},
    };
    const bench = margined(250, [haircut]);
    await bench.apply('tick');
    // The set of alice is closed, so that of bob is the first; then zed opens one.
    const closed = { positions: [{ account: 'alice', instrument: 'SPX-PERP', quantity: 0 }], cash: [{ account: 'alice', currency: 'USDC', amount: 0 }] };
    await bench.apply('book', { changes: closed as unknown as Storable });
    await bench.apply('ledger.deposit', { account: 'zed', currency: 'USDC', amount: '1' });
    const ask = (amount: string) => bench.apply('ledger.withdraw', { account: 'bob', currency: 'USDC', amount });
    // 50 - 20 = 30.
    await expect(ask('30000001')).rejects.toMatchObject({ code: 'BalanceInsufficient' });
    await ask('30000000');
    // What no tick has seen has no adjustment yet.
    await bench.apply('ledger.withdraw', { account: 'zed', currency: 'USDC', amount: '1' });
    await bench.engine.close();
  });

  it('asks the rule of somebody else', async () => {
    const bench = margined(250, [], { forbids: ({ kind, to }: { kind: string; to: string }) => (kind === 'transfer' && to === 'bob' ? 'house and client money are kept apart' : null) });
    await bench.apply('tick');
    const fields = { from: 'alice', to: 'bob', currency: 'USDC', amount: '1' };
    await expect(bench.apply('ledger.transfer', fields)).rejects.toThrow(/transfer from alice to bob: house and client money are kept apart/);
    await bench.engine.close();
  });
});

describe('ledger.transfer', () => {
  it('moves between clients, and from the house what it has', async () => {
    const bench = margined(250);
    await bench.apply('tick');
    const ask = (from: string, to: string, amount: string) => bench.apply('ledger.transfer', { from, to, currency: 'USDC', amount });
    expect(entries(await ask('alice', 'bob', '150000000'))).toEqual(['transfer alice USDC -150000000', 'transfer bob USDC 150000000']);
    await expect(ask('alice', 'bob', '1')).rejects.toMatchObject({ code: 'BalanceInsufficient' });
    await ask('bob', 'house/insurance', '70000000');
    await expect(ask('house/insurance', 'alice', '70000001')).rejects.toThrow(/house\/insurance has 70000000/);
    await ask('house/insurance', 'alice', '70000000');
    await expect(ask('bob', 'nobody', '1')).rejects.toMatchObject({ code: 'AccountUnknown' });
    await expect(ask('bob', 'bob', '1')).rejects.toMatchObject({ code: 'CommandInvalid' });
    expect([bench.balance('alice', 'USDC'), bench.balance('bob', 'USDC'), bench.balance('house/insurance', 'USDC')]).toEqual([170_000_000n, 130_000_000n, 0n]);
    bench.requireConserved();
    await bench.engine.close();
  });
});

const schedules = parseFeeSchedules({
  futures: { tiers: [{ fromVolume: 0, maker: { ofNotional: -0.0001 }, taker: { ofNotional: 0.0005 } }, { fromVolume: 1000, maker: { ofNotional: -0.0002 }, taker: { ofNotional: 0.0003, perContract: 0.01 } }] },
  options: { tiers: [{ fromVolume: 0, maker: { ofNotional: 0.0003 }, taker: { ofNotional: 0.0003 } }], optionCap: 0.125 },
});

describe('ledger.fee', () => {
  const bench = () => new LedgerBench(bookOf(names, [], [['alice', 'BTC', 1], ['alice', 'USD', 1000]]), { feeSchedules: schedules });
  const charge = { account: 'alice', instrument: 'BTC-PERP', quantity: 1000, price: 100_000, liquidity: 'taker', schedule: 'futures' };

  it('charges inverse futures by coin notional, as the venue shows: 0.05% of 0.1 BTC', async () => {
    // Deribit, Fees: $10,000 at $100,000: taker 0.00005 BTC, maker rebate of 0.01%: 0.00001 BTC.
    const venue = bench();
    expect(entries(await venue.apply('ledger.fee', charge))).toContain('fee alice BTC -5000');
    expect(entries(await venue.apply('ledger.fee', { ...charge, liquidity: 'maker' }))).toEqual(['fee alice BTC 1000', 'fee house/fees BTC -1000']);
    await venue.engine.close();
  });

  it('caps the fee of options at 12.5% of the premium, as the venue shows: 0.0000125 BTC for one at 0.0001', async () => {
    const venue = bench();
    const option = { account: 'alice', instrument: 'BTC-C', quantity: 1, price: 50_000, liquidity: 'taker', schedule: 'options' };
    expect(entries(await venue.apply('ledger.fee', { ...option, premium: 0.0001 }))).toContain('fee alice BTC -1250');
    // 0.0003 BTC where the premium is 0.01.
    expect(entries(await venue.apply('ledger.fee', { ...option, premium: 0.01 }))).toContain('fee alice BTC -30000');
    await venue.engine.close();
  });

  it('takes the tier of the volume, adds what is per contract, and rounds up', async () => {
    const venue = bench();
    // 7 x 0.1 x 33.333333 = 23.3333331; x 0.0003 = 0.00699999993; + 7 x 0.01 = 0.07699999993: 76999.99993 > 77000.
    const fields = { account: 'alice', instrument: 'SPX-PERP', quantity: 7, price: 33.333333, liquidity: 'taker', schedule: 'futures', volume: 1000 };
    expect(entries(await venue.apply('ledger.fee', fields))).toContain('fee alice USD -77000');
    // Maker: 23.3333331 x 0.0002 = 0.00466666662: a rebate of 4666.66662 is rounded down.
    expect(entries(await venue.apply('ledger.fee', { ...fields, liquidity: 'maker' }))).toContain('fee alice USD 4666');
    expect(entries(await venue.apply('ledger.fee', { account: 'alice', currency: 'USD', amount: '12', to: 'house/insurance' }))).toEqual(['fee alice USD -12', 'fee house/insurance USD 12']);
    await expect(venue.apply('ledger.fee', { ...fields, schedule: 'none' })).rejects.toThrow(/schedule must be one of the fee schedules futures, options, got "none"/);
    venue.requireConserved();
    await venue.engine.close();
  });

  it('refuses schedules that make no sense', () => {
    const tier = { fromVolume: 0, maker: {}, taker: {} };
    expect(() => parseFeeSchedules({ a: { tiers: [] } })).toThrow(/a.tiers must ascend/);
    expect(() => parseFeeSchedules({ a: { tiers: [tier, tier] } })).toThrow(/a.tiers must ascend/);
    expect(() => parseFeeSchedules({ a: { tiers: [{ ...tier, maker: { bps: 1 } }] } })).toThrow(/a.tiers\[0\].maker must have/);
    expect(() => parseFeeSchedules({ a: { tiers: [tier], optionCap: 2 } })).toThrow(/a.optionCap/);
  });
});

describe('ledger.correct', () => {
  it('reverses a posting once, by its number', async () => {
    const bench = new LedgerBench(bookOf(names, [], [['alice', 'USD', 10]]));
    await bench.apply('ledger.deposit', { account: 'bob', currency: 'USD', amount: '777' });
    const fix = (posting: number) => bench.apply('ledger.correct', { posting, reason: 'wrong account' });
    expect(entries(await fix(2))).toEqual(['correct external USD 777', 'correct bob USD -777']);
    expect(bench.balance('bob', 'USD')).toBe(0n);
    await expect(fix(2)).rejects.toThrow(/posting 2 was corrected already/);
    await expect(fix(3)).rejects.toThrow(/posting 3 is itself a correction/);
    await expect(fix(9)).rejects.toMatchObject({ code: 'PostingUnknown' });
    await expect(bench.apply('ledger.correct', { posting: 1 })).rejects.toMatchObject({ code: 'CommandInvalid' });
    bench.requireConserved();
    await bench.engine.close();
  });

  it('knows only what it keeps', async () => {
    const bench = new LedgerBench(bookOf(names, [], [['alice', 'USD', 10]]), { retainedEntries: 4 });
    for (let i = 0; i < 3; i++) await bench.apply('ledger.deposit', { account: 'bob', currency: 'USD', amount: '1' });
    await expect(bench.apply('ledger.correct', { posting: 2, reason: 'late' })).rejects.toThrow(/no posting 2 to correct: kept are 3 to 4/);
    await bench.engine.close();
  });
});

describe('cash from elsewhere', () => {
  it('is taken over against the outside, in whole minor units', async () => {
    const bench = new LedgerBench(bookOf(names, [], [['alice', 'USD', 10]]));
    const changes = { cash: [{ account: 'alice', currency: 'USD', amount: 1 }, { account: 'alice', currency: 'USD', amount: 12.3456789 }, { account: 'eve', currency: 'BTC', amount: 2 }] };
    const outcome = await bench.apply('book', { changes: changes as unknown as Storable });
    // 12.3456789 is 12345678.9 minor units: 2345678 more than the 10000000 before; exact 2345678.9, from outside 2345679.
    expect(entries(outcome).filter((each) => each.startsWith('book'))).toEqual([
      'book alice USD 2345678', 'book eve BTC 200000000', 'book external BTC -200000000', 'book external USD -2345679', 'book house/rounding USD 1',
    ]);
    // And whole minor units: to 10 dollars is 2345678 less again.
    const back = { cash: [{ account: 'alice', currency: 'USD', amount: 10 }] };
    expect(entries(await bench.apply('book', { changes: back as unknown as Storable }))).toEqual(['book alice USD -2345678', 'book external USD 2345678']);
    bench.requireConserved();
    await bench.engine.close();
  });

  it('lets other modules book', async () => {
    const ledger = new LedgerModule();
    const poster: AccountModule = {
      name: 'poster',
      commands: { 'poster.grant': () => void ledger.post({ kind: 'grant', reason: 'gift', reference: '' }, [{ account: 'zoe', currency: 'USD', amount: 5n }, { account: 'house/insurance', currency: 'USD', amount: -5n }]) },
      state: () => null,
      restore: () => {},
    };
    const engine = AccountEngine.create({ market: market(), book: bookOf(names, [], [['alice', 'USD', 10]]), params, modules: [ledger, poster] });
    const bench = new LedgerBench(bookOf([], [], []), {}, { module: ledger, engine });
    expect(entries(await bench.apply('poster.grant'))).toContain('grant zoe USD 5');
    bench.requireConserved();
    await bench.engine.close();
  });
});
