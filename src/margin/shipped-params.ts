import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MargridError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';

/** Parameter file of each model that ships with the package, dated. */
const files: Readonly<Record<string, string | undefined>> = {
  'deribit-pm': 'deribit-pm-2024-06-17.json',
  'deribit-sm': 'deribit-sm-2026-02-16.json',
  'deribit-xsm': 'deribit-xsm-2026-02-16.json',
  'deribit-xpm': 'deribit-xpm-2026-02-16.json',
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
