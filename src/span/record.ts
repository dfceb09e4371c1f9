import { BadInputError, type ErrorCode, type MargridError, type Problem } from '../errors.ts';
import { recordColumns, recordTypeOf, type ColumnRange, type RecordColumns, type RecordType } from './columns.ts';

/** One line of a positional file; every field is named by line and columns when it is bad. */
export class PositionalRecord {
  readonly type: RecordType;
  readonly line: string;
  readonly lineNumber: number;
  readonly #file: string;
  readonly #columns: RecordColumns;

  constructor(type: RecordType, line: string, file: string, lineNumber: number) {
    this.type = type;
    this.line = line;
    this.lineNumber = lineNumber;
    this.#file = file;
    this.#columns = recordColumns[type];
  }

  /** As in the file. */
  raw(name: string): string {
    const [from, to] = this.#range(name);
    return this.line.slice(from - 1, to);
  }

  /** Without blanks around it; '' where the line ends before. */
  text(name: string): string {
    return this.raw(name).trim();
  }

  requiredText(name: string): string {
    const text = this.text(name);
    return text === '' ? this.fail('ValueMissing', name, 'is missing') : text;
  }

  /** Digits with implied decimals; blank is null. */
  optionalNumber(name: string, decimals = 0): number | null {
    const text = this.text(name);
    if (text === '') return null;
    if (!/^\d+$/.test(text)) return this.fail('ValueInvalid', name, 'must be digits');
    return Number(`${text}e-${decimals}`);
  }

  number(name: string, decimals = 0): number {
    return this.optionalNumber(name, decimals) ?? this.fail('ValueMissing', name, 'is missing');
  }

  /** Digits, then the sign in the column after them. */
  signedAfter(name: string, decimals = 0): number {
    const [, to] = this.#range(name);
    const sign = this.line.slice(to, to + 1);
    const text = this.raw(name);
    if (text.trim() === '' && sign.trim() === '') return this.fail('ValueMissing', name, 'is missing: the line is cut');
    if (!/^ *\d+ *$/.test(text)) return this.fail('ValueInvalid', name, 'must be digits');
    if (sign !== '+' && sign !== '-') return this.fail('ValueInvalid', name, `must have a sign after it, not '${sign}'`);
    const size = Number(`${text.trim()}e-${decimals}`);
    return sign === '-' && size !== 0 ? -size : size;
  }

  /** Three characters, perhaps with a minus in front: `002`, `-02`. */
  locator(name: string): number {
    const text = this.text(name);
    if (text === '') return 0;
    if (!/^-?\d+$/.test(text)) return this.fail('ValueInvalid', name, 'must be a whole number');
    return Number(text);
  }

  /** Contract month with its day or week code: `202512`, `20251112`; null if blank or zero. */
  month(monthName: string, dayName?: string): string | null {
    const month = this.text(monthName);
    if (month === '' || /^0+$/.test(month)) return null;
    if (!/^\d{4}(0[1-9]|1[0-2])$/.test(month)) return this.fail('ValueInvalid', monthName, 'must be a month CCYYMM');
    const day = dayName === undefined ? '' : this.text(dayName);
    return month + (day === '00' ? '' : day);
  }

  /** ISO date; null if blank or zero. */
  date(name: string): string | null {
    const text = this.text(name);
    if (text === '' || /^0+$/.test(text)) return null;
    const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
    const isDate = /^\d{8}$/.test(text) && !Number.isNaN(Date.parse(iso));
    return isDate ? iso : this.fail('ValueInvalid', name, 'must be a date CCYYMMDD');
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const text = this.text(name);
    const choice = choices.find((each) => each === text);
    return choice ?? this.fail('ValueInvalid', name, `must be one of ${choices.map((each) => `'${each}'`).join(', ')}`);
  }

  fail(code: ErrorCode, name: string, rule: string): never {
    const [from, to] = this.#range(name);
    const value = this.raw(name);
    throw spanFileError({
      code,
      file: this.#file,
      row: this.lineNumber,
      column: from === to ? `${from}` : `${from}-${to}`,
      value,
      message: `record type ${this.type.trim()}, ${name}: ${rule}, got '${value}'`,
    });
  }

  #range(name: string): ColumnRange {
    return this.#columns[name];
  }
}

export function spanFileError(problem: Problem): MargridError {
  return new BadInputError([problem]);
}

/** Null for a blank line. Throws `ValueInvalid` for a record type that the format does not have. */
export function recordOf(line: string, file: string, lineNumber: number): PositionalRecord | null {
  const type = recordTypeOf(line);
  if (type !== null) return new PositionalRecord(type, line, file, lineNumber);
  if (line.trim() === '') return null;
  const value = line.slice(0, 2);
  throw spanFileError({
    code: 'ValueInvalid',
    file,
    row: lineNumber,
    column: '1-2',
    value,
    message: `unknown record type '${value}'`,
  });
}
