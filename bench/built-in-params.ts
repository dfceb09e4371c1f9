import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';

/** The parameters of deribit-pm that ship with the package, as read from their file. */
export function builtInParams(): unknown {
  return JSON.parse(readFileSync(join(packageRoot, 'data', 'params', 'deribit-pm-2024-06-17.json'), 'utf8'));
}
