import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as coefficients from '../../assembly/portable/coefficients.ts';
import * as normal from '../../assembly/portable/normal.ts';
import { packageRoot } from '../../src/package-root.ts';
import { outputOf } from '../machine.ts';

const sourceFolder = join(packageRoot, 'bench', 'native');
const programFolder = join(packageRoot, 'build', 'bench-programs');

/** First line of `gcc --version`, or null: then there are no native entrants. */
export function gccVersion(): string | null {
  known ??= { version: outputOf('gcc', ['--version']) };
  return known.version;
}

let known: { readonly version: string | null } | null = null;

/** Flags of the processor; empty where the system does not list them: then nothing that needs one is compiled. */
export function processorFlags(): ReadonlySet<string> {
  const path = '/proc/cpuinfo';
  if (!existsSync(path)) return new Set();
  return new Set(/^flags\s*:\s*(.*)$/m.exec(readFileSync(path, 'utf8'))?.[1].split(' ') ?? []);
}

/** Why a program cannot run here; null if it can. `needs`: a flag of /proc/cpuinfo. */
export function whyMissing(needs: string | null): string | null {
  if (gccVersion() === null) return 'there is no gcc';
  return needs === null || processorFlags().has(needs) ? null : `the processor has no ${needs}`;
}

/**
 * Path of the program made of these sources of bench/native, with margrid's own polynomials in `coefficients.h`. What
 * was compiled before from the same sources with the same compiler for the same processor is taken as it is. Throws if
 * gcc does.
 */
export function compileProgram(sources: readonly string[], flags: readonly string[]): string {
  const folder = join(programFolder, keyOf(sources, flags));
  const program = join(folder, sources[sources.length - 1].replace('.c', ''));
  if (existsSync(program)) return program;
  mkdirSync(programFolder, { recursive: true });
  // Made aside and moved as a whole: two test processes may want the same program at the same time.
  const own = mkdtempSync(join(programFolder, 'new-'));
  writeFileSync(join(own, 'coefficients.h'), coefficientsHeader());
  const paths = sources.map((source) => join(sourceFolder, source));
  const output = join(own, sources[sources.length - 1].replace('.c', ''));
  // Not -std=c11: strict ISO mode turns contraction off, and fused and unfused would be one.
  const words = ['-std=gnu11', ...flags, `-I${own}`, '-o', output, ...paths, '-lm', '-pthread'];
  execFileSync('gcc', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    renameSync(own, folder);
  } catch (cause) {
    rmSync(own, { recursive: true });
    if (!existsSync(program)) throw cause;
  }
  return program;
}

/** Of everything that the program depends on. */
function keyOf(sources: readonly string[], flags: readonly string[]): string {
  const headers = readdirSync(sourceFolder).filter((name) => name.endsWith('.h')).sort();
  const hash = createHash('sha256');
  for (const name of [...sources, ...headers]) hash.update(`${name}\n${readFileSync(join(sourceFolder, name), 'utf8')}\n`);
  hash.update(JSON.stringify([coefficientsHeader(), flags, gccVersion(), [...processorFlags()]]));
  return hash.digest('hex').slice(0, 24);
}

function coefficientsHeader(): string {
  const constants = Object.entries({ ...coefficients, ...normal }).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return constants.map(([name, value]) => `#define ${name} ${value.toExponential()}\n`).join('');
}
