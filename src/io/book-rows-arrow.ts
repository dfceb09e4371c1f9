import type { Data, Vector } from 'apache-arrow';
import { limits } from '../limits.ts';
import { openArrowTable, type ArrowModule, type ArrowTable } from './arrow-table.ts';
import { noCode, type BookRows, type BookRowValues, type CellValue, type NameTable } from './book-rows.ts';
import { ByteStrings } from './byte-strings.ts';
import { unreadable, type InputFile } from './input-file.ts';
import { ProblemLog, shown } from './problems.ts';
import { bookColumns, checkColumnNames, columnTypeFits, type BookColumn } from './schema.ts';

export async function readArrowBookRows(file: InputFile, nameTable: NameTable): Promise<BookRows> {
  const table = await openArrowTable(file);
  requireColumns(file, table);
  const column = (name: BookColumn): Vector => table.column(name);
  try {
    const accounts = new ByteStrings();
    const accountIndex = codesOf(table, column('account'), accountCoder(file, accounts));
    const { names, strings, isClosed } = openNames(nameTable);
    const code = isClosed
      ? (bytes: Uint8Array, start: number, end: number): number => strings.find(bytes, start, end)
      : (bytes: Uint8Array, start: number, end: number): number => strings.intern(bytes, start, end);
    return {
      columns: table.columns,
      rowCount: table.rowCount,
      accountIds: accounts.names,
      names: names ?? strings.names,
      accountIndex,
      instrumentCode: codesOf(table, column('instrument'), code),
      quantity: numbersOf(table, column('quantity')),
      entryPrice: numbersOf(table, column('entry_price')),
      limitPrice: optionalNumbersOf(table, 'limit_price', (price) => price > 0),
      addOn: optionalNumbersOf(table, 'add_on', (amount) => amount >= 0),
      values: async (rows) => [...rows].map((row) => valuesAt(table, row)),
    };
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function requireColumns(file: InputFile, table: ArrowTable): void {
  const log = new ProblemLog(file.path);
  checkColumnNames(table.columns, bookColumns, log);
  if (table.rowCount === 0) log.add('FileUnreadable', 'the file has no rows');
  log.throwIfAny();
  for (const rule of bookColumns) addWrongArrowColumn(table, rule, log);
  log.throwIfAny();
}

/** A typed column of a wrong type is wrong in every row: the first value is named. */
export function addWrongArrowColumn(
  table: ArrowTable,
  rule: (typeof bookColumns)[number] | Parameters<typeof columnTypeFits>[1],
  log: ProblemLog,
): void {
  const column = table.columns.find(({ name }) => name === rule.name);
  if (column === undefined || columnTypeFits(column, rule)) return;
  const vector = table.column(column.name);
  let row = 0;
  while (row < vector.length - 1 && vector.get(row) === null) row += 1;
  const value = vector.get(row) === null ? null : String(vector.get(row));
  log.add('ColumnTypeWrong', `expected ${rule.expectation}, the column has type ${column.type}, got ${shown(value)}`, {
    row: row + 1,
    column: column.name,
    value,
  });
}

function openNames(nameTable: NameTable): {
  names: readonly string[] | undefined;
  strings: ByteStrings;
  isClosed: boolean;
} {
  const strings = new ByteStrings();
  if (nameTable === 'as found') return { names: undefined, strings, isClosed: false };
  for (const name of nameTable) strings.add(name);
  return { names: nameTable, strings, isClosed: true };
}

type Coder = (bytes: Uint8Array, start: number, end: number) => number;

function accountCoder(file: InputFile, accounts: ByteStrings): Coder {
  return (bytes, start, end) => {
    const index = accounts.intern(bytes, start, end);
    if (index < limits.accountCountMax) return index;
    const log = new ProblemLog(file.path);
    log.add('LimitExceeded', `accountCountMax is ${limits.accountCountMax}, got more`);
    log.throwIfAny();
    return noCode;
  };
}

// --- strings and integers to codes -----------------------------------------------------------------------------------

/** Codes of all rows; `noCode` for NULL and for the empty string. */
function codesOf(table: ArrowTable, vector: Vector, coder: Coder): Int32Array {
  const codes = new Int32Array(table.rowCount);
  let base = 0;
  for (const data of vector.data as readonly Data[]) {
    fillCodes(table.arrow, data, codes.subarray(base, base + data.length), coder);
    base += data.length;
  }
  return codes;
}

function fillCodes(arrow: ArrowModule, data: Data, codes: Int32Array, coder: Coder): void {
  const type = data.type;
  if (arrow.DataType.isDictionary(type)) fillFromDictionary(data, codes, coder);
  else if (arrow.DataType.isUtf8(type) || arrow.DataType.isLargeUtf8(type)) fillFromUtf8(data, codes, coder);
  else fillFromValues(arrow, data, codes, coder);
}

function fillFromUtf8(data: Data, codes: Int32Array, coder: Coder): void {
  const bytes = data.values as Uint8Array;
  const offsets = data.valueOffsets as unknown as ArrayLike<number | bigint>;
  let previousStart = 0;
  let previousEnd = 0;
  for (let row = 0; row < codes.length; row += 1) {
    const start = Number(offsets[row]);
    const end = Number(offsets[row + 1]);
    if (!(start >= 0 && start <= end && end <= bytes.length)) throw new Error('a string lies outside of its buffer');
    if (start === end || isNull(data, row)) {
      codes[row] = noCode;
    } else if (row > 0 && codes[row - 1] !== noCode && sameBytes(bytes, previousStart, previousEnd, start, end)) {
      codes[row] = codes[row - 1]!;
    } else {
      codes[row] = coder(bytes, start, end);
    }
    previousStart = start;
    previousEnd = end;
  }
}

function sameBytes(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let at = end - start - 1; at >= 0; at -= 1) {
    if (bytes[start + at] !== bytes[otherStart + at]) return false;
  }
  return true;
}

/** A dictionary's own order is not the order of first appearance: an entry gets its code when a row first uses it. */
function fillFromDictionary(data: Data, codes: Int32Array, coder: Coder): void {
  const notYet = -2;
  const dictionary = data.dictionary as Vector;
  const codeOfEntry = new Int32Array(dictionary.length).fill(notYet);
  const encoder = new TextEncoder();
  const indexes = data.values as ArrayLike<number | bigint>;
  for (let row = 0; row < codes.length; row += 1) {
    if (isNull(data, row)) {
      codes[row] = noCode;
      continue;
    }
    const entry = Number(indexes[row]);
    if (!(entry >= 0 && entry < codeOfEntry.length)) throw new Error(`dictionary index ${entry} is out of range`);
    if (codeOfEntry[entry] === notYet) {
      const name = dictionary.get(entry) as string | null;
      const bytes = encoder.encode(name ?? '');
      codeOfEntry[entry] = bytes.length === 0 ? noCode : coder(bytes, 0, bytes.length);
    }
    codes[row] = codeOfEntry[entry]!;
  }
}

/** Integers, and the rarer string types: value by value. */
function fillFromValues(arrow: ArrowModule, data: Data, codes: Int32Array, coder: Coder): void {
  const vector = new arrow.Vector([data]);
  const encoder = new TextEncoder();
  let previous: unknown;
  for (let row = 0; row < codes.length; row += 1) {
    const value = vector.get(row) as string | number | bigint | null;
    if (value === null || value === '') {
      codes[row] = noCode;
    } else if (row > 0 && value === previous && codes[row - 1] !== noCode) {
      codes[row] = codes[row - 1]!;
    } else {
      const bytes = encoder.encode(String(value));
      codes[row] = coder(bytes, 0, bytes.length);
    }
    previous = value;
  }
}

function isNull(data: Data, row: number): boolean {
  if (data.nullCount === 0) return false;
  return (data.nullBitmap[row >> 3] & (1 << (row & 7))) === 0;
}

// --- numbers ---------------------------------------------------------------------------------------------------------

function numbersOf(table: ArrowTable, vector: Vector): Float64Array {
  const numbers = new Float64Array(table.rowCount);
  let base = 0;
  for (const data of vector.data as readonly Data[]) {
    fillNumbers(data, numbers.subarray(base, base + data.length));
    base += data.length;
  }
  return numbers;
}

function fillNumbers(data: Data, numbers: Float64Array): void {
  const values = data.values as Float64Array | BigInt64Array;
  if (values instanceof BigInt64Array || (values as unknown) instanceof BigUint64Array) {
    for (let row = 0; row < numbers.length; row += 1) numbers[row] = Number(values[row]);
  } else {
    numbers.set(values.subarray(0, numbers.length));
  }
  if (data.nullCount === 0) return;
  for (let row = 0; row < numbers.length; row += 1) {
    if (isNull(data, row)) numbers[row] = NaN;
  }
}

/** NULL as 0, what `isGood` refuses as NaN; undefined if the file has no such column. */
function optionalNumbersOf(
  table: ArrowTable,
  name: BookColumn,
  isGood: (value: number) => boolean,
): Float64Array | undefined {
  if (!hasColumn(table, name)) return undefined;
  const vector = table.column(name);
  const numbers = numbersOf(table, vector);
  let base = 0;
  for (const data of vector.data as readonly Data[]) {
    for (let row = 0; row < data.length; row += 1) {
      if (isNull(data, row)) numbers[base + row] = 0;
      else if (!isGood(numbers[base + row])) numbers[base + row] = NaN;
    }
    base += data.length;
  }
  return numbers;
}

function hasColumn(table: ArrowTable, name: BookColumn): boolean {
  return table.columns.some((column) => column.name === name);
}

function valuesAt(table: ArrowTable, row: number): BookRowValues {
  const cell = (name: BookColumn): CellValue => {
    if (!hasColumn(table, name)) return { value: null, wrongType: false };
    const value = table.column(name).get(row) as string | number | bigint | null;
    return { value: plain(value, name === 'account'), wrongType: false };
  };
  return {
    account: cell('account'),
    instrument: cell('instrument'),
    quantity: cell('quantity'),
    entryPrice: cell('entry_price'),
    limitPrice: cell('limit_price'),
    addOn: cell('add_on'),
  };
}

function plain(value: string | number | bigint | null, isName: boolean): string | number | null {
  if (value === null || value === '') return null;
  if (isName) return String(value);
  return typeof value === 'bigint' ? Number(value) : value;
}
