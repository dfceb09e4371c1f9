import { describe, expect, it } from 'vitest';
import { AccountEngine, type Outcome } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import type { ModuleEvent } from '../../src/account/events.ts';
import { POOLED } from '../../src/account/status.ts';
import { accountModules } from '../../src/cli/account-modules.ts';
import { MargridError } from '../../src/errors.ts';
import type { PoolingModule } from '../../src/pooling/pooling-module.ts';
import { balance, cashOf, commands, create, exampleAccounts, ledgerOf, moduleOf, quantityOf, settings, startMs, type Made } from './venue-day.ts';

const minute = 60_000;
const dollar = 1_000_000n;
let ids = 0;
const command = (minutes: number, kind: string, fields: object = {}): Command => ({ id: `t${ids++}`, timeMs: startMs + minutes * minute, kind, ...fields });
const tick = (minutes: number, btc?: number): Command =>
  command(minutes, 'tick', btc === undefined ? {} : { quotes: { forward: { 'BTC-PERP': btc }, indexPrice: { btc_usdc: btc } } });
const events = ({ batch }: Outcome, kind: string): ModuleEvent['data'][] => batch!.events.filter((each) => each.kind === kind).map(({ data }) => data);

/** Whatever happened: money adds up, and the book has what the ledger has; pools have no balance, and are not lost. */
function requireConsistent(made: Made): void {
  const { engine } = made;
  const ledger = ledgerOf(made);
  ledger.assertConserved();
  const pools = moduleOf<PoolingModule>(made.modules, 'accounts').mirrors();
  engine.engine.accountIds.forEach((account, row) => {
    if (pools.has(account)) expect(ledger.balance(row, 0), account).toBe(0n);
    else expect(cashOf(made, account), account).toBe(ledger.amount(row, 0));
  });
}

/** After a tick: every set is margined by itself, quarantined, or answered for by its pool. */
function requireComplete({ engine, modules }: Made): void {
  const pools = moduleOf<PoolingModule>(modules, 'accounts').mirrors();
  const { counts, level } = engine;
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(engine.engine.nettingSetCount);
  level.forEach((each, set) => {
    const { account } = engine.engine.setKeys;
    const isMember = [...pools.values()].some((members) => members.includes(engine.engine.accountIds[account[set]]));
    expect(each === POOLED, engine.engine.accountIds[account[set]]).toBe(isMember);
  });
}

describe('all modules in one account engine: the day of examples/venue-day', () => {
  it('comes to the amounts of the arithmetic, step by step', async () => {
    const made = create(exampleAccounts());
    const { engine } = made;
    const step = async (place: number): Promise<Outcome> => {
      const outcome = await engine.apply(commands[place - 1]);
      requireConsistent(made);
      return outcome;
    };
    const upTo = async (first: number, last: number): Promise<Outcome> => {
      for (let place = first; place < last; place++) await step(place);
      return step(last);
    };
    // Deposit of 30, 2 ETH-PERP at 10.5; would 1 BTC more do? 150 - 1, and 10 net of the haircut for 2 ETH of collateral,
    // which counts at once, against 50 + 2 + 10.
    const [check] = events(await upTo(1, 6), 'order-check');
    expect(check).toMatchObject({ allowed: true, needed: 10, freeMarginAfter: 97 });
    // 0.001 of 100: longs pay 0.1 a contract.
    await step(7);
    expect(['alice', 'bob', 'carol', 'dave', 'erin'].map((name) => cashOf(made, name))).toEqual([149.5, 2001.4, 59.6, 50.2, 74.3]);
    expect(balance(made, 'house/clearing')).toBe(0n);
    // The pool shows 59.6 + 50.2 and has none of it; the fund's 20 are bob's.
    await upTo(8, 9);
    expect([cashOf(made, 'desk'), quantityOf(made, 'desk'), balance(made, 'desk')]).toEqual([109.80000000000001, 2, 0n]);
    expect([balance(made, 'house/insurance'), cashOf(made, 'bob')]).toEqual([20n * dollar, 1981.4]);
    // At 95 erin has 74.3 - 35 = 39.3 against 66.5: called. Variation pays the 5 a contract, and alice's 2 x 0.5.
    const called = await upTo(10, 11);
    expect(engine.transitions(called.batch!).find(({ account }) => account === 'erin')).toMatchObject({ to: 'margin-call', after: { initialMargin: 66.5 } });
    await step(12);
    expect(['alice', 'bob', 'carol', 'dave', 'erin'].map((name) => cashOf(made, name))).toEqual([123.5, 2052.4, 39.6, 60.2, 39.3]);
    // At 93: 39.3 - 14 = 25.3 against 32.55. 1.859375 contracts and 0.1 of fee: 39.3 - 3.71875 - 0.1.
    const planned = await upTo(13, 15);
    expect(events(planned, 'signal')).toMatchObject([{ signal: 'L1/1', account: 'erin', trades: [{ quantity: -1.859375 }] }]);
    const [filled] = events(await step(16), 'posting');
    expect(filled).toMatchObject({ reason: 'liquidation L1', entries: [
      { account: 'erin', amount: '-3818750' }, { account: 'house/insurance', amount: '100000' }, { account: 'house/clearing', amount: '3718750' },
    ] });
    expect([cashOf(made, 'erin'), quantityOf(made, 'erin'), quantityOf(made, 'maker')]).toEqual([35.48125, 5.140625, 1.859375]);
    // At 87: 35.48125 - 5.140625 x 8 = -5.64375, which the fund pays; the liquidator has the position. Once.
    const bankrupt = await upTo(17, 19);
    expect(events(bankrupt, 'bankrupt')).toMatchObject([{ account: 'erin', deficit: '5643750' }]);
    expect(events(bankrupt, 'default')).toMatchObject([{ account: 'erin', deficit: 5_643_750n, fund: 5_643_750n }]);
    expect([balance(made, 'house/insurance'), quantityOf(made, 'erin'), quantityOf(made, 'liquidator')]).toEqual([14_456_250n, 0, 5.140625]);
    expect(events(await step(20), 'default')).toEqual([]);
    // ETH-PERP is delisted at 11: 2 x (11 - 10) from bob to alice. 5 x (87 - 95) of alice's is not paid yet.
    const last = await upTo(21, 23);
    expect([cashOf(made, 'alice'), cashOf(made, 'bob')]).toEqual([125.5, 2050.4]);
    expect(engine.status('alice')[0]).toMatchObject({ level: 'healthy', initialMargin: 43.5, maintenanceMargin: 21.75, adjustments: { concentration: 0, 'dynamic-margin': 0 } });
    // 125.5 - 40 + 10 of collateral; the pool 39.6 + 60.2 - 16 against 2 x 8.7.
    expect(engine.status('alice')[0].balance).toBeCloseTo(95.5, 12);
    expect(engine.status('desk')[0]).toMatchObject({ level: 'healthy', initialMargin: 17.400000000000002 });
    expect(engine.status('desk')[0].balance).toBeCloseTo(83.8, 12);
    expect(events(last, 'shares')).toHaveLength(1);
    // What came in: 2905 at the start, and alice's 30. The rest is between accounts and house.
    expect(balance(made, 'external')).toBe(-2935n * dollar);
    await engine.close();
  });
});

describe('a pool among the modules', () => {
  it('is liquidated through its members: positions, cash, fee and orders', async () => {
    const made = create({ a: { cash: 62, positions: [['BTC-PERP', 6, 100]] }, b: { cash: 21, positions: [['BTC-PERP', 2, 100]] }, m: { cash: 500, positions: [] } });
    const { engine } = made;
    for (const each of [tick(0), command(0, 'pool.form', { pool: 'p', members: ['a', 'b'] })]) await engine.apply(each);
    // At 93: 83 - 56 = 27 against 37.2.
    const [signal] = events(await engine.apply(tick(1, 93)), 'signal');
    expect(signal).toMatchObject({ account: 'p' });
    const { quantity } = (signal['trades'] as unknown as { quantity: number }[])[0];
    expect(quantity).toBeLessThan(0);
    // 2 contracts as 1.5 and 0.5, in whole ones 2 and 0 (the larger remainder is the first's); 14 of loss; 0.2 of fee.
    const fill = { account: 'p', currency: 'USDC', instrument: 'BTC-PERP', quantity: -2, price: 93, fee: '200000', signal: signal['signal'], counterparty: 'm' };
    const outcome = await engine.apply(command(2, 'liquidation.fill', fill));
    expect(events(outcome, 'pool-restored')).toEqual([]);
    expect(['a', 'b', 'p', 'm'].map((name) => [cashOf(made, name), quantityOf(made, name)])).toEqual([[47.8, 4], [21, 2], [68.8, 6], [500, 2]]);
    expect([balance(made, 'house/insurance'), balance(made, 'house/clearing'), balance(made, 'p')]).toEqual([200_000n, 14n * dollar, 0n]);
    requireConsistent(made);
    // At 88: 68.8 - 72. The waterfall leaves pools to whoever dissolves them; then it takes the members, each once.
    const fallen = await engine.apply(tick(3, 88));
    expect(events(fallen, 'skipped')).toMatchObject([{ account: 'p' }]);
    await engine.apply(command(4, 'pool.dissolve', { pool: 'p' }));
    const taken = await engine.apply(tick(4));
    // a: 47.8 - 48, b: 21 - 24. Nobody but m has anything, and no fund: m pays all of it.
    expect(events(taken, 'default').map(({ account, deficit }) => [account, deficit])).toEqual([['a', 200_000n], ['b', 3_000_000n]]);
    requireConsistent(made);
    await engine.close();
  });

  it('has no money of its own for the ledger, and segregation binds transfers', async () => {
    const made = create({ a: { cash: 30, positions: [] }, b: { cash: 10, positions: [] }, h: { cash: 5, positions: [] } });
    const { engine } = made;
    await engine.applyAll([tick(0), command(0, 'pool.form', { pool: 'p', members: ['a'] }), command(0, 'accounts.classify', { account: 'h', class: 'house' }), tick(0)]);
    const refusal = (kind: string, fields: object): Promise<string> => engine.apply(command(0, kind, fields)).then(() => 'applied', (error: Error) => error.message);
    expect(await refusal('ledger.deposit', { account: 'p', currency: 'USDC', amount: '1' })).toContain("'p' is a pool");
    expect(await refusal('ledger.fill', { instrument: 'BTC-PERP', buyer: 'p', seller: 'b', quantity: 1, price: 100 })).toContain("'p' is a pool");
    expect(await refusal('ledger.transfer', { from: 'b', to: 'h', currency: 'USDC', amount: '1' })).toContain('house and client accounts are segregated');
    expect(await refusal('waterfall.withdraw', { account: 'p', currency: 'USDC', amount: '1' })).toContain('must not be a pool');
    expect(await refusal('ledger.transfer', { from: 'b', to: 'house/fees', currency: 'USDC', amount: '1' })).toBe('applied');
    requireConsistent(made);
    await engine.close();
  });
});

/** Multiplier and increment of Numerical Recipes: the same sequence everywhere. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'maker'];

interface State {
  btc: number;
  /** The last signal of a liquidation. */
  open: ModuleEvent['data'] | null;
  /** The last order that was placed. */
  placed: { readonly account: string; readonly order: string };
  isolated: { readonly account: string; readonly instrument: string };
}

/** Commands as a venue would get them, many of them wrong. Prices wander; signals that are open get fills. */
function randomCommand(next: (below: number) => number, minutes: number, state: State): Command {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)];
  const account = pick(names);
  const amount = String((1 + next(40)) * 250_001);
  const instrument = pick(['BTC-PERP', 'ETH-PERP']);
  const price = instrument === 'BTC-PERP' ? state.btc : 10;
  const kinds: (() => Command)[] = [
    () => command(minutes, 'ledger.deposit', { account: pick([...names, 'new', 'desk']), currency: 'USDC', amount }),
    () => command(minutes, 'ledger.withdraw', { account, currency: 'USDC', amount }),
    () => command(minutes, 'ledger.transfer', { from: account, to: pick([...names, 'house/insurance']), currency: 'USDC', amount }),
    () => command(minutes, 'ledger.fill', { instrument, buyer: account, seller: pick([...names, 'house/clearing']), quantity: (1 + next(30)) / 10, price: price + next(3) / 7 }),
    () => command(minutes, 'ledger.funding', { rates: { 'BTC-PERP': (next(9) - 4) / 7_000 } }),
    () => command(minutes, 'ledger.variation'),
    () => command(minutes, 'ledger.settle', { instrument: 'ETH-PERP', price: 9 + next(3) }),
    () => command(minutes, 'collateral.deposit', { account, asset: 'ETH', amount: `${1 + next(3)}00000000` }),
    () => command(minutes, 'dynamic.observe', { returns: { btc: (next(9) - 4) / 200 } }),
    () => command(minutes, 'order.place', { account, order: `o${minutes}`, instrument, quantity: next(5) - 2.5, limitPrice: price }),
    () => command(minutes, 'order.fill', state.placed),
    () => command(minutes, 'order.cancel', state.placed),
    () => command(minutes, 'pool.form', { pool: 'desk', members: ['carol', 'dave'], margin: pick(['net', 'gross']) }),
    () => command(minutes, 'pool.join', { pool: 'desk', member: account }),
    () => command(minutes, pick(['pool.leave', 'pool.dissolve']), { pool: 'desk', member: account }),
    () => command(minutes, 'pool.trade', { pool: 'desk', instrument, quantity: next(5) - 2, price }),
    () => command(minutes, 'mode.isolate', { account, instrument, collateral: amount }),
    () => command(minutes, 'mode.cross', state.isolated),
    () => command(minutes, 'accounts.transfer', { from: account, to: pick(names), currency: 'USDC', amount }),
    () => command(minutes, 'accounts.classify', { account, class: pick(['house', 'client']) }),
    () => command(minutes, 'waterfall.fund', { fund: 'USDC', amount, ...(next(2) === 0 ? { account } : {}) }),
    () => command(minutes, 'waterfall.withdraw', { account, currency: 'USDC', amount }),
    () => command(minutes, 'book', { changes: { cash: [{ account, currency: 'USDC', amount: next(100_000) / 300 }] } }),
  ];
  if (next(5) === 0) {
    state.btc = Math.max(state.btc * (1 + (next(15) - 7.5) / 100), 20);
    return tick(minutes, state.btc);
  }
  if (state.open !== null && next(2) === 0) {
    const { account: of, signal, trades } = state.open;
    const [trade] = trades as unknown as { instrument: string; quantity: number }[];
    state.open = null;
    return command(minutes, 'liquidation.fill', { account: of, currency: 'USDC', ...trade, price: state.btc, fee: amount.slice(0, 4), signal, ...(next(2) === 0 ? { counterparty: account } : {}) });
  }
  return pick(kinds)();
}

describe('random commands through all modules', () => {
  const seen = new Set<string>();
  it.each([1, 2, 3, 4, 5, 6])('conserve money, lose nobody, restore and replay the same (seed %i)', async (seed) => {
    const next = randomNumbers(seed);
    const state: State = { btc: 100, open: null, placed: { account: 'alice', order: 'none' }, isolated: { account: 'alice', instrument: 'BTC-PERP' } };
    const applied: Command[] = [];
    const kinds = new Set<string>();
    let made = create(exampleAccounts());
    let refused = 0;
    for (let place = 0; place < 400; place++) {
      const each = place === 0 ? tick(0) : randomCommand(next, place, state);
      let twin: AccountEngine | null = null;
      if (place % 40 === 39) {
        await made.engine.apply(tick(place));
        applied.push({ id: `t${ids - 1}`, timeMs: startMs + place * minute, kind: 'tick' });
        const modules = accountModules(settings);
        twin = await AccountEngine.restore(made.engine.snapshot(), { modules });
        expect(twin.stateHash()).toBe(made.engine.stateHash());
        const others = [twin, made.engine] as const;
        const [there, here] = await Promise.all(others.map((engine) => outcomeOf(engine, each)));
        expect(there).toEqual(here);
        await made.engine.close();
        made = { engine: twin, modules };
        if (typeof here !== 'string') applied.push(each);
        continue;
      }
      const outcome = await outcomeOf(made.engine, each);
      if (typeof outcome === 'string') {
        refused++;
        continue;
      }
      applied.push(each);
      kinds.add(each.kind);
      if (each.kind === 'order.place') state.placed = { account: each['account'] as string, order: each['order'] as string };
      if (each.kind === 'mode.isolate') state.isolated = { account: each['account'] as string, instrument: each['instrument'] as string };
      for (const { kind, module } of outcome.batch!.events) kinds.add(`${module}: ${kind}`);
      state.open = events(outcome, 'signal').at(-1) ?? state.open;
      requireConsistent(made);
      if (each.kind === 'tick') requireComplete(made);
    }
    for (const kind of kinds) seen.add(kind);
    // Most kinds went through at least once, and enough was refused to know that refusals leave no trace.
    expect(kinds.size).toBeGreaterThan(14);
    expect(refused).toBeGreaterThan(20);
    const end = tick(500);
    applied.push(end);
    await made.engine.apply(end);
    const again = create(exampleAccounts());
    for (const each of applied) await again.engine.apply(each);
    expect(again.engine.stateHash()).toBe(made.engine.stateHash());
    await Promise.all([again.engine.close(), made.engine.close()]);
  });

  it('reach every kind of command, and every step of the waterfall', () => {
    const tried = ['ledger.deposit', 'ledger.withdraw', 'ledger.transfer', 'ledger.fill', 'ledger.funding', 'ledger.variation', 'ledger.settle',
      'collateral.deposit', 'dynamic.observe', 'order.place', 'order.fill', 'order.cancel', 'pool.form', 'pool.join', 'pool.leave',
      'pool.dissolve', 'pool.trade', 'mode.isolate', 'mode.cross', 'accounts.transfer', 'accounts.classify', 'waterfall.fund',
      'waterfall.withdraw', 'book', 'tick', 'liquidation.fill', 'waterfall: insurance-fund', 'waterfall: adl', 'waterfall: socialised-loss'];
    expect(tried.filter((kind) => !seen.has(kind))).toEqual([]);
  });
});

async function outcomeOf(engine: AccountEngine, each: Command): Promise<Outcome | string> {
  try {
    return await engine.apply(each);
  } catch (error) {
    if (error instanceof MargridError && error.code !== 'EngineState') return `${error.code}: ${error.message}`;
    throw error;
  }
}
