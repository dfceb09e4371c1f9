import { describe, expect, it } from 'vitest';
import { whyMissing } from '../../bench/native/compile.ts';
import { findPython } from '../../bench/python.ts';
import { entrantReports, type Entrant } from '../../bench/entrant.ts';
import { runWorkload, smokeParameters } from '../../bench/run-workload.ts';
import { timingOf } from '../../bench/statistics.ts';
import { compareToScale } from '../../bench/verify.ts';
import type { Parameters, Report } from '../../bench/workload.ts';
import { workloadByName } from '../../bench/workloads.ts';

function smoke(name: string, changes: Partial<Parameters> = {}): Promise<Report> {
  const workload = workloadByName(name);
  return runWorkload(workload, { ...smokeParameters(workload), ...changes });
}

const native = { 'c-gcc': null, 'c-128': 'sse4_1', 'c-avx512': 'avx512f' };
const textbook = { ...native, 'c-libmvec': null };
const python = { 'numpy-scipy': [] };
const quantlib = { quantlib: ['QuantLib'] };

/** Entrants of other arithmetic by workload: C with what the processor needs, Python with its modules. */
const workloads: readonly (readonly [string, Record<string, string | null>, Record<string, string[]>, Partial<Parameters>[]])[] = [
  // One scenario, and as many options as fill no vector: 3 are in the lanes of one, 33 in one more than a block.
  ['price', textbook, python, [{ instruments: 3, scenarios: 1 }, { instruments: 33, scenarios: 27 }]],
  // Blocks of 256 scenarios: part of one, and one more than one.
  ['grid', textbook, python, [{ instruments: 70, scenarios: 257 }]],
  ['implied-vol', native, { ...python, ...quantlib }, [{ instruments: 33 }]],
  ['american', native, quantlib, [{ instruments: 9, seed: 2 }]],
];

describe('entrants in C and Python', () => {
  it.each(workloads)('of %s give the results of margrid, or are named as missing', async (name, programs, modules, sizes) => {
    for (const changes of sizes) {
      // A result that is not within the tolerance of the workload fails the run.
      const { hash, entrants, missing = {} } = await smoke(name, changes);
      for (const [entrant, needs] of Object.entries(programs)) {
        const reason = whyMissing(needs);
        expect([entrant, missing[entrant] ?? null]).toEqual([entrant, reason]);
        expect(entrant in entrants, entrant).toBe(reason === null);
      }
      for (const [entrant, wanted] of Object.entries(modules)) {
        expect(entrant in entrants, entrant).toBe(findPython(wanted) !== null);
        expect(entrant in missing, entrant).toBe(!(entrant in entrants));
      }
      expect(entrants['javascript'].hash).toBe(hash);
    }
  });
});

describe('comparing results of other arithmetic', () => {
  const margrid = Float64Array.of(1_000, 1e-9, -3);
  const entrant = (results: Float64Array, bitEqual = false): Entrant => ({
    name: 'rival', note: '', bitEqual, run: () => 1, results: async () => results, close: async () => {},
  });
  const reportOf = (results: Float64Array, limit: number, bitEqual = false): ReturnType<typeof entrantReports> => entrantReports(
    [entrant(results, bitEqual)], new Map([['rival', timingOf([1], 1)]]), 1, margrid,
    { rival: { limit, scale: { size: 1_000, name: 'the price' } } },
  );

  it('is relative to the scale, and a NaN is infinitely far', () => {
    expect(compareToScale(Float64Array.of(1_000, 2e-9, -4), margrid, 1_000)).toEqual({ equal: false, maxRelativeDifference: 1e-3 });
    expect(compareToScale(Float64Array.of(NaN), margrid, 1_000).maxRelativeDifference).toBe(Infinity);
    expect(compareToScale(margrid.slice(), margrid, 1_000)).toEqual({ equal: true, maxRelativeDifference: 0 });
  });

  it('fails the run beyond the tolerance of the entrant, and says what was compared', async () => {
    const off = Float64Array.of(1_000, 1e-9, -4);
    await expect(reportOf(off, 0.9e-3)).rejects.toThrow('rival differs from margrid by up to 0.001 (relative), more than 0.0009');
    expect((await reportOf(off, 1.1e-3))['rival']).toMatchObject({ equal: false, verified: 'within 1.0e-3 of the price' });
    await expect(reportOf(off, 1, true)).rejects.toThrow('bit for bit');
    await expect(reportOf(Float64Array.of(NaN), 1)).rejects.toThrow('rival differs');
    await expect(reportOf(new Float64Array(0), 1)).rejects.toThrow('rival gave no results');
  });
});
