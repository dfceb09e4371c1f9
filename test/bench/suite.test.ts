import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../bench/command-line.ts';
import { parameterNames, type Parameters, type Report, type Workload } from '../../bench/workload.ts';
import { readSuiteFile, suiteFormat } from '../../bench/suite/lines.ts';
import { planSuite, suiteWorkloads } from '../../bench/suite/plan.ts';
import { renderBenchmarkReport, writeBenchmarkReport } from '../../bench/suite/report.ts';
import { runInProcess, runSuite } from '../../bench/suite/run.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'margrid-suite-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const timing = { median: 10, mad: 1, p99: 14, min: 9, samples: [9, 10, 14], cold: 20 };

/** A report as a workload makes it; expected cells below are worked out by hand from these numbers. */
function reportOf(workload: string, changes: Partial<Report> = {}): Report {
  return {
    workload,
    parameters: { accounts: 1_000_000, runs: 3 },
    versions: { commit: 'abc', node: '20.0.0', gcc: 'gcc 12.2' },
    machine: { cpu: 'Some CPU', cores: 2, platform: 'linux-x64' },
    date: '2026-01-02T03:04:05.000Z',
    ...timing,
    hash: 'aa',
    note: 'WASM | SIMD',
    throughput: { perSecond: 1e8, unit: 'accounts' },
    entrants: {
      'c-gcc': {
        ...timing, median: 20, hash: 'ab', ratio: 2, equal: false, maxRelativeDifference: 1e-14, label: 'same algorithm', note: 'C',
      },
      'margrid-certified': {
        ...timing, median: 0.5, hash: 'ac', ratio: 0.05, equal: true, maxRelativeDifference: 0, label: 'less work',
        verified: 'statuses identical', note: 'skips',
      },
    },
    missing: { quantlib: 'there is no QuantLib' },
    details: { positions: 12_000_000, table: { a: 1 } },
    ...changes,
  };
}

const header = {
  kind: 'suite', format: suiteFormat, date: '2026-01-02T03:04:05.000Z', smoke: false, workloads: ['revalue', 'price'],
  machine: { cpu: 'Some CPU', cores: 2, platform: 'linux-x64', memoryBytes: 2 ** 34, loadAverage: [0.1, 0.2, 0.3] },
  versions: { margrid: '0.1.0', commit: 'abc', lock: 'dd', node: '20.0.0' }, flags: ['--import', 'tsx'],
};

function writeLines(...lines: unknown[]): string {
  const path = join(folder, 'run.ndjson');
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

function workloadOf(name: string, run: Workload['run']): { workload: Workload; parameters: Parameters } {
  const parameters = Object.fromEntries(parameterNames.map((each) => [each, 0])) as unknown as Parameters;
  return { workload: { name, title: name, parameters: {}, run }, parameters };
}

describe('the plan of the suite', () => {
  it('has all workloads of the open benchmark', () => {
    expect(suiteWorkloads).toEqual([
      'tick-retail', 'tick-options', 'tick-ordinary', 'tick-ordinary-10bp', 'tick-crash', 'revalue', 'price', 'implied-vol', 'american',
      'var', 'grid', 'scaling',
    ]);
  });

  it('gives a parameter to every workload that has it', () => {
    const entries = planSuite({ smoke: false, only: ['revalue', 'price'], given: { accounts: 77, runs: 2 } });
    expect(entries.map(({ workload, parameters }) => [workload.name, parameters.accounts, parameters.runs])).toEqual([
      ['revalue', 77, 2],
      ['price', 0, 2],
    ]);
  });

  it('takes smoke values where asked', () => {
    const [revalue] = planSuite({ smoke: true, only: ['revalue'], given: {} });
    expect(revalue.parameters.accounts).toBe(300);
  });

  it.each([
    [{ smoke: false, only: ['micro'], given: {} }, "the suite has no workload 'micro'"],
    [{ smoke: false, only: ['price'], given: { accounts: 3 } }, 'none of the chosen workloads takes --accounts'],
    [{ smoke: false, only: ['revalue'], given: { runs: 0 } }, 'revalue needs --runs of at least 1, got 0'],
  ])('refuses %j', (choice, message) => {
    expect(() => planSuite(choice)).toThrow(message);
  });
});

describe('a run of the suite', () => {
  it('writes every workload when it is done, goes on after a failure, and says how many failed', async () => {
    const file = join(folder, 'deep', 'run.ndjson');
    const entries = ['revalue', 'price'].map((name) => workloadOf(name, () => Promise.reject(new Error('unused'))));
    const told: string[] = [];
    const failed = await runSuite({
      entries,
      smoke: true,
      file,
      progress: (line) => told.push(line),
      runEntry: async ({ workload }) => {
        if (workload.name === 'price') throw new Error('wrong by far');
        return reportOf(workload.name);
      },
    });
    expect(failed).toBe(1);
    expect(told.map((line) => line.replace(/\d+\.\d/g, '#'))).toEqual([
      'suite: 1 of 2: revalue', 'suite: revalue took # s; # s since the start',
      'suite: 2 of 2: price', 'suite: price took # s; # s since the start',
    ]);
    const suite = readSuiteFile(file);
    expect(suite.header).toMatchObject({ format: suiteFormat, smoke: true, workloads: ['revalue', 'price'] });
    expect(suite.header.versions['lock']).toMatch(/^[0-9a-f]{64}$/);
    expect(suite.reports).toEqual([reportOf('revalue')]);
    expect(suite.failures).toEqual([{ kind: 'failed', workload: 'price', error: 'wrong by far' }]);
    expect(suite.end!.elapsedMs).toBeGreaterThan(0);
  });

  it('runs a workload in a process of its own, with its errors', async () => {
    const [entry] = planSuite({ smoke: true, only: ['price'], given: { instruments: 3 } });
    const nodeOptions = ['--import', 'tsx'];
    const report = await runInProcess(entry, nodeOptions);
    expect(report).toMatchObject({ workload: 'price', parameters: { instruments: 3, runs: 1 } });
    const nameless = { ...entry, workload: { ...entry.workload, name: 'no-such' } };
    await expect(runInProcess(nameless, nodeOptions)).rejects.toThrow("no workload is called 'no-such'");
  });
});

describe('a file of the suite', () => {
  it.each([
    [[], 'not the first line of a run'],
    [[{ kind: 'workload' }], 'not the first line of a run'],
    [[{ ...header, format: 99 }], `format 99, expected ${suiteFormat}`],
    [[header, { kind: 'else' }], 'line 2: kind must be one of'],
    [[header, null], 'line 2: kind must be one of'],
  ])('is refused: %j', (lines, message) => {
    expect(() => readSuiteFile(writeLines(...lines))).toThrow(message);
  });
});

describe('the report of the suite', () => {
  it('has a table per workload with labels, statistics and how results were verified', () => {
    const suite = readSuiteFile(writeLines(header, { kind: 'workload', report: reportOf('revalue') }, { kind: 'end', elapsedMs: 90_000 }));
    const text = renderBenchmarkReport(suite, 'run.ndjson');
    expect(text).toContain('| margrid | same algorithm | 20.00 | 10.00 | 14.00 | 1.000 | 9.000 | 3 | 1.00 | reference |');
    expect(text).toContain('- **margrid**: WASM | SIMD');
    expect(text).toContain('| c-gcc | same algorithm | 20.00 | 20.00 | 14.00 | 1.000 | 9.000 | 3 | 2.00 | within 1.0e-14 |');
    expect(text).toContain('| margrid-certified | less work | 20.00 | 0.5000 | 14.00 | 1.000 | 9.000 | 3 | 0.050 | statuses identical |');
    expect(text).toContain('- **quantlib**: there is no QuantLib (revalue)');
    expect(text).toContain('accounts 1,000,000, runs 3; 3 rounds; 100.0 M accounts per second.');
    expect(text).toContain('| [revalue](#revalue) | 100.0 M accounts/s | 10.00 |  |  | 20.00 (2.00) |  |  |  |');
    expect(text).toContain('| whole run | 1.5 minutes |');
    expect(text).toContain('| version: lock | dd |');
    expect(text).not.toContain('smoke run');
    expect(text).not.toContain('broken off');
  });

  it('begins with ticks: brute force beside the others, certified skipping beside brute force', () => {
    const entrant = reportOf('x').entrants['c-gcc'];
    const report = reportOf('tick-crash', {
      parameters: { accounts: 1_000_000, workers: 2, move: 2_000 },
      entrants: {
        'margrid-one-worker': { ...entrant, median: 16, ratio: 1.6 },
        'margrid-certified-statuses': { ...entrant, median: 10.4, ratio: 1.04, label: 'less work' },
        'margrid-certified-liquidation-one-worker': { ...entrant, median: 4, ratio: 0.4, label: 'less work' },
        'c-avx512': { ...entrant, median: 12, ratio: 1.2 },
        'c-avx512-two-threads': { ...entrant, median: 7.8, ratio: 0.78 },
      },
      details: {
        certified: {
          'margrid-certified-statuses': { meanMs: 11, evaluatedShare: 0.5, statuses: { ...timing, median: 5.2, p99: 9, meanMs: 6 } },
          'margrid-certified-liquidation-one-worker': { meanMs: 5, evaluatedShare: 0.00125, statuses: { ...timing, median: 2, p99: 3, meanMs: 2.5 } },
        },
      },
    });
    const versions = { ...header.versions, commit: '0123456789abcdef-dirty' };
    const file = writeLines({ ...header, versions }, { kind: 'workload', report }, { kind: 'end', elapsedMs: 1 });
    const text = renderBenchmarkReport(readSuiteFile(file), 'run.ndjson');
    expect(text).toContain('commit 0123456789ab, with changes that are not in it, on Some CPU with 2 cores, Node 20.0.0, 2026-01-02.');
    expect(text).toContain('| [tick-crash](#tick-crash) | 1,000,000 | 20.00 | 10.00 | 16.00 (1.60) | 7.800 (0.78) | 12.00 (1.20) |  |  |  |  |  |');
    // Two workers beside brute force with two and two threads of C: 10 / 10.4, 7.8 / 10.4; one beside one: 16 / 4, 12 / 4.
    // Until statuses are known: 10 / 5.2, 7.8 / 5.2; 16 / 2, 12 / 2.
    expect(text).toContain(
      '| [tick-crash](#tick-crash) | 2,000 | all statuses | 2 | 50% | 10.00 | 20.00 | 10.40 | 11.00 | 14.00 | 1.04 | 0.96 | 0.75 (c-avx512-two-threads) | ' +
        '5.200 | 6.000 | 9.000 | 1.92 | 1.50 (c-avx512-two-threads) |',
    );
    expect(text).toContain(
      '| [tick-crash](#tick-crash) | 2,000 | liquidations | 1 | 0.125% | 16.00 | 20.00 | 4.000 | 5.000 | 14.00 | 0.25 | 4.00 | 3.00 (c-avx512) | ' +
        '2.000 | 2.500 | 3.000 | 8.00 | 6.00 (c-avx512) |',
    );
  });

  it('says what failed, that a run was broken off, and that sizes were tiny', () => {
    const failure = { kind: 'failed', workload: 'price', error: 'wrong by far' };
    const text = renderBenchmarkReport(readSuiteFile(writeLines({ ...header, smoke: true }, failure)), 'run.ndjson');
    expect(text).toContain('- **price**: wrong by far');
    expect(text).toContain('**Workloads that [failed](#failed), and have no times: price.**');
    expect(text).toContain('broken off');
    expect(text).toContain('A smoke run');
  });

  it('is the same bytes for the same file, pictures included', async () => {
    const point = { size: 1_000, medianMs: 1, nanosecondsPerAccount: 20, accountsPerSecond: 5e7 };
    const scaling = reportOf('scaling', { entrants: {}, details: { accounts: [point, { ...point, size: 10_000, shards: 2 }], flatness: 1.5 } });
    const file = writeLines(header, { kind: 'workload', report: reportOf('revalue') }, { kind: 'workload', report: scaling });
    const suite = readSuiteFile(file);
    const paths = await writeBenchmarkReport(suite, file, join(folder, 'a', 'B.md'));
    expect(readdirSync(join(folder, 'a', 'benchmarks'))).toEqual(['revalue.svg', 'run.ndjson', 'scaling-accounts.svg']);
    expect(readFileSync(join(folder, 'a', 'benchmarks', 'run.ndjson'))).toEqual(readFileSync(file));
    const first = paths.map((path) => readFileSync(path, 'utf8'));
    // Other pictures in between must leave no trace.
    await writeBenchmarkReport({ ...suite, reports: [scaling] }, file, join(folder, 'b', 'B.md'));
    await writeBenchmarkReport(suite, file, join(folder, 'a', 'B.md'));
    expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(first);
    expect(first[1]).toContain('margrid-certified');
    expect(first[0]).toContain('[`run.ndjson`](benchmarks/run.ndjson)');
    expect(first[0]).toContain('| 10,000 | 1.000 | 20.00 | 50.00 M/s | 2 |');
    expect(first[0]).toContain('- flatness: 1.500');
    expect(first[0]).toContain('![revalue: median milliseconds](benchmarks/revalue.svg)');
  });
});

describe('the command line of the suite', () => {
  it('takes sizes, a choice of workloads and a file', () => {
    const words = 'suite --smoke --only price,grid --runs 2 --out x.ndjson --json'.split(' ');
    const command = parseCommandLine(words);
    expect(command).toMatchObject({ kind: 'suite', smoke: true, file: 'x.ndjson', json: true });
    const names = command.kind === 'suite' ? command.entries.map(({ workload }) => workload.name) : [];
    expect(names).toEqual(['price', 'grid']);
  });

  it('takes a file to report on', () => {
    expect(parseCommandLine(['report', 'x.ndjson'])).toEqual({ kind: 'report', source: 'x.ndjson', path: 'docs/BENCHMARKS.md' });
    expect(parseCommandLine(['report', 'x.ndjson', '--out', 'y.md'])).toMatchObject({ path: 'y.md' });
  });

  it.each([
    [['suite', 'price'], 'suite takes no further words, got price'],
    [['suite', '--record'], 'suite takes no --record'],
    [['suite', '--runs', 'x'], '--runs must be a whole number, at least 0, got x'],
    [['report'], 'report takes one file of the suite, got none'],
    [['report', 'x', '--smoke'], 'report takes no --smoke'],
    [['price', '--out', 'x'], 'price takes no --out'],
    [['list', '--only', 'x'], 'list takes no --only'],
  ])('refuses %j', (words, message) => {
    expect(() => parseCommandLine(words)).toThrow(message);
  });
});
