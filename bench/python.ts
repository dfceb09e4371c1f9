import { outputOf } from './machine.ts';

export interface Python {
  readonly program: string;
  /** `NumPy 2.4.6, SciPy 1.17.1, Python 3.13.1`. */
  readonly versions: string;
}

/** Interpreters in which packages may be installed: that of the path, and that of the system's package manager. */
const interpreters = ['python3', '/usr/bin/python3'];

/** The first interpreter that has all of these modules; null if none has. */
export function findPython(modules: readonly string[]): Python | null {
  const names = ['numpy', 'scipy', ...modules].map((name) => `${name} {${name}.__version__}`).join(', ');
  const script = `import sys, ${['numpy', 'scipy', ...modules].join(', ')}; print(f"${names}, Python {sys.version.split()[0]}")`;
  for (const program of interpreters) {
    const versions = outputOf(program, ['-c', script]);
    if (versions !== null) return { program, versions };
  }
  return null;
}
