import type { ErrorCode } from '../errors.ts';
import type { Cell, MarketCells } from './market-cells.ts';
import type { FieldRange } from './market-field-columns.ts';
import { parseNumberText } from './number-text.ts';
import { shown, type ProblemLog } from './problems.ts';
import type { MarketColumn } from './schema.ts';
import { isPlausibleTime, parseIsoTime } from './time.ts';

/**
 * Reads one row of a market file column by column. A bad value is logged and comes back as undefined (a price as NaN).
 */
export class MarketRow {
  readonly index: number;
  /** Problems that no `keepGoing` can pass over. */
  fatalCount = 0;
  readonly #cells: MarketCells;
  readonly #log: ProblemLog;

  constructor(cells: MarketCells, index: number, log: ProblemLog) {
    this.#cells = cells;
    this.index = index;
    this.#log = log;
  }

  fail(code: ErrorCode, message: string, column: MarketColumn, value: unknown): undefined {
    this.fatalCount += 1;
    this.failPrice(code, message, column, value);
  }

  /** A problem that spoils a price and nothing else. */
  failPrice(code: ErrorCode, message: string, column: MarketColumn, value: unknown): void {
    this.#log.add(code, message, { row: this.index + 1, column, value });
  }

  text(column: MarketColumn): string | undefined {
    const cell = this.#present(column);
    if (cell === undefined) return undefined;
    if (typeof cell === 'string') return cell;
    return this.fail('ColumnTypeWrong', `must be a string, got ${shown(cell)}`, column, cell);
  }

  oneOf<Choice extends string>(column: MarketColumn, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(column);
    if (text === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    return this.fail('ValueInvalid', `must be one of ${choices.join(', ')}, got ${shown(text)}`, column, text);
  }

  positive(column: MarketColumn, max: number): number | undefined {
    const cell = this.#present(column);
    if (cell === undefined) return undefined;
    const problem = this.#positiveProblem(cell, max);
    return problem === undefined ? this.#number(cell) : this.fail(problem[0], problem[1], column, cell);
  }

  /** A number > 0 whose badness concerns only what is priced with it: NaN then. */
  price(column: MarketColumn, max: number): number {
    const cell = this.#cell(column);
    const problem =
      cell === null ? (['ValueMissing', 'is missing (NULL or empty)'] as const) : this.#positiveProblem(cell, max);
    if (problem === undefined) return this.#number(cell)!;
    this.failPrice(problem[0], problem[1], column, cell);
    return NaN;
  }

  /** A number in a range; NaN where the column is absent or says that it is unknown (NULL, empty or NaN). */
  known(column: MarketColumn, { min, max }: FieldRange): number {
    if (!this.#cells.has(column)) return NaN;
    const cell = this.#cell(column);
    if (cell === null) return NaN;
    const value = this.#number(cell);
    if (value !== undefined && ((value >= min && value <= max) || Number.isNaN(value))) return value;
    const code =
      value === undefined ? 'ColumnTypeWrong' : Number.isFinite(value) ? 'ValueOutOfRange' : 'ValueNotFinite';
    const rule = `must be a number in [${min}, ${max}], or empty where it is unknown`;
    this.failPrice(code, `${rule}, got ${shown(value ?? cell)}`, column, cell);
    return NaN;
  }

  /** Undefined where the column is absent or NULL. */
  optionalOneOf<Choice extends string>(column: MarketColumn, choices: readonly Choice[]): Choice | undefined {
    if (!this.#cells.has(column) || this.#cell(column) === null) return undefined;
    return this.oneOf(column, choices);
  }

  /** UTC milliseconds. */
  time(column: MarketColumn): number | undefined {
    const cell = this.#present(column);
    if (cell === undefined) return undefined;
    const parsed = typeof cell === 'string' ? parseIsoTime(cell) : undefined;
    const ms = parsed ?? this.#number(cell);
    if (ms === undefined) {
      const message = `must be an ISO-8601 time or integer milliseconds, got ${shown(cell)}`;
      return this.fail('ValueInvalid', message, column, cell);
    }
    if (isPlausibleTime(ms)) return ms;
    const message = `must be UTC milliseconds between 1971 and 2300, got ${shown(cell)}`;
    return this.fail('ValueOutOfRange', message, column, cell);
  }

  requireNull(column: MarketColumn, kind: string): void {
    if (!this.#cells.has(column)) return;
    const cell = this.#cell(column);
    if (cell !== null) this.fail('ValueInvalid', `must be NULL for a ${kind}, got ${shown(cell)}`, column, cell);
  }

  #cell(column: MarketColumn): Cell {
    const cell = this.#cells.cell(this.index, column);
    return cell === '' ? null : cell;
  }

  #present(column: MarketColumn): Exclude<Cell, null> | undefined {
    const cell = this.#cell(column);
    return cell === null ? this.fail('ValueMissing', 'is missing (NULL or empty)', column, null) : cell;
  }

  #number(cell: Cell): number | undefined {
    if (typeof cell === 'number') return cell;
    return typeof cell === 'string' && this.#cells.isText ? parseNumberText(cell) : undefined;
  }

  #positiveProblem(cell: Cell, max: number): readonly [ErrorCode, string] | undefined {
    const value = this.#number(cell);
    if (value === undefined) return ['ColumnTypeWrong', `must be a number, got ${shown(cell)}`];
    if (!Number.isFinite(value)) return ['ValueNotFinite', `must be finite, got ${shown(value)}`];
    if (value <= 0) return ['ValueOutOfRange', `must be > 0, got ${shown(value)}`];
    if (value > max) return ['ValueOutOfRange', `must be at most ${max}, got ${shown(value)}`];
    return undefined;
  }
}
