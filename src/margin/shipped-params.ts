import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';

/** Parameter file of each model that ships with the package, dated. */
const files: Readonly<Record<string, string | undefined>> = {
  'deribit-pm': 'deribit-pm-2024-06-17.json',
  'binance-usdm': 'binance-usdm-2021-03-26.json',
  'bybit-linear': 'bybit-linear-2023-12-04.json',
  hyperliquid: 'hyperliquid-2026-09-27.json',
  dydx: 'dydx-2025-01-01.json',
  drift: 'drift-2024-02-01.json',
  'okx-pm': 'okx-pm-2025-01-15.json',
};

/** The parameters that ship with the package for a model, as in their file. */
export function shippedParams(model = 'deribit-pm'): unknown {
  const file = files[model];
  if (file === undefined) {
    throw new MargridError(
      'ModelUnknown',
      `no parameters ship for a model called '${model}'; known: ${Object.keys(files).join(', ')}`,
      { value: model },
    );
  }
  return JSON.parse(readFileSync(join(packageRoot, 'data', 'params', file), 'utf8')) as unknown;
}
