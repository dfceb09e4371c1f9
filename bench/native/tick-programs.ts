import { compileProgram } from './compile.ts';
import { flagsOf128, type ProgramVariant } from './programs.ts';

export interface TickProgram extends ProgramVariant {
  readonly threads: number;
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
    note: `hand-written intrinsics of the width of WASM, rows in two passes for the registers: gcc ${flagsOf128.join(' ')}; one thread`,
    flags: [...flagsOf128, '-DLANES=2'],
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

/** The program of a variant: those that differ in their threads only are one. Throws if gcc does. */
export function compileTickProgram({ flags }: TickProgram, cells: number): string {
  return compileProgram(['tick.c'], [...flags, `-DCELLS=${cells}`]);
}
