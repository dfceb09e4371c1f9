import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';
import type { Report } from './workload.ts';

export function describeMachine(): Report['machine'] {
  const cpu = cpus()[0]?.model.trim() || 'unknown processor';
  return { cpu, cores: availableParallelism(), platform: `${process.platform}-${process.arch}` };
}

/** File name for the results of machines like this one. */
export function machineSlug({ cpu, cores }: Report['machine']): string {
  const name = cpu.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  return `${name}-${cores}-cores`;
}

/** Of margrid: its commit, and the kernels it really ran. */
export function describeVersions(): Record<string, string | null> {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return {
    margrid: version,
    commit: currentCommit(),
    lock: fileHash(join(packageRoot, 'package-lock.json')),
    wasm: fileHash(join(packageRoot, 'build', 'single.wasm')),
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

/** `-dirty` if the sources are not those of the commit; null outside a checkout. */
function currentCommit(): string | null {
  const commit = outputOf('git', ['rev-parse', 'HEAD']);
  if (commit === null) return null;
  // Without optional locks: reading the state must not write the index under somebody else's feet.
  const changes = outputOf('git', ['--no-optional-locks', 'status', '--porcelain', '--untracked-files=no']);
  return changes === '' ? commit : `${commit}-dirty`;
}

/** First line of what a program prints; null if there is no such program or it fails. */
export function outputOf(program: string, parameters: readonly string[]): string | null {
  try {
    const text = execFileSync(program, parameters, {
      cwd: packageRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim().split('\n')[0];
  } catch {
    return null;
  }
}

function fileHash(path: string): string | null {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
}
