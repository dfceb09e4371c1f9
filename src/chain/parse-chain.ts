import { MargridError } from '../errors.ts';
import type { Chain, FutureQuote, OpenInterestUnit, OptionQuote } from './chain.ts';
import { cellValue, optionalAmount, positiveAmount, readChainTable } from './chain-table.ts';
import type { ChainCell, ChainTable } from './chain-table.ts';
import { expiryInstantMs } from './expiry-time.ts';
import type { ExpiryTimeRule } from './expiry-time.ts';
import { ProblemList } from './problem-list.ts';

export const chainFormat = 'margrid-chain';
export const chainFormatVersion = 1;

/** Reads the text of a chain file (layout: docs/MARKET-DATA.md). Throws `BadInputError` with every problem found. */
export function parseChain(text: string, file: string): Chain {
  const object = parseObject(text, file);
  if (object.format !== chainFormat || object.formatVersion !== chainFormatVersion) {
    const message = `${file}: format must be ${chainFormat}, version ${chainFormatVersion}`;
    throw new MargridError('FileFormatUnknown', message, { file, column: 'format', value: object.format });
  }
  const problems = new ProblemList(file);
  const header = parseHeader(object, problems);
  const expiryTime = parseExpiryTime(object, problems);
  const futures = parseFutures(object.futures, expiryTime, problems);
  const options = parseOptions(object.options, expiryTime, problems);
  problems.throwIfAny();
  return { file, ...header, futures, options };
}

function parseObject(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MargridError('FileUnreadable', `${file}: is not JSON: ${(error as Error).message}`, { file });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new MargridError('FileUnreadable', `${file}: must hold one JSON object`, { file });
}

type ChainHeader = Omit<Chain, 'file' | 'futures' | 'options'>;

function parseHeader(object: Record<string, unknown>, problems: ProblemList): ChainHeader {
  const field = new HeaderFields(object, problems);
  return {
    title: field.text('title'),
    asOfMs: field.instant('asOf'),
    baseCurrency: field.text('baseCurrency'),
    quoteCurrency: field.text('quoteCurrency'),
    settlementCurrency: field.text('settlementCurrency'),
    payoff: field.oneOf('payoff', ['linear', 'inverse']),
    contractSize: { option: field.positive('contractSize.option'), future: field.positive('contractSize.future') },
    openInterestUnit: {
      option: field.oneOf<OpenInterestUnit>('openInterestUnit.option', ['contracts', 'quoteCurrency']),
      future: field.oneOf<OpenInterestUnit>('openInterestUnit.future', ['contracts', 'quoteCurrency']),
    },
    spotPrice: field.value('spotPrice') === null ? null : field.positive('spotPrice'),
  };
}

function parseExpiryTime(object: Record<string, unknown>, problems: ProblemList): ExpiryTimeRule {
  const field = new HeaderFields(object, problems);
  return {
    timeZone: field.oneOf('expiryTime.timeZone', ['UTC', 'America/New_York']),
    hour: field.hour('expiryTime.hour'),
  };
}

/**
 * Reads header fields by dotted path. A wrong field is listed and a stand-in returned: nothing of it leaves
 * `parseChain`.
 */
class HeaderFields {
  readonly #object: Record<string, unknown>;
  readonly #problems: ProblemList;

  constructor(object: Record<string, unknown>, problems: ProblemList) {
    this.#object = object;
    this.#problems = problems;
  }

  value(path: string): unknown {
    const child = (node: unknown, key: string): unknown => (node as Record<string, unknown> | null | undefined)?.[key];
    return path.split('.').reduce(child, this.#object);
  }

  text(path: string): string {
    const value = this.value(path);
    return typeof value === 'string' && value.length > 0 ? value : this.#wrong(path, 'must be a text', '');
  }

  positive(path: string): number {
    const value = this.value(path);
    const isPositive = typeof value === 'number' && value > 0 && value < Infinity;
    return isPositive ? value : this.#wrong(path, 'must be a number greater than 0', NaN);
  }

  hour(path: string): number {
    const value = this.value(path);
    const isHour = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 24;
    return isHour ? value : this.#wrong(path, 'must be an integer from 0 to 23', 0);
  }

  oneOf<Choice extends string>(path: string, choices: readonly Choice[]): Choice {
    const value = this.value(path);
    const found = choices.find((choice) => choice === value);
    return found ?? this.#wrong(path, `must be one of ${choices.join(', ')}`, choices[0]);
  }

  instant(path: string): number {
    const instantMs = utcInstantMs(this.value(path));
    return instantMs ?? this.#wrong(path, 'must be a UTC time like 2026-08-01T17:58:04.320Z', NaN);
  }

  #wrong<StandIn>(path: string, message: string, standIn: StandIn): StandIn {
    const value = this.value(path);
    const code = value === undefined ? 'ValueMissing' : 'ValueInvalid';
    this.#problems.add(code, `${path} ${message}, got ${JSON.stringify(value)}`, { column: path, value });
    return standIn;
  }
}

/** Whole milliseconds; finer digits are cut off (`Date.parse` promises nothing beyond three). */
function utcInstantMs(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,3})\d*)?Z$/.exec(value);
  if (match === null) return null;
  const instantMs = Date.parse(`${match[1]}.${(match[2] ?? '').padEnd(3, '0')}Z`);
  return Number.isNaN(instantMs) ? null : instantMs;
}

function parseFutures(input: unknown, rule: ExpiryTimeRule, problems: ProblemList): FutureQuote[] {
  const table = readChainTable(input, 'futures', ['expiry', 'bid', 'ask', 'openInterest'], problems);
  const seen = new Set<string>();
  return rowsOf(table).flatMap((row) => {
    const cell = (column: string): ChainCell => ({ table: table!, row, column });
    const isPerpetual = cellValue(cell('expiry')) === null;
    const expiryMs = isPerpetual ? null : parseExpiry(cell('expiry'), rule, problems);
    const quote = parseQuote(cell, problems);
    if (expiryMs === null && !isPerpetual) return [];
    if (isDuplicate(seen, String(expiryMs))) addDuplicate(cell('expiry'), problems);
    return [{ row, expiryMs, ...quote }];
  });
}

function parseOptions(input: unknown, rule: ExpiryTimeRule, problems: ProblemList): OptionQuote[] {
  const columns = ['expiry', 'strike', 'optionType', 'bid', 'ask', 'openInterest'];
  const table = readChainTable(input, 'options', columns, problems);
  const seen = new Set<string>();
  return rowsOf(table).flatMap((row) => {
    const cell = (column: string): ChainCell => ({ table: table!, row, column });
    const expiryMs = parseExpiry(cell('expiry'), rule, problems);
    const strike = positiveAmount(cell('strike'), problems);
    const optionType = parseOptionType(cell('optionType'), problems);
    const quote = parseQuote(cell, problems);
    if (expiryMs === null || strike === null || optionType === null) return [];
    if (isDuplicate(seen, `${expiryMs} ${strike} ${optionType}`)) addDuplicate(cell('strike'), problems);
    return [{ row, expiryMs, strike, optionType, ...quote }];
  });
}

function rowsOf(table: ChainTable | null): number[] {
  return table === null ? [] : table.rows.map((_row, index) => index + 1);
}

function parseQuote(cell: (column: string) => ChainCell, problems: ProblemList) {
  return {
    bid: optionalAmount(cell('bid'), problems),
    ask: optionalAmount(cell('ask'), problems),
    openInterest: optionalAmount(cell('openInterest'), problems),
  };
}

function parseExpiry(cell: ChainCell, rule: ExpiryTimeRule, problems: ProblemList): number | null {
  const value = cellValue(cell);
  const expiryMs = typeof value === 'string' ? expiryInstantMs(value, rule) : null;
  if (expiryMs === null) {
    const message = `expiry of ${cell.table.name} must be a date like 2026-08-28, got ${String(value)}`;
    problems.add('ValueInvalid', message, { row: cell.row, column: cell.column, value });
  }
  return expiryMs;
}

function parseOptionType(cell: ChainCell, problems: ProblemList): 'call' | 'put' | null {
  const value = cellValue(cell);
  if (value === 'C') return 'call';
  if (value === 'P') return 'put';
  const place = { row: cell.row, column: cell.column, value };
  problems.add('ValueInvalid', `optionType must be C or P, got ${String(value)}`, place);
  return null;
}

function isDuplicate(seen: Set<string>, key: string): boolean {
  if (seen.has(key)) return true;
  seen.add(key);
  return false;
}

function addDuplicate(cell: ChainCell, problems: ProblemList): void {
  const message = `this row of ${cell.table.name} repeats an instrument of an earlier row`;
  problems.add('InstrumentDuplicate', message, { row: cell.row, column: cell.column, value: cellValue(cell) });
}
