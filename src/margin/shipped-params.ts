import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/** Parameter file of each model that ships with the package, dated. */
const files: Readonly<Record<string, string>> = { 'deribit-pm': 'deribit-pm-2026-08-01.json' };

/** The parameters that ship with the package for a model, as in their file. */
export function shippedParams(model = 'deribit-pm'): unknown {
  return JSON.parse(readFileSync(join(packageRoot, 'data', 'params', files[model]), 'utf8')) as unknown;
}
