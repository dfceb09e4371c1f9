import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { MargridError } from '../errors.ts';
import type { Storable } from './events.ts';
import type { AccountRules } from './rules.ts';
import type { Columns } from './set-status.ts';

/** Columns of one adjustment. */
export interface AdjustmentAmounts {
  readonly amounts: Float64Array;
  readonly maintenance: Float64Array;
}

/** Everything that an account engine is. */
export interface AccountSnapshot {
  readonly inputs: {
    readonly market: Market;
    readonly book: Book;
    readonly model: string;
    /** As given, not as parsed. */
    readonly params: unknown;
    readonly rules: AccountRules;
  };
  /** Of the last tick. */
  readonly quotes: Quotes;
  /** The same as the commands gave them. */
  readonly askedQuotes: Quotes;
  /** Amounts of each adjustment at the last tick, and what it added to maintenance margin; per netting set. */
  readonly adjustments: readonly AdjustmentAmounts[];
  /** Whether there has been a tick, and whether the book is as it was then. */
  readonly isPriced: boolean;
  readonly isMargined: boolean;
  readonly columns: Columns;
  readonly sequence: number;
  readonly eventCount: number;
  readonly clockMs: number;
  /** Ids of applied commands and their numbers, oldest first. */
  readonly applied: readonly (readonly [string, number])[];
  /** State of each module by name, in order. */
  readonly modules: Readonly<Record<string, Storable>>;
}

/** Raised whenever what a snapshot holds changes. */
const snapshotVersion = 1;

/** A snapshot as a value that can be stored. Columns are copies. */
export function writeSnapshot({ inputs, quotes, askedQuotes, adjustments, columns, applied, ...rest }: AccountSnapshot): Storable {
  const { market, book, model, params, rules } = inputs;
  const { indexPrice, fields, ...marketRest } = market;
  const copied = Object.entries(columns).map(([name, column]) => [name, column.slice()] as const);
  return {
    version: snapshotVersion,
    ...rest,
    applied: applied.map(([id, sequence]) => [id, sequence]),
    columns: Object.fromEntries(copied),
    adjustments: adjustments.map(({ amounts, maintenance }) => ({ amounts, maintenance })),
    quotes: plainQuotes(quotes),
    askedQuotes: plainQuotes(askedQuotes),
    inputs: {
      market: {
        ...(marketRest as unknown as Record<string, Storable>),
        indexPrice: [...indexPrice],
        fields: [...(fields ?? [])],
      },
      book: book as unknown as Storable,
      model,
      params: params as Storable,
      rules: rules as unknown as Storable,
    },
  };
}

/** Quotes as a value that can be stored: maps as lists of pairs. */
export function plainQuotes({ asOfMs, forward, impliedVolatility, indexPrice, fields }: Quotes): Storable {
  return { asOfMs, forward, impliedVolatility, indexPrice: [...indexPrice], fields: [...(fields ?? [])] };
}

/** Throws `SnapshotInvalid` unless the value is a snapshot of this version. */
export function readSnapshot(value: Storable): AccountSnapshot {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (version !== snapshotVersion) {
    throw new MargridError(
      'SnapshotInvalid',
      `a snapshot must be of version ${snapshotVersion}, got ${JSON.stringify(version) ?? 'none'}`,
    );
  }
  const { inputs, quotes, askedQuotes, ...rest } = value as unknown as StoredSnapshot;
  const { indexPrice, fields, ...market } = inputs.market;
  return {
    ...rest,
    quotes: quotesOf(quotes),
    askedQuotes: quotesOf(askedQuotes),
    inputs: {
      ...inputs,
      market: {
        ...market,
        indexPrice: new Map(indexPrice),
        ...(fields.length === 0 ? {} : { fields: new Map(fields) }),
      },
    },
  };
}

function quotesOf({ indexPrice, fields, ...rest }: StoredQuotes): Quotes {
  return { ...rest, indexPrice: new Map(indexPrice), fields: new Map(fields) };
}

type Pairs<M> = M extends ReadonlyMap<infer K, infer V> ? readonly (readonly [K, V])[] : never;

type StoredQuotes = Omit<Quotes, 'indexPrice' | 'fields'> & {
  readonly indexPrice: Pairs<Quotes['indexPrice']>;
  readonly fields: Pairs<NonNullable<Quotes['fields']>>;
};

/** A snapshot in which maps are lists of pairs. */
interface StoredSnapshot extends Omit<AccountSnapshot, 'inputs' | 'quotes' | 'askedQuotes'> {
  readonly inputs: Omit<AccountSnapshot['inputs'], 'market'> & {
    readonly market: Omit<Market, 'indexPrice' | 'fields'> & {
      readonly indexPrice: Pairs<Market['indexPrice']>;
      readonly fields: Pairs<NonNullable<Market['fields']>>;
    };
  };
  readonly quotes: StoredQuotes;
  readonly askedQuotes: StoredQuotes;
}
