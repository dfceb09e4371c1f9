import { describe, expect, it } from 'vitest';
import { importBuilt } from '../../bench/built-package.ts';
import { bookFor, portableModels, settingOf } from './model-market.ts';

/** Worker threads need the built package. */
describe.each(portableModels)('%s on worker threads', (name) => {
  it('gives the same state for 0, 1 and 3 workers', async () => {
    const { Engine } = await importBuilt<typeof import('../../src/engine/engine.ts')>('src/engine/engine');
    const setting = settingOf(name);
    const book = bookFor(setting, 9_000, 2, 5);
    const hashes: string[] = [];
    for (const workers of [0, 1, 3]) {
      const engine = Engine.create({ market: setting.market, params: setting.params, model: name, book, workers });
      await engine.tick();
      hashes.push(engine.stateHash());
      await engine.close();
    }
    expect(new Set(hashes).size).toBe(1);
  });
});
