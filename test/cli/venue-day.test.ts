import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runJson, temporaryFolder } from './run-cli.ts';

const example = fileURLToPath(new URL('../../examples/venue-day/', import.meta.url));
const folder = temporaryFolder();
const files = ['market', 'book', 'params', 'modules'].flatMap((name) => [
  `--${name}`,
  join(example, name === 'market' || name === 'book' ? `${name}.csv` : `${name}.json`),
]);
const args = ['run', ...files, '--model', 'hyperliquid', '--workers', '0'];

interface Report {
  readonly commands: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly stateHash: string | null;
}

describe('margrid run on examples/venue-day', () => {
  it('runs all modules: called, liquidated, bankrupt, paid by the fund', async () => {
    const report = await runJson<Report>([...args, '--commands', join(example, 'commands.ndjson'), '--events', 'events.ndjson'], folder);
    // alice, bob, maker, the liquidator and the pool; its two members. erin is gone.
    expect(report).toMatchObject({ commands: 23, refused: [], counts: { healthy: 5, pooled: 2, bankrupt: 0, liquidation: 0 } });
    const events = readFileSync(join(folder, 'events.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const erins = events.filter(({ account }) => account === 'erin').map(({ to }) => to);
    expect(erins).toEqual(['margin-call', 'liquidation', 'margin-call', 'bankrupt']);
    expect(events.find(({ kind }) => kind === 'default')).toMatchObject({ module: 'waterfall', data: { deficit: '5643750', fund: '5643750' } });
  });

  it('reports without a state hash if the last command changed the book', async () => {
    const book = { id: 'b', timeMs: Date.UTC(2026, 7, 1, 8), kind: 'book', changes: { cash: [{ account: 'bob', currency: 'USDC', amount: 1 }] } };
    writeFileSync(join(folder, 'book.ndjson'), `${JSON.stringify(book)}\n`);
    expect(await runJson<Report>([...args, '--commands', 'book.ndjson'], folder)).toMatchObject({ commands: 1, stateHash: null });
  });
});
