import { createHash, type Hash } from 'node:crypto';
import { quantileOfSorted } from '../dynamic/return-series.ts';
import type { Monitor } from '../monitor/monitor.ts';
import type { MonitorReport, MonitorTimings } from '../monitor/report.ts';
import { describeChange, type StatusChange } from './change-file.ts';

const shownChanges = 20;
const setsPerUpdate = 16_384;

/** What a watched stream came to. */
export interface MonitorSummary {
  readonly ticks: number;
  readonly nettingSets: number;
  /** Shares of all netting sets: of all ticks, and of those after the first, which evaluates everything. */
  readonly evaluatedShare: number | null;
  readonly evaluatedShareLater: number | null;
  readonly quarantined: number;
  readonly certificates: number;
  readonly certifiedTicks: number;
  /** Ticks on which everything was evaluated, by reason. */
  readonly bruteForceTicks: Readonly<Record<string, number>>;
  /** After the first tick. */
  readonly changes: number;
  /** Until the statuses are known. */
  readonly statusesMs: Times;
  /** Until certificates are issued, too. */
  readonly tickMs: TickTimes;
  readonly statuses: Readonly<Record<string, number>> | null;
  /** SHA-256 of the statuses at the last tick (`statusHash`). Null without a tick. */
  readonly stateHash: string | null;
  /** SHA-256 of all changes of all ticks, the first included. */
  readonly historyHash: string;
}

/** Milliseconds, without shadow evaluations; median and p99 of the ticks after the first, null if there are none. */
export interface Times {
  readonly first: number | null;
  readonly median: number | null;
  readonly p99: number | null;
}

export interface TickTimes extends Times {
  readonly meanByStage: Readonly<Record<string, number>>;
}

/** Adds up the ticks of a monitor: sixteen bytes a tick. */
export class MonitorTally {
  readonly shown: StatusChange[] = [];
  readonly #timesMs: number[] = [];
  readonly #statusesMs: number[] = [];
  #stagesMs: Record<string, number> = {};
  #evaluated = 0;
  #evaluatedLater = 0;
  #sets = 0;
  #setsLater = 0;
  #quarantined = 0;
  #certificates = 0;
  #certifiedTicks = 0;
  readonly #bruteForce = new Map<string, number>();
  #changes = 0;
  readonly #history: Hash = createHash('sha256');

  get ticks(): number {
    return this.#timesMs.length;
  }

  add(report: MonitorReport, asOfMs: number, monitor: Monitor): void {
    const { evaluated, skipped, quarantined, changes, certified, mode, timingsMs } = report;
    const isFirst = this.ticks === 0;
    const sets = evaluated + skipped + quarantined;
    this.#evaluated += evaluated;
    this.#sets += sets;
    this.#quarantined = quarantined;
    this.#certificates += certified;
    if (mode.kind === 'certified') this.#certifiedTicks++;
    else this.#bruteForce.set(mode.reason, (this.#bruteForce.get(mode.reason) ?? 0) + 1);
    if (!isFirst) {
      this.#evaluatedLater += evaluated;
      this.#setsLater += sets;
      this.#changes += changes.set.length;
      this.#show(report, asOfMs, monitor);
    }
    this.#addTimes(timingsMs, isFirst);
    this.#history.update(Uint32Array.of(report.tick, changes.set.length));
    for (const column of [changes.set, changes.from, changes.to]) {
      this.#history.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    }
  }

  #show({ tick, changes }: MonitorReport, asOfMs: number, monitor: Monitor): void {
    const count = changes.set.length;
    for (let place = Math.max(count - shownChanges, 0); place < count; place++) {
      this.shown.push(describeChange(place, tick, asOfMs, changes, monitor));
    }
    this.shown.splice(0, this.shown.length - shownChanges);
  }

  #addTimes({ total, shadow, ...stages }: MonitorTimings, isFirst: boolean): void {
    this.#timesMs.push(total - shadow);
    this.#statusesMs.push(total - shadow - stages.certify);
    if (isFirst) return;
    for (const [stage, ms] of Object.entries(stages)) this.#stagesMs[stage] = (this.#stagesMs[stage] ?? 0) + ms;
  }

  /** `monitor`: as the last tick left it, null if that failed. */
  summary(nettingSets: number, monitor: Monitor | null): MonitorSummary {
    const hasStatuses = monitor !== null && this.ticks > 0;
    return {
      ticks: this.ticks,
      nettingSets,
      evaluatedShare: this.#sets === 0 ? null : this.#evaluated / this.#sets,
      evaluatedShareLater: this.#setsLater === 0 ? null : this.#evaluatedLater / this.#setsLater,
      quarantined: this.#quarantined,
      certificates: this.#certificates,
      certifiedTicks: this.#certifiedTicks,
      bruteForceTicks: Object.fromEntries(this.#bruteForce),
      changes: this.#changes,
      statusesMs: timesOf(this.#statusesMs),
      tickMs: {
        ...timesOf(this.#timesMs),
        meanByStage: Object.fromEntries(
          Object.entries(this.#stagesMs).map(([stage, ms]) => [stage, ms / (this.ticks - 1)]),
        ),
      },
      statuses: hasStatuses ? countsOf(monitor) : null,
      stateHash: hasStatuses ? statusHash(monitor) : null,
      historyHash: this.#history.copy().digest('hex'),
    };
  }
}

function timesOf([first, ...rest]: readonly number[]): Times {
  const later = Float64Array.from(rest).sort();
  const quantile = (share: number): number | null => (later.length === 0 ? null : quantileOfSorted(later, share));
  return { first: first ?? null, median: quantile(0.5), p99: quantile(0.99) };
}

/** Netting sets by the name of their status, the most frequent first. */
function countsOf(monitor: Monitor): Record<string, number> {
  const counts = new Float64Array(256);
  for (const status of monitor.statuses) counts[status]++;
  const found = [...counts.keys()].filter((status) => counts[status] > 0).sort((a, b) => counts[b] - counts[a]);
  return Object.fromEntries(found.map((status) => [monitor.statusName(status), counts[status]]));
}

/** SHA-256 of account, currency and status of every netting set in (account, currency) order, a JSON array a line. */
function statusHash(monitor: Monitor): string {
  const { statuses, accountIds, currencies } = monitor;
  const { account, currency } = monitor.setKeys;
  const names = Array.from({ length: 256 }, (_, status) => monitor.statusName(status));
  const hash = createHash('sha256');
  for (let first = 0; first < statuses.length; first += setsPerUpdate) {
    const end = Math.min(first + setsPerUpdate, statuses.length);
    let lines = '';
    for (let set = first; set < end; set++) {
      lines += `${JSON.stringify([accountIds[account[set]], currencies[currency[set]], names[statuses[set]]])}\n`;
    }
    hash.update(lines);
  }
  return hash.digest('hex');
}
