import { describe, expect, it } from 'vitest';
import { FAULT_COMPONENT, OUT_COMPONENTS } from '../../assembly/portable/layout.ts';
import { Engine } from '../../src/engine/engine.ts';
import { viewMemory } from '../../src/scalar/memory-views.ts';
import { portableMargin } from '../../src/scalar/portable.ts';
import { bookFor, portableModels, settingOf } from './model-market.ts';

/** A margin function that leaves out one component: what the driver makes of it. */
describe.each(portableModels)('components of %s', (name) => {
  it('the driver requires each: an account without it has no margin', async () => {
    const setting = settingOf(name);
    const { market, params, model } = setting;
    const engine = Engine.create({ market, params, model: name, book: bookFor(setting, 6, 3, 9), kernels: 'javascript' });
    await engine.tick();
    const set = engine.results.status.findIndex((status) => status !== 3);
    expect(set).toBeGreaterThanOrEqual(0);
    const memory = viewMemory(engine.arena.buffer);
    const { context, scratch } = engine.arena.plan;
    model.resultComponents.forEach((component, index) => {
      const incomplete = portableMargin(memory, (f, _w, _context, _set, out) => {
        model.resultComponents.forEach((_, other) => {
          if (other !== index) f[out + OUT_COMPONENTS + other] = 1;
        });
      });
      incomplete(context, scratch[0], set, 1);
      expect(engine.arena.views.result.fault[set]).toBe(FAULT_COMPONENT + index);
      expect(engine.faultReason(set)).toContain(component);
      expect(engine.results.initialMargin[set]).toBeNaN();
    });
  });
});
