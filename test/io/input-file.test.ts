import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as arrow from 'apache-arrow';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatOf, readBook, readMarket } from '../../src/io/index.ts';
import { exactPathPattern } from '../../src/io/duckdb.ts';
import { loadOptional } from '../../src/io/optional-package.ts';
import {
  arrowTable,
  errorOf,
  marketOf,
  parquetOf,
  temporaryDirectory,
  testedExtensions,
  writeRows,
  type Value,
} from './fixtures.ts';

const files = temporaryDirectory();
const market = marketOf();
const types = { account: 'VARCHAR', instrument: 'VARCHAR', quantity: 'DOUBLE', entry_price: 'DOUBLE' };
const row: readonly Value[] = ['a', 'BTC', 1, 0];

describe('names', () => {
  const names = [
    `it's`,
    `a;DROP TABLE x`,
    'x[1]',
    'star*',
    'q?',
    'sp ace',
    '**',
    '[',
    'a]',
    '[!a]',
    '{a,b}',
    'k=v',
    '~',
    '-',
    'é ü 日本',
    'a"b',
    '$HOME',
    'a\nb',
    '%41',
    `x') --`,
    '\\',
    's3:',
    'file:',
    '?a*[b]',
  ];
  const extensions = ['parquet', 'csv', 'ndjson', 'arrow'] as const;
  // Files that a name would match, were it a pattern, hold another account.
  beforeAll(async () => {
    mkdirSync(files.path('names'));
    for (const extension of extensions) {
      await writeRows(files.path(`plain.${extension}`), extension, types, [['exact', 'BTC', 1, 0]]);
      const decoy = await writeRows(files.path(`decoy.${extension}`), extension, types, [['decoy', 'BTC', 2, 0]]);
      for (const name of ['star1', 'x1', 'qa', 'a', 'b', 'zz']) {
        copyFileSync(decoy, join(files.path('names'), `${name}.${extension}`));
      }
    }
  });

  test.each(names)('%j opens exactly the named file', async (name) => {
    for (const extension of extensions) {
      const path = join(files.path('names'), `${name}.${extension}`);
      copyFileSync(files.path(`plain.${extension}`), path);
      expect((await readBook(path, market)).book.accountIds).toEqual(['exact']);
    }
  });

  test('a pattern that names no file finds none, whatever it matches', async () => {
    await writeRows(files.path('lonely1.csv'), 'csv', types, [row]);
    const error = await errorOf(readBook(files.path('lonely*.csv'), market));
    expect([error.code, error.message]).toEqual([
      'FileNotFound',
      `${files.path('lonely*.csv')}: the file does not exist`,
    ]);
  });

  test('directories with special names; a partition-like one adds no column', async () => {
    for (const name of ['a[b]c*', `quote's "x"`, 'account=zed']) {
      const directory = files.path(name);
      mkdirSync(directory);
      const path = await writeRows(files.path('source.parquet'), 'parquet', types, [row]);
      copyFileSync(path, join(directory, 'x.parquet'));
      const result = await readBook(join(directory, 'x.parquet'), market);
      expect([result.book.accountIds, result.ignoredColumns]).toEqual([['a'], []]);
    }
  });

  test('a backslash together with a pattern character is refused, not guessed', () => {
    expect(exactPathPattern('/a\\b')).toBe('/a\\b');
    expect(exactPathPattern('/a*[?]')).toBe('/a[*][[][?]]');
    expect(() => exactPathPattern('/a\\b*')).toThrow('cannot be opened exactly');
  });

  test('extensions', async () => {
    expect(['b.PARQUET', 'b.jsonl', 'b.ipc', 'b.feather'].map(formatOf)).toEqual([
      'parquet',
      'ndjson',
      'arrow',
      'arrow',
    ]);
    for (const name of ['b.csv.gz', 'b', 'b.xlsx', '.parquet']) {
      expect((await errorOf(readBook(files.path(name), market))).code).toBe('FileFormatUnknown');
    }
  });
});

describe.each(testedExtensions)('unreadable %s files', (extension) => {
  test('missing, empty, a directory', async () => {
    const missing = await errorOf(readBook(files.path(`none.${extension}`), market));
    expect([missing.code, missing.place.file]).toEqual(['FileNotFound', files.path(`none.${extension}`)]);
    const empty = files.path(`empty.${extension}`);
    writeFileSync(empty, '');
    const error = await errorOf(readMarket(empty));
    expect([error.code, error.message]).toEqual(['FileUnreadable', `${empty}: the file is empty`]);
    mkdirSync(files.path(`directory.${extension}`));
    expect((await errorOf(readBook(files.path(`directory.${extension}`), market))).message).toContain('regular file');
  });

  test('truncated anywhere: an error, or (CSV and NDJSON cut after a row) fewer rows, never wrong ones', async () => {
    const path = files.path(`whole.${extension}`);
    const rows = Array.from({ length: 50 }, (_, index): Value[] => [`account-${index}`, 'BTC', index + 0.5, 0]);
    await writeRows(path, extension, types, rows);
    const bytes = readFileSync(path);
    const cut = files.path(`cut.${extension}`);
    for (let at = 1; at < bytes.length - 1; at += Math.ceil(bytes.length / 40)) {
      writeFileSync(cut, bytes);
      truncateSync(cut, at);
      const lineEnded = bytes[at - 1] === 10 || bytes[at] === 10;
      if (lineEnded && (extension === 'csv' || extension === 'ndjson')) continue;
      const outcome = await readBook(cut, market).then(
        ({ book }) => book.accountIds.length,
        (error: { code?: string; place?: { file?: string } }) => [error.code, error.place?.file],
      );
      // A CSV row that lost digits of its last number cannot be told from a whole one; these rows end in `,0`.
      if (extension === 'csv' && typeof outcome === 'number') expect(bytes.subarray(at - 2, at).toString()).toBe(',0');
      else expect(outcome, `cut at ${at}`).toEqual([expect.stringMatching(/File|Column|Value/), cut]);
    }
  });

  test('content of another kind', async () => {
    const contents = {
      parquet: readFileSync(await parquetOf(files.path('is.parquet'), 'SELECT 1 a')),
      csv: Buffer.from('account,instrument,quantity,entry_price\na,BTC,1,0\n'),
      json: Buffer.from('[{"account":"a","instrument":"BTC","quantity":1,"entry_price":0}]'),
      arrow: Buffer.from(arrow.tableToIPC(arrowTable(types, [row]), 'stream')),
      gzip: gzipSync('account,instrument,quantity,entry_price\na,BTC,1,0\n'),
    };
    for (const [kind, bytes] of Object.entries(contents)) {
      if (kind === extension || (kind === 'json' && extension === 'ndjson')) continue;
      const path = files.path(`${kind}-in.${extension}`);
      writeFileSync(path, bytes);
      const error = await errorOf(readBook(path, market));
      // JSON under a CSV name is a table with odd columns.
      const code = extension === 'csv' && kind === 'json' ? /ColumnMissing|FileUnreadable/ : /FileUnreadable/;
      expect([error.code, error.message]).toEqual([expect.stringMatching(code), expect.stringContaining(path)]);
    }
  });

  test('rows and bytes beyond the limits', async () => {
    const path = files.path(`limits.${extension}`);
    await writeRows(
      path,
      extension,
      types,
      Array.from({ length: 11 }, (_, index): Value[] => [`a${index}`, 'BTC', 1, 0]),
    );
    const rows = await errorOf(readBook(path, market, { rowCountMax: 10 }));
    expect([rows.code, rows.message]).toEqual(['FileTooLarge', `${path}: 11 rows exceed rowCountMax = 10`]);
    expect((await readBook(path, market, { rowCountMax: 11 })).rowCount).toBe(11);
    const size = readFileSync(path).length;
    const bytes = await errorOf(readBook(path, market, { bytesMax: size - 1 }));
    expect([bytes.code, bytes.message]).toEqual([
      'FileTooLarge',
      `${path}: ${size} bytes exceed bytesMax = ${size - 1}`,
    ]);
    expect((await errorOf(readBook(path, market, { bytesMax: -1 }))).code).toBe('OptionInvalid');
  });
});

describe('bombs', () => {
  test('Parquet that declares a huge number of rows in few bytes', async () => {
    const path = await parquetOf(
      files.path('rows.parquet'),
      `SELECT 'a' account, 'BTC' instrument, 1.0 quantity, 0.0 entry_price FROM range(30000000)`,
      ', COMPRESSION zstd',
    );
    expect(readFileSync(path).length).toBeLessThan(3_000_000);
    const error = await errorOf(readBook(path, market, { rowCountMax: 1_000_000 }));
    expect(error.message).toBe(`${path}: 30000000 rows exceed rowCountMax = 1000000`);
  });

  test('Parquet that expands to many bytes in few rows', async () => {
    const path = await parquetOf(
      files.path('bytes.parquet'),
      `SELECT repeat('a', 10000000) || r account, 'BTC' instrument, 1.0 quantity, 0.0 entry_price FROM range(20) t(r)`,
      ', COMPRESSION zstd',
    );
    expect(readFileSync(path).length).toBeLessThan(1_000_000);
    const error = await errorOf(readBook(path, market, { bytesMax: 50_000_000 }));
    expect([error.code, error.message]).toEqual([
      'FileTooLarge',
      expect.stringMatching(/2000\d+ bytes once decompressed exceed bytesMax = 50000000/),
    ]);
  });

  test('gzip under a plain name is not decompressed', async () => {
    const path = files.path('zipped.ndjson');
    writeFileSync(path, gzipSync('{"account":"a"}\n'.repeat(100_000)));
    expect((await errorOf(readBook(path, market))).message).toContain('found gzip-compressed data');
  });

  test('Arrow that declares more rows than it holds', async () => {
    const bytes = Buffer.from(
      arrow.tableToIPC(
        arrowTable(
          types,
          Array.from({ length: 77 }, () => row),
        ),
        'stream',
      ),
    );
    const path = files.path('declared.arrow');
    // The number of rows stands in the batch's own header and in that of each column, as 64-bit integers.
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      if (bytes.readBigInt64LE(at) === 77n) bytes.writeBigInt64LE(7_700_000n, at);
    }
    writeFileSync(path, bytes);
    const error = await errorOf(readBook(path, market));
    expect([error.code, error.place.file]).toEqual(['FileUnreadable', path]);
    expect((await errorOf(readBook(path, market, { rowCountMax: 1_000_000 }))).code).toBe('FileTooLarge');
  });

  test('Arrow whose number buffers are shorter than its rows', async () => {
    const bytes = Buffer.from(
      arrow.tableToIPC(
        arrowTable(
          types,
          Array.from({ length: 77 }, () => row),
        ),
        'stream',
      ),
    );
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      if (bytes.readBigInt64LE(at) === 77n * 8n) bytes.writeBigInt64LE(8n, at);
    }
    writeFileSync(files.path('short.arrow'), bytes);
    const error = await errorOf(readBook(files.path('short.arrow'), market));
    expect(error.message).toContain('column quantity declares more rows than it holds');
  });

  test('an Arrow stream that was cut between two batches', async () => {
    const batches = [row, ['b', 'BTC', 2, 0]].map((one) => arrowTable(types, [one]).batches[0]);
    const whole = Buffer.from(arrow.tableToIPC(new arrow.Table(batches), 'stream'));
    writeFileSync(files.path('two.arrow'), whole);
    expect((await readBook(files.path('two.arrow'), market)).rowCount).toBe(2);
    const endMarkerByteCount = 8;
    const first = arrow.tableToIPC(new arrow.Table(batches.slice(0, 1)), 'stream');
    const cut = whole.subarray(0, first.length - endMarkerByteCount);
    // The library itself takes this for a whole stream of one row.
    expect(arrow.tableFromIPC(cut).numRows).toBe(1);
    writeFileSync(files.path('cut-between.arrow'), cut);
    const error = await errorOf(readBook(files.path('cut-between.arrow'), market));
    expect([error.code, error.message]).toEqual(['FileUnreadable', expect.stringContaining('end-of-stream marker')]);
  });
});

describe('broken lines', () => {
  test.each([2, 5000])('NDJSON names line %i', async (line) => {
    const lines = Array.from({ length: 9000 }, (_, index) =>
      index === line - 1
        ? '{"account":"a","instru'
        : `{"account":"a${index}","instrument":"BTC","quantity":1,"entry_price":0}`,
    );
    const path = files.path(`line${line}.ndjson`);
    writeFileSync(path, lines.join('\n') + '\n');
    const error = await errorOf(readBook(path, market));
    expect([error.code, error.message]).toEqual(['FileUnreadable', expect.stringContaining(`line ${line} is`)]);
  });

  test('JSON that is no list of objects', async () => {
    const cases: [string, RegExp][] = [
      ['[{"account":"a"}, 3]', /row 2: expected an object, got 3/],
      ['[{"account":"a","account":"b"}]', /row 1: a key appears twice/],
      ['"text"', /expected JSON objects, found/],
      ['[{"account":"a"}', /truncated or not a valid json file/],
    ];
    for (const [text, says] of cases) {
      writeFileSync(files.path('odd.json'), text);
      expect((await errorOf(readBook(files.path('odd.json'), market))).message).toMatch(says);
    }
  });

  test('JSON objects may follow one another without a list', async () => {
    const object = '{"account":"a",\n"instrument":"BTC","quantity":1,"entry_price":0}';
    writeFileSync(files.path('records.json'), `${object}\n${object.replace('"a"', '"b"')}`);
    expect((await readBook(files.path('records.json'), market)).book.accountIds).toEqual(['a', 'b']);
  });
});

test('reserved column names', async () => {
  const path = await parquetOf(files.path('reserved.parquet'), 'SELECT 1 account, 2 file_row_number');
  expect((await errorOf(readBook(path, market))).message).toContain('reserved for the row number');
});

test('Parquet columns whose names differ only in case, and nested ones', async () => {
  const twice = await parquetOf(
    files.path('twice.parquet'),
    `SELECT 'a' account, 'b' AS "Xccount", 'BTC' instrument, 1 quantity, 0 entry_price`,
  );
  // DuckDB writes no such file, other programs do: its bytes are changed.
  writeFileSync(twice, Buffer.from(readFileSync(twice).toString('latin1').replaceAll('Xccount', 'Account'), 'latin1'));
  expect((await errorOf(readBook(twice, market))).message).toContain('two columns are named "Account"');
  const nested = await parquetOf(
    files.path('nested.parquet'),
    `SELECT {'account': {'x': 1}} deep, ['a', 'b'] list, 'a' account, 'BTC' instrument, 1 quantity, 0 entry_price`,
  );
  const result = await readBook(nested, market);
  expect([result.book.accountIds, result.ignoredColumns]).toEqual([['a'], ['deep', 'list']]);
});

test('a missing optional package says what to install', async () => {
  // Not a literal, or the compiler looks for it.
  const missingPackage = ['no', 'such', 'package', 'here'].join('-');
  const load = (): Promise<unknown> => import(missingPackage);
  const error = await errorOf(loadOptional('no-such-package-here', 'reading', load));
  expect([error.code, error.message]).toEqual([
    'DependencyMissing',
    'reading needs the package no-such-package-here: run "npm install no-such-package-here"',
  ]);
});
