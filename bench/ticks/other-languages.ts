import { join } from 'node:path';
import { cellCountOf } from '../../src/columns/schema.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { gccVersion, whyMissing } from '../native/compile.ts';
import { compileTickProgram, tickPrograms } from '../native/tick-programs.ts';
import { findPython } from '../python.ts';
import type { TickEntrant } from './entrant.ts';
import { externalEntrant, openTickFiles, type TickFiles } from './external.ts';

export interface OtherLanguages {
  readonly entrants: readonly TickEntrant[];
  /** Entrants that cannot run here, with the reason. */
  readonly missing: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string | null>>;
  readonly files: TickFiles;
}

/** Netting sets of the straw man: seconds of work. */
const strawManSets = 200;
/** Entrants that take seconds run in every third round. */
const slowEvery = 3;

/** C, NumPy and QuantLib, as far as compilers, processors and packages are there. */
export function otherLanguages(engine: Engine): OtherLanguages {
  const files = openTickFiles(engine);
  const missing: Record<string, string> = {};
  try {
    const native = nativeEntrants(engine, files, missing);
    const python = pythonEntrants(engine, files, missing);
    return {
      entrants: [...native.entrants, ...python.entrants],
      missing,
      versions: { gcc: native.version, python: python.versions },
      files,
    };
  } catch (cause) {
    files.remove();
    throw cause;
  }
}

function nativeEntrants(
  engine: Engine, files: TickFiles, missing: Record<string, string>,
): { entrants: TickEntrant[]; version: string | null } {
  const version = gccVersion();
  const cells = cellCountOf(engine.arena.plan.counts.scenarioCount);
  const entrants: TickEntrant[] = [];
  for (const program of tickPrograms) {
    const { name, note, needs, threads } = program;
    const reason = whyMissing(needs);
    if (reason !== null) missing[name] = reason;
    else {
      const path = compileTickProgram(program, cells);
      const common = { name, note, every: 1, rehearses: true, sets: engine.nettingSetCount, scale: 1 };
      entrants.push(externalEntrant({ ...common, program: path, parameters: [String(threads)] }, files));
    }
  }
  return { entrants, version };
}

function pythonEntrants(
  engine: Engine, files: TickFiles, missing: Record<string, string>,
): { entrants: TickEntrant[]; versions: string | null } {
  const sets = engine.nettingSetCount;
  const sample = Math.min(sets, strawManSets);
  const numpy = findPython([]);
  const quantlib = findPython(['QuantLib']);
  const candidates = [
    {
      name: 'numpy-scipy',
      pricer: 'numpy',
      python: numpy,
      sets,
      note: 'Black-76 vectorised (ndtr), CSR times dense in blocks, minimum; one thread',
    },
    {
      name: 'quantlib-numpy',
      pricer: 'quantlib',
      python: quantlib,
      sets,
      note: 'QuantLib once per instrument and scenario, margins by NumPy and SciPy; one thread',
    },
    {
      name: 'quantlib-per-position',
      pricer: 'positions',
      python: quantlib,
      sets: sample,
      note: `a straw man: QuantLib once per position and scenario; the first ${sample} netting sets, times ${(sets / sample).toFixed(0)}`,
    },
  ];
  const entrants: TickEntrant[] = [];
  for (const { name, pricer, python, sets: own, note } of candidates) {
    if (python === null) {
      missing[name] = pricer === 'numpy' ? 'there is no python3 with NumPy and SciPy' : 'there is no python3 with QuantLib, NumPy and SciPy';
      continue;
    }
    const parameters = [join('bench', 'ticks', 'numpy_tick.py'), pricer, String(own)];
    const settings = { name, note: `${note}; ${python.versions}`, every: slowEvery, rehearses: false, program: python.program, parameters };
    entrants.push(externalEntrant({ ...settings, sets: own, scale: sets / own }, files));
  }
  return { entrants, versions: quantlib?.versions ?? numpy?.versions ?? null };
}
