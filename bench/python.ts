import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/package-root.ts';
import { writeColumnFile } from './column-file.ts';
import type { Entrant } from './entrant.ts';
import { outputOf } from './machine.ts';
import { programEntrant } from './program-entrant.ts';

export interface Python {
  readonly program: string;
  /** `numpy 2.4.6, scipy 1.17.1, Python 3.13.1`. */
  readonly versions: string;
}

/** Interpreters in which packages may be installed: that of the path, and that of the system's package manager. */
const interpreters = ['python3', '/usr/bin/python3'];

/** By modules asked for: to import SciPy only to learn its version takes a second. */
const found = new Map<string, Python | null>();

/** The first interpreter that has NumPy, SciPy and these modules; null if none has. */
export function findPython(modules: readonly string[]): Python | null {
  const wanted = ['numpy', 'scipy', ...modules];
  const key = wanted.join();
  const known = found.get(key);
  if (known !== undefined) return known;
  const names = wanted.map((name) => `${name} {${name}.__version__}`).join(', ');
  const script = `import sys, ${wanted.join(', ')}; print(f"${names}, Python {sys.version.split()[0]}")`;
  for (const program of interpreters) {
    const versions = outputOf(program, ['-c', script]);
    if (versions === null) continue;
    found.set(key, { program, versions });
    return { program, versions };
  }
  found.set(key, null);
  return null;
}

export interface PythonSettings {
  readonly name: string;
  readonly note: string;
  readonly python: Python;
  /** From the top of the package; called with `parameters`, the input and the output. */
  readonly script: string;
  readonly parameters: readonly string[];
  /** Floats, one column after another, after a word with the count. */
  readonly columns: readonly Float64Array[];
  /** Rows of the whole work per row of the columns: times are multiplied by it. */
  readonly scale: number;
}

/** A script that reads its input once, answers every line with milliseconds, and writes its results when its input ends. */
export function pythonEntrant({ name, note, python, script, parameters, columns, scale }: PythonSettings): Entrant {
  const parent = join(packageRoot, 'build');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'bench-python-'));
  const [input, output] = [join(folder, 'columns.bin'), join(folder, 'results.bin')];
  writeColumnFile(input, [BigInt64Array.of(BigInt(columns[0].length)), ...columns]);
  return programEntrant({
    name,
    note: `${note}; ${python.versions}`,
    bitEqual: false,
    program: python.program,
    parameters: [script, ...parameters, input, output],
    output,
    folder,
    scale,
  });
}
