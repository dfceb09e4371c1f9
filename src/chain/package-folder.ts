import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MargridError } from '../errors.ts';

/**
 * The nearest folder above this file that holds margrid's package.json: the same from `src` and from `build/js/src`.
 */
export function packageFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && isMargrid(manifest)) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new MargridError('FileNotFound', `no package.json of margrid above ${start}`);
}

function isMargrid(manifest: string): boolean {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }).name === 'margrid';
}
