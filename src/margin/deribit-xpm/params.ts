import { invalid, numberField, section, textsField, type Section } from '../fields.ts';
import type { Coverage } from '../model.ts';
import {
  matrixCurrencyFields,
  parseGeneral,
  parseMatrixCurrency,
  parseMatrixPair,
  parseMembers,
  refuseCorrelation,
  type GeneralParams,
  type MatrixCurrencyParams,
  type MatrixPairParams,
} from '../deribit/model-params.ts';

/**
 * Parameters of Deribit cross portfolio margin, in the shape of the venue's own `model_params`. Meaning and formulas:
 * docs/models/deribit-xpm.md.
 */
export interface DeribitXpmParams extends GeneralParams {
  readonly source: string;
  readonly unconfirmed: readonly string[];
  /** By lower-case currency. */
  readonly currencies: ReadonlyMap<string, XpmCurrencyParams>;
  /** By lower-case `base_quote`; the matrix of a coin uses that of `coin_usd`. */
  readonly pairs: ReadonlyMap<string, MatrixPairParams>;
}

export interface XpmCurrencyParams {
  /** Share of a positive equity that is added to the initial margin. */
  readonly haircut: number;
  /** The coin in whose matrix the equity is a position; null if it is in none. */
  readonly bucket: string | null;
  /** What a coin with a matrix of its own needs; null for collateral only. */
  readonly matrix: MatrixCurrencyParams | null;
}

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseDeribitXpmParams(input: unknown): DeribitXpmParams {
  const root = section(input, 'parameters');
  const currencies = parseMembers(root, 'currency', parseCurrency);
  const pairs = parseMembers(root, 'currency_pair', parseMatrixPair);
  for (const [name, { bucket }] of currencies) {
    if (bucket === null || (currencies.get(bucket)?.matrix && pairs.has(`${bucket}_usd`))) continue;
    const needed = `currency.${bucket} with a risk matrix and currency_pair.${bucket}_usd`;
    throw invalid(`currency.${name}.equity_side_impact`, 'both', `needs ${needed}`);
  }
  return {
    ...parseGeneral(root),
    source: typeof root['source'] === 'string' ? root['source'] : 'not stated',
    unconfirmed: textsField(root, 'unconfirmed', ''),
    currencies,
    pairs,
  };
}

/**
 * `bucket` is ours: the venue's parameters do not say in whose matrix a staked coin is. Absent, the equity is in the
 * currency's own matrix where `equity_side_impact` is `both`, and in none where it is `none`.
 */
function parseCurrency(fields: Section, path: string): XpmCurrencyParams {
  refuseCorrelation(fields, path);
  const impact = fields['equity_side_impact'];
  if (impact !== 'both' && impact !== 'none') {
    throw invalid(`${path}.equity_side_impact`, impact, "must be 'both' or 'none': no other impact is published");
  }
  const bucket = fields['bucket'] ?? path.slice(path.indexOf('.') + 1);
  if (typeof bucket !== 'string' || bucket === '') throw invalid(`${path}.bucket`, bucket, 'must be a currency');
  const hasMatrix = matrixCurrencyFields.some((name) => fields[name] !== undefined);
  return {
    haircut: numberField(fields, 'haircut', path, { min: 0, max: 1 }),
    bucket: impact === 'both' ? bucket.toLowerCase() : null,
    matrix: hasMatrix ? parseMatrixCurrency(fields, path) : null,
  };
}

/** Parameters of a coin's own matrix, or the section that is missing. */
export function matrixOf(coin: string, params: DeribitXpmParams): CoinMatrix | string {
  const currency = params.currencies.get(coin);
  if (currency === undefined) return `currency.${coin}`;
  if (currency.matrix === null) return `currency.${coin} with a risk matrix`;
  const pair = params.pairs.get(`${coin}_usd`);
  return pair === undefined ? `currency_pair.${coin}_usd` : { currency: currency.matrix, pair };
}

export interface CoinMatrix {
  readonly currency: MatrixCurrencyParams;
  readonly pair: MatrixPairParams;
}

export function coverageOfDeribitXpm(params: DeribitXpmParams): Coverage {
  const coins = [...params.currencies.keys()].filter((name) => typeof matrixOf(name, params) !== 'string');
  const collateral = [...params.currencies.keys()].filter((name) => !coins.includes(name));
  return {
    source: params.source,
    date: new Date(params.timestampMs).toISOString().slice(0, 10),
    covers: [...coins, ...collateral.map((name) => `${name} collateral`)],
    unconfirmed: params.unconfirmed,
  };
}
