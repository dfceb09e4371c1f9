import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { reconcileModel } from '../../src/reconcile/reconcile-model.ts';
import { bookFor, portableModels, settingOf } from './model-market.ts';

describe.each(portableModels)('reference of %s', (name) => {
  it('agrees with the engine on a synthetic book, and sees a wrong margin', async () => {
    const setting = settingOf(name);
    const { market, params } = setting;
    // The reference of var takes 2,500 scenarios of every account, in decimals.
    const book = bookFor(setting, name === 'var' ? 8 : 24, 4, 5);
    const engine = Engine.create({ market, params, model: name, book });
    await engine.tick();
    const input = { market, model: name, params, book, currencies: engine.currencies, sample: 'all', seed: 1 } as const;
    const report = reconcileModel({ ...input, rows: engine.results });
    expect(report.breaches).toEqual([]);
    expect(report.comparedNettingSetCount).toBeGreaterThan(0);
    const initialMargin = engine.results.initialMargin.map((amount, set) => (set === 0 ? amount + 1e4 : amount));
    const wrong = reconcileModel({ ...input, rows: { ...engine.results, initialMargin } });
    const isFirstMargined = engine.results.status[0] !== 3;
    expect(wrong.isReconciled).toBe(!isFirstMargined);
  });
});
