import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { levelNames } from '../../src/account/status.ts';
import { isLiquidatable } from '../../src/account/status-machine.ts';
import { book, create, market, minute, params, start, tick } from '../support/perpetual-venue.ts';

describe('FTX, 2019 to 2022: one account was exempt from liquidation, with a line of 65 billion', () => {
  it('every netting set has exactly one level at every tick, and nobody who is liquidatable has a better one', async () => {
    const cash = fc.array(fc.integer({ min: -100, max: 300 }), { minLength: 1, maxLength: 40 });
    const prices = fc.array(fc.double({ min: 50, max: 150, noNaN: true }), { minLength: 1, maxLength: 6 });
    await fc.assert(fc.asyncProperty(cash, prices, async (balances, path) => {
      const engine = create(balances);
      for (const [step, price] of path.entries()) {
        await engine.apply(tick(step, price));
        const counted = levelNames.reduce((sum, level) => sum + engine.counts[level], 0);
        expect(counted).toBe(engine.engine.nettingSetCount);
        for (let set = 0; set < counted; set++) {
          const { equity, initialMargin, maintenanceMargin } = engine.engine.results;
          const seen = { balance: equity[set], initialMargin: initialMargin[set], maintenanceMargin: maintenanceMargin[set] };
          if (isLiquidatable(engine.rules, seen)) expect(levelNames[engine.level[set]]).toMatch(/^(liquidation|bankrupt)$/);
        }
      }
      await engine.close();
    }), { numRuns: 100 });
  });

  it('there is no rule, attribute or command that could exempt anybody', () => {
    const exempting = { allowNegative: ['alice'] };
    expect(() => AccountEngine.create({ market: market(), book: book([1]), model: 'hyperliquid', params, rules: exempting })).toThrow(/allowNegative is not known/);
  });
});

describe('BitMEX, 12 March 2020: load in an unrelated path starved the core', () => {
  it('a flood of refused commands changes nothing and holds up nobody in the same group', async () => {
    const engine = create([200, 60]);
    const flood = Array.from({ length: 5_000 }, (_, place) => ({ id: `junk-${place}`, timeMs: start, kind: 'junk' }));
    const outcomes = await engine.applyAll([...flood, tick(1, 100)]);
    expect(outcomes.filter((each) => 'refused' in each)).toHaveLength(5_000);
    expect(outcomes.at(-1)).toMatchObject({ sequence: 1, repeated: false });
    expect(engine.status('account-1')[0]).toMatchObject({ level: 'margin-call', call: { dueMs: start + 11 * minute } });
    await engine.close();
  });
});
