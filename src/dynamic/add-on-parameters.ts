import {
  dateField,
  flagField,
  invalid,
  knownFields,
  listField,
  numberField,
  section,
  textField,
  textsField,
  unbounded,
  type Section,
} from '../margin/fields.ts';

export const addOnNames = ['concentration', 'liquidationCost', 'wrongWayCollateral'] as const;
export type AddOnName = (typeof addOnNames)[number];

/**
 * Charges for what the margin of small positions leaves out, as in a file of data/add-ons. An absent one is not made.
 */
export interface AddOnParameters {
  readonly source: string;
  readonly date: string;
  /** Values that no source states. */
  readonly unconfirmed: readonly string[];
  /**
   * The manifest: add-ons that must be there. Written twice on purpose: a section that gets lost is an error, not a
   * charge of nothing.
   */
  readonly required: readonly AddOnName[];
  /** By underlying (base currency in lower case): what the market does not quote. */
  readonly underlyings: Readonly<Record<string, UnderlyingLiquidity>>;
  readonly concentration?: ConcentrationParameters;
  readonly liquidationCost?: LiquidationCostParameters;
  readonly wrongWayCollateral?: WrongWayParameters;
}

export interface UnderlyingLiquidity {
  /** Base units; absent: the sum over the market's spots, futures and perpetuals. */
  readonly averageDailyVolume?: number;
  /** Per square root of a day; absent: that of the dynamic margin. */
  readonly dailyVolatility?: number;
}

export interface ConcentrationParameters {
  /** Part of the charge that also counts as maintenance margin. */
  readonly maintenanceShare: number;
  /** Of the net delta of an account in all of an underlying's instruments, in base units. */
  readonly underlying: ConcentrationRule | null;
  /** Of a position in contracts, instrument by instrument. */
  readonly instrument: ConcentrationRule | null;
  /** A contract counts with this delta at least: an option far out of the money is as hard to close as another. */
  readonly deltaMin: number;
}

export interface ConcentrationRule {
  /** What positions are measured against. */
  readonly measure: 'averageDailyVolume' | 'openInterest';
  /** `from` ascending multiples of the measure; rates ascending: parts of the notional beyond. */
  readonly tiers: readonly { readonly from: number; readonly rate: number }[];
}

export interface LiquidationCostParameters {
  readonly maintenanceShare: number;
  /** Y of the square-root law: cost per unit = Y x daily volatility x price x sqrt(quantity / daily volume). */
  readonly impact: number;
  /** Part of the daily volume that a liquidation may be. */
  readonly participation: number;
  /** Bounds of the days that it takes; `min` is what the model's margin covers already. */
  readonly horizonDays: { readonly min: number; readonly max: number };
  /** Multiple of the standard deviation for the price risk of the days beyond `min`, held linearly less. */
  readonly priceRisk: number;
  /**
   * Half spread as part of the forward, by kind of instrument, where the market quotes none; absent: none is assumed.
   */
  readonly assumedHalfSpread: Readonly<Partial<Record<'spot' | 'future' | 'perpetual' | 'option', number>>>;
}

export interface WrongWayParameters {
  readonly maintenanceShare: number;
  /** By collateral (currency in lower case). */
  readonly assets: Readonly<Record<string, WrongWayAsset>>;
}

export interface WrongWayAsset {
  /** Fall of the collateral that the charge is for, in (0, 1]. */
  readonly fall: number;
  /** Part of the loss that is charged. */
  readonly rate: number;
  /** By underlying, in [-1, 1]: it falls (rises) by this part of `fall`. */
  readonly correlations: Readonly<Record<string, number>>;
  /** Charged whatever is held: a token of the venue itself, which falls when the venue has to liquidate. */
  readonly always: boolean;
}

const share = { min: 0, max: 1 };

/**
 * Parameters as in their file. Throws `ParameterInvalid` naming the field, and an add-on that is required and absent.
 */
export function parseAddOnParameters(input: unknown): AddOnParameters {
  const root = knownFields(input, 'add-ons', [
    'source',
    'date',
    'unconfirmed',
    'required',
    'underlyings',
    ...addOnNames,
  ]);
  const required = listField(root, 'required', 'add-ons').map((value, index) => {
    const name = addOnNames.find((each) => each === value);
    if (name === undefined)
      throw invalid(`add-ons.required[${index}]`, value, `must be one of ${addOnNames.join(', ')}`);
    if (root[name] === undefined)
      throw invalid(`add-ons.${name}`, undefined, 'is required by add-ons.required and must be there');
    return name;
  });
  for (const name of addOnNames) {
    if (root[name] === undefined || required.includes(name)) continue;
    throw invalid('add-ons.required', root['required'], `must name ${name}, which is configured`);
  }
  const underlyings = section(root['underlyings'] ?? {}, 'add-ons.underlyings');
  const part = <Name extends AddOnName, Value>(
    name: Name,
    parse: (value: unknown, path: string) => Value,
  ): { [key in Name]?: Value } =>
    root[name] === undefined ? {} : ({ [name]: parse(root[name], `add-ons.${name}`) } as { [key in Name]?: Value });
  return {
    source: textField(root, 'source', 'add-ons'),
    date: dateField(root, 'date', 'add-ons'),
    unconfirmed: textsField(root, 'unconfirmed', 'add-ons'),
    required,
    underlyings: mapped(underlyings, 'add-ons.underlyings', parseLiquidity),
    ...part('concentration', parseConcentration),
    ...part('liquidationCost', parseLiquidationCost),
    ...part('wrongWayCollateral', parseWrongWay),
  };
}

function mapped<Value>(
  fields: Section,
  path: string,
  parse: (value: unknown, path: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(
    Object.keys(fields).map((name) => {
      if (name !== name.toLowerCase()) throw invalid(`${path}.${name}`, fields[name], 'must be named in lower case');
      return [name, parse(fields[name], `${path}.${name}`)] as const;
    }),
  );
}

function parseLiquidity(input: unknown, path: string): UnderlyingLiquidity {
  const fields = knownFields(input, path, ['averageDailyVolume', 'dailyVolatility']);
  const positive = (name: 'averageDailyVolume' | 'dailyVolatility') =>
    fields[name] === undefined
      ? {}
      : { [name]: numberField(fields, name, path, { min: Number.MIN_VALUE, max: unbounded }) };
  return { ...positive('averageDailyVolume'), ...positive('dailyVolatility') };
}

function parseConcentration(input: unknown, path: string): ConcentrationParameters {
  const fields = knownFields(input, path, ['maintenanceShare', 'underlying', 'instrument', 'deltaMin']);
  const rule = (name: string): ConcentrationRule | null =>
    fields[name] === undefined ? null : parseRule(fields[name], `${path}.${name}`);
  const parsed = {
    maintenanceShare: numberField(fields, 'maintenanceShare', path, share),
    underlying: rule('underlying'),
    instrument: rule('instrument'),
    deltaMin: numberField({ deltaMin: 0.1, ...fields }, 'deltaMin', path, share),
  };
  if (parsed.underlying === null && parsed.instrument === null)
    throw invalid(path, input, 'must have an underlying or an instrument rule');
  return parsed;
}

function parseRule(input: unknown, path: string): ConcentrationRule {
  const fields = knownFields(input, path, ['measure', 'tiers']);
  const measure = textField(fields, 'measure', path);
  if (measure !== 'averageDailyVolume' && measure !== 'openInterest') {
    throw invalid(`${path}.measure`, measure, 'must be averageDailyVolume or openInterest');
  }
  const tiers = listField(fields, 'tiers', path).map((each, index) => {
    const at = `${path}.tiers[${index}]`;
    const tier = knownFields(each, at, ['from', 'rate']);
    return {
      from: numberField(tier, 'from', at, { min: 0, max: unbounded }),
      rate: numberField(tier, 'rate', at, { min: 0, max: 10 }),
    };
  });
  if (tiers.length === 0) throw invalid(`${path}.tiers`, fields['tiers'], 'must have at least one tier');
  for (let index = 1; index < tiers.length; index++) {
    const at = `${path}.tiers[${index}]`;
    if (tiers[index].from <= tiers[index - 1].from)
      throw invalid(`${at}.from`, tiers[index].from, 'must be more than that of the tier before');
    // Else a larger position would pay less for its last unit, and splitting would not pay.
    if (tiers[index].rate < tiers[index - 1].rate)
      throw invalid(`${at}.rate`, tiers[index].rate, 'must be at least that of the tier before');
  }
  return { measure, tiers };
}

function parseLiquidationCost(input: unknown, path: string): LiquidationCostParameters {
  const fields = knownFields(input, path, [
    'maintenanceShare',
    'impact',
    'participation',
    'horizonDays',
    'priceRisk',
    'assumedHalfSpread',
  ]);
  const at = `${path}.horizonDays`;
  const horizon = knownFields(fields['horizonDays'], at, ['min', 'max']);
  const min = numberField(horizon, 'min', at, { min: 0, max: 1000 });
  const spreadPath = `${path}.assumedHalfSpread`;
  const spreads = knownFields(fields['assumedHalfSpread'] ?? {}, spreadPath, ['spot', 'future', 'perpetual', 'option']);
  return {
    maintenanceShare: numberField(fields, 'maintenanceShare', path, share),
    impact: numberField(fields, 'impact', path, { min: 0, max: 100 }),
    participation: numberField(fields, 'participation', path, { min: 1e-6, max: 1 }),
    horizonDays: { min, max: numberField(horizon, 'max', at, { min, max: 1000 }) },
    priceRisk: numberField(fields, 'priceRisk', path, { min: 0, max: 100 }),
    assumedHalfSpread: mapped(spreads, spreadPath, (_, name) =>
      numberField(spreads, name.slice(spreadPath.length + 1), spreadPath, share),
    ),
  };
}

function parseWrongWay(input: unknown, path: string): WrongWayParameters {
  const fields = knownFields(input, path, ['maintenanceShare', 'assets']);
  return {
    maintenanceShare: numberField(fields, 'maintenanceShare', path, share),
    assets: mapped(section(fields['assets'], `${path}.assets`), `${path}.assets`, parseAsset),
  };
}

function parseAsset(input: unknown, path: string): WrongWayAsset {
  const fields = knownFields(input, path, ['fall', 'rate', 'correlations', 'always']);
  const at = `${path}.correlations`;
  const correlations = section(fields['correlations'] ?? {}, at);
  return {
    fall: numberField(fields, 'fall', path, { min: Number.MIN_VALUE, max: 1 }),
    rate: numberField(fields, 'rate', path, share),
    correlations: mapped(correlations, at, (_, name) =>
      numberField(correlations, name.slice(at.length + 1), at, { min: -1, max: 1 }),
    ),
    always: flagField(fields, 'always', path, false),
  };
}
