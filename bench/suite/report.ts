import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Chart } from '../../src/report/chart.ts';
import { renderChart } from '../../src/report/render-chart.ts';
import { formatCount, formatMs } from '../render.ts';
import type { SeriesPoint } from '../scaling/workload.ts';
import type { EntrantReport, Report, Timing } from '../workload.ts';
import { mediansChart, seriesChart } from './charts.ts';
import { headlineSection } from './headline.ts';
import type { SuiteFile } from './lines.ts';
import { formatInteger, formatRatio, table } from './markdown.ts';

/** Folder of the pictures, beside the text. */
const pictureFolder = 'benchmarks';

/**
 * Writes the text, its pictures, and beside them a copy of the file with the raw samples. The same file of the suite gives the same bytes. Returns the paths written. Throws
 * `DependencyMissing` where the drawing library is not installed.
 */
export async function writeBenchmarkReport(suite: SuiteFile, source: string, path: string): Promise<string[]> {
  const charts = suite.reports.flatMap(chartsOf);
  const folder = join(dirname(path), pictureFolder);
  mkdirSync(folder, { recursive: true });
  const written: string[] = [];
  for (const chart of charts) {
    const file = join(folder, `${chart.id}.svg`);
    writeFileSync(file, `${await renderChart(chart)}\n`);
    written.push(file);
  }
  const samples = join(folder, basename(source));
  if (resolve(samples) !== resolve(source)) copyFileSync(source, samples);
  writeFileSync(path, renderBenchmarkReport(suite, basename(source)));
  return [path, ...written, samples];
}

function chartsOf(report: Report): Chart[] {
  const series = seriesOf(report);
  return series.length > 0 ? series.map(([name, points]) => seriesChart(name, points)) : [mediansChart(report)];
}

function seriesOf({ workload, details }: Report): [string, readonly SeriesPoint[]][] {
  if (workload !== 'scaling') return [];
  return Object.entries(details).filter((entry): entry is [string, SeriesPoint[]] => Array.isArray(entry[1]));
}

/** The text: Markdown, lines as wide as they come. */
export function renderBenchmarkReport(suite: SuiteFile, source: string): string {
  return [
    '# Benchmarks',
    '',
    `Made by \`npm run bench -- report\` from [\`${source}\`](${pictureFolder}/${source}), which has all raw samples: do not edit.`,
    'How it is measured, and how to add an entrant: [BENCHMARKING.md](BENCHMARKING.md).',
    ...smokeWarning(suite),
    '',
    ...headlineSection(suite),
    ...runSection(suite),
    ...readingSection,
    ...missingSection(suite),
    ...suite.reports.flatMap(workloadSection),
    ...failureSection(suite),
  ].join('\n');
}

function smokeWarning({ header, end, failures }: SuiteFile): string[] {
  const lines: string[] = [];
  if (header.smoke) lines.push('', '**A smoke run: sizes are tiny, and the times say nothing.**');
  if (end === null) lines.push('', '**The run was broken off: what follows is not all of it.**');
  const failed = failures.map(({ workload }) => workload).join(', ');
  if (failed !== '') lines.push('', `**Workloads that [failed](#failed), and have no times: ${failed}.**`);
  return lines;
}

function runSection({ header, end }: SuiteFile): string[] {
  const { machine, versions, flags, date } = header;
  const facts: (readonly [string, string])[] = [
    ['date', date],
    ['machine', `${machine.cpu}, ${machine.cores} cores, ${gibibytes(machine.memoryBytes)} GiB, ${machine.platform}`],
    ['load average when the run began', machine.loadAverage.map((load) => load.toFixed(2)).join(', ')],
    ...Object.entries(versions).map(([name, version]) => [`version: ${name}`, version ?? 'unknown'] as const),
    ['options of Node', flags.length === 0 ? 'none' : flags.map((flag) => `\`${flag}\``).join(' ')],
    ['whole run', end === null ? 'broken off' : `${(end.elapsedMs / 60_000).toFixed(1)} minutes`],
  ];
  return [
    '## The run',
    '',
    '```sh',
    'npm ci && npm run build',
    'npm run --silent bench -- suite --out suite.ndjson',
    'npm run --silent bench -- report suite.ndjson --out docs/BENCHMARKS.md',
    '```',
    '',
    ...table(['', ''], facts),
    '',
  ];
}

const readingSection: readonly string[] = [
  '## How to read the tables',
  '',
  'All entrants of a workload work on the same data in the same run, in turn: A B C, A B C, … (ticks: BENCHMARKING.md). Times are milliseconds of',
  'one pass. *cold* is the very first pass; *median*, *p99* (nearest rank: the slowest of fewer than a hundred samples)',
  'and *MAD* (median absolute deviation) are of the rounds after warming up; *ratio* is the median over that of margrid:',
  'above 1, margrid is faster. *label*: `same algorithm` computes everything that margrid computes; `less work` gives',
  'the same answer without computing everything, and is a statement about algorithms, not about code; `other work` gives',
  'other numbers by design. *verified*: `same hash` means equal bit for bit; otherwise the largest relative difference,',
  'or what was compared. A run in which a result is wrong has no times: it fails.',
  '',
];

/** Entrants that did not run, once for the whole page. */
function missingSection({ reports }: SuiteFile): string[] {
  const byEntrant = new Map<string, string[]>();
  for (const { workload, missing = {} } of reports) {
    for (const [name, reason] of Object.entries(missing)) {
      const key = `**${name}**: ${reason}`;
      byEntrant.set(key, [...(byEntrant.get(key) ?? []), workload]);
    }
  }
  const lines = [...byEntrant].map(([key, workloads]) => `- ${key} (${workloads.join(', ')})`);
  return ['## Missing entrants', '', ...(lines.length === 0 ? ['None: every entrant ran.'] : lines), ''];
}

function workloadSection(report: Report): string[] {
  const { workload, parameters, throughput, hash, missing = {}, entrants, versions } = report;
  const own = ['margrid', 'same algorithm', ...timeCells(report), '1.00', 'reference'];
  const rows = Object.entries(entrants).map(([name, entrant]) => [
    name, entrant.label, ...timeCells(entrant), formatRatio(entrant.ratio), verifiedOf(entrant),
  ]);
  const titles = ['entrant', 'label', 'cold', 'median', 'p99', 'MAD', 'min', 'samples', 'ratio', 'verified'];
  const notes = [['margrid', report.note], ...Object.entries(entrants).map(([name, { note }]) => [name, note])];
  const absent = Object.entries(missing).map(([name, reason]) => `- missing: **${name}**: ${reason}`);
  const tools = Object.entries(versions).filter(([name, version]) => version !== null && !ownVersions.has(name));
  return [
    `## ${workload}`,
    '',
    Object.entries(parameters).map(([name, value]) => `${name} ${formatInteger(value)}`).join(', ') +
      `; ${report.samples.length} rounds; ${formatCount(throughput.perSecond)} ${throughput.unit} per second.`,
    '',
    ...chartsOf(report).flatMap(({ id, title, caption }) => [`![${title}](${pictureFolder}/${id}.svg)`, '', `*${title}. ${caption}*`, '']),
    ...table(titles, [own, ...rows]),
    '',
    '<details><summary>What the entrants are, with compilers and flags</summary>',
    '',
    ...notes.map(([name, note]) => `- **${name}**: ${note}`),
    '',
    '</details>',
    '',
    ...(absent.length === 0 ? [] : [...absent, '']),
    ...seriesOf(report).flatMap(([name, points]) => seriesTable(name, points)),
    ...detailLines(report),
    `Hash of the results \`${hash}\`${tools.map(([, version]) => `; ${version}`).join('')}.`,
    '',
  ];
}

const ownVersions = new Set(['margrid', 'commit', 'lock', 'wasm', 'node', 'v8']);

function seriesTable(name: string, points: readonly SeriesPoint[]): string[] {
  const optional = (value: number | undefined, format: (value: number) => string): string =>
    value === undefined ? '' : format(value);
  const rows = points.map((point) => [
    formatInteger(point.size), formatMs(point.medianMs), point.nanosecondsPerAccount.toPrecision(4),
    `${formatCount(point.accountsPerSecond)}/s`, optional(point.shards, String),
    optional(point.pricingMs, formatMs), optional(point.nanosecondsPerAccountUnpriced, (cost) => cost.toPrecision(4)),
  ]);
  const titles = [name, 'median', 'ns per account', 'accounts', 'memories', 'of it pricing', 'ns per account without pricing'];
  return [...table(titles, rows), ''];
}

/** What a workload measures besides: numbers and texts, one line each; tables are for those who read the file. */
function detailLines(report: Report): string[] {
  const lines = Object.entries(report.details).flatMap(([name, value]) => {
    if (typeof value === 'number') return [`- ${name}: ${Number.isInteger(value) ? formatInteger(value) : value.toPrecision(4)}`];
    return typeof value === 'string' ? [`- ${name}: ${value}`] : [];
  });
  return lines.length === 0 ? [] : [...lines, ''];
}

function failureSection({ failures }: SuiteFile): string[] {
  if (failures.length === 0) return [];
  return ['## Failed', '', ...failures.map(({ workload, error }) => `- **${workload}**: ${error}`), ''];
}

function timeCells({ cold, median, p99, mad, min, samples }: Timing): string[] {
  return [...[cold, median, p99, mad, min].map(formatMs), String(samples.length)];
}

function verifiedOf({ verified, equal, maxRelativeDifference }: EntrantReport): string {
  return verified ?? (equal ? 'same hash' : `within ${maxRelativeDifference.toExponential(1)}`);
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
