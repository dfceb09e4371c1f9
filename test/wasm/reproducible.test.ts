import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { buildFile, builds } from './wat.ts';

const run = promisify(execFile);
const compiler = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin', 'asc.js');
const folder = mkdtempSync(join(tmpdir(), 'margrid-wasm-test-'));

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** One after the other: the test runner already uses every core. */
beforeAll(async () => {
  for (const build of builds) {
    const out = (extension: string): string => join(folder, `${build}.${extension}`);
    const options = ['--target', build, '--outFile', out('wasm'), '--textFile', out('wat')];
    await run(process.execPath, [compiler, 'assembly/index.ts', ...options], { cwd: packageRoot });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the WASM build', () => {
  it.each(builds)('%s: compiling the sources again gives the same bytes', (build) => {
    for (const extension of ['wasm', 'wat']) {
      const name = `${build}.${extension}`;
      expect(sha256(join(folder, name)), `build/${name} is not what the sources give: run "npm run build:wasm"`).toBe(
        sha256(buildFile(name)),
      );
    }
  });

  it('of the release is the one on record', () => {
    const recorded = readFileSync(join(packageRoot, 'test', 'wasm', 'release.sha256'), 'utf8').split(/\s+/)[0];
    const refresh = 'sha256sum build/release.wasm > test/wasm/release.sha256';
    expect(sha256(buildFile('release.wasm')), `the kernels have changed; if that is meant, run "${refresh}"`).toBe(
      recorded,
    );
  });
});
