import { dateField, numberField, section, textField, textsField, type NumberRule, type Section } from '../fields.ts';
import { parseMembers } from './model-params.ts';

/** Parameters of Deribit standard margin. Meaning and formulas: docs/models/deribit-sm.md. */
export interface StandardParams {
  /** Where and when the numbers were read. */
  readonly source: string;
  /** ISO date on which they were in force. */
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** By product, `base_settlement` in lower case: `btc_btc`, `sol_usdc`. */
  readonly futures: ReadonlyMap<string, FutureRates>;
  readonly options: ReadonlyMap<string, OptionRates>;
}

export interface FutureRates {
  /** Rates of a position of size zero, fraction of its size. */
  readonly initialRate: number;
  readonly maintenanceRate: number;
  /** Added to both rates per coin of size. */
  readonly ratePerCoin: number;
}

export interface OptionRates {
  /** Share of the underlying for a short option at or in the money. */
  readonly initialRate: number;
  /** Least share, however far out of the money. */
  readonly initialMinimum: number;
  readonly maintenanceRate: number;
}

const fraction: NumberRule = { min: 0, max: 1 };

/** What the segregated and the cross-collateral parameters have in common. Throws `ParameterInvalid`. */
export function parseStandard(input: unknown): StandardParams {
  const root = section(input, 'parameters');
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    futures: parseMembers(root, 'futures', parseFuture),
    options: parseMembers(root, 'options', parseOption),
  };
}

function parseFuture(fields: Section, path: string): FutureRates {
  return {
    initialRate: numberField(fields, 'initial_rate', path, fraction),
    maintenanceRate: numberField(fields, 'maintenance_rate', path, fraction),
    ratePerCoin: numberField(fields, 'rate_per_coin', path, fraction),
  };
}

function parseOption(fields: Section, path: string): OptionRates {
  return {
    initialRate: numberField(fields, 'initial_rate', path, fraction),
    initialMinimum: numberField(fields, 'initial_minimum', path, fraction),
    maintenanceRate: numberField(fields, 'maintenance_rate', path, fraction),
  };
}

/** Products that can be margined, for `margrid models`. */
export function coveredProducts(params: StandardParams): readonly string[] {
  return [
    ...[...params.futures.keys()].map((product) => `${product} futures`),
    ...[...params.options.keys()].map((product) => `${product} options`),
  ];
}
