/**
 * Perpetual and spot markets of Drift v2, in the names and precisions of its accounts. Meaning: docs/models/drift.md.
 */
import {
  dateField,
  numberField,
  section,
  textField,
  textsField,
  unbounded,
  wholeField,
  type Section,
} from '../fields.ts';

export interface DriftParams {
  readonly source: string;
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** Quote currency per open order of a perpetual. */
  readonly openOrderCharge: number;
  /** Most quote currency of positive unrealised P&L of one market that counts for initial margin. */
  readonly maxPositivePnlForInitialMargin: number;
  /** By lower-case base currency. */
  readonly perpetuals: ReadonlyMap<string, DriftPerpetual>;
  readonly spots: ReadonlyMap<string, DriftSpot>;
}

/** Ratios and weights in 1/10,000, imf factors in 1/1,000,000. */
export interface DriftPerpetual {
  readonly marginRatioInitial: number;
  readonly marginRatioMaintenance: number;
  readonly imfFactor: number;
  readonly unrealizedPnlInitialAssetWeight: number;
  readonly unrealizedPnlMaintenanceAssetWeight: number;
  readonly unrealizedPnlImfFactor: number;
}

export interface DriftSpot {
  readonly initialAssetWeight: number;
  readonly maintenanceAssetWeight: number;
  readonly initialLiabilityWeight: number;
  readonly maintenanceLiabilityWeight: number;
  readonly imfFactor: number;
  /** Value of all deposits in quote currency from which the initial asset weight shrinks; 0: it does not. */
  readonly scaleInitialAssetWeightStart: number;
  /** All deposits of the market, in tokens. */
  readonly deposits: number;
}

const weightMax = 100_000;
const imfMax = 10_000_000;

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseDriftParams(input: unknown): DriftParams {
  const root = section(input, 'parameters');
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    openOrderCharge: numberField(root, 'openOrderCharge', '', { min: 0, max: 1e6 }),
    maxPositivePnlForInitialMargin: numberField(root, 'maxPositivePnlForInitialMargin', '', { min: 0, max: unbounded }),
    perpetuals: parseMarkets(root, 'perpetuals', parsePerpetual),
    spots: parseMarkets(root, 'spots', parseSpot),
  };
}

function parseMarkets<T>(root: Section, name: string, parse: (fields: Section, path: string) => T): Map<string, T> {
  return new Map(
    Object.entries(section(root[name], name)).map(([base, value]) => {
      const path = `${name}.${base}`;
      return [base.toLowerCase(), parse(section(value, path), path)] as const;
    }),
  );
}

function parsePerpetual(fields: Section, path: string): DriftPerpetual {
  const weight = (name: string): number => wholeField(fields, name, path, { min: 0, max: weightMax });
  return {
    marginRatioInitial: weight('marginRatioInitial'),
    marginRatioMaintenance: weight('marginRatioMaintenance'),
    imfFactor: wholeField(fields, 'imfFactor', path, { min: 0, max: imfMax }),
    unrealizedPnlInitialAssetWeight: weight('unrealizedPnlInitialAssetWeight'),
    unrealizedPnlMaintenanceAssetWeight: weight('unrealizedPnlMaintenanceAssetWeight'),
    unrealizedPnlImfFactor: wholeField(fields, 'unrealizedPnlImfFactor', path, { min: 0, max: imfMax }),
  };
}

function parseSpot(fields: Section, path: string): DriftSpot {
  const weight = (name: string): number => wholeField(fields, name, path, { min: 0, max: weightMax });
  return {
    initialAssetWeight: weight('initialAssetWeight'),
    maintenanceAssetWeight: weight('maintenanceAssetWeight'),
    initialLiabilityWeight: weight('initialLiabilityWeight'),
    maintenanceLiabilityWeight: weight('maintenanceLiabilityWeight'),
    imfFactor: wholeField(fields, 'imfFactor', path, { min: 0, max: imfMax }),
    scaleInitialAssetWeightStart: numberField(fields, 'scaleInitialAssetWeightStart', path, { min: 0, max: unbounded }),
    deposits: numberField(fields, 'deposits', path, { min: 0, max: unbounded }),
  };
}
