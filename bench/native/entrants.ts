import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Arena } from '../../src/columns/arena.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import { packageRoot } from '../../src/package-root.ts';
import type { Entrant } from '../entrant.ts';
import { LineProcess } from '../line-process.ts';
import { outputOf } from '../machine.ts';

interface NativeVariant {
  readonly name: string;
  readonly flags: readonly string[];
  readonly bitEqual: boolean;
  readonly note: string;
}

const optimised = ['-O3', '-march=native'];
const variants: readonly NativeVariant[] = [
  {
    name: 'c-gcc',
    flags: [...optimised, '-ffp-contract=off'],
    bitEqual: true,
    note: 'plain C loops, auto-vectorised, one thread; gcc -O3 -march=native -ffp-contract=off: bit-equal',
  },
  {
    name: 'c-gcc-fma',
    flags: optimised,
    bitEqual: false,
    note: 'the same with the default -ffp-contract=fast: multiply-adds round once, so the last bits differ',
  },
];

/** First line of `gcc --version`, or null: then there are no native entrants. */
export function gccVersion(): string | null {
  return outputOf('gcc', ['--version']);
}

/**
 * Compiles bench/native/revalue.c for this size and starts it with the columns of the arena. `close` removes every
 * file.
 */
export async function nativeEntrants(arena: Arena, scenarios: number): Promise<Entrant[]> {
  const parent = join(packageRoot, 'build');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-native-'));
  const input = join(folder, 'columns.bin');
  try {
    writeColumns(arena, input);
    const programs = variants.map((variant) => compile(variant, folder, scenarios));
    return variants.map((variant, index) => startVariant(variant, programs[index], folder, input));
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  }
}

function compile({ name, flags }: NativeVariant, folder: string, scenarios: number): string {
  const program = join(folder, name);
  const sizes = [`-DSCENARIO_COUNT=${scenarios}`, `-DROW_CELLS=${cellCountOf(scenarios)}`];
  const source = join(packageRoot, 'bench', 'native', 'revalue.c');
  // Not -std=c11: strict ISO mode turns contraction off, and the two variants would be one.
  execFileSync('gcc', ['-std=gnu11', ...flags, ...sizes, '-o', program, source]);
  return program;
}

function startVariant(variant: NativeVariant, program: string, folder: string, input: string): Entrant {
  const { name, bitEqual, note } = variant;
  const output = join(folder, `${name}.out`);
  const child = new LineProcess(program, [input, output]);
  return {
    name,
    note,
    bitEqual,
    run: async () => Number(await child.ask('')),
    // The program writes its results when its input ends.
    results: async () => {
      await child.close();
      const bytes = readFileSync(output);
      return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    },
    close: async () => {
      await child.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Counts as three 64-bit integers, then the columns in the order in which revalue.c reads them. */
function writeColumns(arena: Arena, path: string): void {
  const { nettingSet, position, riskArray } = arena.views;
  const { nettingSetCapacity, positionCapacity, instrumentCount } = arena.plan.counts;
  const file = openSync(path, 'w');
  const counts = BigUint64Array.of(BigInt(nettingSetCapacity), BigInt(positionCapacity), BigInt(instrumentCount));
  const { firstPosition, positionCount } = nettingSet;
  for (const column of [counts, firstPosition, positionCount, position.row, position.quantity, riskArray.row]) {
    writeAll(file, new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  closeSync(file);
}

/** One call writes at most two gigabytes. */
function writeAll(file: number, bytes: Uint8Array): void {
  const piece = 1 << 28;
  for (let from = 0; from < bytes.length; from += piece) {
    let rest = bytes.subarray(from, from + piece);
    while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
  }
}
