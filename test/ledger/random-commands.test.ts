import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Storable } from '../../src/account/events.ts';
import { MargridError } from '../../src/errors.ts';
import { parseFeeSchedules } from '../../src/ledger/fees.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { bookOf, expiry, LedgerBench, start, type Cash } from './lifecycle-market.ts';

const names = ['ann', 'ben', 'cat', 'dan', 'eve'];
const cash: readonly Cash[] = names.flatMap((name, place) => [[name, 'BTC', 5 + place / 3], [name, 'USD', 1_000_000 / (place + 3)]] as const);
const feeSchedules = parseFeeSchedules({
  venue: { tiers: [{ fromVolume: 0, maker: { ofNotional: -0.00011 }, taker: { ofNotional: 0.00053, perContract: 0.0013 } }], delivery: { ofNotional: 0.00017 }, optionCap: 0.125 },
});

type Fields = Readonly<Record<string, Storable>>;
type Step = readonly [kind: string, fields: Fields];

const client = fc.constantFrom(...names, 'new');
const currency = fc.constantFrom('BTC', 'USD');
const amount = fc.bigInt({ min: 1n, max: 10n ** 12n }).map(String);
const size = fc.integer({ min: 1, max: 9_999 }).map((value) => value / 100);
const near = (price: number) => fc.integer({ min: 70, max: 130 }).map((percent) => (price * percent) / 100 + 1 / 7);
const traded = fc.constantFrom(['BTC-PERP', 50_000], ['BTC-FUT', 50_000], ['BTC-C', 0.05], ['SPX-FUT', 100], ['SPX-PERP', 100], ['SPX-C', 4], ['SPX-P', 3], ['SPX', 100]);
const reference = fc.constant('t');

const before: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ account: client, currency, amount, reference }).map((fields): Step => ['ledger.deposit', fields]),
  fc.record({ account: client, currency, amount }).map((fields): Step => ['ledger.withdraw', fields]),
  fc.record({ from: fc.constantFrom(...names, 'house/fees', 'house/insurance'), to: fc.constantFrom(...names, 'house/insurance'), currency, amount }).map((fields): Step => ['ledger.transfer', fields]),
  fc.record({ account: client, currency, amount }).map((fields): Step => ['ledger.fee', fields]),
  { weight: 6, arbitrary: fc.tuple(traded, client, fc.constantFrom(...names, 'house/clearing'), size, near(1), fc.constantFrom('buyer', 'seller')).map(([[instrument, price], buyer, seller, quantity, factor, maker]): Step =>
    ['ledger.fill', { instrument, buyer, seller, quantity, price: (price as number) * factor, maker, schedule: 'venue' }]) },
  fc.tuple(fc.integer({ min: -99, max: 99 }), near(50_000), near(100)).map(([rate, coin, stock]): Step =>
    ['ledger.funding', { rates: { 'BTC-PERP': rate / 70_000, 'SPX-PERP': rate / 90_000 }, marks: { 'BTC-PERP': coin, 'SPX-PERP': stock } }]),
  fc.tuple(near(50_000), near(100)).map(([coin, stock]): Step => ['ledger.variation', { prices: { 'BTC-PERP': coin, 'BTC-FUT': coin, 'SPX-PERP': stock, 'SPX-FUT': stock } }]),
  fc.tuple(client, size, fc.constantFrom('pro-rata', 'random'), fc.nat(99)).map(([account, quantity, method, seed]): Step =>
    ['ledger.exercise', { account, instrument: 'SPX-C', quantity, delivery: 'physical', underlying: 'SPX', assignment: { method, seed, lot: 0.01 } }]),
  fc.constant<Step>(['ledger.adjust', { adjustment: 'split', instrument: 'SPX-P', to: 'SPX-C', ratio: [2, 1] }]),
  fc.constant<Step>(['ledger.adjust', { adjustment: 'contract-size', instrument: 'SPX-FUT', to: 'SPX-FUT-5' }]),
  fc.nat(30).map((posting): Step => ['ledger.correct', { posting, reason: 'mistake' }]),
  fc.tuple(client, currency, fc.double({ min: -1e6, max: 1e6, noNaN: true })).map(([account, unit, value]): Step => ['book', { changes: { cash: [{ account, currency: unit, amount: value }] } }]),
  fc.constant<Step>(['tick', {}]),
);
const after: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(near(50_000), fc.constantFrom('BTC-FUT', 'BTC-C', 'BTC-P')).map(([price, instrument]): Step => ['ledger.settle', { instrument, price, schedule: 'venue' }]),
  fc.tuple(near(95), fc.constantFrom('SPX-FUT', 'SPX-C', 'SPX-P'), fc.constantFrom('cash', 'physical'), fc.constantFrom<readonly string[]>([], ['ann'])).map(([price, instrument, delivery, abandon]): Step =>
    ['ledger.settle', { instrument, price, delivery, underlying: 'SPX', threshold: 0.01, abandon, assignment: { lot: 0.01, method: 'random', seed: 3 } }]),
);
const run = fc.tuple(fc.array(before, { minLength: 1, maxLength: 25 }), fc.array(after, { maxLength: 6 }));

const command = (steps: readonly Step[], timeMs: number, id: string) => steps.map(([kind, fields], index) => ({ ...fields, id: `${id}-${index}`, timeMs, kind }));

async function applied(bench: LedgerBench, [first, last]: readonly [readonly Step[], readonly Step[]]): Promise<number> {
  let refusals = 0;
  for (const each of [...command(first, start, 'first'), ...command(last, expiry, 'last')]) {
    const isBook = each.kind === 'book';
    const state = isBook ? '' : stateOf(bench);
    try {
      await bench.engine.apply(each);
      bench.requireConserved();
    } catch (error) {
      if (!(error instanceof MargridError)) throw error;
      refusals++;
      if (!isBook) expect(stateOf(bench)).toBe(state);
    }
  }
  return refusals;
}

/** Ledger and book: what a refusal must not touch. */
function stateOf({ module, engine }: LedgerBench): string {
  const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : ArrayBuffer.isView(value) ? Array.from(value as BigInt64Array, String) : value);
  return JSON.stringify([module.state(), engine.engine.exportBook()], plain);
}

describe('random sequences of commands', () => {
  it('keep every currency at zero, cash with the ledger, and refusals without a trace', async () => {
    let refusals = 0;
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(run, async (sequence) => {
        const bench = new LedgerBench(bookOf(names, [], cash), { feeSchedules, retainedEntries: 200 });
        refusals += await applied(bench, sequence);
        steps += sequence[0].length + sequence[1].length;
        await bench.engine.close();
      }),
      { numRuns: 1_000 },
    );
    // Both kinds happen: neither is the test vacuous nor is everything refused.
    expect(refusals).toBeGreaterThan(steps * 0.05);
    expect(refusals).toBeLessThan(steps * 0.7);
  });

  it('end in the same state when replayed, and from a snapshot in the middle', async () => {
    await fc.assert(
      fc.asyncProperty(run, fc.nat(24), async ([first, last], cut) => {
        const whole = new LedgerBench(bookOf(names, [], cash), { feeSchedules, retainedEntries: 200 });
        await whole.apply('tick');
        const commands = [...command(first, start, 'first'), ...command(last, expiry, 'last'), { id: 'end', timeMs: expiry, kind: 'tick' }];
        await whole.engine.applyAll(commands.slice(0, cut));
        const module = new LedgerModule({ feeSchedules, retainedEntries: 200 });
        // Capacities differ on purpose: they are no part of the state.
        const restored = await AccountEngine.restore(await ticked(whole), { modules: [module], positionCapacity: 9_999, nettingSetCapacity: 999 });
        for (const engine of [whole.engine, restored]) await engine.applyAll(commands.slice(cut));
        expect(restored.stateHash()).toBe(whole.engine.stateHash());
        module.ledger.assertConserved();
        await whole.engine.close();
        await restored.close();
      }),
      { numRuns: 200 },
    );
  });
});

async function ticked(bench: LedgerBench): Promise<Storable> {
  await bench.apply('tick');
  return bench.engine.snapshot();
}

describe('Ledger', () => {
  const entries = (list: readonly (readonly [number, number, bigint])[]) => ({
    count: list.length,
    account: Int32Array.from(list, ([account]) => account),
    currency: Uint8Array.from(list, ([, unit]) => unit),
    amount: BigInt64Array.from(list.map(([, , value]) => value)),
    instrument: new Int32Array(list.length).fill(-1),
  });

  it('takes nothing that does not add up to zero in every currency', () => {
    const ledger = new Ledger({ currencies: ['BTC', 'USD'] });
    const saved = ledger.state();
    expect(() => ledger.post('x', '', '', entries([[0, 0, 5n], [1, 0, -4n]]))).toThrow(/entries in BTC add up to 1, not to 0/);
    expect(() => ledger.post('x', '', '', entries([[0, 0, 5n], [1, 1, -5n]]))).toThrow(expect.objectContaining({ code: 'LedgerUnbalanced' }));
    expect(ledger.state()).toEqual(saved);
  });

  it('guards the ends of 64 bits on the way, not only at the end', () => {
    const ledger = new Ledger({ currencies: ['BTC'] });
    const most = 2n ** 63n - 1n;
    ledger.post('x', '', '', entries([[0, 0, most], [-1, 0, -most]]));
    expect(() => ledger.post('x', '', '', entries([[0, 0, 1n], [-1, 0, -1n]]))).toThrow(expect.objectContaining({ code: 'LimitExceeded' }));
    expect(() => ledger.post('x', '', '', entries([[0, 0, 1n], [1, 0, -1n], [0, 0, -1n], [1, 0, 1n]]))).toThrow(expect.objectContaining({ code: 'LimitExceeded' }));
    ledger.post('x', '', '', entries([[0, 0, -1n], [1, 0, 1n], [0, 0, 1n], [1, 0, -1n]]));
    expect(ledger.balance(0, 0)).toBe(most);
    expect(ledger.amount(0, 0)).toBe(92233720368.54776);
  });

  it('notices a state that was tampered with', () => {
    const ledger = new Ledger({ currencies: ['BTC'] });
    ledger.post('x', '', '', entries([[0, 0, 7n], [-1, 0, -7n]]));
    const state = ledger.state() as { clients: BigInt64Array[] };
    state.clients[0][0] = 8n;
    expect(() => new Ledger({ currencies: ['BTC'] }).restore(state as unknown as Storable)).toThrow(/balances in BTC add up to 1/);
    expect(() => new Ledger({ currencies: ['ETH'] }).restore(ledger.state())).toThrow(/saved ledger has currencies \["BTC"\]/);
  });
});
