import type { ComparedRun } from './compare.ts';
import { parameterNames, type Report, type Workload } from './workload.ts';

const usage = `usage: npm run --silent bench -- <workload> [options]
       npm run --silent bench -- list
       npm run --silent bench -- compare <commit> <commit>
       npm run --silent bench -- suite [--smoke] [--only a,b] [--out FILE.ndjson] [--runs N ...]
       npm run --silent bench -- report FILE.ndjson [--out docs/BENCHMARKS.md]

  --json      one JSON object instead of tables
  --record    append the run to bench/results/<machine>.ndjson
  --smoke     tiny parameters: does it run, are the results equal
`;

export function renderHelp(workloads: readonly Workload[]): string {
  return `${usage}\n${renderList(workloads)}`;
}

export function renderList(workloads: readonly Workload[]): string {
  return workloads.map(renderWorkload).join('\n');
}

function renderWorkload({ name, title, parameters }: Workload): string {
  const rows = parameterNames.flatMap((each) => {
    const spec = parameters[each];
    return spec === undefined ? [] : [[`  --${each}`, String(spec.full), spec.meaning]];
  });
  return `${name}: ${title}\n${renderTable(rows, [])}`;
}

export function renderReport(report: Report): string {
  const { workload, parameters, versions, machine, throughput, details } = report;
  const settings = Object.entries(parameters).map(([name, value]) => `${name} ${value}`).join(', ');
  const rows = [
    ['margrid', ...timeCells(report), '1.00', '', 'same algorithm', report.note],
    ...Object.entries(report.entrants).map(([name, entrant]) => [
      name, ...timeCells(entrant), entrant.ratio.toFixed(2), equalityOf(entrant), entrant.label, entrant.note,
    ]),
  ];
  const titles = ['entrant', 'median ms', '± MAD', 'p99 ms', 'min ms', 'cold ms', 'ratio', 'results', 'label', 'note'];
  const lines = [
    `${workload}: ${settings}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${versions['node']}, ` +
      `commit ${versions['commit'] ?? 'unknown'}`,
    '',
    renderTable(rows, titles).trimEnd(),
    '',
    `throughput  ${formatCount(throughput.perSecond)} ${throughput.unit} per second`,
    `hash        ${report.hash}`,
  ];
  for (const [name, reason] of Object.entries(report.missing ?? {})) lines.push(`missing: ${name}: ${reason}`);
  for (const [name, value] of Object.entries(details)) lines.push(`${name}: ${formatDetail(value)}`);
  return `${lines.join('\n')}\n`;
}

function timeCells({ median, mad, p99, min, cold }: Pick<Report, 'median' | 'mad' | 'p99' | 'min' | 'cold'>): string[] {
  return [median, mad, p99, min, cold].map(formatMs);
}

function equalityOf({ equal, verified, maxRelativeDifference }: Report['entrants'][string]): string {
  if (verified !== undefined) return verified;
  return equal ? 'equal' : `within ${maxRelativeDifference.toExponential(1)}`;
}

export function renderComparison(runs: readonly ComparedRun[]): string {
  const rows = runs.map((run) => [
    run.workload,
    Object.entries(run.parameters).map(([name, value]) => `${name} ${value}`).join(' '),
    formatMs(run.before),
    formatMs(run.after),
    run.speedUp.toFixed(3),
    run.sameHash ? 'same' : 'CHANGED',
    run.machine,
  ]);
  return renderTable(rows, ['workload', 'parameters', 'before ms', 'after ms', 'speed-up', 'hash', 'machine']);
}

/** Columns as wide as their widest cell; the last is not padded. */
function renderTable(rows: readonly (readonly string[])[], titles: readonly string[]): string {
  const all = titles.length === 0 ? rows : [titles, ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]))).join('  ').trimEnd();
  return all.map((row) => `${line(row)}\n`).join('');
}

/** Four digits, whatever the size: kernels take nanoseconds, ticks seconds. */
export function formatMs(value: number): string {
  return value >= 1_000 ? value.toFixed(0) : value.toPrecision(4);
}

export function formatCount(value: number): string {
  const units = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const;
  const [size, letter] = units.find(([least]) => value >= least) ?? [1, ''];
  return `${(value / size).toPrecision(4)} ${letter}`.trimEnd();
}

function formatDetail(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(4);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value).map(([name, each]) => `${name} ${formatDetail(each)}`).join(', ');
}
