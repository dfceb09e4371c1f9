import { expect, it } from 'vitest';
// Worker threads run built files, so this test uses the built package.
import { Engine, MargridError } from '../../build/js/src/index.js';
import { accountNames, bookOf, params, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

it('a kernel that traps in a worker fails the tick, not the engine', async () => {
  const market = syntheticMarket();
  const accounts = 200;
  const book = bookOf(syntheticRows(market, accounts, 8, 11), accountNames(accounts));
  const engine = Engine.create({ market, book, params, workers: 2 });
  await engine.tick();
  const before = engine.stateHash();

  // A position that points beyond the memory: no input can make one, so the test writes it into the arena.
  const { row } = engine.arena.views.position;
  const good = row[5];
  row[5] = (10_000_000 << 4) >>> 0;
  const failed = engine.tick();
  await expect(failed).rejects.toThrow(MargridError);
  await expect(failed).rejects.toThrow(/a worker failed in stage deribitPm/);
  expect(() => engine.results).toThrow(/call tick\(\) first/);

  row[5] = good;
  await engine.tick();
  expect(engine.stateHash()).toBe(before);
  await engine.close();
});
