/** Margin tables of Hyperliquid, as `meta` of its info endpoint lists them. Meaning: docs/models/hyperliquid.md. */
import { dateField, numberField, section, textField, textsField } from '../fields.ts';
import { leverageRate, parseTiers, type Tier } from '../tiered/tier.ts';

export interface HyperliquidParams {
  readonly source: string;
  readonly date: string;
  readonly unconfirmed: readonly string[];
  /** Part of the notional that a transfer out must leave, if initial margin is less. */
  readonly transferRate: number;
  /** By lower-case base currency. */
  readonly assets: ReadonlyMap<string, HyperliquidAsset>;
}

export interface HyperliquidAsset {
  /** 1 / leverage chosen; 0 if the tier's largest is used. */
  readonly leverageRate: number;
  readonly tiers: readonly Tier[];
}

/** Reads and validates a parameter object. Throws `ParameterInvalid` naming the field and its value. */
export function parseHyperliquidParams(input: unknown): HyperliquidParams {
  const root = section(input, 'parameters');
  const assets = new Map<string, HyperliquidAsset>();
  for (const [name, value] of Object.entries(section(root['assets'], 'assets'))) {
    const path = `assets.${name}`;
    const fields = section(value, path);
    assets.set(name.toLowerCase(), {
      leverageRate: leverageRate(fields, path),
      tiers: parseTiers(fields, 'marginTiers', path, { floor: 'lowerBound', read: ratesOf }),
    });
  }
  return {
    source: textField(root, 'source', ''),
    date: dateField(root, 'date', ''),
    unconfirmed: textsField(root, 'unconfirmed', ''),
    transferRate: numberField(root, 'transferRate', '', { min: 0, max: 1 }),
    assets,
  };
}

/** Maintenance is half the initial margin at the tier's largest leverage. */
function ratesOf(fields: Record<string, unknown>, path: string) {
  const leverage = numberField(fields, 'maxLeverage', path, { min: 1, max: 1000 });
  return { initialRate: 1 / leverage, maintenanceRate: 1 / (2 * leverage) };
}
