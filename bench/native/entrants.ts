import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Arena } from '../../src/columns/arena.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import { packageRoot } from '../../src/package-root.ts';
import { writeColumnFile } from '../column-file.ts';
import type { Entrant } from '../entrant.ts';
import { compileProgram, whyMissing } from './compile.ts';
import { nativeEntrant } from './programs.ts';

interface NativeVariant {
  readonly name: string;
  readonly source: 'revalue.c' | 'revalue-vectors.c';
  readonly flags: readonly string[];
  readonly bitEqual: boolean;
  readonly note: string;
  /** Doubles per vector of a kernel with intrinsics, and the most accumulators that it keeps in registers. */
  readonly lanes?: number;
  readonly accumulatorsMax?: number;
  /** What the processor must have: a flag of /proc/cpuinfo. */
  readonly needs?: string;
}

const optimised = ['-O3', '-march=native'];
const unfused = '-ffp-contract=off';
const variants: readonly NativeVariant[] = [
  {
    name: 'c-gcc',
    source: 'revalue.c',
    flags: [...optimised, unfused],
    bitEqual: true,
    note: 'plain C loops, auto-vectorised, one thread; gcc -O3 -march=native -ffp-contract=off: bit-equal',
  },
  {
    name: 'c-gcc-fma',
    source: 'revalue.c',
    flags: optimised,
    bitEqual: false,
    note: 'the same with the default -ffp-contract=fast: multiply-adds round once, so the last bits differ',
  },
  {
    name: 'c-128',
    source: 'revalue-vectors.c',
    // The sixteen registers and three-operand instructions that V8 has, no more: the twin of the WASM kernel.
    flags: [...optimised, unfused, '-mno-avx512f', '-mno-fma'],
    bitEqual: true,
    note: 'hand-written intrinsics of 128 bits, blocked for the registers, without FMA, one thread: bit-equal',
    lanes: 2,
    accumulatorsMax: 12,
    needs: 'sse2',
  },
  {
    name: 'c-avx512',
    source: 'revalue-vectors.c',
    flags: [...optimised, unfused],
    bitEqual: true,
    note: 'hand-written AVX-512 intrinsics without FMA, one thread: bit-equal',
    lanes: 8,
    accumulatorsMax: 16,
    needs: 'avx512f',
  },
  {
    name: 'c-avx512-fma',
    source: 'revalue-vectors.c',
    flags: [...optimised, '-DFUSED'],
    bitEqual: false,
    note: 'hand-written AVX-512 intrinsics with FMA, one thread: multiply-adds round once, so the last bits differ',
    lanes: 8,
    accumulatorsMax: 16,
    needs: 'avx512f',
  },
];

/** Native entrants that cannot run here, and why: nothing is left out unnamed. */
export function missingNative(): Record<string, string> {
  return Object.fromEntries(
    variants.flatMap((variant) => {
      const reason = whyMissing(variant.needs ?? null);
      return reason === null ? [] : [[variant.name, reason] as const];
    }),
  );
}

/**
 * Compiles what this machine can run for this size and starts it with the columns of the arena. `close` removes every
 * file.
 */
export async function nativeEntrants(arena: Arena, scenarios: number): Promise<Entrant[]> {
  const parent = join(packageRoot, 'build');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-native-'));
  const input = join(folder, 'columns.bin');
  try {
    writeColumns(arena, input);
    const present = variants.filter(({ needs }) => whyMissing(needs ?? null) === null);
    const programs = present.map((variant) => compile(variant, scenarios));
    return present.map((variant, index) => nativeEntrant(variant, programs[index], folder, input));
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  }
}

function compile(variant: NativeVariant, scenarios: number): string {
  const { source, flags } = variant;
  const rowSizes = [`-DSCENARIO_COUNT=${scenarios}`, `-DROW_CELLS=${cellCountOf(scenarios)}`];
  return compileProgram(['main.c', source], [...flags, ...rowSizes, ...vectorSizes(variant, scenarios)]);
}

/** As few passes over the positions as the accumulators allow, of equal width: rows of 18 vectors as 9 and 9. */
function vectorSizes({ lanes, accumulatorsMax }: NativeVariant, scenarios: number): string[] {
  if (lanes === undefined || accumulatorsMax === undefined) return [];
  const vectors = Math.ceil(cellCountOf(scenarios) / lanes);
  const accumulators = Math.ceil(vectors / Math.ceil(vectors / accumulatorsMax));
  return [`-DLANES=${lanes}`, `-DACCUMULATORS=${accumulators}`];
}

/** Counts as three 64-bit integers, then the columns in the order in which main.c reads them. */
function writeColumns(arena: Arena, path: string): void {
  const { nettingSet, position, riskArray } = arena.views;
  const { nettingSetCapacity, positionCapacity, instrumentCount } = arena.plan.counts;
  const counts = BigInt64Array.of(BigInt(nettingSetCapacity), BigInt(positionCapacity), BigInt(instrumentCount));
  const { firstPosition, positionCount } = nettingSet;
  writeColumnFile(path, [counts, firstPosition, positionCount, position.row, position.quantity, riskArray.row]);
}
