import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import type { Storable, Transition } from '../../src/account/events.ts';
import type { AccountModule } from '../../src/account/module.ts';
import { create, minute, start, tick, words } from '../support/perpetual-venue.ts';

describe('AccountEngine', () => {
  it('follows prices through the levels and back', async () => {
    const engine = create([200, 105, 95, 80, 40]);
    // At 100: initial margin 100, maintenance 50; balances are the cash.
    expect(words(engine, await engine.apply(tick(0)))).toEqual([
      'account-2 healthy > restricted: below-initial-margin',
      'account-3 healthy > margin-call: call-issued',
      'account-4 healthy > liquidation: at-maintenance-margin',
    ]);
    // At 96: every balance 40 less; initial 96, maintenance 48. 160; 65; 55; 40; 0 (0 is not negative).
    expect(words(engine, await engine.apply(tick(1, 96)))).toEqual([
      'account-1 healthy > margin-call: call-issued',
      'account-2 restricted > margin-call: call-issued',
      'account-3 margin-call > liquidation: at-maintenance-margin',
    ]);
    // At 95: balance of the last -10: bankrupt; account-2 45 <= 47.5.
    expect(words(engine, await engine.apply(tick(2, 95)))).toEqual([
      'account-2 margin-call > liquidation: at-maintenance-margin',
      'account-4 liquidation > bankrupt: negative-balance',
    ]);
    // At 102: 220, 125 (>= 102), 115, 100, 60; initial 102, maintenance 51. Liquidation is left at 61.2.
    expect(words(engine, await engine.apply(tick(3, 102)))).toEqual([
      'account-1 margin-call > healthy: call-met',
      'account-2 liquidation > healthy: recovered',
      'account-3 liquidation > restricted: recovered',
      'account-4 bankrupt > liquidation: recovered',
    ]);
    await engine.close();
  });

  it('says which price, by how much, and what a call asks for', async () => {
    const engine = create([110]);
    await engine.apply(tick(0));
    const { batch } = await engine.apply(tick(1, 97));
    // Balance 110 - 30 = 80 against 0.9 x 97: called for 97 - 80 = 17, due ten minutes later.
    const expected: Partial<Transition> = {
      event: 1, account: 'account-0', currency: 'USDC', price: { instrument: 'BTC', before: 100, after: 97 },
      before: { balance: 110, initialMargin: 100, maintenanceMargin: 50 },
      after: { balance: 80, initialMargin: 97, maintenanceMargin: 48.5 },
      call: { amount: 17, cureAmount: 17, dueMs: start + 11 * minute },
    };
    expect(engine.transitions(batch!)[0]).toMatchObject(expected);
    expect(engine.status('account-0')[0]).toMatchObject({ level: 'margin-call', freeMargin: -17, call: { amount: 17 } });
    await engine.close();
  });

  it('liquidates after due time and grace, not before, and never because of a missing price', async () => {
    const engine = create([80]);
    await engine.apply(tick(0));
    expect(words(engine, await engine.apply(tick(14)))).toEqual([]);
    expect(words(engine, await engine.apply(tick(14.5, null)))).toEqual(['account-0 margin-call > quarantined: quarantined']);
    expect(words(engine, await engine.apply(tick(16)))).toEqual([]);
    expect(words(engine, await engine.apply(tick(17, 100)))).toEqual(['account-0 quarantined > liquidation: call-not-met']);
    await engine.close();
  });

  it('answers a repeated command without applying it, and refuses others whole', async () => {
    const engine = create([200]);
    const first = tick(1, 90);
    const { sequence } = await engine.apply(first);
    const hash = engine.stateHash();
    expect(await engine.apply(first)).toEqual({ sequence, repeated: true, batch: null });
    await expect(engine.apply(tick(0))).rejects.toMatchObject({ code: 'CommandInvalid' });
    await expect(engine.apply({ id: 'x', timeMs: start + minute, kind: 'nonsense' })).rejects.toThrow(/no command 'nonsense'/);
    await expect(engine.apply({ ...tick(2), quotes: { forward: { ETH: 1 } } })).rejects.toMatchObject({ code: 'InstrumentUnknown' });
    expect(engine.stateHash()).toBe(hash);
    await engine.close();
  });

  it.each([
    [{ kind: 'tick', quotes: null }], [{ kind: 'tick', quotes: [] }], [{ kind: 'tick', quotes: { forward: null } }],
    [{ kind: 'tick', quotes: { fields: 5 } }], [{ kind: 'book' }], [{ kind: 'book', changes: { cash: {} } }],
    [{ kind: 'toString' }], [{ kind: '__proto__' }], [{ kind: 'tick', timeMs: 1e18 }], [{ kind: 'tick', timeMs: NaN }],
    [{ kind: 'tick', deep: JSON.parse('['.repeat(100) + ']'.repeat(100)) as Storable }],
  ])('refuses %j and goes on', async (fields) => {
    const engine = create([200]);
    await engine.apply(tick(0));
    const before = engine.stateHash();
    const command = Object.assign({ id: 'bad', timeMs: start }, fields) as Command;
    await expect(engine.apply(command)).rejects.toHaveProperty('code', expect.stringMatching(/Invalid$/));
    expect(engine.stateHash()).toBe(before);
    await engine.apply(tick(1, 101));
    await engine.close();
  });

  it('keeps the due time of a call when the rules change and when a quarantine comes between', async () => {
    const engine = create([80]);
    await engine.apply(tick(0));
    const dueMs = start + 10 * minute;
    const marginCall = { ...engine.rules.marginCall, graceMs: 30 * minute };
    await engine.apply({ id: 'rules', timeMs: start, kind: 'rules', rules: { ...engine.rules, marginCall } as unknown as Storable });
    expect(engine.status('account-0')[0].call).toMatchObject({ dueMs });
    await engine.apply(tick(1, null));
    const { batch } = await engine.apply(tick(2, 100));
    expect(engine.transitions(batch!)[0]).toMatchObject({ from: 'quarantined', to: 'margin-call', call: { dueMs } });
    await engine.close();
  });

  it('restores the amounts of the last tick, not those of a book that changed since', async () => {
    let amount = 7;
    const module = (): AccountModule => ({
      name: 'test',
      adjustments: [{ name: 'extra', counts: 'balance', compute: (_context, amounts) => void amounts.fill(amount) }],
      commands: { 'test.ask': (_command, context) => context.emit('answer', { added: context.added(0).balance }) },
      state: () => null,
      restore: () => {},
    });
    const whole = create([200], { modules: [module()] });
    await whole.apply(tick(0));
    amount = 9;
    const restored = await AccountEngine.restore(whole.snapshot(), { modules: [module()] });
    const ask: Command = { id: 'ask', timeMs: start, kind: 'test.ask' };
    const [a, b] = [await whole.apply(ask), await restored.apply(ask)];
    expect(a.batch!.events[0].data).toEqual({ added: 7 });
    expect(b).toEqual(a);
    await whole.close();
    await restored.close();
  });

  it('restores from a snapshot to the same hash, and goes on alike', async () => {
    const commands: Command[] = [tick(0), tick(1, 96), tick(2, 95), tick(3, 102)].map((each) => each as unknown as Command);
    const whole = create([200, 105, 95, 80, 40]);
    await whole.applyAll(commands.slice(0, 2));
    const restored = await AccountEngine.restore(whole.snapshot(), {});
    expect(restored.stateHash()).toBe(whole.stateHash());
    for (const engine of [whole, restored]) await engine.applyAll(commands.slice(2));
    expect(restored.stateHash()).toBe(whole.stateHash());
    await whole.close();
    await restored.close();
  });

  it('keeps statuses with their accounts when netting sets are opened and closed', async () => {
    const engine = create([200, 80]);
    await engine.apply(tick(0));
    const changes = { cash: [{ account: 'new', currency: 'USDC', amount: 5 }, { account: 'account-0', currency: 'USDC', amount: 0 }], positions: [{ account: 'account-0', instrument: 'BTC', quantity: 0 }] };
    await engine.apply({ id: 'change', timeMs: start, kind: 'book', changes: changes as unknown as Storable });
    expect(engine.status('account-1')[0]).toMatchObject({ level: 'margin-call', balance: 80 });
    expect(engine.status('account-0')).toEqual([]);
    await engine.apply(tick(1));
    expect(engine.counts).toMatchObject({ healthy: 1, 'margin-call': 1 });
    await engine.close();
  });

  it('counts adjustments of modules and lets them hold transitions back', async () => {
    let held = true;
    const module: AccountModule = {
      name: 'test',
      adjustments: [
        { name: 'collateral', counts: 'balance', compute: (_context, amounts) => void amounts.fill(7) },
        { name: 'concentration', counts: 'requirement', compute: (_context, amounts, maintenance) => {
          amounts.fill(3);
          maintenance.fill(2);
        } },
      ],
      holdTransitions: ({ to }) => new Set(held ? to.flatMap((level, place) => (level >= 3 ? [place] : [])) : []),
      state: () => null,
      restore: () => {},
    };
    const engine = create([40], { modules: [module] });
    // 40 + 7 against 100 + 3 and 50 + 2.
    expect(words(engine, await engine.apply(tick(0)))).toEqual([]);
    expect(engine.status('account-0')[0]).toMatchObject({
      level: 'healthy', balance: 47, initialMargin: 103, maintenanceMargin: 52, adjustments: { collateral: 7, concentration: 3 },
    });
    held = false;
    expect(words(engine, await engine.apply(tick(1)))).toEqual(['account-0 healthy > liquidation: at-maintenance-margin']);
    await engine.close();
  });
});
