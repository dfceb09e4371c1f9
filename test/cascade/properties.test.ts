import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CascadeScenario } from '../../src/cascade/scenario.ts';
import { simulateCascade } from '../../src/cascade/simulate.ts';
import { engineOfLiquidationPrices, type PricedAccount } from '../vectors/cascade/liquidation-prices.ts';

const runs = { numRuns: 300, seed: 20251010 };

async function run(accounts: readonly PricedAccount[], scenario: CascadeScenario) {
  const engine = engineOfLiquidationPrices(100, accounts);
  try {
    await engine.tick();
    const [before, book] = [engine.stateHash(), engine.exportBook()];
    const result = await simulateCascade(engine, scenario);
    const { market } = engine;
    await engine.tick({ forward: market.forward, indexPrice: market.indexPrice });
    return { ...result, isPutBack: engine.stateHash() === before, book };
  } finally {
    await engine.close();
  }
}

const longs = fc.array(fc.tuple(fc.double({ min: 60, max: 99.5, noNaN: true }), fc.double({ min: 0.01, max: 100, noNaN: true })), {
  minLength: 1,
  maxLength: 40,
});
const shock = fc.double({ min: -0.4, max: -0.005, noNaN: true });
const sqrt = (dailyVolume: number) => ({ kind: 'sqrt', y: 1, sigma: 0.2, dailyVolume }) as const;

/** Section 9 of the specification in a dozen lines: sorted out anew in every round, no engine. */
function plainCascade(accounts: readonly PricedAccount[], move: number, factorOf: (volume: number) => number) {
  const shocked = 100 * (1 + move);
  const isGone = accounts.map(() => false);
  let [price, volume, rounds] = [shocked, 0, 0];
  for (;;) {
    const hit = accounts.flatMap(([liquidation], account) => (!isGone[account] && price <= liquidation ? [account] : []));
    if (hit.length === 0) return { price, volume, rounds, gone: isGone.filter(Boolean).length };
    for (const account of hit) isGone[account] = true;
    volume = accounts.reduce((sum, [, size], account) => (isGone[account] ? sum + size : sum), 0);
    price = shocked * factorOf(volume);
    rounds++;
  }
}

describe('random books of longs', () => {
  it('ends where an iteration without an engine ends, and puts the book back', async () => {
    await fc.assert(
      fc.asyncProperty(longs, shock, fc.constantFrom(0, 0.5, 2, 8), async (accounts, move, lambda) => {
        const impact = { kind: 'linear', lambda, dailyVolume: 1_000 } as const;
        const plain = plainCascade(accounts, move, (volume) => Math.exp((-lambda * volume) / 1_000));
        const result = await run(accounts, { shock: { X: move }, impact: { X: impact } });
        expect(result.isPutBack).toBe(true);
        expect(result.converged).toBe(true);
        expect(result.liquidatedAccounts).toBe(plain.gone);
        expect(result.rounds.length).toBe(plain.rounds);
        // Sums of a few dozen terms in another order, and one exponential.
        expect(Math.abs(result.lead.final / plain.price - 1)).toBeLessThan(1e-12);
        expect(Math.abs(result.lead.volume - plain.volume)).toBeLessThan(1e-9);
      }),
      runs,
    );
  });

  it('needs a round per account at most, and every round goes further down', async () => {
    await fc.assert(
      fc.asyncProperty(longs, shock, async (accounts, move) => {
        const result = await run(accounts, { shock: { X: move }, impact: { X: sqrt(500) } });
        expect(result.rounds.length).toBeLessThanOrEqual(accounts.length);
        for (const { prices: [price], newAccounts } of result.rounds) {
          expect(newAccounts).toBeGreaterThan(0);
          expect(price.after).toBeLessThan(price.before);
          expect(price.traded).toBeLessThanOrEqual(price.before);
          expect(price.traded).toBeGreaterThanOrEqual(price.after);
        }
      }),
      runs,
    );
  });

  it('a larger shock never liquidates fewer, more depth never amplifies more', async () => {
    await fc.assert(
      fc.asyncProperty(longs, shock, fc.double({ min: 1, max: 3, noNaN: true }), async (accounts, move, factor) => {
        const scenario = { shock: { X: move }, impact: { X: sqrt(500) } };
        const base = await run(accounts, scenario);
        const larger = await run(accounts, { ...scenario, shock: { X: Math.max(move * factor, -0.9) } });
        expect(larger.liquidatedAccounts).toBeGreaterThanOrEqual(base.liquidatedAccounts);
        expect(larger.lead.final).toBeLessThanOrEqual(base.lead.final);
        const deeper = await run(accounts, { ...scenario, impact: { X: sqrt(500 * factor) } });
        expect(deeper.amplification!).toBeLessThanOrEqual(base.amplification!);
        expect(deeper.liquidatedAccounts).toBeLessThanOrEqual(base.liquidatedAccounts);
      }),
      runs,
    );
  });

  it('conserves positions and money whatever the closing rule', async () => {
    const rule = fc.oneof(
      fc.constant({ kind: 'full' } as const),
      fc.double({ min: 0.1, max: 1, noNaN: true }).map((share) => ({ kind: 'share', share }) as const),
      fc.double({ min: 1, max: 2, noNaN: true }).map((buffer) => ({ kind: 'target', buffer }) as const),
    );
    await fc.assert(
      fc.asyncProperty(longs, shock, rule, async (accounts, move, close) => {
        const result = await run(accounts, { shock: { X: move }, impact: { X: sqrt(500) }, close });
        const traded = result.rounds.flatMap(({ prices }) => prices);
        const held = accounts.reduce((sum, [, size]) => sum + size, 0);
        const sold = traded.reduce((sum, price) => sum + price.sold, 0);
        expect(result.lead.volume).toBeLessThanOrEqual(held * (1 + 1e-12));
        expect(Math.abs(sold - result.lead.volume)).toBeLessThan(1e-9 * held);
        // Every long loses the fall: what was sold to the price it was sold at, the rest to the last price.
        const fallen = traded.reduce((sum, price) => sum + price.sold * (100 - price.traded), 0) + (held - sold) * (100 - result.lead.final);
        expect(Math.abs(result.equityBefore - result.equityAfter - fallen)).toBeLessThan(1e-9 * (held * 100));
        const split = result.fundUsed + result.adlUsed + result.socialised;
        // Each debt is rounded up to a millionth.
        expect(split - result.deficit).toBeGreaterThan(-1e-9 * (1 + result.deficit));
        expect(split - result.deficit).toBeLessThan(1e-6 * accounts.length + 1e-9 * (1 + result.deficit));
      }),
      runs,
    );
  });
});
