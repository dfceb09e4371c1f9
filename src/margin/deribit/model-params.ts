import { MargridError } from '../../errors.ts';
import { invalid, numberField, section, unbounded, type NumberRule, type Section } from '../fields.ts';

/**
 * The sections of the venue's `model_params` (private/pme/simulate, public/pme/get_params) that the segregated and the
 * cross portfolio margin share. Meaning and formulas: docs/models/deribit-pm.md.
 */
export interface GeneralParams {
  /** UTC milliseconds at which the parameters were in force. */
  readonly timestampMs: number;
  /** Maintenance margin as a fraction of the risk matrix margin. */
  readonly mmFactor: number;
  /** Price moves on each side of zero. */
  readonly bucketsCount: number;
}

export interface MatrixCurrencyParams {
  /** Floor of the roll shock, fraction of delta. */
  readonly minAnnualisedMove: number;
  /** Roll shock per year to expiry. */
  readonly annualisedMoveRisk: number;
  /** Share of positive cells that counts. */
  readonly pnlOffset: number;
  /** Cap of the offset, USD. */
  readonly maxOffsetablePnl: number;
  /** Dampener of the extended cells, USD. */
  readonly extendedDampener: number;
}

export interface MatrixPairParams {
  /** R: the largest standard price move, fraction. */
  readonly priceRange: number;
  readonly volatilityRangeUp: number;
  readonly volatilityRangeDown: number;
  readonly minVolatilityForShockUp: number;
  readonly shortTermVegaPower: number;
  readonly longTermVegaPower: number;
  readonly extendedTableFactor: number;
  /** Slope of the delta shock per unit of delta. */
  readonly mInc: number;
  /** Delta below which there is no delta shock, USD. */
  readonly deltaTotalLiqShockThreshold: number;
  readonly maxDeltaShock: number;
}

const currencyRules = {
  min_annualised_move: { min: 0, max: 1 },
  annualised_move_risk: { min: 0, max: 10 },
  pnl_offset: { min: 0, max: 1 },
  max_offsetable_pnl: { min: 0, max: unbounded },
  extended_dampener: { min: 0, max: unbounded },
} as const satisfies Record<string, NumberRule>;
const pairRules = {
  price_range: { min: 1e-6, max: 0.99 },
  volatility_range_up: { min: 0, max: 100 },
  volatility_range_down: { min: 0, max: 1 },
  min_volatility_for_shock_up: { min: 0, max: 100 },
  short_term_vega_power: { min: 0, max: 10 },
  long_term_vega_power: { min: 0, max: 10 },
  extended_table_factor: { min: 0, max: 100 },
  m_inc: { min: 0, max: 1 },
  delta_total_liq_shock_threshold: { min: 0, max: unbounded },
  max_delta_shock: { min: 0, max: 1 },
} as const satisfies Record<string, NumberRule>;

/** Fields of a currency that only a coin with a risk matrix of its own has. */
export const matrixCurrencyFields: readonly string[] = Object.keys(currencyRules);

/** Section `general`. */
export function parseGeneral(root: Section): GeneralParams {
  const general = section(root['general'], 'general');
  numberField(general, 'vol_scenarios_count', 'general', { min: 3, max: 3 });
  const bucketsCount = numberField(general, 'buckets_count', 'general', { min: 1, max: 60 });
  if (!Number.isInteger(bucketsCount)) throw invalid('general.buckets_count', bucketsCount, 'must be an integer');
  return {
    timestampMs: numberField(general, 'timestamp', 'general', { min: 0, max: 8.64e15 }),
    mmFactor: numberField(general, 'mm_factor', 'general', { min: 0, max: 1 }),
    bucketsCount,
  };
}

/** Members of a section of sections, by lower-case name. */
export function parseMembers<T>(
  root: Section,
  name: string,
  parse: (fields: Section, path: string) => T,
): ReadonlyMap<string, T> {
  const members = Object.entries(section(root[name], name));
  return new Map(
    members.map(([member, value]) => {
      const path = `${name}.${member}`;
      return [member.toLowerCase(), parse(section(value, path), path)] as const;
    }),
  );
}

/** `currency.<coin>`. */
export function parseMatrixCurrency(fields: Section, path: string): MatrixCurrencyParams {
  refuseCorrelation(fields, path);
  const read = (name: keyof typeof currencyRules): number => numberField(fields, name, path, currencyRules[name]);
  return {
    minAnnualisedMove: read('min_annualised_move'),
    annualisedMoveRisk: read('annualised_move_risk'),
    pnlOffset: read('pnl_offset'),
    maxOffsetablePnl: read('max_offsetable_pnl'),
    extendedDampener: read('extended_dampener'),
  };
}

/** `currency_pair.<pair>`. */
export function parseMatrixPair(fields: Section, path: string): MatrixPairParams {
  const read = (name: keyof typeof pairRules): number => numberField(fields, name, path, pairRules[name]);
  return {
    priceRange: read('price_range'),
    volatilityRangeUp: read('volatility_range_up'),
    volatilityRangeDown: read('volatility_range_down'),
    minVolatilityForShockUp: read('min_volatility_for_shock_up'),
    shortTermVegaPower: read('short_term_vega_power'),
    longTermVegaPower: read('long_term_vega_power'),
    extendedTableFactor: read('extended_table_factor'),
    mInc: read('m_inc'),
    deltaTotalLiqShockThreshold: read('delta_total_liq_shock_threshold'),
    maxDeltaShock: read('max_delta_shock'),
  };
}

export function refuseCorrelation(fields: Section, path: string): void {
  const value = fields['correlation_set'];
  if (value === undefined || value === false) return;
  throw new MargridError(
    'ComponentUnknown',
    `${path}.correlation_set is ${JSON.stringify(value)}: the correlation contingency has no public formula, ` +
      'so margins with it cannot be computed; set it to false to leave it out knowingly',
    { column: `${path}.correlation_set`, value },
  );
}
