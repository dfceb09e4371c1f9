import { formatCount, formatMs } from '../render.ts';
import type { CertifiedDetails } from '../ticks/certified.ts';
import type { EntrantReport, Report } from '../workload.ts';
import type { SuiteFile } from './lines.ts';
import { formatInteger, formatRatio, formatShare, table } from './markdown.ts';

/** What most readers came for: ticks, certified skipping and inner loops, a row per workload. */
export function headlineSection(suite: SuiteFile): string[] {
  const { header, reports } = suite;
  const { machine, versions } = header;
  const ticks = reports.filter(({ workload }) => workload.startsWith('tick-'));
  const loops = reports.filter((report) => !ticks.includes(report) && Object.keys(report.entrants).length > 0);
  const from = `margrid ${versions['margrid']}, commit ${commitOf(versions['commit'])}`;
  return [
    '## In short',
    '',
    `${from}, on ${machine.cpu} with ${machine.cores} cores, Node ${versions['node']}, ${header.date.slice(0, 10)}. Numbers in brackets are`,
    "times over margrid's brute force: above 1, margrid is faster. Everything in these tables was verified in this run.",
    '',
    ...tickTable(ticks),
    ...certifiedTable(ticks),
    ...loopTable(loops),
    ...scalingLines(reports),
  ];
}

/** Short, but not without saying that the sources were others. */
function commitOf(commit: string | null | undefined): string {
  if (commit === null || commit === undefined) return 'unknown';
  return `${commit.slice(0, 12)}${commit.endsWith('-dirty') ? ', with changes that are not in it' : ''}`;
}

/** A column of a table: whichever of these entrants is fastest there. */
type Rival = readonly [title: string, names: readonly string[]];

const tickRivals: readonly Rival[] = [
  ['margrid, one worker', ['margrid-one-worker']],
  ['C, AVX-512, two threads', ['c-avx512-two-threads']],
  ['C, AVX-512', ['c-avx512']],
  ['C, 128 bits', ['c-128']],
  ['C, left to gcc', ['c-gcc']],
  ['TypeScript', ['typescript-tuned']],
  ['NumPy, SciPy', ['numpy-scipy']],
  ['QuantLib, NumPy', ['quantlib-numpy']],
];

const loopRivals: readonly Rival[] = [
  ['C, AVX-512', ['c-avx512', 'c-avx512-fma']],
  ['C, 128 bits', ['c-128']],
  ['C, left to gcc', ['c-gcc', 'c-gcc-fma', 'c-libmvec']],
  ['JavaScript', ['javascript', 'javascript-tuned', 'javascript-engine']],
  ['NumPy, SciPy', ['numpy-scipy']],
  ['QuantLib', ['quantlib']],
];

function tickTable(ticks: readonly Report[]): string[] {
  if (ticks.length === 0) return [];
  const rows = ticks.map((report) => [
    linkTo(report), formatInteger(report.parameters['accounts']), formatMs(report.cold), formatMs(report.median), ...tickRivals.map((rival) => rivalCell(report, rival)),
  ]);
  return [
    'Whole ticks by **brute force**, milliseconds: pricing, margins with all charges, equity and status of every account.',
    '',
    ...table(['workload', 'accounts', 'margrid, first tick', 'margrid', ...tickRivals.map(([title]) => title)], rows),
    '',
  ];
}

function loopTable(loops: readonly Report[]): string[] {
  if (loops.length === 0) return [];
  const rows = loops.map((report) => [
    linkTo(report),
    `${formatCount(report.throughput.perSecond)} ${report.throughput.unit}/s`,
    formatMs(report.median),
    ...loopRivals.map((rival) => rivalCell(report, rival)),
  ]);
  return [
    '**Inner loops**, milliseconds, one thread unless the workload says otherwise:',
    '',
    ...table(['workload', 'margrid', 'ms', ...loopRivals.map(([title]) => title)], rows),
    '',
  ];
}

/** Rows of certified entrants: beside brute force with as many workers, and beside the fastest brute force of others. */
function certifiedTable(ticks: readonly Report[]): string[] {
  const rows = ticks.flatMap((report) => {
    const certified = (report.details['certified'] ?? {}) as Readonly<Record<string, CertifiedDetails>>;
    return Object.entries(certified).map(([name, { meanMs, evaluatedShare, statuses }]) => {
      const { cold, median, p99 } = report.entrants[name];
      const isAlone = name.endsWith('-one-worker');
      const own = isAlone ? report.entrants['margrid-one-worker'].median : report.median;
      const rival = fastest(Object.entries(report.entrants).filter((entry) => isRival(entry) && entry[0].endsWith('-two-threads') !== isAlone));
      const timesOver = (ms: number): string => (rival === null ? '' : `${formatRatio(rival[1].median / ms)} (${rival[0]})`);
      return [
        linkTo(report), formatInteger(report.parameters['move']), name.includes('liquidation') ? 'liquidations' : 'all statuses',
        isAlone ? '1' : String(report.parameters['workers']), formatShare(evaluatedShare), formatMs(own),
        formatMs(cold), formatMs(median), formatMs(meanMs), formatMs(p99), formatRatio(median / own), formatRatio(own / median), timesOver(median),
        formatMs(statuses.median), formatMs(statuses.meanMs), formatMs(statuses.p99), formatRatio(own / statuses.median), timesOver(statuses.median),
      ];
    });
  });
  if (rows.length === 0) return [];
  const titles = [
    'workload', 'basis points', 'watches', 'workers', 'netting sets evaluated', 'brute force', 'first tick', 'median', 'mean', 'p99', 'over brute force',
    'times faster', 'times faster than the fastest other brute force',
    'until statuses are known: median', 'mean', 'p99', 'times faster', 'times faster than the fastest other brute force',
  ];
  return [
    '**Certified skipping**, milliseconds: what cannot have changed is not evaluated. Statuses (or liquidation sets) were compared with brute force',
    'at every tick: the same answer with **less work**. Brute force beside it has as many workers. Some ticks issue certificates once their',
    'statuses are known: first the whole tick with them, then, on the right, the time until the statuses are known. In `tick-crash` all prices',
    'fall at once and certificates help little or not at all: its ratio over brute force is what they then cost.',
    '',
    ...table(titles, rows),
    '',
  ];
}

function scalingLines(reports: readonly Report[]): string[] {
  const report = reports.find(({ workload }) => workload === 'scaling');
  if (report === undefined) return [];
  const { perSecond } = report.throughput;
  const accounts = formatInteger(report.parameters['accounts']);
  const flatness = Number(report.details['flatness']);
  const unpriced = report.details['flatnessUnpriced'];
  const withoutPricing = unpriced === undefined ? '' : `, without the pricing that all share ${Number(unpriced).toFixed(2)} times`;
  return [
    `[Scaling](#scaling): ${accounts} accounts in ${formatMs(report.median)} ms, ${formatCount(perSecond)} accounts/s; from 100,000 accounts up the`,
    `dearest account costs ${flatness.toFixed(2)} times the cheapest${withoutPricing}.`,
    '',
  ];
}

function rivalCell(report: Report, [, names]: Rival): string {
  const found = fastest(names.flatMap((name) => (name in report.entrants ? [[name, report.entrants[name]] as const] : [])));
  return found === null ? '' : `${formatMs(found[1].median)} (${formatRatio(found[1].ratio)})`;
}

/** Somebody else's, doing everything that margrid does. */
export function isRival([name, { label }]: readonly [string, EntrantReport]): boolean {
  return !name.startsWith('margrid') && label === 'same algorithm';
}

export function fastest(entrants: readonly (readonly [string, EntrantReport])[]): readonly [string, EntrantReport] | null {
  return [...entrants].sort(([, a], [, b]) => a.median - b.median)[0] ?? null;
}

export function linkTo({ workload }: Report): string {
  return `[${workload}](#${workload})`;
}
