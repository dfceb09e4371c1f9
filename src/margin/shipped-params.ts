import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';

/** Parameter files of each model that ship with the package, dated; the first is the default. */
const files: Readonly<Record<string, readonly string[] | undefined>> = {
  'deribit-pm': ['deribit-pm-2024-06-17.json'],
  span: ['span-2026-01-02.json'],
  'deribit-sm': ['deribit-sm-2026-02-16.json'],
  'deribit-xsm': ['deribit-xsm-2026-02-16.json'],
  'deribit-xpm': ['deribit-xpm-2026-02-16.json'],
  'binance-usdm': ['binance-usdm-2021-03-26.json'],
  'bybit-linear': ['bybit-linear-2023-12-04.json'],
  hyperliquid: ['hyperliquid-2026-09-27.json'],
  dydx: ['dydx-2025-01-01.json'],
  drift: ['drift-2024-02-01.json'],
  'okx-pm': ['okx-pm-2025-01-15.json'],
  'paradex-pm': ['paradex-pm-2026-04-22.json'],
  'paradex-xm': ['paradex-xm-2026-04-22.json'],
  tims: ['tims-2026-11-22.json', 'tims-rbh-2026-11-22.json', 'tims-rbh-market-maker-2026-11-22.json'],
  'derive-pmrm': ['derive-pmrm-2026-01-15.json'],
  'derive-pmrm1': ['derive-pmrm1-2026-01-15.json'],
  'derive-srm': ['derive-srm-2026-01-15.json'],
  regt: ['regt-2026-11-22.json'],
  var: ['var-2026-11-23.json'],
};

/** Names of the model's files under data/params, the default first. Throws `ModelUnknown` if there are none. */
export function shippedParamsFiles(model: string): readonly string[] {
  const named = files[model];
  if (named !== undefined) return named;
  throw new MargridError(
    'ModelUnknown',
    `no parameters ship for a model called '${model}'; known: ${Object.keys(files).join(', ')}`,
    { value: model },
  );
}

/** One of these files, parsed as JSON. */
export function readShippedParams(file: string): unknown {
  return JSON.parse(readFileSync(join(packageRoot, 'data', 'params', file), 'utf8')) as unknown;
}

/** The parameters that ship with the package for a model, as in their file. */
export function shippedParams(model = 'deribit-pm'): unknown {
  return readShippedParams(shippedParamsFiles(model)[0]);
}
