import { expect, it } from 'vitest';
import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { Engine } from '../../src/engine/engine.ts';
import { randomNumbers } from '../support/synthetic-book.ts';
import { nearThresholds, params } from '../support/monitored-book.ts';

it('marks what sets of a list hold and margins them, in both kinds of kernels, whatever is marked already', async () => {
  const given = await nearThresholds(200, 8);
  for (const kernels of ['wasm', 'javascript'] as const) {
    const engine = Engine.create({ ...given, params, kernels }, { certified: true });
    await engine.tick();
    const { plan, views } = engine.arena;
    const { certifiedSet, certifiedInstrument, nettingSet, position, result } = views;
    const margined = result.equity.slice();
    const random = randomNumbers(3);
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
      engine.kernels.markRows(plan.context, plan.scratch[0], first, count);
      expect([...certifiedInstrument.mark]).toEqual([...expected]);
      result.equity.fill(-1);
      engine.kernels.deribitPmOf(plan.context, certifiedSet.list.byteOffset + 4 * first, count, plan.scratch[0]);
      expect([...result.equity]).toEqual([...margined].map((equity, set) => (listed.includes(set) ? equity : -1)));
    }
    await engine.close();
  }
});
