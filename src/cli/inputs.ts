import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Market } from '../domain/market.ts';
import { formatProblem, MargridError } from '../errors.ts';
import { loadBuiltInMarket } from '../chain/built-in-market.ts';
import { formatOf, readBook, readMarket, type ReadBookResult } from '../io/index.ts';
import { defaultModelName, modelByName } from '../margin/registry.ts';
import { shippedParams } from '../margin/shipped-params.ts';
import type { Terminal } from './terminal.ts';

/** Options that several commands share, as commander gives them. */
export interface InputOptions {
  readonly market: string;
  readonly book: string;
  readonly model?: string;
  readonly params?: string;
  readonly keepGoing?: boolean;
  readonly rowsMax?: number;
  readonly bytesMax?: number;
}

/** Name that stands for the market shipped with the package. */
export const builtInName = 'builtin';

function limitsOf(options: Partial<InputOptions>): { rowCountMax?: number; bytesMax?: number } {
  return {
    ...(options.rowsMax === undefined ? {} : { rowCountMax: options.rowsMax }),
    ...(options.bytesMax === undefined ? {} : { bytesMax: options.bytesMax }),
  };
}

export async function loadMarket(options: Omit<InputOptions, 'book'>, terminal: Terminal): Promise<Market> {
  if (options.market === builtInName) return loadBuiltInMarket().market;
  const { market, problems, problemCount } = await readMarket(options.market, {
    keepGoing: options.keepGoing ?? false,
    ...limitsOf(options),
  });
  for (const problem of problems) terminal.note(`quarantined: ${formatProblem(problem)}`);
  if (problemCount > problems.length) terminal.note(`quarantined: ${problemCount - problems.length} more bad prices`);
  return market;
}

export async function loadBook(options: InputOptions, market: Market): Promise<ReadBookResult> {
  return readBook(options.book, market, { keepGoing: options.keepGoing ?? false, ...limitsOf(options) });
}

/**
 * Parameters as in their file; those shipped for the model if none is named. Throws `ParameterInvalid`, `FileNotFound`.
 */
export async function loadParams(path: string | undefined, model: string = defaultModelName): Promise<unknown> {
  if (path === undefined) return shippedParams(model);
  const file = path;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new MargridError('FileNotFound', `cannot read the parameter file ${file}`, { file });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MargridError('ParameterInvalid', `${file} is not valid JSON: ${(cause as Error).message}`, { file });
  }
}

/** Fails early, naming the file, if the parameters do not fit the model. */
export function requireParams(params: unknown, options: Pick<InputOptions, 'model' | 'params'>): void {
  try {
    modelByName(options.model ?? defaultModelName).parseParams(params);
  } catch (error) {
    if (!(error instanceof MargridError) || options.params === undefined) throw error;
    throw new MargridError(error.code, `${options.params}: ${error.message}`, { ...error.place, file: options.params });
  }
}

/**
 * Fails before the work, not after it, if no file can be written under that name. Throws `FileFormatUnknown`,
 * `FileUnreadable`.
 */
export function requireWritable(path: string | undefined): void {
  if (path === undefined) return;
  formatOf(path);
  if (existsSync(dirname(resolve(path)))) return;
  throw new MargridError('FileUnreadable', `${path}: cannot be written: the directory does not exist`, { file: path });
}
