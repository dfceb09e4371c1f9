import { quantileOfSorted } from '../dynamic/return-series.ts';
import type { AccountMargin } from '../engine/account-margin.ts';
import type { CertifiedMargin } from '../monitor/monitor.ts';
import type { MonitorReport } from '../monitor/report.ts';
import type { Watched } from '../monitor/watch.ts';
import type { StatusChange } from './change-file.ts';
import { amount, count, milliseconds, money, percent, table } from './format.ts';
import type { MonitorSummary } from './monitor-tally.ts';
import type { Terminal } from './terminal.ts';

/** What `margrid monitor` tells at the end. */
export interface Monitored extends MonitorSummary {
  readonly model: string;
  readonly watch: Watched;
  /** Where the ticks came from. */
  readonly source: string;
  /** Time of the last tick. */
  readonly asOf: string;
  readonly accounts: number;
  /** Of the book as it was loaded. */
  readonly positions: number;
  readonly instruments: number;
  readonly workers: number;
  readonly shadow: boolean;
  /** The first status that a full evaluation gave otherwise; null: none did. */
  readonly difference: string | null;
  /** Ordinary ticks of an engine in the same run: their milliseconds, and on how many ticks statuses were compared. */
  readonly baseline: { readonly timesMs: readonly number[]; readonly compared: number } | null;
  readonly lastChanges: readonly StatusChange[];
  readonly margins: readonly {
    readonly account: string;
    readonly sets: readonly AccountMargin[] | readonly CertifiedMargin[];
  }[];
  readonly refused: readonly { readonly line: number; readonly code: string; readonly message: string }[];
}

const stageNames = {
  inputs: 'inputs',
  touch: 'touch',
  riskArray: 'risk array',
  margin: 'margin',
  certify: 'certify',
  shadow: 'shadow',
};

/** One tick, for `--progress`. */
export function progressLine(report: MonitorReport, asOfMs: number): string {
  const { tick, mode, evaluated, skipped, quarantined, priced, certified, references, changes, timingsMs } = report;
  const how = mode.kind === 'certified' ? mode.kind : `${mode.kind} (${mode.reason})`;
  const stages = (Object.keys(stageNames) as (keyof typeof stageNames)[])
    .filter((stage) => stage !== 'shadow' || timingsMs.shadow >= 0.01)
    .map((stage) => `${stageNames[stage]} ${timingsMs[stage].toFixed(2)}`);
  return (
    `tick ${tick} ${new Date(asOfMs).toISOString()} ${how}: evaluated ${count(evaluated)}, ` +
    `skipped ${count(skipped)}, quarantined ${count(quarantined)}; ` +
    `${count(certified)} certificates issued, ${count(priced)} rows priced, ` +
    `${references} references, ${count(changes.set.length)} changes; ` +
    `${milliseconds(timingsMs.total)} (${stages.join(', ')})`
  );
}

/** `median` is null where nothing was timed. */
function againstBaseline({ baseline, tickMs }: Monitored) {
  if (baseline === null) return null;
  const sorted = Float64Array.from(baseline.timesMs).sort();
  const median = sorted.length === 0 ? null : quantileOfSorted(sorted, 0.5);
  const own = tickMs.median ?? tickMs.first;
  return {
    timedTicks: baseline.timesMs.length,
    comparedTicks: baseline.compared,
    medianMs: median,
    ratio: median === null || own === null ? null : median / own,
  };
}

/** The result on stdout, a difference on stderr too. */
export function printMonitored(
  found: Monitored, { json, out }: { readonly json?: boolean; readonly out?: string }, terminal: Terminal,
): void {
  if (found.difference !== null) terminal.note(`${found.difference} [CertificateWrong]`);
  if (json === true) {
    const { margins, ...rest } = found;
    const plain = margins.map(({ account, sets }) => ({ account, sets: sets.map(withoutVectors) }));
    const body = { ...rest, baseline: againstBaseline(found), margins: plain, out: out ?? null };
    terminal.print(JSON.stringify(body, null, 2));
    return;
  }
  for (const line of lines(found, out)) terminal.print(line);
}

/** Scenario by scenario is for `margrid explain`. */
function withoutVectors(margin: AccountMargin | CertifiedMargin): object {
  if (!('scenarioPnl' in margin)) return margin;
  const { scenarioPnl: _, ...rest } = margin;
  return rest;
}

function* lines(found: Monitored, out: string | undefined): Generator<string> {
  const { ticks, accounts, nettingSets, instruments, workers, watch, tickMs, statusesMs } = found;
  const watched = typeof watch === 'string' ? watch : watch.map(({ name }) => name).join(', ');
  yield `${found.model}, watching ${watched}: ${count(accounts)} accounts, ${count(nettingSets)} netting sets, ` +
    `${count(instruments)} instruments, ${workers} worker threads`;
  yield `${found.source}; ${count(ticks)} ticks, the last of ${found.asOf}`;
  if (ticks === 0) return;
  yield `evaluated ${share(found.evaluatedShareLater)} of the netting sets on a tick after the first; ` +
    `${count(found.certificates)} certificates issued, ${count(found.quarantined)} quarantined at the end`;
  for (const [reason, number] of Object.entries(found.bruteForceTicks)) {
    yield `everything evaluated on ${count(number)} of ${count(ticks)} ticks: ${reason}`;
  }
  yield `statuses known after ${time(statusesMs.median)} (median), ${time(statusesMs.p99)} (99%), at the first tick ${time(statusesMs.first)}`;
  yield `with new certificates: ${time(tickMs.median)} (median), ${time(tickMs.p99)} (99%), the first tick ${time(tickMs.first)}`;
  yield* comparisonLines(found);
  if (found.lastChanges.length > 0) yield changeTable(found.lastChanges);
  const more = found.changes - found.lastChanges.length;
  yield more > 0
    ? `… ${count(more)} changes of status before these: ${out ?? 'use --out FILE'}`
    : `${count(found.changes)} changes of status after the first tick`;
  for (const { account, sets } of found.margins) for (const set of sets) yield `${account} ${marginLine(set)}`;
  if (found.statuses === null) return;
  const counts = Object.entries(found.statuses).map(([name, sets]) => `${name} ${count(sets)}`);
  yield `netting sets: ${counts.join(', ')}`;
  yield `state hash ${found.stateHash!} (the same for any number of workers)`;
}

function* comparisonLines(found: Monitored): Generator<string> {
  const baseline = againstBaseline(found);
  if (baseline !== null && baseline.medianMs !== null) {
    const ratio = baseline.ratio === null ? '' : `: ${baseline.ratio.toFixed(1)} times as long`;
    const median = milliseconds(baseline.medianMs);
    yield `everything evaluated, on ${baseline.timedTicks} of these ticks: ${median} (median)${ratio}`;
  }
  if (found.difference !== null) yield 'A STATUS DIFFERS from that of a full evaluation: see above';
  else if (found.shadow) yield `shadow: every status of ${count(found.ticks)} ticks is that of a full evaluation`;
  else if (baseline !== null) {
    yield `statuses of ${baseline.comparedTicks} ticks compared with full evaluations: identical`;
  }
}

function share(value: number | null): string {
  return value === null ? 'all' : percent(value, 3);
}

function time(ms: number | null): string {
  return ms === null ? '-' : milliseconds(ms);
}

function changeTable(changes: readonly StatusChange[]): string {
  const rows = changes.map(({ tick, time: at, account, currency, from, to, health }) => [
    account, String(tick), at, currency, from, to, ...Object.values(health).map((value) => money(value, currency)),
  ]);
  const thresholds = Object.keys(changes[0].health).map((name) => `health: ${name}`);
  return table([['account', 'tick', 'time', 'currency', 'from', 'to', ...thresholds], ...rows]);
}

function marginLine(set: AccountMargin | CertifiedMargin): string {
  if ('equity' in set) {
    const { currency, equity, initialMargin, maintenanceMargin, status } = set;
    return (
      `${currency}: ${status}; equity ${money(equity, currency)}, ` +
      `initial margin ${money(initialMargin, currency)}, maintenance margin ${money(maintenanceMargin, currency)}`
    );
  }
  const bounds = set.health.map(({ threshold, low, high }) => `${threshold} ${interval(low, high)}`);
  return `${set.currency}: ${set.status}, margined at tick ${set.asOfTick}; health: ${bounds.join(', ')}`;
}

function interval(low: number, high: number): string {
  if (low === high) return amount(low, 8);
  if (high === Infinity) return `>= ${amount(low, 8)}`;
  return low === -Infinity ? `<= ${amount(high, 8)}` : '-';
}
