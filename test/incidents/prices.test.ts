import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Command } from '../../src/account/command.ts';
import { QUARANTINED } from '../../src/account/status.ts';
import { GuardModule } from '../../src/guard/guard-module.ts';
import { create, minute, start, tick, words } from '../support/perpetual-venue.ts';

/** Incidents of prices: what happened, and what this engine does when the same reaches it. Sources: docs/INCIDENTS.md. */

let ids = 0;
const sources = (minutes: number, prices: Readonly<Record<string, number>>): Command =>
  ({ id: `sources-${ids++}`, timeMs: start + minutes * minute, kind: 'guard.sources', pair: 'btc_usdc', sources: prices });

const guarded = (cash: readonly number[], rules: unknown = {}): AccountEngine => create(cash, { modules: [new GuardModule(rules)] });
const everybody = Array.from({ length: 100 }, (_, place) => 200 + place);

describe('Paradex, 19 January 2026: a database migration set Bitcoin to $0 and the liquidator obeyed', () => {
  it('zero is no price: everybody is quarantined, nobody is liquidated, and the next good price ends it', async () => {
    const engine = guarded(everybody);
    await engine.apply(tick(0, 100));
    await engine.apply(tick(1, 0));
    expect(engine.counts).toMatchObject({ quarantined: 100, liquidation: 0, bankrupt: 0 });
    await engine.apply(tick(2, 100));
    expect(engine.counts).toMatchObject({ healthy: 100, quarantined: 0 });
    await engine.close();
  });

  it('nor is it without the guard: the kernels quarantine what depends on it', async () => {
    const engine = create(everybody);
    await engine.apply(tick(0, 100));
    await engine.apply(tick(1, 0));
    expect(engine.counts).toMatchObject({ quarantined: 100, liquidation: 0, bankrupt: 0 });
    await engine.close();
  });

  it('nor is a cent a price that it jumps to: the band holds it', async () => {
    const engine = guarded(everybody);
    await engine.apply(tick(0, 100));
    await engine.apply(tick(1, 0.01));
    expect(engine.counts).toMatchObject({ quarantined: 100, liquidation: 0, bankrupt: 0 });
    await engine.close();
  });
});

describe('Deribit, 31 October 2019: one outlier among the constituents moved the index', () => {
  it('the median without outliers does not move, and a price made of the outlier is contradicted', async () => {
    const engine = guarded([60]);
    await engine.apply(tick(0, 100));
    const { batch } = await engine.apply(sources(1, { a: 100, b: 100.1, c: 99.9, d: 50 }));
    expect(batch!.events[0]).toMatchObject({ kind: 'sources-left-out', data: { leftOut: { d: 'outlier' } } });
    // The mean of the four would be 87.5: enough to liquidate (60 - 125 < 0).
    await engine.apply(tick(1, 87.5));
    expect(engine.level[0]).toBe(QUARANTINED);
    await engine.close();
  });
});

describe('Binance, 10 October 2025: collateral was valued from the venue’s own thin book', () => {
  it('a price that other places contradict is not taken, however slowly it drifted there', async () => {
    const engine = guarded([150]);
    await engine.apply(tick(0, 100));
    for (const [step, price] of [99.5, 99, 98.5, 98].entries()) {
      await engine.apply(sources(step + 1, { redemption: 100, second: 99.9, third: 100.1 }));
      await engine.apply(tick(step + 1, price));
    }
    // 99.5 is within a percent of 100 (99.5 x 1.01 is more), 98.5 and 98 are not.
    expect(engine.level[0]).toBe(QUARANTINED);
    await engine.close();
  });
});

describe('Mango, October 2022: a price was pushed up on a thin market and borrowed against', () => {
  it('a rise beyond the band gives nobody more balance until it is confirmed or has lasted', async () => {
    const engine = guarded([60]);
    await engine.apply(tick(0, 100));
    await engine.apply(tick(1, 1_000));
    expect(engine.status('account-0')[0]).toMatchObject({ level: 'quarantined', balance: NaN });
    await engine.close();
  });
});

describe('GMX audit, 2023: positions could not be liquidated at a price of exactly zero', () => {
  it('zero is a state with a name, not an exception: ticks go on, and so does everybody else', async () => {
    const engine = create([200]);
    await engine.apply(tick(0, 0));
    expect(engine.status('account-0')[0].level).toBe('quarantined');
    expect(engine.engine.faultReason(0)).toMatch(/BTC|price|market/);
    // The true price has come down while nothing was known: he is bankrupt, and said to be so.
    expect(words(engine, await engine.apply(tick(1, 70)))).toEqual(['account-0 quarantined > bankrupt: negative-balance']);
    await engine.close();
  });
});

describe('Drift, 2026: a subtraction the wrong way round let stale prices pass', () => {
  it('old quotes quarantine at the first moment past their age, whatever is quoted besides', async () => {
    const engine = guarded([200], { price: { maxAgeMs: 2 * minute } });
    await engine.apply(tick(0, 100));
    await engine.apply(tick(2));
    expect(engine.counts.quarantined).toBe(0);
    await engine.apply({ ...tick(2.001), quotes: { indexPrice: { btc_usdc: 100 } } });
    expect(engine.counts.quarantined).toBe(1);
    await engine.close();
  });
});

describe('Coinbase’s vendor, before 2024: measures came in separate messages and never fitted together', () => {
  it('a tick is one command: prices of two moments cannot mix, and a bad name refuses all of it', async () => {
    const engine = create([200]);
    await engine.apply(tick(0, 100));
    const before = engine.stateHash();
    const torn = { ...tick(1), quotes: { forward: { BTC: 90, ETH: 5 }, indexPrice: { btc_usdc: 90 } } };
    await expect(engine.apply(torn)).rejects.toMatchObject({ code: 'InstrumentUnknown' });
    expect(engine.stateHash()).toBe(before);
    await engine.close();
  });
});

describe('a real crash', () => {
  it('is not held for ever: confirmed prices liquidate at once, unconfirmed ones when the breaker expires', async () => {
    const weak = Array.from({ length: 100 }, () => 120);
    const rules = { price: { indexJump: 0.5, maxAgeMs: 60 * minute }, breaker: { shareMax: 0.05, expireAfterMs: 5 * minute } };
    const confirmed = guarded(weak, rules);
    const alone = guarded(weak, rules);
    for (const engine of [confirmed, alone]) await engine.apply(tick(0, 100));
    await confirmed.apply(sources(1, { a: 92, b: 92.1, c: 91.9 }));
    for (const engine of [confirmed, alone]) await engine.apply(tick(1, 92));
    // 120 - 80 <= 46.
    expect(confirmed.counts.liquidation).toBe(100);
    expect(alone.counts.liquidation).toBe(0);
    await alone.apply(tick(6, 92));
    expect(alone.counts.liquidation).toBe(100);
    await confirmed.close();
    await alone.close();
  });
});
