import { spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import * as arrow from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import type { Book } from '../../src/domain/book.ts';
import {
  readBook,
  readMarket,
  writeAtomically,
  writeBook,
  writeMarket,
  writeTable,
  type ResultTable,
} from '../../src/io/index.ts';
import { errorOf, marketOf, temporaryDirectory, testedExtensions } from './fixtures.ts';

const files = temporaryDirectory();
const market = marketOf();
const awkward = [5e-324, 1.7976931348623157e308, 0.1 + 0.2, 1 / 3, 1e22, 123456789012345680, -1e-7, 2 ** 53];

const book: Book = {
  accountIds: ['zoe', 'a "quoted", name', '007', 'line\nbreak', 'é 日本', 'NULL'],
  currencies: ['BTC', 'USD', 'ETH', 'USDC'],
  positions: {
    accountIndex: Uint32Array.of(0, 0, 1, 2, 4, 5),
    instrumentIndex: Uint32Array.of(0, 2, 1, 0, 3, 2),
    quantity: Float64Array.of(-12.5, 0.1 + 0.2, 1e15, 5e-324, -1e-7, 1 / 3),
    entryPrice: Float64Array.of(61000.123456789, 0, 1 / 3, 1e12, 0, 0.1),
  },
  cash: {
    accountIndex: Uint32Array.of(0, 1, 1, 3, 4),
    currencyIndex: Uint32Array.of(1, 0, 3, 2, 0),
    amount: Float64Array.of(-0.1, 1e-300, 123456789012.34567, 2 ** 53 / 10 ** 4, 0),
  },
  quarantined: [],
};

/** Everything a book holds, as bytes. */
function bitsOf({ accountIds, positions, cash }: Book): Buffer {
  const { accountIndex, instrumentIndex, quantity, entryPrice } = positions;
  const columns = [accountIndex, instrumentIndex, quantity, entryPrice];
  columns.push(cash.accountIndex, cash.currencyIndex, cash.amount);
  const bytes = columns.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  return Buffer.concat([Buffer.from(accountIds.join('\n')), ...bytes]);
}

/** DuckDB's own view of a file, to check it without the reader under test. */
async function query(sql: string, path: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql, [path])).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe.each([...testedExtensions, 'jsonl', 'feather'] as const)('%s', (extension) => {
  test('a book comes back with the same bits', async () => {
    const path = files.path(`book.${extension}`);
    await writeBook(path, book, market);
    const result = await readBook(path, market);
    expect(result.book).toEqual(book);
    expect(result.rowCount).toBe(11);
  });

  test('a market comes back with the same bits', async () => {
    const path = files.path(`market.${extension}`);
    await writeMarket(path, market);
    expect((await readMarket(path)).market).toEqual(market);
  });

  test('a larger book', async () => {
    const count = 20_000;
    const index = Uint32Array.from({ length: count }, (_, at) => at);
    const large: Book = {
      accountIds: Array.from(index, (at) => `account-${(at * 7919) % count}`),
      currencies: book.currencies,
      positions: {
        accountIndex: index,
        instrumentIndex: index.map((at) => at % 3),
        quantity: Float64Array.from(index, (at) => (at + 1) / 7),
        entryPrice: Float64Array.from(index, (at) => (at + 1) * 1.1),
      },
      cash: {
        accountIndex: index,
        currencyIndex: index.map((at) => at % 4),
        amount: Float64Array.from(index, Math.sqrt),
      },
      quarantined: [],
    };
    const path = files.path(`large.${extension}`);
    await writeBook(path, large, market);
    const back = (await readBook(path, market)).book;
    // Compared outside of `expect`, which would take minutes to print how two large books differ.
    expect(bitsOf(back).equals(bitsOf(large))).toBe(true);
  });
});

const table: ResultTable = {
  rowCount: awkward.length,
  columns: [
    { name: '2', type: 'string', values: awkward.map((_, index) => `text "${index}",\n`) },
    { name: 'value', type: 'f64', values: Float64Array.from(awkward) },
    { name: 'odd "name"; --', type: 'i32', values: Int32Array.from(awkward, (_, index) => (index - 4) * 500_000_000) },
    { name: '1', type: 'f64', values: Float64Array.from(awkward).fill(NaN) },
  ],
};
const columnNames = table.columns.map(({ name }) => name);
const [texts, values, integers] = table.columns.map((column) => [...column.values]) as [string[], number[], number[]];

describe('a table of results', () => {
  test('Parquet', async () => {
    const path = files.path('table.parquet');
    await writeTable(path, table);
    const described = await query('DESCRIBE SELECT * FROM read_parquet(?)', path);
    expect(described.map(([name, type]) => [name, type])).toEqual(
      columnNames.map((name, index) => [name, ['VARCHAR', 'DOUBLE', 'INTEGER', 'DOUBLE'][index]]),
    );
    const rows = await query('SELECT * FROM read_parquet(?)', path);
    expect(rows).toEqual(values.map((value, index) => [texts[index], value, integers[index], NaN]));
  });

  test('CSV', async () => {
    const path = files.path('table.csv');
    await writeTable(path, table);
    const lines = readFileSync(path, 'utf8');
    expect(lines).toMatch(/^2,value,"odd ""name""; --",1\n"text ""0"",\n",5e-324,-2000000000,nan\n/);
    const rows = await query('SELECT * FROM read_csv(?, all_varchar=true, header=true)', path);
    expect(rows.map((row) => Number(row[1]))).toEqual(values);
  });

  test('JSON and NDJSON are valid, NaN becomes null', async () => {
    const expected = values.map((value, index) => ({
      2: texts[index],
      value,
      [columnNames[2]]: integers[index],
      1: null,
    }));
    await writeTable(files.path('table.json'), table);
    expect(JSON.parse(readFileSync(files.path('table.json'), 'utf8'))).toEqual(expected);
    await writeTable(files.path('table.ndjson'), table);
    const lines = readFileSync(files.path('table.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected);
  });

  test('Arrow, columns in the given order', async () => {
    await writeTable(files.path('table.arrow'), table);
    const read = arrow.tableFromIPC(readFileSync(files.path('table.arrow')));
    expect(read.schema.names).toEqual(columnNames);
    expect([...(read.getChild('value') as arrow.Vector<arrow.Float64>)]).toEqual(values);
    expect([...read.getChild('2')!]).toEqual(texts);
  });

  test('without rows', async () => {
    const empty: ResultTable = { rowCount: 0, columns: [{ name: 'x', type: 'f64', values: new Float64Array(0) }] };
    for (const extension of testedExtensions) await writeTable(files.path(`empty.${extension}`), empty);
    expect(JSON.parse(readFileSync(files.path('empty.json'), 'utf8'))).toEqual([]);
    expect(arrow.tableFromIPC(readFileSync(files.path('empty.arrow'))).numRows).toBe(0);
  });

  test('inconsistent tables are refused', async () => {
    const column = { name: 'x', type: 'i32', values: Int32Array.of(1, 2) } as const;
    const write = (bad: ResultTable): Promise<string> => errorOf(writeTable(files.path('bad.csv'), bad)).then(String);
    expect(await write({ rowCount: 3, columns: [column] })).toContain('column x has 2 values, not 3');
    expect(await write({ rowCount: 2, columns: [column, { ...column, name: 'X' }] })).toContain(
      'two columns are named X',
    );
    expect(await write({ rowCount: 0, columns: [] })).toContain('no columns');
    expect(existsSync(files.path('bad.csv'))).toBe(false);
  });
});

describe('books that a file cannot hold', () => {
  test('an account that holds nothing gets a cash row of 0', async () => {
    const idle: Book = { ...book, accountIds: [...book.accountIds, 'idle'] };
    await writeBook(files.path('idle.csv'), idle, market);
    const back = (await readBook(files.path('idle.csv'), market)).book;
    expect(back.accountIds).toEqual(idle.accountIds);
    expect([back.cash.accountIndex.at(-1), back.cash.currencyIndex.at(-1), back.cash.amount.at(-1)]).toEqual([6, 0, 0]);
  });

  test('quarantined accounts are refused', async () => {
    const quarantined: Book = { ...book, quarantined: [{ accountIndex: 0, reason: 'bad' }] };
    const error = await errorOf(writeBook(files.path('quarantined.csv'), quarantined, market));
    expect(error.message).toContain('1 quarantined accounts');
    expect(existsSync(files.path('quarantined.csv'))).toBe(false);
  });
});

describe('names', () => {
  test.each([`it's`, 'a;b', 'x[1]', 'st*ar', 'q?', 'sp ace', 'a"b', `x') TO 'y`, 'k=v', '日本'])('%j', async (name) => {
    const directory = files.path(`out ${name}`);
    mkdirSync(directory);
    for (const extension of testedExtensions) {
      await writeBook(join(directory, `${name}.${extension}`), book, market);
      expect((await readBook(join(directory, `${name}.${extension}`), market)).book).toEqual(book);
    }
    expect(readdirSync(directory).sort()).toEqual(testedExtensions.map((extension) => `${name}.${extension}`).sort());
  });
});

describe('atomicity', () => {
  function directoryOf(name: string): string {
    const directory = files.path(name);
    mkdirSync(directory);
    return directory;
  }

  test('a write that fails leaves the old file and no other', async () => {
    const directory = directoryOf('failing');
    const path = join(directory, 'x.csv');
    writeFileSync(path, 'old');
    const failing = writeAtomically(path, async (temporaryPath) => {
      writeFileSync(temporaryPath, 'half');
      expect(readFileSync(path, 'utf8')).toBe('old');
      throw new Error('disk full');
    });
    expect((await errorOf(failing)).message).toBe(`${path}: cannot be written: disk full`);
    expect([readdirSync(directory), readFileSync(path, 'utf8')]).toEqual([['x.csv'], 'old']);
  });

  test.each(testedExtensions)('%s: an abort leaves the old file and no other', async (extension) => {
    const directory = directoryOf(`abort-${extension}`);
    const path = join(directory, `x.${extension}`);
    writeFileSync(path, 'old');
    const count = 400_000;
    const large: ResultTable = {
      rowCount: count,
      columns: [
        { name: 'x', type: 'f64', values: Float64Array.from({ length: count }, Math.sqrt) },
        { name: 'y', type: 'string', values: Array.from({ length: count }, (_, index) => `row ${index}`) },
      ],
    };
    expect((await errorOf(writeTable(path, large, { signal: AbortSignal.abort() }))).code).toBe('Interrupted');
    const controller = new AbortController();
    const writing = errorOf(writeTable(path, large, { signal: controller.signal }));
    let isOver = false;
    void writing.catch(() => undefined).then(() => (isOver = true));
    // As soon as anything of the new file is there.
    while (readdirSync(directory).length < 2 && !isOver) await sleep(1);
    controller.abort();
    expect((await writing).code).toBe('Interrupted');
    expect([readdirSync(directory), readFileSync(path, 'utf8')]).toEqual([[`x.${extension}`], 'old']);
  });

  test('a directory that does not exist, and a target that is no file', async () => {
    const missing = await errorOf(writeTable(files.path('nowhere/x.parquet'), table));
    expect(missing.message).toContain('cannot be written');
    const missingArrow = await errorOf(writeTable(files.path('nowhere/x.arrow'), table));
    expect(missingArrow.message).toContain('the directory does not exist');
    mkdirSync(files.path('directory.csv'));
    expect((await errorOf(writeTable(files.path('directory.csv'), table))).message).toContain('not a regular file');
    expect((await errorOf(writeTable(files.path('x.txt'), table))).code).toBe('FileFormatUnknown');
  });

  test('a symbolic link stays one', async () => {
    writeFileSync(files.path('real.csv'), 'old');
    symlinkSync(files.path('real.csv'), files.path('link.csv'));
    await writeTable(files.path('link.csv'), table);
    expect(lstatSync(files.path('link.csv')).isSymbolicLink()).toBe(true);
    expect(readFileSync(files.path('real.csv'), 'utf8')).toMatch(/^2,value/);
  });

  const child = fileURLToPath(new URL('./write-child.ts', import.meta.url));

  test.each(testedExtensions)('%s: kill -9 in mid-write leaves nothing under the final name', async (extension) => {
    const directory = directoryOf(`kill-${extension}`);
    const path = join(directory, `x.${extension}`);
    const writer = spawn(process.execPath, ['--import', 'tsx', child, path], { stdio: 'ignore' });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => writer.on('exit', (_, signal) => resolve(signal)));
    while (readdirSync(directory).length === 0 && writer.exitCode === null) await sleep(1);
    writer.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    const left = readdirSync(directory);
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(/^\.x\..*\.tmp$/);
  });

  test.each(['parquet', 'arrow'] as const)(
    '%s: a file system that is full leaves nothing at all',
    async (extension) => {
      const directory = directoryOf(`full-${extension}`);
      const path = join(directory, `x.${extension}`);
      // A limit on the size of files fails a write in the middle, as a full disk does.
      const command = `ulimit -f 500; exec "$0" --import tsx "$1" "$2"`;
      const writer = spawn('bash', ['-c', command, process.execPath, child, path], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      writer.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
      const code = await new Promise((resolve) => writer.on('exit', resolve));
      expect([code, readdirSync(directory)]).toEqual([1, []]);
      expect(stderr).toContain(`${path}: cannot be written`);
    },
  );
});
