import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import { writeColumnFile } from '../column-file.ts';
import type { Entrant } from '../entrant.ts';
import { programEntrant } from '../program-entrant.ts';
import { compileProgram, whyMissing } from './compile.ts';

/** One way of compiling a program of bench/native. */
export interface ProgramVariant {
  readonly name: string;
  readonly note: string;
  readonly flags: readonly string[];
  /** What the processor must know, as /proc/cpuinfo spells it; null: nothing special. */
  readonly needs: string | null;
}

/** The sixteen registers and three-operand instructions that V8 has, no fused multiply-add. */
export const flagsOf128 = ['-O3', '-march=native', '-mno-avx512f', '-mno-fma', '-ffp-contract=off'];

const plainFlags = ['-O3', '-march=native', '-mprefer-vector-width=512'];

/** One source on vectors of different widths. */
const vectorVariants: readonly ProgramVariant[] = [
  {
    name: 'c-gcc',
    note: 'plain C loops, vectorised by the compiler: gcc -O3 -march=native -mprefer-vector-width=512, no errno, no traps, no signed zeros',
    flags: [...plainFlags, '-fno-math-errno', '-fno-trapping-math', '-fno-signed-zeros', '-DLANES=1'],
    needs: null,
  },
  {
    name: 'c-128',
    note: `intrinsics of the width of WASM: gcc ${flagsOf128.join(' ')}`,
    flags: [...flagsOf128, '-DLANES=2'],
    needs: 'sse4_1',
  },
  {
    name: 'c-avx512',
    note: 'AVX-512 intrinsics with fused multiply-add: gcc -O3 -march=native',
    flags: ['-O3', '-march=native', '-DLANES=8'],
    needs: 'avx512f',
  },
];

/** The formula of textbooks with vector functions of the C library. */
const libmvecVariant: ProgramVariant = {
  name: 'c-libmvec',
  note: "vectorised by the compiler with erfc of glibc's libmvec: gcc -O3 -ffast-math -march=native -mprefer-vector-width=512",
  flags: [...plainFlags, '-ffast-math', '-DLIBMVEC', '-DLANES=1'],
  needs: null,
};

export interface NativeWork {
  /** Of bench/native: a program that follows program.h. */
  readonly source: string;
  /** What it does, before the note of the variant. */
  readonly note: string;
  /** The same for the formula of textbooks; absent: the program has none. */
  readonly textbookNote?: string;
  /** 64-bit words, then columns of floats, in the order in which the program reads them. */
  readonly counts: readonly number[];
  readonly columns: readonly Float64Array[];
}

/** Every variant that this machine can run, started with the columns; the others go to `missing` with the reason. */
export function nativePrograms(work: NativeWork, missing: Record<string, string>): Entrant[] {
  const variants = work.textbookNote === undefined ? vectorVariants : [...vectorVariants, libmvecVariant];
  const present = variants.filter(({ name, needs }) => {
    const reason = whyMissing(needs);
    if (reason !== null) missing[name] = reason;
    return reason === null;
  });
  if (present.length === 0) return [];
  const programs = present.map(({ flags }) => compileProgram([work.source], flags));
  const parent = join(packageRoot, 'build');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-native-'));
  const input = join(folder, 'columns.bin');
  writeColumnFile(input, [BigInt64Array.from(work.counts, BigInt), ...work.columns]);
  return present.map((variant, index) => {
    const own = variant === libmvecVariant ? work.textbookNote : work.note;
    const note = `${own}; ${variant.note}; one thread`;
    return nativeEntrant({ name: variant.name, note, bitEqual: false }, programs[index], folder, input);
  });
}

/** PROGRAM INPUT OUTPUT, as bench/native/program.h says. */
export function nativeEntrant(
  { name, note, bitEqual }: Pick<Entrant, 'name' | 'note' | 'bitEqual'>, program: string, folder: string, input: string,
): Entrant {
  const output = join(folder, `${name}.out`);
  return programEntrant({ name, note, bitEqual, program, parameters: [input, output], output, folder, scale: 1 });
}
