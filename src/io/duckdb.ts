import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join, sep } from 'node:path';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { MargridError } from '../errors.ts';
import { requireNotAborted } from './abort.ts';
import { loadOptional } from './optional-package.ts';

const require = createRequire(import.meta.url);

type DuckDbModule = typeof import('@duckdb/node-api');
export type NumericArray = Float64Array | Int32Array;
export type Row = readonly DuckDBValue[];

/** One private in-memory database that may touch only the files named when it was opened. */
export class DuckDb {
  readonly module: DuckDbModule;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #spillDirectory: string;

  private constructor(
    module: DuckDbModule,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    spillDirectory: string,
  ) {
    this.module = module;
    this.#instance = instance;
    this.#connection = connection;
    this.#spillDirectory = spillDirectory;
  }

  static async open(absolutePath: string): Promise<DuckDb> {
    const module = await loadOptional(
      '@duckdb/node-api',
      'reading and writing Parquet, CSV and JSON',
      // It is CommonJS: imported, its exports would be looked for in its text first, for a tenth of a second.
      async () => require('@duckdb/node-api') as DuckDbModule,
    );
    // Before anything is opened: it refuses some names.
    const pattern = exactPathPattern(absolutePath);
    const spillDirectory = join(tmpdir(), `margrid-duckdb-${randomUUID()}`);
    const instance = await module.DuckDBInstance.create(':memory:', {
      threads: String(availableParallelism()),
      memory_limit: `${memoryLimitMiB()}MiB`,
      temp_directory: spillDirectory,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
    const connection = await instance.connect();
    const database = new DuckDb(module, instance, connection, spillDirectory);
    // DuckDB checks both the pattern it is given and the file that the pattern finds. A list cannot be a parameter of
    // SET itself, but a variable can be one.
    await database.run('SET VARIABLE allowed = [?, ?]', [absolutePath, pattern]);
    await database.run(`SET allowed_paths = getvariable('allowed')`);
    await database.run('SET enable_external_access = false');
    await database.run('SET lock_configuration = true');
    return database;
  }

  async run(sql: string, parameters: readonly DuckDBValue[] = []): Promise<void> {
    await this.#connection.run(sql, [...parameters]);
  }

  async rows(sql: string, parameters: readonly DuckDBValue[] = []): Promise<Row[]> {
    return (await this.#connection.runAndReadAll(sql, [...parameters])).getRows();
  }

  /** For counts, which DuckDB returns as 64-bit or wider integers. */
  async count(sql: string, parameters: readonly DuckDBValue[] = []): Promise<number> {
    return Number((await this.rows(sql, parameters))[0][0]);
  }

  /**
   * Calls `visit` with each chunk of a result whose columns are all INTEGER or DOUBLE and never NULL: the vectors do
   * not show NULLs, so the query must have replaced them. The arrays are only valid during the call. /
   */
  async stream(
    sql: string,
    parameters: readonly DuckDBValue[],
    visit: (columns: readonly NumericArray[], rowCount: number) => void,
  ): Promise<void> {
    const result = await this.#connection.stream(sql, [...parameters]);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      const columns = Array.from({ length: chunk.columnCount }, (_, index) => numericItems(chunk, index));
      visit(columns, chunk.rowCount);
    }
  }

  /** Appends `rowCount` rows to a table; `fill` writes rows [start, start + chunk.rowCount) into the chunk. */
  async append(
    table: string,
    types: readonly DuckDBType[],
    rowCount: number,
    fill: (chunk: DuckDBDataChunk, start: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const appender = await this.#connection.createAppender(table);
    for (let start = 0; start < rowCount; start += chunkRowCount) {
      requireNotAborted(signal);
      const chunk = this.module.DuckDBDataChunk.create(types, Math.min(chunkRowCount, rowCount - start));
      fill(chunk, start);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  interrupt(): void {
    this.#connection.interrupt();
  }

  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#spillDirectory, { recursive: true, force: true });
  }
}

/** Runs `use` with a database that may touch only `absolutePath`, and closes it whatever happens. */
export async function withDuckDb<Result>(
  absolutePath: string,
  use: (database: DuckDb) => Promise<Result>,
): Promise<Result> {
  const database = await DuckDb.open(absolutePath);
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

/** DuckDB's own vector size: an appended chunk holds no more. */
const chunkRowCount = 2048;

/**
 * The vector as a typed array. `items` is how the package itself stores a fixed-width vector, but its typings hide it:
 * so the shape is checked, and a release that stores it otherwise fails here and not in the numbers. /
 */
export function numericItems(chunk: DuckDBDataChunk, columnIndex: number): NumericArray {
  const { items } = chunk.getColumnVector(columnIndex) as unknown as { items: unknown };
  const fits = items instanceof Float64Array || items instanceof Int32Array;
  if (!fits || items.length !== chunk.rowCount) {
    throw new MargridError('EngineState', `column ${columnIndex} of a DuckDB result is not a vector of numbers`);
  }
  return items;
}

/**
 * DuckDB expands `*`, `?` and `[` in file names. A one-character class matches exactly that character, so the pattern
 * finds exactly the named file. A backslash cannot be written in a pattern, but stands for itself where there is no
 * pattern. /
 */
export function exactPathPattern(absolutePath: string): string {
  if (!/[*?[]/.test(absolutePath)) return absolutePath;
  const portable = sep === '\\' ? absolutePath.replaceAll('\\', '/') : absolutePath;
  if (portable.includes('\\')) {
    throw new MargridError(
      'OptionInvalid',
      `${absolutePath}: a path with both a backslash and one of * ? [ cannot be opened exactly; rename the file`,
      { file: absolutePath },
    );
  }
  return portable.replace(/[*?[]/g, (character) => `[${character}]`);
}

/** Half of the memory this process may use: the other half is for the columns that are being filled. */
function memoryLimitMiB(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const available = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.max(256, Math.floor(available / 2 / 1024 ** 2));
}
