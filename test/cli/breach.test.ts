import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { demo } from '../../src/cli/commands/demo.ts';
import { reconcile } from '../../src/cli/commands/reconcile.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { EngineRows } from '../../src/reconcile/engine-rows.ts';
import { temporaryFolder } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes } from './small-inputs.ts';

/**
 * The commands themselves, with a lie between the engine and the comparison: what they are there for is to find one.
 * The lie is told to the comparison with the decimal reference or to the one with the JavaScript engine: their calls
 * differ in the arguments.
 */
const lie = vi.hoisted(() => ({ told: 'none' }));
vi.mock('../../src/reconcile/engine-rows.ts', async (original) => {
  const real = await original<typeof import('../../src/reconcile/engine-rows.ts')>();
  let bitComparisons = 0;
  return {
    ...real,
    engineRowsOf: (...args: Parameters<typeof real.engineRowsOf>): EngineRows => {
      const rows = real.engineRowsOf(...args);
      const isForReference = args.length > 1;
      // Of the two engines that are compared bit for bit, the first one only.
      const isLie = isForReference
        ? lie.told === 'to the reference'
        : lie.told === 'to the bit comparison' && bitComparisons++ % 2 === 0;
      if (!isLie) return rows;
      const maintenanceMargin = rows.maintenanceMargin.slice();
      maintenanceMargin[1] = maintenanceMargin[1] * (1 + (isForReference ? 1e-6 : Number.EPSILON));
      return { ...rows, maintenanceMargin };
    },
  };
});

const folder = temporaryFolder();
const printed: string[] = [];
const terminal: Terminal = {
  print: (line) => void printed.push(line),
  note: (line) => void printed.push(line),
  stage: () => {},
  progress: () => ({ update: () => {}, stop: () => {} }),
};

beforeAll(() => {
  writeFileSync(join(folder, 'market.csv'), csvText(marketTypes, marketRows));
  writeFileSync(join(folder, 'book.csv'), csvText(bookTypes, bookRows));
});
beforeEach(() => {
  printed.length = 0;
});

const runReconcile = (json = false): Promise<number> =>
  reconcile(
    {
      market: join(folder, 'market.csv'),
      book: join(folder, 'book.csv'),
      sample: 4,
      seed: 1,
      workers: 0,
      json,
    },
    terminal,
  );

describe('reconcile', () => {
  it('is content with the truth: exit code 0', async () => {
    lie.told = 'none';
    expect(await runReconcile()).toBe(0);
    expect(printed.join('\n')).toContain('RECONCILED: no breach');
  });

  it('a maintenance margin wrong by a millionth: exit code 1, with account, column and both numbers', async () => {
    lie.told = 'to the reference';
    expect(await runReconcile()).toBe(1);
    expect(printed.join('\n')).toMatch(/NOT RECONCILED: 1 breach/);
    expect(printed.join('\n')).toMatch(/bob USD maintenanceMargin: engine 253095\.3\d*, reference 253095\.0/);
    printed.length = 0;
    expect(await runReconcile(true)).toBe(1);
    expect(JSON.parse(printed.join('\n'))).toMatchObject({ isReconciled: false, bitEquality: { isIdentical: true } });
  });

  it('one bit between the two engines: exit code 1', async () => {
    lie.told = 'to the bit comparison';
    expect(await runReconcile(true)).toBe(1);
    expect(JSON.parse(printed.join('\n'))).toMatchObject({ isReconciled: true, bitEquality: { isIdentical: false } });
  });
});

describe('demo', () => {
  const options = { accounts: 40, positions: 12, seed: 1, workers: 0, ticks: 1, sample: 40, baselineAccounts: 20 };

  it.each(['to the reference', 'to the bit comparison'] as const)('a lie told %s: exit code 1', async (told) => {
    lie.told = told;
    expect(await demo({ ...options, sample: told === 'to the reference' ? 40 : 1 }, terminal)).toBe(1);
  });
});
