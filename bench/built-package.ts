import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MargridError } from '../src/errors.ts';
import { packageRoot } from '../src/package-root.ts';

/**
 * A module of the built package, for what starts worker threads: a thread loads compiled JavaScript. `path` is that
 * of the source, from the top of the package, without its extension.
 */
export async function importBuilt<Module>(path: string): Promise<Module> {
  const file = join(packageRoot, 'build', 'js', `${path}.js`);
  if (!existsSync(file)) {
    const message = `this workload needs the built package (build/js/${path}.js): run the build first`;
    throw new MargridError('EngineState', message);
  }
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Module;
}
