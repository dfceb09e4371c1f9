import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, runJson, temporaryFolder } from './run-cli.ts';
import { bookRows, bookTypes, csvText, marketRows, marketTypes } from './small-inputs.ts';

const folder = temporaryFolder();
const timeMs = Date.parse('2026-08-01T12:00:00Z');
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const lines = (commands: readonly object[]): string => `${commands.map((each, index) => JSON.stringify({ id: `c${index}`, timeMs, ...each })).join('\n')}\n`;

write('market.csv', csvText(marketTypes, marketRows));
write('book.csv', csvText(bookTypes, bookRows));
write('modules.json', JSON.stringify({ ledger: { fees: 'deribit' } }));
const args = ['run', '--market', 'market.csv', '--book', 'book.csv', '--modules', 'modules.json', '--workers', '0'];

describe('margrid run with the ledger', () => {
  it('books commands of a file and writes the postings', async () => {
    write('commands.ndjson', lines([
      { kind: 'tick' },
      { kind: 'ledger.deposit', account: 'eve', currency: 'BTC', amount: '50000000' },
      { kind: 'ledger.fill', instrument: 'BTC-PERPETUAL', buyer: 'eve', seller: 'alice', quantity: 100, price: 62_500, maker: 'seller', schedule: 'futures' },
      { kind: 'ledger.funding', rates: { 'BTC-PERPETUAL': 0.0001 } },
      { kind: 'tick' },
    ]));
    const result = await runJson<{ commands: number; refused: unknown[] }>([...args, '--commands', 'commands.ndjson', '--events', 'events.ndjson'], folder);
    expect(result).toMatchObject({ commands: 5, refused: [] });
    const events = readFileSync(join(folder, 'events.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { module?: string; data?: { kind: string; number: number; entries: { account: string; amount: string }[] } });
    const postings = events.filter(({ module }) => module === 'ledger').map(({ data }) => data!);
    expect(postings.map(({ kind, number }) => [kind, number])).toEqual([['opening', 1], ['deposit', 2], ['fee', 3], ['funding', 4]]);
    // 1000 dollars at 62,500 are 0.016 BTC: the taker pays 0.05%, 800 satoshi. At 62,700.5, 0.01% of 1000 dollars is
    // 159.48.. satoshi: eve pays 160.
    expect(postings[2].entries).toMatchObject([{ account: 'eve', amount: '-800' }, { account: 'house/fees', amount: '800' }]);
    expect(postings[3].entries.find(({ account }) => account === 'eve')).toMatchObject({ amount: '-160' });
  });

  it('names file, line, field and value of what is refused', async () => {
    write('bad.ndjson', lines([{ kind: 'tick' }, { kind: 'ledger.withdraw', account: 'dave', currency: 'BTC', amount: '1.5' }]));
    const { code, stderr } = await runCli([...args, '--commands', 'bad.ndjson'], folder);
    expect(code).not.toBe(0);
    expect(stderr).toContain('bad.ndjson, line 2: ledger.withdraw: amount must be minor units > 0');
    expect(stderr).toContain('"1.5"');
  });
});
