import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareCommits } from '../../bench/compare.ts';
import { appendRecord, readRecords } from '../../bench/records.ts';
import type { Report } from '../../bench/workload.ts';

const report: Report = {
  workload: 'revalue',
  parameters: { accounts: 10, runs: 3 },
  versions: { commit: 'aaaa1111', node: '20.0.0' },
  machine: { cpu: 'Some CPU (R) 3000', cores: 4, platform: 'linux-x64' },
  date: '2026-01-02T03:04:05.000Z',
  median: 10, mad: 1, p99: 11, min: 9, samples: [9, 10, 11], cold: 20,
  hash: 'ab',
  note: '',
  throughput: { perSecond: 1, unit: 'things' },
  entrants: {},
  details: {},
};

function at(commit: string, median: number, changes: Partial<Report> = {}): Report {
  return { ...report, ...changes, median, versions: { ...report.versions, commit } };
}

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'margrid-records-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('recorded runs', () => {
  it('are lines of one file per kind of machine', () => {
    appendRecord(at('aaaa1111', 10), folder);
    appendRecord(at('bbbb2222', 5), folder);
    expect(readdirSync(folder)).toEqual(['some-cpu-r-3000-4-cores.ndjson']);
    const records = readRecords(folder).map(({ commit, median }) => [commit, median]);
    expect(records).toEqual([['aaaa1111', 10], ['bbbb2222', 5]]);
  });

  it('name the line that is broken', () => {
    appendRecord(report, folder);
    appendFileSync(join(folder, 'some-cpu-r-3000-4-cores.ndjson'), '{"commit":\n');
    expect(() => readRecords(folder)).toThrow('line 2: not a JSON object');
  });
});

describe('comparing two commits', () => {
  it('takes the last run of each, whatever the number of rounds, and tells when the results changed', () => {
    appendRecord(at('aaaa1111', 99), folder);
    appendRecord(at('aaaa1111', 10), folder);
    appendRecord(at('bbbb2222', 5, { parameters: { accounts: 10, runs: 9 } }), folder);
    appendRecord(at('cccc3333', 5, { hash: 'cd' }), folder);
    const [run] = compareCommits(readRecords(folder), 'aaaa', 'bbbb');
    expect(run).toMatchObject({ before: 10, after: 5, speedUp: 2, sameHash: true });
    expect(compareCommits(readRecords(folder), 'aaaa', 'cccc')[0].sameHash).toBe(false);
  });

  it.each([
    [[], 'no runs are recorded yet'],
    [[at('aaaa1111', 10)], 'no runs are recorded at bbbb; recorded commits: aaaa1111'],
    [[at('aaaa1111', 10), at('bbbb2222', 5, { parameters: { accounts: 11 } })], 'with the same parameters'],
  ])('says what is missing', (reports, message) => {
    for (const each of reports) appendRecord(each, folder);
    expect(() => compareCommits(readRecords(folder), 'aaaa', 'bbbb')).toThrow(message);
  });
});
