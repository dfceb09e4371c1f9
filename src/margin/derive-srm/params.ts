/**
 * Parameters of Derive standard margin, field by field in the names of the venue's contracts. Meaning and formulas:
 * docs/models/derive-srm.md.
 */
import {
  dateField,
  invalid,
  section,
  textField,
  textsField,
  type NumberRule,
  type Section,
} from '../fields.ts';
import { atLeastZero, fraction, numbersField } from '../derive-portfolio/parse.ts';

const perpRules = { mmPerpReq: atLeastZero, imPerpReq: atLeastZero };
const optionRules = {
  maxSpotReq: atLeastZero,
  minSpotReq: atLeastZero,
  mmCallSpotReq: atLeastZero,
  mmPutSpotReq: atLeastZero,
  MMPutMtMReq: atLeastZero,
  unpairedIMScale: atLeastZero,
  unpairedMMScale: atLeastZero,
  mmOffsetScale: atLeastZero,
};
const oracleRules = {
  perpThreshold: fraction,
  optionThreshold: fraction,
  baseThreshold: fraction,
  OCFactor: atLeastZero,
};
const baseRules = { marginFactor: fraction, IMScale: fraction };
const depegRules = { threshold: atLeastZero, depegFactor: atLeastZero };

type NumbersOf<R> = { readonly [K in keyof R]: number };

/** One market; what it has no section for cannot be held. */
export interface DeriveSrmMarket {
  readonly perp: NumbersOf<typeof perpRules> | null;
  readonly option: NumbersOf<typeof optionRules> | null;
  readonly base: NumbersOf<typeof baseRules> | null;
  readonly oracle: NumbersOf<typeof oracleRules>;
}

export interface DeriveSrmParams {
  readonly source: string;
  /** ISO date at which the values were in force. */
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** Currency of cash, premiums and P&L. */
  readonly currency: string;
  readonly depeg: NumbersOf<typeof depegRules>;
  /** By lower-case base currency. */
  readonly markets: ReadonlyMap<string, DeriveSrmMarket>;
}

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseDeriveSrmParams(input: unknown): DeriveSrmParams {
  const root = section(input, 'parameters');
  const markets = new Map<string, DeriveSrmMarket>();
  for (const [name, value] of Object.entries(section(root['markets'], 'markets'))) {
    markets.set(name.toLowerCase(), parseMarket(section(value, `markets.${name}`), `markets.${name}`));
  }
  if (markets.size === 0) throw invalid('markets', root['markets'], 'must have one market at least');
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    currency: textField(root, 'currency', ''),
    depeg: numbersField(root, 'depeg', '', depegRules),
    markets,
  };
}

function parseMarket(fields: Section, path: string): DeriveSrmMarket {
  const optional = <K extends string>(name: string, rules: Readonly<Record<K, NumberRule>>): Record<K, number> | null =>
    fields[name] === undefined ? null : numbersField(fields, name, path, rules);
  return {
    perp: optional('perp', perpRules),
    option: optional('option', optionRules),
    base: optional('base', baseRules),
    oracle: numbersField(fields, 'oracle', path, oracleRules),
  };
}
