import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';

/** Style files that ship with the package, dated. */
const files: Readonly<Record<string, string | undefined>> = {
  cheapest: 'cheapest-2026-11-22.json',
  paradex: 'paradex-2026-04-22.json',
  hyperliquid: 'hyperliquid-2026-09-27.json',
  bybit: 'bybit-2023-12-04.json',
  binance: 'binance-2021-03-26.json',
  okx: 'okx-2025-01-15.json',
  drift: 'drift-2024-02-01.json',
  dydx: 'dydx-2025-01-01.json',
  derive: 'derive-2026-01-15.json',
  deribit: 'deribit-2026-02-16.json',
};

export const liquidationStyleNames: readonly string[] = Object.keys(files);

/** The style of a venue as in its file. Throws `OptionInvalid` if none ships. */
export function shippedLiquidationStyle(name: string): unknown {
  const file = files[name];
  if (file !== undefined)
    return JSON.parse(readFileSync(join(packageRoot, 'data', 'liquidation', file), 'utf8')) as unknown;
  const message = `there is no liquidation style '${name}'; there are ${liquidationStyleNames.join(', ')}`;
  throw new MargridError('OptionInvalid', message, { column: 'style', value: name });
}
