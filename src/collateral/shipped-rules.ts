import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';

/** Rules of venues that ship with the package, dated. */
const files: Readonly<Record<string, string | undefined>> = {
  'bybit-uta': 'bybit-uta-2025-09-18.json',
  'deribit-cross': 'deribit-cross-2026-02-16.json',
  derive: 'derive-2026-01-15.json',
  drift: 'drift-2024-02-01.json',
  hyperliquid: 'hyperliquid-2026-09-27.json',
  kraken: 'kraken-2026-11-22.json',
};

export const shippedCollateralVenues: readonly string[] = Object.keys(files);

/** The collateral rules of a venue, as in their file (`parseCollateralRules`). Throws `OptionInvalid`. */
export function shippedCollateralRules(venue: string): unknown {
  const file = files[venue];
  if (file !== undefined)
    return JSON.parse(readFileSync(join(packageRoot, 'data', 'collateral', file), 'utf8')) as unknown;
  const known = shippedCollateralVenues.join(', ');
  throw new MargridError('OptionInvalid', `no collateral rules ship for '${venue}'; known: ${known}`, { value: venue });
}
