/**
 * Parameters of Deribit portfolio margin, in the shape of the venue's own `model_params` (private/pme/simulate) or
 * `public/pme/get_params`, so that a saved API response is a parameter file. Meaning and formulas:
 * docs/models/deribit-pm.md.
 */
import {
  parseGeneral,
  parseMatrixCurrency,
  parseMatrixPair,
  parseMembers,
  type GeneralParams,
  type MatrixCurrencyParams,
  type MatrixPairParams,
} from '../deribit/model-params.ts';
import { section } from '../fields.ts';

export type DeribitPmCurrencyParams = MatrixCurrencyParams;
export type DeribitPmPairParams = MatrixPairParams;

export interface DeribitPmParams extends GeneralParams {
  /** Where and when the numbers were read. */
  readonly source: string;
  /** By lower-case base currency. */
  readonly currencies: ReadonlyMap<string, DeribitPmCurrencyParams>;
  /** By lower-case `base_quote`. */
  readonly pairs: ReadonlyMap<string, DeribitPmPairParams>;
}

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseDeribitPmParams(input: unknown): DeribitPmParams {
  const root = section(input, 'parameters');
  const currencies = parseMembers(root, 'currency', parseMatrixCurrency);
  const pairs = parseMembers(root, 'currency_pair', parseMatrixPair);
  return {
    source: typeof root['source'] === 'string' ? root['source'] : 'not stated',
    ...parseGeneral(root),
    currencies,
    pairs,
  };
}
