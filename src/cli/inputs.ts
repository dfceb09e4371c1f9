import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { withAssumedFields } from '../convert/assumed-fields.ts';
import { convertedForModel, withoutRefused } from '../convert/for-model.ts';
import type { Book } from '../domain/book.ts';
import type { Market, MarketField } from '../domain/market.ts';
import { formatProblem, MargridError } from '../errors.ts';
import { loadBuiltInMarket } from '../chain/built-in-market.ts';
import {
  fieldColumn,
  fieldNames,
  fieldRange,
  formatOf,
  readBook,
  readMarket,
  type ReadBookResult,
} from '../io/index.ts';
import { defaultModelName, modelByName } from '../margin/registry.ts';
import { shippedParams } from '../margin/shipped-params.ts';
import { spanMarket } from '../span/span-market.ts';
import { isSpanSource, readSpanSource } from '../span/span-source.ts';
import { builtInName } from './built-in-name.ts';
import { readJson } from './read-json.ts';
import type { Terminal } from './terminal.ts';

/** Options that several commands share, as commander gives them. */
export interface FileOptions {
  readonly market: string;
  readonly book: string;
  readonly keepGoing?: boolean;
  readonly rowsMax?: number;
  readonly bytesMax?: number;
  /** `field=value`. */
  readonly assume?: readonly string[];
}

export interface InputOptions extends FileOptions {
  readonly model?: string;
  readonly params?: string;
}

/** Of input files, as readers want them. */
export function limitsOf(options: Partial<FileOptions>): { rowCountMax?: number; bytesMax?: number } {
  return {
    ...(options.rowsMax === undefined ? {} : { rowCountMax: options.rowsMax }),
    ...(options.bytesMax === undefined ? {} : { bytesMax: options.bytesMax }),
  };
}

export async function loadMarket(options: Omit<FileOptions, 'book'>, terminal: Terminal): Promise<Market> {
  const assumed = assumedFields(options.assume ?? []);
  const market = await quotedMarket(options, terminal);
  for (const [field, value] of assumed) {
    terminal.note(`assumed: ${fieldColumn(field)} is ${value} wherever the market has none`);
  }
  return withAssumedFields(market, assumed);
}

/** `index_confidence=1`. Throws `OptionInvalid`. */
function assumedFields(entries: readonly string[]): Map<MarketField, number> {
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      const text = entry.slice(at + 1).trim();
      const field = fieldNames.find((name) => fieldColumn(name) === entry.slice(0, Math.max(at, 0)));
      if (field === undefined) {
        const known = fieldNames.map(fieldColumn).join(', ');
        throw new MargridError('OptionInvalid', `--assume must be FIELD=VALUE, FIELD one of ${known}, got '${entry}'`, {
          value: entry,
        });
      }
      const { min, max } = fieldRange(field);
      const value = text === '' ? NaN : Number(text);
      if (value >= min && value <= max) return [field, value] as const;
      throw new MargridError(
        'OptionInvalid',
        `--assume: ${fieldColumn(field)} must be in [${min}, ${max}], got '${text}'`,
        {
          value: text,
        },
      );
    }),
  );
}

async function quotedMarket(options: Omit<FileOptions, 'book'>, terminal: Terminal): Promise<Market> {
  if (options.market === builtInName) return loadBuiltInMarket().market;
  if (isSpanSource(options.market)) {
    const { market, leftOut } = spanMarket(await readSpanSource(options.market));
    if (leftOut.length > 0) terminal.note(`left out: ${leftOut.length} options with strikes of zero or below`);
    return market;
  }
  const { market, problems, problemCount } = await readMarket(options.market, {
    keepGoing: options.keepGoing ?? false,
    ...limitsOf(options),
  });
  for (const problem of problems) terminal.note(`quarantined: ${formatProblem(problem)}`);
  if (problemCount > problems.length) terminal.note(`quarantined: ${problemCount - problems.length} more bad prices`);
  return market;
}

export async function loadBook(options: FileOptions, market: Market): Promise<ReadBookResult> {
  return readBook(options.book, market, { keepGoing: options.keepGoing ?? false, ...limitsOf(options) });
}

/**
 * Parameters as in their file; those shipped for the model if none is named. Throws `ParameterInvalid`, `FileNotFound`,
 * `ModelUnknown`.
 */
export async function loadParams(path: string | undefined, model = defaultModelName): Promise<unknown> {
  if (path === undefined) return shippedParams(modelByName(model).name);
  if (model === 'span' && isSpanSource(path)) return readSpanSource(path);
  return readJson(path, 'parameter');
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

/** Row of an account. Throws `AccountUnknown`, naming the file. */
export function requireAccount(book: Book, options: { readonly book: string; readonly account: string }): number {
  const accountIndex = book.accountIds.indexOf(options.account);
  if (accountIndex >= 0) return accountIndex;
  throw new MargridError('AccountUnknown', `${options.book}: the book has no account '${options.account}'`, {
    file: options.book,
    column: 'account',
    value: options.account,
  });
}

/** Market and book as the model wants them (cash of other currencies as spot positions, for a pooled model). */
export function inputsOfModel(
  market: Market,
  book: Book,
  params: unknown,
  { model, keepGoing }: Pick<InputOptions, 'model' | 'keepGoing'>,
): { readonly market: Market; readonly book: Book } {
  const chosen = modelByName(model ?? defaultModelName);
  const parsed = chosen.parseParams(params);
  const margined = withoutRefused(market, book, chosen, parsed);
  // A pair without parameters that somebody holds is refused by the engine, unless bad accounts shall be quarantined.
  const isHeld = margined !== null && margined.book.quarantined.length > book.quarantined.length;
  const isKept = margined === null || (isHeld && keepGoing !== true);
  const { market: listed, book: held } = isKept ? { market, book } : margined;
  return convertedForModel(listed, held, chosen, parsed);
}

/**
 * Fails before the work, not after it, if no file can be written under that name. Throws `FileFormatUnknown`,
 * `FileUnreadable`.
 */
export function requireWritable(path: string | undefined): void {
  if (path === undefined) return;
  formatOf(path);
  requireDirectory(path);
}

/** Throws `FileUnreadable` if the directory of the file does not exist. */
export function requireDirectory(path: string): void {
  if (existsSync(dirname(resolve(path)))) return;
  throw new MargridError('FileUnreadable', `${path}: cannot be written: the directory does not exist`, { file: path });
}
