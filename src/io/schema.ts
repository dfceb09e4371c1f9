import { fieldColumn, fieldNames, type FieldColumn } from './market-field-columns.ts';
import type { ProblemLog } from './problems.ts';
import { shown } from './problems.ts';

/**
 * What a column of a file can hold, whatever the format calls it. `text` and `json` are untyped: each value is
 * checked.
 */
export type ColumnKind = 'string' | 'integer' | 'number' | 'time' | 'text' | 'json' | 'other';

export interface SourceColumn {
  readonly name: string;
  /** The format's own name of the type, for messages. */
  readonly type: string;
  readonly kind: ColumnKind;
}

export interface ColumnRule {
  readonly name: string;
  readonly accepts: readonly ColumnKind[];
  readonly expectation: string;
  readonly optional?: boolean;
}

const string = { accepts: ['string'], expectation: 'a string' } as const;
const number = { accepts: ['number', 'integer'], expectation: 'a number' } as const;
const time = {
  accepts: ['time', 'integer', 'string'],
  expectation: 'an ISO-8601 string, a timestamp or integer milliseconds',
} as const;

export const bookColumns = [
  { name: 'account', accepts: ['string', 'integer'], expectation: 'a string or an integer' },
  { name: 'instrument', ...string },
  { name: 'quantity', ...number },
  { name: 'entry_price', ...number },
  { name: 'limit_price', ...number, optional: true },
  { name: 'add_on', ...number, optional: true },
] as const satisfies readonly ColumnRule[];

const instrumentColumns = [
  { name: 'instrument', ...string },
  { name: 'kind', ...string },
  { name: 'payoff', ...string },
  { name: 'base_currency', ...string },
  { name: 'quote_currency', ...string },
  { name: 'settlement_currency', ...string },
  { name: 'contract_size', ...number },
  { name: 'expiry', ...time },
  { name: 'strike', ...number },
  { name: 'option_type', ...string },
  { name: 'index_price', ...number },
  { name: 'forward', ...number },
  { name: 'implied_volatility', ...number },
  { name: 'as_of', ...time },
  { name: 'exercise', ...string, optional: true },
] as const satisfies readonly ColumnRule[];

export type BookColumn = (typeof bookColumns)[number]['name'];
export type MarketColumn = (typeof instrumentColumns)[number]['name'] | FieldColumn;

/** Besides the columns of every market file, one for each field that a market may carry. */
export const marketColumns: readonly (ColumnRule & { readonly name: MarketColumn })[] = [
  ...instrumentColumns,
  ...fieldNames.map((field) => ({ name: fieldColumn(field), ...number, optional: true })),
];

/** The columns of the file that no rule names: they are ignored, and reported. */
export function ignoredColumns(columns: readonly SourceColumn[], rules: readonly ColumnRule[]): string[] {
  return columns.filter(({ name }) => !rules.some((rule) => rule.name === name)).map(({ name }) => name);
}

/**
 * Duplicate and missing columns. Names are matched exactly, but two names that differ only in case are refused: the
 * tools that wrote or read the file may treat them as one. /
 */
export function checkColumnNames(
  columns: readonly SourceColumn[],
  rules: readonly ColumnRule[],
  log: ProblemLog,
): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    const folded = name.toLowerCase();
    if (seen.has(folded)) log.add('ValueInvalid', `two columns are named ${shown(name)}`, { column: name });
    seen.add(folded);
  }
  const found = columns.map(({ name }) => name).join(', ');
  for (const rule of rules) {
    if (rule.optional || columns.some(({ name }) => name === rule.name)) continue;
    log.add('ColumnMissing', `the column is missing (found: ${shown(found)})`, { column: rule.name });
  }
}

/** Whether every value of the column has an acceptable type because the column has. */
export function columnTypeFits(column: SourceColumn, rule: ColumnRule): boolean {
  return column.kind === 'text' || column.kind === 'json' || rule.accepts.includes(column.kind);
}
