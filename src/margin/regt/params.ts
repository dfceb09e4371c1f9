/**
 * Parameters of strategy-based margin (Regulation T, FINRA Rule 4210, Cboe Rule 10.3). Meaning and sources:
 * docs/models/regt.md.
 */
import {
  dateField,
  invalid,
  numberField,
  section,
  textField,
  textsField,
  wholeField,
  type Section,
} from '../fields.ts';

const optionClasses = ['equity', 'narrowIndex', 'broadIndex'] as const;
export type OptionClass = (typeof optionClasses)[number];
/** `notMarginable`: instruments on it are refused. */
export type UnderlyingClass = OptionClass | 'notMarginable';

export interface RegtParams {
  readonly source: string;
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** Short options on their own, by class of the underlying. */
  readonly shortOptions: Readonly<Record<OptionClass, ShortOptionParams>>;
  readonly longOptions: {
    /** Calendar months to expiry beyond which a long option has a loan value. */
    readonly monthsMin: number;
    /** Requirement of such an option, share of its value. */
    readonly rate: number;
  };
  readonly stock: StockParams;
  /** By lower-case base currency (the underlying's symbol). */
  readonly underlyings: ReadonlyMap<string, UnderlyingParams>;
  /** Underlyings that are not named. */
  readonly otherUnderlyings: UnderlyingClass;
  readonly search: {
    /** Largest linear program that is searched, cells. */
    readonly cellsMax: number;
    /** Branches after which the search ends with an upper bound. */
    readonly nodesMax: number;
    /** Branches times cells after which it ends. */
    readonly nodeCellsMax: number;
  };
}

export interface ShortOptionParams {
  /** Shares of the underlying's value. */
  readonly rate: number;
  readonly callMinimum: number;
  /** Share of the exercise price. */
  readonly putMinimum: number;
}

export interface StockParams {
  readonly longInitial: number;
  readonly longMaintenance: number;
  readonly shortInitial: number;
  readonly shortMaintenance: number;
  readonly shortMinimum: number;
  readonly lowPrice: number;
  readonly lowPriceRate: number;
  readonly lowPriceMinimum: number;
  readonly protectedRate: number;
  readonly collarCallRate: number;
  readonly boxRate: number;
}

export interface UnderlyingParams {
  readonly class: UnderlyingClass;
  /** Multiple of a leveraged fund; 1 otherwise. */
  readonly leverage: number;
}

const share = { min: 0, max: 1 };
const dollars = { min: 0, max: 1e6 };
const stockRules = {
  longInitial: share,
  longMaintenance: share,
  shortInitial: share,
  shortMaintenance: share,
  shortMinimum: dollars,
  lowPrice: dollars,
  lowPriceRate: { min: 0, max: 10 },
  lowPriceMinimum: dollars,
  protectedRate: share,
  collarCallRate: share,
  boxRate: share,
} as const satisfies Record<keyof StockParams, { min: number; max: number }>;

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseRegtParams(input: unknown): RegtParams {
  const root = section(input, 'parameters');
  const shortOptions = section(root['shortOptions'], 'shortOptions');
  const longOptions = section(root['longOptions'], 'longOptions');
  const search = section(root['search'], 'search');
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    shortOptions: {
      equity: parseShortOptions(shortOptions, 'equity'),
      narrowIndex: parseShortOptions(shortOptions, 'narrowIndex'),
      broadIndex: parseShortOptions(shortOptions, 'broadIndex'),
    },
    longOptions: {
      monthsMin: wholeField(longOptions, 'monthsMin', 'longOptions', { min: 0, max: 120 }),
      rate: numberField(longOptions, 'rate', 'longOptions', share),
    },
    stock: parseStock(section(root['stock'], 'stock')),
    underlyings: parseUnderlyings(section(root['underlyings'], 'underlyings')),
    otherUnderlyings: classField(root, 'otherUnderlyings', ''),
    search: {
      cellsMax: wholeField(search, 'cellsMax', 'search', { min: 0, max: 10_000_000 }),
      nodesMax: wholeField(search, 'nodesMax', 'search', { min: 1, max: 10_000_000 }),
      nodeCellsMax: wholeField(search, 'nodeCellsMax', 'search', { min: 1, max: 1e15 }),
    },
  };
}

function parseShortOptions(fields: Section, name: OptionClass): ShortOptionParams {
  const path = `shortOptions.${name}`;
  const own = section(fields[name], path);
  return {
    rate: numberField(own, 'rate', path, share),
    callMinimum: numberField(own, 'callMinimum', path, share),
    putMinimum: numberField(own, 'putMinimum', path, share),
  };
}

function parseStock(fields: Section): StockParams {
  const read = (name: keyof StockParams): number => numberField(fields, name, 'stock', stockRules[name]);
  return {
    longInitial: read('longInitial'),
    longMaintenance: read('longMaintenance'),
    shortInitial: read('shortInitial'),
    shortMaintenance: read('shortMaintenance'),
    shortMinimum: read('shortMinimum'),
    lowPrice: read('lowPrice'),
    lowPriceRate: read('lowPriceRate'),
    lowPriceMinimum: read('lowPriceMinimum'),
    protectedRate: read('protectedRate'),
    collarCallRate: read('collarCallRate'),
    boxRate: read('boxRate'),
  };
}

function parseUnderlyings(fields: Section): Map<string, UnderlyingParams> {
  return new Map(
    Object.entries(fields).map(([name, value]) => {
      const path = `underlyings.${name}`;
      const own = section(value, path);
      const leverage = own['leverage'] === undefined ? 1 : numberField(own, 'leverage', path, { min: 1, max: 10 });
      return [name.toLowerCase(), { class: classField(own, 'class', path), leverage }] as const;
    }),
  );
}

function classField(fields: Section, name: string, path: string): UnderlyingClass {
  const value = textField(fields, name, path);
  const known: readonly string[] = [...optionClasses, 'notMarginable'];
  const at = path === '' ? name : `${path}.${name}`;
  if (!known.includes(value)) throw invalid(at, value, `must be one of ${known.join(', ')}`);
  return value as UnderlyingClass;
}

/** Class and leverage of an underlying. */
export function underlyingOf(params: RegtParams, baseCurrency: string): UnderlyingParams {
  return params.underlyings.get(baseCurrency.toLowerCase()) ?? { class: params.otherUnderlyings, leverage: 1 };
}

/** The first moment at which an option expiring then has no loan value any more is later than this, UTC milliseconds. */
export function longTermFrom(params: RegtParams, asOfMs: number): number {
  const date = new Date(asOfMs);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + params.longOptions.monthsMin);
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, daysInMonth));
  return date.getTime();
}
