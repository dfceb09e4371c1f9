import { expect, it } from 'vitest';
import { CATEGORY_BITS, HELD_NOTHING, HELD_SEVERAL } from '../../assembly/portable/certificate-layout.ts';
import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { Engine } from '../../src/engine/engine.ts';
import { randomNumbers } from '../support/synthetic-book.ts';
import { ordinaryTicks } from '../../src/generate/ordinary-ticks.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import type { Quotes } from '../../src/engine/tick-inputs.ts';
import { BruteForce, nearThresholds, params } from '../support/monitored-book.ts';

it('marks what sets of a list hold and margins them, in both kinds of kernels, whatever is marked already', async () => {
  const given = await nearThresholds(200, 8);
  for (const kernels of ['wasm', 'javascript'] as const) {
    const engine = Engine.create({ ...given, params, kernels }, { certified: true });
    await engine.tick();
    const { plan, views } = engine.arena;
    const { certifiedSet, certifiedInstrument, nettingSet, position, result } = views;
    const margined = result.equity.slice();
    const { group } = engine.arena.views.instrument;
    const groups = group.slice();
    // Sets of several groups, for the kernel that marks.
    const asTwo = group.map((_, row) => (row < group.length / 4 ? 0 : 1));
    certifiedInstrument.category.forEach((_, row, categories) => (categories[row] = 1 << (row * 7) % CATEGORY_BITS));
    const heldBy = (set: number): number => {
      const first = nettingSet.firstPosition[set];
      const rows = [...position.row.subarray(first, first + nettingSet.positionCount[set])].map((entry) => entry >>> FLAG_BITS);
      if (rows.length === 0) return HELD_NOTHING;
      if (new Set(rows.map((row) => group[row])).size > 1) return HELD_SEVERAL;
      return (group[rows[0]] << CATEGORY_BITS) | rows.reduce((mask, row) => mask | certifiedInstrument.category[row], 0);
    };
    const random = randomNumbers(3);
    const kinds = new Set<string>();
    for (const count of [1, 15, 16, 17, 60]) {
      const sets = Array.from({ length: engine.nettingSetCount }, (_, set) => ({ set, key: random() }))
        .sort((a, b) => a.key - b.key).map(({ set }) => set);
      certifiedSet.list.set(sets);
      const first = 5;
      const listed = sets.slice(first, first + count);
      const expected = new Uint8Array(certifiedInstrument.mark.length);
      expected[7] = 1;
      for (const set of listed) {
        for (let slot = 0; slot < nettingSet.positionCount[set]; slot++) {
          expected[position.row[nettingSet.firstPosition[set] + slot] >>> FLAG_BITS] = 1;
        }
      }
      certifiedInstrument.mark.fill(0)[7] = 1;
      certifiedSet.held.fill(-7);
      group.set(asTwo);
      engine.kernels.markRows(plan.context, plan.scratch[0], first, count);
      expect([...certifiedInstrument.mark]).toEqual([...expected]);
      const held = [...certifiedSet.held.subarray(0, sets.length)];
      expect(held).toEqual(held.map((_, set) => (listed.includes(set) ? heldBy(set) : -7)));
      for (const set of listed) kinds.add(heldBy(set) === HELD_SEVERAL ? 'several' : 'one');
      group.set(groups);
      result.equity.fill(-1);
      engine.kernels.deribitPmOf(plan.context, certifiedSet.list.byteOffset + 4 * first, count, plan.scratch[0]);
      expect([...result.equity]).toEqual([...margined].map((equity, set) => (listed.includes(set) ? equity : -1)));
    }
    expect(kinds.size).toBe(2);
    await engine.close();
  }
});

it('prices all rows, and says so, where finding out who needs them would take longer', async () => {
  const all = await nearThresholds(2_500, 12);
  const { positions } = all.book;
  // One that nobody holds.
  const isHeld = (_: unknown, row: number): boolean => positions.instrumentIndex[row] !== 3;
  const kept = {
    accountIndex: positions.accountIndex.filter(isHeld), instrumentIndex: positions.instrumentIndex.filter(isHeld),
    quantity: positions.quantity.filter(isHeld), entryPrice: positions.entryPrice.filter(isHeld),
  };
  const given = { ...all, book: { ...all.book, positions: kept } };
  const rows = given.market.instruments.length;
  // Sets are touched in their thousands, and yet not all of them evaluated by the engine.
  const monitor = Monitor.create({ ...given, params, bruteForceShare: 1 });
  const brute = new BruteForce({ ...given, params });
  const walk = ordinaryTicks(given.market, 150, 3);
  const priced = new Set<number>();
  for (let tick = 0; tick < 25; tick++) {
    const quotes = walk.next().value as Quotes;
    const report = await monitor.tick(quotes);
    expect([...monitor.statuses], `tick ${tick}`).toEqual(await brute.statuses(quotes));
    expect(report.mode.kind === 'certified' || tick === 0).toBe(true);
    if (tick > 0) priced.add(report.priced);
  }
  expect(given.book.positions.quantity.length).toBeGreaterThan(48 * rows);
  expect(priced).toContain(rows);
  await monitor.close();
  await brute.engine.close();
}, 60_000);

it('prices ahead what the sets of the last tick held, unless they got certificates', async () => {
  const given = await nearThresholds(400, 8);
  const { market, book } = given;
  const { positions } = book;
  const held = (monitor: Monitor, sets: readonly number[]): Set<number> => {
    const { setKeys, currencies } = monitor;
    const keys = new Set(sets.map((set) => `${setKeys.account[set]} ${currencies[setKeys.currency[set]]}`));
    const ofKeys = [...positions.instrumentIndex].filter((instrument, index) =>
      keys.has(`${positions.accountIndex[index]} ${market.instruments[instrument].settlementCurrency}`));
    return new Set(ofKeys);
  };
  const monitor = Monitor.create({ ...given, params });
  const walk = ordinaryTicks(market, 10, 5);
  let ahead: ReadonlySet<number> = new Set();
  let moreThanHeld = 0;
  for (let tick = 1; tick <= 60; tick++) {
    const { mode, priced, certified } = await monitor.tick(walk.next().value as Quotes);
    if (mode.kind === 'brute force') {
      ahead = new Set();
      continue;
    }
    const evaluated = [...monitor.asOfTick.keys()].filter((set) => monitor.asOfTick[set] === tick);
    const own = held(monitor, evaluated);
    const expected = new Set([...ahead, ...own]);
    expect(priced, `tick ${tick}`).toBe(expected.size);
    // Of all rows nobody asks who holds them, and none of them is priced ahead.
    expect(priced).toBeLessThan(market.instruments.length);
    if (expected.size > own.size) moreThanHeld++;
    ahead = certified > 0 ? new Set() : own;
  }
  expect(moreThanHeld).toBeGreaterThan(3);
  await monitor.close();
}, 60_000);
