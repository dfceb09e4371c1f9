import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountEngine, Outcome } from '../../src/account/account-engine.ts';
import type { TickCommand } from '../../src/account/command.ts';
import { LedgerModule } from '../../src/ledger/ledger-module.ts';
import { LiquidationModule, type LiquidationOptions } from '../../src/liquidation/liquidation-module.ts';
import { styleOf } from '../support/liquidation-book.ts';
import { create, start, tick } from '../support/perpetual-venue.ts';

/** Incidents of liquidation: what happened, and what this engine does when the same reaches it. Sources: docs/INCIDENTS.md. */

const style = styleOf('cheapest', { evaluationsMax: 1000, intervalMs: 1000 }, { costs: { default: { lot: 1 } } });
const rules = { liquidation: { enterAt: 1, leaveAt: 1 } };

function liquidating(cash: readonly number[], options: Partial<LiquidationOptions> = {}): { engine: AccountEngine; module: LiquidationModule } {
  const module = new LiquidationModule({ style, ...options });
  return { engine: create(cash, { rules, modules: [module] }), module };
}

const at = (seconds: number, price?: number): TickCommand => ({ ...tick(0, price), timeMs: start + seconds * 1000 });
const dataOf = ({ batch }: Outcome, kind: string): Record<string, unknown>[] =>
  batch!.events.filter((event) => event.kind === kind).map(({ data }) => data);
const signals = (outcome: Outcome): unknown[] => dataOf(outcome, 'signal').map(({ signal }) => signal);

let fills = 0;
const fill = (seconds: number, quantity: number, price: number, signal: string) => ({
  id: `fill-${fills++}`, timeMs: start + seconds * 1000, kind: 'liquidation.fill',
  account: 'account-0', currency: 'USDC', instrument: 'BTC', quantity, price, signal,
});
const held = (engine: AccountEngine): number => engine.engine.heldBy('account-0').positions[0]?.quantity ?? 0;

describe('Deribit, 15 September 2017: the liquidation algorithm of portfolio margin ran in a continuous loop', () => {
  it('an order is given once, however often prices come and commands are repeated', async () => {
    const { engine } = liquidating([65]);
    const first = at(1, 98);
    // 65 - 20 = 45 <= 49: one contract less needs 44.1.
    expect(dataOf(await engine.apply(first), 'signal')).toMatchObject([{ signal: 'L1/1', trades: [{ instrument: 'BTC', quantity: -1 }] }]);
    expect(await engine.apply(first)).toMatchObject({ sequence: 1, repeated: true });
    for (let step = 0; step < 200; step++) expect(signals(await engine.apply(at(1 + step / 10, 98)))).toEqual([]);
    expect(held(engine)).toBe(10);
    await engine.close();
  });

  it('an order that left more missing than before is the last: the loop halts until somebody resumes it', async () => {
    const { engine, module } = liquidating([65]);
    await engine.apply(at(1, 98));
    // Sold at 80 into its own impact: 45 - 18 = 27 against 44.1, 17.1 missing where 4 were.
    const outcome = await engine.apply(fill(2, -1, 80, 'L1/1'));
    expect(dataOf(outcome, 'halted')).toMatchObject([{ account: 'account-0', reason: 'no-progress' }]);
    for (let step = 3; step < 303; step++) expect(signals(await engine.apply(at(step, 98 - step / 1000)))).toEqual([]);
    expect(module.records).toMatchObject([{ phase: 'halted', signal: null }]);
    expect(held(engine)).toBe(9);
    await engine.close();
  });

  it('whatever the fills, each order closes something, helps, or is the last', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 60, max: 110 }), { minLength: 1, maxLength: 10 }), async (prices) => {
      const { engine, module } = liquidating([65]);
      await engine.apply(at(0, 98));
      let isHalted = false;
      for (const [step, price] of prices.entries()) {
        const before = held(engine);
        const signal = module.records[0]?.signal ?? null;
        if (signal !== null) {
          expect(isHalted).toBe(false);
          const outcome = await engine.apply(fill(2 * step + 1, signal.trades[0].quantity, price, signal.id));
          const [{ missingBefore, missingAfter }] = dataOf(outcome, 'filled');
          isHalted = dataOf(outcome, 'halted').length > 0;
          expect(isHalted).toBe((missingAfter as number) >= (missingBefore as number));
          expect(held(engine)).toBeLessThan(before);
          expect(held(engine)).toBeGreaterThanOrEqual(0);
        }
        const given = signals(await engine.apply(at(2 * step + 2, 98)));
        expect(given.length).toBeLessThanOrEqual(isHalted ? 0 : 1);
      }
      await engine.close();
    }), { numRuns: 60 });
  });
});

describe('dYdX v4, by design: of those who can be liquidated a random few are attempted per block', () => {
  /** Who gets an order at each tick, and what the backlog says. */
  async function storm(cash: readonly number[], plansPerTick: number) {
    const { engine } = liquidating(cash, { plansPerTick });
    const served: string[][] = [];
    const waiting: number[] = [];
    for (let second = 1; second <= Math.ceil(cash.length / plansPerTick); second++) {
      const outcome = await engine.apply(at(second, 98));
      served.push(dataOf(outcome, 'signal').map(({ account }) => account as string));
      waiting.push((dataOf(outcome, 'backlog')[0]?.['waiting'] as number | undefined) ?? 0);
    }
    const hash = engine.stateHash();
    const liquidated = engine.counts.liquidation;
    await engine.close();
    return { served, waiting, hash, liquidated };
  }

  it('the worst come first, and who waits is counted', async () => {
    // At 98 of 49 needed: 42, 46, 41, 44, 43.
    const { served, waiting } = await storm([62, 66, 61, 64, 63], 2);
    expect(served).toEqual([['account-2', 'account-0'], ['account-4', 'account-3'], ['account-1']]);
    expect(waiting).toEqual([3, 1, 0]);
  });

  it('of any number everybody gets his turn, once; nobody is missing from the count; twice the same', async () => {
    const cash = fc.array(fc.integer({ min: 21, max: 68 }), { minLength: 1, maxLength: 30 });
    await fc.assert(fc.asyncProperty(cash, fc.integer({ min: 1, max: 7 }), async (balances, plansPerTick) => {
      const { served, waiting, hash, liquidated } = await storm(balances, plansPerTick);
      // At most 68 - 20 = 48 of the 49 that are needed.
      expect(liquidated).toBe(balances.length);
      const everybody = balances.map((_, row) => `account-${row}`);
      expect(served.flat().sort()).toEqual(everybody.sort());
      let done = 0;
      served.forEach((accounts, place) => {
        done += accounts.length;
        expect(done + waiting[place]).toBe(balances.length);
      });
      const order = served.flat().map((account) => balances[Number(account.slice('account-'.length))]);
      expect(order).toEqual([...order].sort((a, b) => a - b));
      expect((await storm(balances, plansPerTick)).hash).toBe(hash);
    }), { numRuns: 30 });
  });
});

describe('Drift, 2026: requirement and loss were truncated in the user’s favour, so that he passed as solvent', () => {
  it('levels compare what is, not what is left of it in minor units', async () => {
    // 60 - 10 (100 - p) = p / 2 at p = 940 / 9.5 = 98.947368421...
    // At 98.94736842 he has 49.4736842 and needs 49.47368421. Truncated to millionths, the loss towards zero: 60 - 10.526315
    // = 49.473685 against 49.473684, and he would be safe.
    const engine = create([60], { rules });
    await engine.apply(tick(0, 98.947_368_43));
    expect(engine.counts.liquidation).toBe(0);
    await engine.apply(tick(1, 98.947_368_42));
    expect(engine.counts.liquidation).toBe(1);
    await engine.close();
  });

  it('money is booked in whole minor units against the account: gains down, losses up, the rest is kept', async () => {
    const module = new LedgerModule();
    const engine = create([60], { modules: [module] });
    const { ledger } = module;
    const currency = ledger.currencyRow('USDC');
    const balance = (): bigint => ledger.balance(engine.engine.accountRow('account-0'), currency);
    let ids = 0;
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 99_000_000, max: 101_000_000 }), async (thousandths, millionths) => {
      const before = balance();
      await engine.apply({
        id: `sale-${ids++}`, timeMs: start, kind: 'ledger.fill', instrument: 'BTC', buyer: 'house/clearing', seller: 'account-0',
        quantity: thousandths / 1000, price: millionths / 1_000_000,
      });
      // Entered at 100: thousandths x (millionths - 100,000,000) thousandths of a minor unit, towards minus infinity.
      const exact = thousandths * (millionths - 100_000_000);
      expect(balance() - before).toBe(BigInt(Math.floor(exact / 1000)));
    }), { numRuns: 300 });
    await engine.close();
  });
});
