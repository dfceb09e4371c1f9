import type { ErrorCode, Problem } from '../errors.ts';
import { limits } from '../limits.ts';
import { isOrder, noCode, type BookRows, type BookRowValues, type CellValue } from './book-rows.ts';
import { shown } from './problems.ts';

/** What a row of a book holds, which decides its permitted quantity and entry price. */
export const holding = { position: 0, positionWithEntryPrice: 1, cash: 2, unknown: 3 } as const;

/** One bit per field at most: the number of bits set in a row is the number of its problems. */
export const fault = {
  account: 1,
  instrument: 2,
  quantity: 4,
  entryPrice: 8,
  duplicate: 16,
  limitPrice: 32,
  addOn: 64,
} as const;

export interface BookFaults {
  /** Bad rows, ascending, and what is wrong with each. */
  readonly rows: Int32Array;
  readonly masks: Uint8Array;
  readonly faultCount: number;
  /** For a duplicate row: the row that already holds the same account and instrument. Undefined if there are none. */
  readonly firstRowOf: Int32Array | undefined;
}

/** One pass over plain arrays, for all formats. `holdings` is parallel to `BookRows.names`. */
export function findBookFaults(book: BookRows, holdings: Uint8Array): BookFaults {
  const firstRowOf = findDuplicates(book);
  const maskOfRow = new Uint8Array(book.rowCount);
  let badRowCount = 0;
  let faultCount = 0;
  for (let row = 0; row < book.rowCount; row += 1) {
    let mask = maskOf(book, holdings, row);
    if (firstRowOf !== undefined && firstRowOf[row] !== notDuplicate) mask |= fault.duplicate;
    if (mask === 0) continue;
    maskOfRow[row] = mask;
    badRowCount += 1;
    faultCount += bitCount(mask);
  }
  const rows = new Int32Array(badRowCount);
  for (let row = 0, at = 0; at < badRowCount; row += 1) {
    if (maskOfRow[row] !== 0) rows[at++] = row;
  }
  return { rows, masks: Uint8Array.from(rows, (row) => maskOfRow[row]), faultCount, firstRowOf };
}

function maskOf(book: BookRows, holdings: Uint8Array, row: number): number {
  const code = book.instrumentCode[row];
  const held = code === noCode ? holding.unknown : holdings[code];
  let mask = book.accountIndex[row] === noCode ? fault.account : 0;
  if (code === noCode) mask |= fault.instrument;
  const order = isOrder(book, row);
  if (!isQuantity(book.quantity[row], order ? holding.position : held)) mask |= fault.quantity;
  if (order ? book.entryPrice[row] !== 0 : !isEntryPrice(book.entryPrice[row], held)) mask |= fault.entryPrice;
  if (order && (held === holding.cash || !(book.limitPrice![row] <= limits.priceMax))) mask |= fault.limitPrice;
  if (book.addOn !== undefined && !isAddOn(book.addOn[row], held, order)) mask |= fault.addOn;
  return mask;
}

/** Margin is added to a currency of an account: on the row of its cash. */
function isAddOn(amount: number, held: number, order: boolean): boolean {
  if (order || held === holding.position || held === holding.positionWithEntryPrice) return amount === 0;
  return amount >= 0 && amount <= limits.quantityMax;
}

function isQuantity(quantity: number, held: number): boolean {
  if (!(Math.abs(quantity) <= limits.quantityMax)) return false;
  return quantity !== 0 || held === holding.cash || held === holding.unknown;
}

function isEntryPrice(price: number, held: number): boolean {
  if (!(price >= 0 && price <= limits.priceMax)) return false;
  if (held === holding.positionWithEntryPrice) return price > 0;
  return held === holding.cash ? price === 0 : true;
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

const notDuplicate = -1;

/**
 * Rows whose (account, instrument) an earlier row already has, each with that earlier row. Linear time, whatever the
 * order. Orders are none: an account may have any number in one instrument.
 */
function findDuplicates(book: BookRows): Int32Array | undefined {
  const { accountIndex, instrumentCode } = book;
  const order = rowsByAccount(book);
  const lastAccount = new Int32Array(book.names.length).fill(noCode);
  const firstRow = new Int32Array(book.names.length);
  let duplicates: Int32Array | undefined;
  for (let at = 0; at < book.rowCount; at += 1) {
    const row = order === undefined ? at : order[at];
    const account = accountIndex[row];
    const code = instrumentCode[row];
    if (account === noCode || code === noCode || isOrder(book, row)) continue;
    if (lastAccount[code] === account) {
      duplicates ??= new Int32Array(book.rowCount).fill(notDuplicate);
      duplicates[row] = firstRow[code]!;
    } else {
      lastAccount[code] = account;
      firstRow[code] = row;
    }
  }
  return duplicates;
}

/** Rows ordered by account, file order within an account; undefined if the file is already in that order. */
function rowsByAccount(book: BookRows): Int32Array | undefined {
  const { accountIndex, rowCount } = book;
  let isOrdered = true;
  for (let row = 1; row < rowCount && isOrdered; row += 1) isOrdered = accountIndex[row] >= accountIndex[row - 1];
  if (isOrdered) return undefined;
  // A counting sort: slot 0 takes the rows without an account.
  const next = new Int32Array(book.accountIds.length + 2);
  for (let row = 0; row < rowCount; row += 1) next[accountIndex[row] + 2] = next[accountIndex[row] + 2] + 1;
  for (let slot = 1; slot < next.length; slot += 1) next[slot] = next[slot] + next[slot - 1];
  const order = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    const slot = accountIndex[row] + 1;
    order[next[slot]] = row;
    next[slot] = next[slot] + 1;
  }
  return order;
}

/** What a row is, as far as that decides what is permitted in it. */
export interface RowContext {
  /** One of `holding`. */
  readonly held: number;
  readonly order: boolean;
  /** Of a duplicate: the row that already holds the same. */
  readonly firstRow: number | undefined;
}

/** The problems of one bad row, in column order. */
export function describeBookRow(
  file: string,
  row: number,
  mask: number,
  values: BookRowValues,
  { held, order, firstRow }: RowContext,
): Problem[] {
  const problems: Problem[] = [];
  const add = (column: string, cell: CellValue, [code, message]: readonly [ErrorCode, string]): void => {
    problems.push({ code, message, file, row: row + 1, column, value: cell.value });
  };
  if (mask & fault.account)
    add('account', values.account, missingOr(values.account, ['ValueInvalid', 'not an account']));
  if (mask & fault.instrument) {
    const unknown = `the market has no instrument or currency ${shown(values.instrument.value)}`;
    add('instrument', values.instrument, missingOr(values.instrument, ['InstrumentUnknown', unknown]));
  }
  if (mask & fault.duplicate) {
    const both = `account ${shown(values.account.value)} holds ${shown(values.instrument.value)}`;
    add('instrument', values.instrument, ['PositionDuplicate', `${both} already in row ${firstRow! + 1}`]);
  }
  if (mask & fault.quantity) add('quantity', values.quantity, describeQuantity(values.quantity));
  if (mask & fault.entryPrice) {
    add('entry_price', values.entryPrice, describeEntryPrice(values.entryPrice, held, order));
  }
  if (mask & fault.limitPrice) {
    const rule = held === holding.cash ? 'must be NULL for cash' : 'must be > 0';
    add('limit_price', values.limitPrice, describeNumber(values.limitPrice, limits.priceMax, rule));
  }
  if (mask & fault.addOn) {
    const isCash = !order && (held === holding.cash || held === holding.unknown);
    const rule = isCash ? 'must be >= 0' : 'belongs on the row of the cash, must be 0 or NULL here';
    add('add_on', values.addOn, describeNumber(values.addOn, limits.quantityMax, rule));
  }
  return problems;
}

function missingOr(cell: CellValue, otherwise: readonly [ErrorCode, string]): readonly [ErrorCode, string] {
  if (cell.wrongType) return ['ColumnTypeWrong', `has the wrong type, got ${shown(cell.value)}`];
  return cell.value === null ? ['ValueMissing', 'is missing (NULL or empty)'] : otherwise;
}

function describeQuantity(cell: CellValue): readonly [ErrorCode, string] {
  return describeNumber(cell, limits.quantityMax, 'must not be 0');
}

function describeEntryPrice(cell: CellValue, held: number, order: boolean): readonly [ErrorCode, string] {
  if (order) return describeNumber(cell, limits.priceMax, 'must be 0 for an open order');
  const rules: Readonly<Record<number, string>> = {
    [holding.positionWithEntryPrice]: 'must be > 0 for a future or perpetual',
    [holding.cash]: 'must be 0 for cash',
  };
  return describeNumber(cell, limits.priceMax, rules[held] ?? 'must be >= 0');
}

function describeNumber(cell: CellValue, magnitudeMax: number, rule: string): readonly [ErrorCode, string] {
  if (cell.wrongType) return ['ColumnTypeWrong', `must be a number, got ${shown(cell.value)}`];
  if (cell.value === null) return ['ValueMissing', 'is missing (NULL or empty)'];
  const value = Number(cell.value);
  if (!Number.isFinite(value)) return ['ValueNotFinite', `must be finite, got ${shown(value)}`];
  if (Math.abs(value) > magnitudeMax) {
    return ['ValueOutOfRange', `must be at most ${magnitudeMax} in magnitude, got ${shown(value)}`];
  }
  return ['ValueOutOfRange', `${rule}, got ${shown(value)}`];
}
