import { describe, expect, it } from 'vitest';
import { ordinaryTicks } from '../../src/generate/ordinary-ticks.ts';
// Worker threads run built files, so this test uses the built package throughout.
import { Monitor, type MonitorOptions, type MonitorReport, type Quotes } from '../../build/js/src/index.js';
import { nearThresholds, params } from '../support/monitored-book.ts';

describe('a monitor with worker threads', () => {
  it('evaluates the same sets and finds the same statuses, in both kinds of kernels', async () => {
    const given = await nearThresholds(1_500, 31);
    const run = async (options: Partial<MonitorOptions>, inParts = false): Promise<unknown[]> => {
      const monitor = Monitor.create({ ...given, params, ...options });
      const seen: unknown[] = [];
      const walk = ordinaryTicks(given.market, 8, 4);
      for (let tick = 0; tick < 60; tick++) {
        const quotes = walk.next().value as Quotes;
        const report: MonitorReport = inParts ? await monitor.evaluate(quotes) : await monitor.tick(quotes);
        const { certified, references } = inParts ? await monitor.renew() : report;
        const { evaluated, skipped, priced, mode } = report;
        const changed = [...report.changes.set];
        seen.push({ evaluated, skipped, priced, certified, references, mode, changed, asOf: [...monitor.asOfTick] });
      }
      seen.push([...monitor.statuses]);
      await monitor.close();
      return seen;
    };
    const alone = await run({ workers: 0 });
    expect(await run({ workers: 2 })).toEqual(alone);
    expect(await run({ workers: 3 })).toEqual(alone);
    expect(await run({ workers: 2 }, true)).toEqual(alone);
    expect(await run({ kernels: 'javascript' })).toEqual(alone);
  }, 240_000);
});
