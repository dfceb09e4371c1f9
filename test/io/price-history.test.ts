import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readPriceHistory } from '../../src/io/index.ts';
import { temporaryDirectory, writeRows } from './fixtures.ts';

const files = temporaryDirectory();
function csv(name: string, text: string): string {
  const path = files.path(name);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

describe('a history of prices', () => {
  it.each(['prices.csv', 'prices.csv.gz'])('reads %s: days without a quote are counted, several rows of a day are one close', async (name) => {
    const path = csv(name, 'day,A,B\n2026-01-01,1.5,\n2026-01-02,,2\n2026-01-03T10:00:00Z,1.6,\r\n2026-01-03T11:00:00Z,1.7,3\n');
    expect(await readPriceHistory(path, { dateColumn: 'day', priceColumn: 'A' })).toEqual({
      dates: ['2026-01-01', '2026-01-03'], prices: Float64Array.of(1.5, 1.7), unquoted: 1,
    });
  });

  it.each(['parquet', 'json', 'ndjson'] as const)('reads %s, choosing rows', async (extension) => {
    const path = await writeRows(files.path(`long.${extension}`), extension, { symbol: 'VARCHAR', date: extension === 'parquet' ? 'DATE' : 'VARCHAR', close: 'DOUBLE' }, [
      ['BTC', '2026-01-01', 10], ['ETH', '2026-01-01', 1], ['BTC', '2026-01-02', 11.5], ['ETH', '2026-01-02', null],
    ]);
    const read = await readPriceHistory(path, { where: { column: 'symbol', value: 'BTC' } });
    expect(read).toEqual({ dates: ['2026-01-01', '2026-01-02'], prices: Float64Array.of(10, 11.5), unquoted: 0 });
    expect((await readPriceHistory(path, { where: { column: 'symbol', value: 'ETH' } })).unquoted).toBe(1);
    await expect(readPriceHistory(path, { priceColumn: 'open' })).rejects.toThrow(/column "open" is missing/);
  });

  it.each([
    ['date,close\n2026-01-01,-1\n', /row 1, column close: must be a number > 0, got "-1"/],
    ['date,close\n2026-01-01,1\n2026-02-30,1\n', /row 2, column date: must be a date, got "2026-02-30"/],
    ['date,close\n2026-01-02,1\n2026-01-01,1\n', /row 2, column date: must be at or after the row before/],
    ['date,close\n2026-01-02,1,2\n', /row 1: has 3 fields, the header 2/],
    ['date,last\n2026-01-02,1\n', /column "close" is missing; there are date, last/],
    ['date,close\n2026-01-02,abc\n', /got "abc"/],
  ])('%# is refused, with row and column', async (text, message) => {
    await expect(readPriceHistory(csv('bad.csv', text))).rejects.toThrow(message);
  });

  it('names a file that is not there or is no gzip', async () => {
    await expect(readPriceHistory(files.path('none.csv.gz'))).rejects.toMatchObject({ code: 'FileNotFound' });
    writeFileSync(files.path('no.csv.gz'), 'plain');
    await expect(readPriceHistory(files.path('no.csv.gz'))).rejects.toMatchObject({ code: 'FileUnreadable' });
  });
});
