import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { startNode } from '../cli/run-cli.ts';

/** The line of each example that says that it did what it is there to show. */
const keyLines: Readonly<Record<string, RegExp>> = {
  '01-one-account.ts': /^equity 0\.\d+ BTC, initial margin 0\.\d+, maintenance margin 0\.\d+$/m,
  '02-book-from-parquet.ts': /^RECONCILED: no breach$/m,
  '03-stream-of-ticks.ts': /^same hash as a book loaded afresh$/m,
};

describe('examples', () => {
  it('each has a key line here', () => {
    expect(
      readdirSync(join(packageRoot, 'examples'))
        .filter((name) => name.endsWith('.ts'))
        .sort(),
    ).toEqual(Object.keys(keyLines));
  });

  it.each(Object.entries(keyLines))('%s runs', async (name, line) => {
    const { code, stdout, stderr } = await startNode(['--import', 'tsx', join('examples', name)], packageRoot).finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(line);
  });
});
