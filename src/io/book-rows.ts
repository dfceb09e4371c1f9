import type { SourceColumn } from './schema.ts';

/**
 * The rows of a book file as columns, in file order, before anything is judged: what every format is brought to. A
 * number that is NULL or of a wrong type is NaN here; `values` fetches what the file really holds, for messages. /
 */
export interface BookRows {
  readonly columns: readonly SourceColumn[];
  readonly rowCount: number;
  /** In order of first appearance. */
  readonly accountIds: readonly string[];
  /** What `instrumentCode` counts. */
  readonly names: readonly string[];
  /** `noCode` where the account is NULL, empty or of a wrong type. */
  readonly accountIndex: Int32Array;
  /** `noCode` where the instrument is NULL, of a wrong type, or not among `names`. */
  readonly instrumentCode: Int32Array;
  readonly quantity: Float64Array;
  readonly entryPrice: Float64Array;
  /**
   * > 0 makes the row an open order; 0 where the file has none (NULL), NaN where what it has is no number > 0.
   * Undefined if the file has no such column.
   */
  readonly limitPrice: Float64Array | undefined;
  /** >= 0; 0 where the file has none (NULL), NaN where what it has is no number >= 0. Undefined without the column. */
  readonly addOn: Float64Array | undefined;
  /** What the file holds in these rows (0-based, ascending), in the same order. */
  values(rows: Int32Array): Promise<BookRowValues[]>;
}

export const noCode = -1;

/** Whether a row is an open order, or tries to be one. */
export function isOrder({ limitPrice }: Pick<BookRows, 'limitPrice'>, row: number): boolean {
  return limitPrice !== undefined && limitPrice[row] !== 0;
}

export interface BookRowValues {
  readonly account: CellValue;
  readonly instrument: CellValue;
  readonly quantity: CellValue;
  readonly entryPrice: CellValue;
  readonly limitPrice: CellValue;
  readonly addOn: CellValue;
}

/** `value` is null for NULL; `wrongType` where the file holds something else than the column may hold. */
export interface CellValue {
  readonly value: string | number | null;
  readonly wrongType: boolean;
}

/**
 * How an instrument name becomes a code: against the names of a market and its currencies, or, when a file is only
 * inspected, against the names that it holds itself. /
 */
export type NameTable = readonly string[] | 'as found';
