import { describe, expect, it } from 'vitest';
import { runWorkload, smokeParameters } from '../../bench/run-workload.ts';
import { gccVersion } from '../../bench/native/compile.ts';
import { missingNative } from '../../bench/native/entrants.ts';
import type { Parameters, Report } from '../../bench/workload.ts';
import { workloadByName, workloads } from '../../bench/workloads.ts';

/** Every workload runs at smoke size in every test run; results are compared, times never. */
async function smoke(name: string, changes: Partial<Parameters> = {}): Promise<Report> {
  const workload = workloadByName(name);
  return runWorkload(workload, { ...smokeParameters(workload), ...changes });
}

const reports = new Map<string, Promise<Report>>();

/** The report of the first such run, for tests that only read it. */
function smokeOnce(name: string): Promise<Report> {
  const report = reports.get(name) ?? smoke(name);
  reports.set(name, report);
  return report;
}

const sha256 = /^[0-9a-f]{64}$/;

function expectContract(report: Report): void {
  const copy = JSON.parse(JSON.stringify(report)) as Report;
  expect(copy).toEqual(report);
  expect(report.hash).toMatch(sha256);
  expect(report.median).toBeGreaterThan(0);
  expect(report.samples.length).toBeGreaterThan(0);
  expect(report.versions['node']).toBe(process.versions.node);
  for (const [name, entrant] of Object.entries(report.entrants)) {
    expect(entrant.hash, name).toMatch(sha256);
    expect(entrant.median, name).toBeGreaterThan(0);
    expect(entrant.samples.length, name).toBeGreaterThan(0);
    expect(entrant.ratio, name).toBeGreaterThan(0);
    expect(entrant.note, name).not.toBe('');
  }
}

describe('every workload at smoke size', () => {
  for (const workload of workloads) {
    it(`${workload.name} reports what the contract says`, async () => {
      const report = await smokeOnce(workload.name);
      expectContract(report);
      expect(report.workload).toBe(workload.name);
      expect(Object.keys(report.parameters)).toEqual(expect.arrayContaining(Object.keys(workload.parameters)));
    });
  }
});

describe('revalue', () => {
  it('has bit-equal entrants, with one hash where all compute all accounts', async () => {
    const { hash, entrants } = await smokeOnce('revalue');
    const exact = Object.entries(entrants).filter(([name]) => !name.endsWith('-fma'));
    expect(exact.map(([name]) => name)).toEqual(
      expect.arrayContaining(['javascript-tuned', 'javascript-engine', 'javascript-naive']),
    );
    for (const [name, entrant] of exact) expect([name, entrant.equal, entrant.hash]).toEqual([name, true, hash]);
  });

  it('compares with C where compiler and processor allow, and names what is missing', async () => {
    const { entrants, missing: named } = await smokeOnce('revalue');
    const missing = missingNative();
    expect(named).toEqual(missing);
    const unfused = ['c-gcc', 'c-128', 'c-avx512'];
    const fused = ['c-gcc-fma', 'c-avx512-fma'];
    for (const name of [...unfused, ...fused]) expect([name, name in entrants]).toEqual([name, !(name in missing)]);
    for (const name of unfused.filter((each) => each in entrants)) {
      expect([name, entrants[name].equal]).toEqual([name, true]);
    }
    for (const name of fused.filter((each) => each in entrants)) {
      expect(entrants[name].maxRelativeDifference).toBeLessThan(1e-12);
    }
    if (gccVersion() === null) expect(new Set(Object.values(missing))).toEqual(new Set(['there is no gcc']));
    for (const [name, reason] of Object.entries(missing)) console.warn(`${name} was not tested: ${reason}`);
  });

  it.each([1, 2, 3, 5, 8, 18, 25, 31, 32, 36])('is bit-equal for %i scenarios', async (scenarios) => {
    const { hash, entrants } = await smoke('revalue', { scenarios, accounts: 20 });
    expect(entrants['javascript-tuned'].hash).toBe(hash);
    expect(entrants['javascript-engine'].hash).toBe(hash);
    for (const [name, entrant] of Object.entries(entrants)) {
      if (!name.endsWith('-fma')) expect([name, entrant.equal]).toEqual([name, true]);
    }
  });

  it('gives the same results on worker threads', async () => {
    const single = await smoke('revalue', { accounts: 9_000 });
    const threads = await smoke('revalue', { accounts: 9_000, workers: 2 });
    expect(threads.hash).toBe(single.hash);
    expect(threads.entrants['margrid-one-thread'].equal).toBe(true);
  });

  it('measures the naive entrant on a sample and says so', async () => {
    const { hash, entrants } = await smoke('revalue', { accounts: 10_500, scenarios: 3, positions: 2 });
    const naive = entrants['javascript-naive'];
    expect(naive.equal).toBe(true);
    expect(naive.hash).not.toBe(hash);
    expect(naive.note).toContain('first 10000 accounts');
  });

  it('gives the same hash for the same seed only', async () => {
    const [first, again, other] = [await smokeOnce('revalue'), await smoke('revalue'), await smoke('revalue', { seed: 2 })];
    expect(again.hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
  });

  it('takes more positions than instruments', async () => {
    const { entrants } = await smoke('revalue', { positions: 12, instruments: 5 });
    expect(entrants['javascript-naive'].equal).toBe(true);
  });
});

describe('price', () => {
  it.each([1, 2, 27, 35, 64])('is bit-equal to its twins for %i scenarios', async (scenarios) => {
    const { hash, entrants } = await smoke('price', { scenarios });
    expect([entrants['javascript'].hash, entrants['wasm-scalar'].hash]).toEqual([hash, hash]);
  });
});

describe('tick', () => {
  it('gives the same results for one worker, several and JavaScript; reports stages, scaling, memory', async () => {
    const { hash, entrants, details } = await smokeOnce('tick');
    expect(entrants['margrid-one-worker'].hash).toBe(hash);
    expect(entrants['javascript'].hash).toBe(hash);
    expect(Object.keys(details)).toEqual(expect.arrayContaining(['stagesMs', 'scaling', 'memory', 'positions']));
  });
});

describe('micro', () => {
  it('has every kernel with its twins, all bit-equal', async () => {
    const { details, entrants } = await smokeOnce('micro');
    expect(Object.keys(details)).toEqual([
      'revalueWorstLoss', 'riskArray', 'deribitPm', 'priceOptions', 'impliedVolatilities', 'greekOptions',
    ]);
    for (const name of Object.keys(details)) expect(entrants[`${name}/scalar`].equal, name).toBe(true);
  });
});
