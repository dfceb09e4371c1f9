import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as coefficients from '../../assembly/portable/coefficients.ts';
import { packageRoot } from '../../src/package-root.ts';

export interface TickProgram {
  readonly name: string;
  readonly note: string;
  readonly flags: readonly string[];
  readonly threads: number;
  /** What the processor must know, as /proc/cpuinfo spells it; null: nothing special. */
  readonly needs: string | null;
}

const flagsOfAvx512 = ['-O3', '-march=native', '-DLANES=8'];

/** Variants of bench/native/tick.c: the same operations on vectors of different widths. */
export const tickPrograms: readonly TickProgram[] = [
  {
    name: 'c-gcc',
    note: 'plain C loops, left to the compiler: gcc -O3 -march=native -mprefer-vector-width=512; one thread',
    flags: ['-O3', '-march=native', '-mprefer-vector-width=512', '-DLANES=1'],
    threads: 1,
    needs: null,
  },
  {
    name: 'c-128',
    note: 'hand-written SSE4.1, the width of WASM, no fused multiply-add: gcc -O3 -msse4.1; one thread',
    flags: ['-O3', '-msse4.1', '-ffp-contract=off', '-DLANES=2'],
    threads: 1,
    needs: 'sse4_1',
  },
  {
    name: 'c-avx512',
    note: 'hand-written AVX-512 with fused multiply-add and prefetching: gcc -O3 -march=native; one thread',
    flags: flagsOfAvx512,
    threads: 1,
    needs: 'avx512f',
  },
  {
    name: 'c-avx512-two-threads',
    note: 'the same on two threads that claim chunks',
    flags: flagsOfAvx512,
    threads: 2,
    needs: 'avx512f',
  },
];

/** Whether this processor has a feature; a machine without /proc/cpuinfo is not asked. */
export function hasProcessorFlag(flag: string): boolean {
  return existsSync('/proc/cpuinfo') && new RegExp(`^flags.*\\b${flag}\\b`, 'm').test(readFileSync('/proc/cpuinfo', 'utf8'));
}

/** Compiles a variant into `folder`, with margrid's own polynomials. Returns the program. Throws if gcc does. */
export function compileTickProgram({ flags }: TickProgram, folder: string, cells: number): string {
  const program = join(folder, `tick${flags.join('')}`);
  // Variants that differ in their threads only are one program.
  if (existsSync(program)) return program;
  writeFileSync(join(folder, 'coefficients.h'), coefficientsHeader());
  const source = join(packageRoot, 'bench', 'native', 'tick.c');
  const words = ['-std=gnu11', ...flags, `-DCELLS=${cells}`, `-I${folder}`, '-o', program, source, '-lm', '-pthread'];
  execFileSync('gcc', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  return program;
}

function coefficientsHeader(): string {
  const lines = Object.entries(coefficients).map(([name, value]) => `#define ${name} ${value.toExponential()}`);
  return `${lines.join('\n')}\n`;
}
