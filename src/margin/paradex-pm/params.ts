/**
 * Parameters of Paradex portfolio margin: the blocks of `assets` have the fields of the venue's own
 * `/system/portfolio-margin-config`. Meaning and formulas: docs/models/paradex-pm.md.
 */
import { dateField, invalid, listField, numberField, section, textField, textsField, type Section } from '../fields.ts';
import { parseTakerFees, type TakerFees } from '../paradex/taker-fees.ts';

/** How the normal distribution function of option prices is computed. */
export type NormalCdf = 'exact' | 'abramowitz-stegun';

export interface ParadexPmParams {
  readonly source: string;
  /** ISO date. */
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** What accounts are margined in. */
  readonly currency: string;
  readonly normalCdf: NormalCdf;
  /** Length of the averaging window that ends at an option's expiry. */
  readonly settlementWindowMinutes: number;
  /** Funding is provided for this long. */
  readonly fundingProvisionHours: number;
  readonly fees: TakerFees;
  /** By lower-case base currency. */
  readonly assets: ReadonlyMap<string, ParadexPmAsset>;
}

export interface ParadexPmAsset {
  /** Fractions of the index price per unit of delta. */
  readonly hedgedMarginFactor: number;
  readonly unhedgedMarginFactor: number;
  /** Maintenance as a fraction of the net requirement of the positions. */
  readonly mmfFactor: number;
  readonly vegaPowerShortDte: number;
  readonly vegaPowerLongDte: number;
  readonly dteFloorDays: number;
  /** Least volatility where it is shocked up. */
  readonly minVolShockUp: number;
  readonly scenarios: readonly ParadexPmScenario[];
}

export interface ParadexPmScenario {
  /** Fraction of the index price. */
  readonly spotShock: number;
  /** Fraction of the volatility at 30 days. */
  readonly volShock: number;
  readonly weight: number;
}

const scenarioCountMax = 256;
const factorRule = { min: 0, max: 10 };

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseParadexPmParams(input: unknown): ParadexPmParams {
  const root = section(input, 'parameters');
  const assets = section(root['assets'], 'assets');
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    currency: textField(root, 'currency', '').toUpperCase(),
    normalCdf: normalCdfField(root['normal_cdf']),
    settlementWindowMinutes: numberField(root, 'settlement_window_minutes', '', { min: 0, max: 1440 }),
    fundingProvisionHours: numberField(root, 'funding_provision_hours', '', { min: 0, max: 8760 }),
    fees: parseTakerFees(root),
    assets: new Map(Object.keys(assets).map((name) => {
      const path = `assets.${name}`;
      return [name.toLowerCase(), parseAsset(section(assets[name], path), path)] as const;
    })),
  };
}

function normalCdfField(value: unknown): NormalCdf {
  if (value === 'exact' || value === 'abramowitz-stegun') return value;
  throw invalid('normal_cdf', value, 'must be "exact" or "abramowitz-stegun"');
}

function parseAsset(fields: Section, path: string): ParadexPmAsset {
  const shocksPath = `${path}.vol_shock_params`;
  const shocks = section(fields['vol_shock_params'], shocksPath);
  return {
    hedgedMarginFactor: numberField(fields, 'hedged_margin_factor', path, factorRule),
    unhedgedMarginFactor: numberField(fields, 'unhedged_margin_factor', path, factorRule),
    mmfFactor: numberField(fields, 'mmf_factor', path, factorRule),
    vegaPowerShortDte: numberField(shocks, 'vega_power_short_dte', shocksPath, factorRule),
    vegaPowerLongDte: numberField(shocks, 'vega_power_long_dte', shocksPath, factorRule),
    dteFloorDays: numberField(shocks, 'dte_floor_days', shocksPath, { min: 1e-6, max: 3650 }),
    minVolShockUp: numberField(shocks, 'min_vol_shock_up', shocksPath, { min: 0, max: 100 }),
    scenarios: parseScenarios(fields, path),
  };
}

function parseScenarios(fields: Section, assetPath: string): readonly ParadexPmScenario[] {
  const path = `${assetPath}.scenarios`;
  const list = listField(fields, 'scenarios', assetPath);
  if (list.length === 0 || list.length > scenarioCountMax) {
    throw invalid(path, list.length, `must be a list of 1 to ${scenarioCountMax} scenarios`);
  }
  return list.map((value, index) => {
    const place = `${path}[${index}]`;
    const scenario = section(value, place);
    return {
      spotShock: numberField(scenario, 'spot_shock', place, { min: -0.999999, max: 100 }),
      volShock: numberField(scenario, 'vol_shock', place, { min: -100, max: 100 }),
      weight: numberField(scenario, 'weight', place, { min: 0, max: 100 }),
    };
  });
}
