/** Risk limits and option rates of Bybit's unified trading account. Meaning: docs/models/bybit-linear.md. */
import { dateField, numberField, section, textField, textsField } from '../fields.ts';
import { leverageRate, parseTiers, type Tier } from '../tiered/tier.ts';

export interface BybitLinearParams {
  readonly source: string;
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** By lower-case `base_quote`. */
  readonly symbols: ReadonlyMap<string, BybitSymbol>;
  readonly options: BybitOptionRates;
}

export interface BybitSymbol {
  /** 1 / leverage chosen; 0 if the tier's largest is used. */
  readonly leverageRate: number;
  readonly tiers: readonly Tier[];
}

/** Fractions of the index price, of a short option. */
export interface BybitOptionRates {
  /** Less the out-of-the-money amount. */
  readonly initialRate: number;
  readonly initialRateLeast: number;
  /** Of the index or the mark, whichever is larger. */
  readonly maintenanceRate: number;
  readonly liquidationFeeRate: number;
}

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseBybitLinearParams(input: unknown): BybitLinearParams {
  const root = section(input, 'parameters');
  const symbols = new Map<string, BybitSymbol>();
  for (const [name, value] of Object.entries(section(root['symbols'], 'symbols'))) {
    const path = `symbols.${name}`;
    const fields = section(value, path);
    symbols.set(name.toLowerCase(), {
      leverageRate: leverageRate(fields, path),
      tiers: parseTiers(fields, 'riskLimits', path, {
        floor: 'floor',
        deduction: 'mmDeduction',
        read: (tier, place) => ({
          initialRate: numberField(tier, 'initialMargin', place, { min: 1e-6, max: 1 }),
          maintenanceRate: numberField(tier, 'maintenanceMargin', place, { min: 0, max: 1 }),
        }),
      }),
    });
  }
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    symbols,
    options: parseOptions(section(root['options'], 'options')),
  };
}

function parseOptions(fields: Record<string, unknown>): BybitOptionRates {
  const rate = (name: string, min = 0): number => numberField(fields, name, 'options', { min, max: 1 });
  return {
    initialRate: rate('initialRate', 1e-6),
    initialRateLeast: rate('initialRateLeast'),
    maintenanceRate: rate('maintenanceRate'),
    liquidationFeeRate: rate('liquidationFeeRate'),
  };
}
