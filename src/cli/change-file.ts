import { open, type FileHandle } from 'node:fs/promises';
import { MargridError } from '../errors.ts';
import { formatOf, isoTime } from '../io/index.ts';
import type { WriteColumn } from '../io/result-table.ts';
import { writeColumns } from '../io/write-table.ts';
import type { Monitor } from '../monitor/monitor.ts';
import type { StatusChanges } from '../monitor/report.ts';
import { NEW_STATUS } from '../monitor/set-columns.ts';
import { GrowingColumn } from './growing-column.ts';

/** One status change in words. */
export interface StatusChange {
  readonly tick: number;
  readonly time: string;
  readonly account: string;
  readonly currency: string;
  readonly from: string;
  readonly to: string;
  /** By threshold: equity less requirement at the change; NaN of a quarantined set. */
  readonly health: Readonly<Record<string, number>>;
}

/** Where changes of status go. */
export interface ChangeFile {
  add(tick: number, asOfMs: number, changes: StatusChanges, monitor: Monitor): Promise<void>;
  /** Writes what is not written yet. */
  finish(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Lines that are put together before they are written. */
const linesPerWrite = 8_192;
/** Changes kept for a file that is written at the end: 28 bytes each and 8 per threshold, while writing 80 more. */
const keptMax = 20_000_000;
/** Of a set that no tick has seen before. */
const newStatus = 'new';

/**
 * NDJSON and CSV get each tick's changes as soon as it is done, and can be followed; the other formats are written at
 * the end, whole or not at all. Throws `FileUnwritable`.
 */
export async function openChangeFile(path: string): Promise<ChangeFile> {
  const format = formatOf(path);
  if (format === 'ndjson' || format === 'csv') return ChangeLines.open(path, format);
  return new ChangeTable(path);
}

/** A change of a tick in words. */
export function describeChange(
  place: number, tick: number, asOfMs: number, { set, from, to }: StatusChanges, monitor: Monitor,
): StatusChange {
  const { account, currency } = monitor.setKeys;
  const row = set[place];
  return {
    tick,
    time: isoTime(asOfMs),
    account: monitor.accountIds[account[row]],
    currency: monitor.currencies[currency[row]],
    from: nameOf(monitor, from[place]),
    to: nameOf(monitor, to[place]),
    health: Object.fromEntries(
      monitor.thresholdNames.map((name, threshold) => [name, monitor.healthOf(row, threshold)]),
    ),
  };
}

function nameOf(monitor: Monitor, status: number): string {
  return status === NEW_STATUS ? newStatus : monitor.statusName(status);
}

/** `margin-call`: `health_margin_call`. */
function healthColumn(threshold: string): string {
  return `health_${threshold.replaceAll('-', '_')}`;
}

const plainColumns = ['tick', 'time', 'account', 'currency', 'from', 'to'] as const;

class ChangeLines implements ChangeFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #format: 'ndjson' | 'csv';
  #hasHeader = false;

  private constructor(path: string, handle: FileHandle, format: 'ndjson' | 'csv') {
    this.#path = path;
    this.#handle = handle;
    this.#format = format;
  }

  static async open(path: string, format: 'ndjson' | 'csv'): Promise<ChangeLines> {
    try {
      return new ChangeLines(path, await open(path, 'w'), format);
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }

  async add(tick: number, asOfMs: number, changes: StatusChanges, monitor: Monitor): Promise<void> {
    if (this.#format === 'csv' && !this.#hasHeader) {
      this.#hasHeader = true;
      await this.#write([[...plainColumns, ...monitor.thresholdNames.map(healthColumn)].join(',')]);
    }
    for (let first = 0; first < changes.set.length; first += linesPerWrite) {
      const count = Math.min(linesPerWrite, changes.set.length - first);
      const lines = Array.from({ length: count }, (_, index) =>
        this.#lineOf(describeChange(first + index, tick, asOfMs, changes, monitor)),
      );
      await this.#write(lines);
    }
  }

  #lineOf(change: StatusChange): string {
    const { health, ...plain } = change;
    if (this.#format === 'csv') {
      const numbers = Object.values(health).map((value) => (Number.isNaN(value) ? 'nan' : String(value)));
      return [...plainColumns.map((name) => csvCell(String(plain[name]))), ...numbers].join(',');
    }
    const named = Object.entries(health).map(([name, value]) => [healthColumn(name), value] as const);
    return JSON.stringify({ ...plain, ...Object.fromEntries(named) });
  }

  async #write(lines: readonly string[]): Promise<void> {
    try {
      await this.#handle.appendFile(`${lines.join('\n')}\n`);
    } catch (cause) {
      throw unwritable(this.#path, cause);
    }
  }

  async finish(): Promise<void> {
    try {
      await this.#handle.sync();
    } catch (cause) {
      throw unwritable(this.#path, cause);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** RFC 4180. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function unwritable(path: string, cause: unknown): MargridError {
  const message = `${path}: cannot be written: ${(cause as Error).message}`;
  return new MargridError('FileUnwritable', message, { file: path });
}

/** Columns of all changes: rows of accounts and currencies, codes of statuses. Accounts are never renumbered. */
class ChangeTable implements ChangeFile {
  readonly #path: string;
  readonly #tick = new GrowingColumn(Float64Array);
  readonly #asOfMs = new GrowingColumn(Float64Array);
  readonly #account = new GrowingColumn(Uint32Array);
  readonly #currency = new GrowingColumn(Uint32Array);
  readonly #from = new GrowingColumn(Uint8Array);
  readonly #to = new GrowingColumn(Uint8Array);
  readonly #health: GrowingColumn<Float64Array>[] = [];
  /** By code: a monitor whose tick failed does not tell them any more. */
  readonly #names = new Map<number, string>();
  #thresholds: readonly string[] = [];
  #monitor: Monitor | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  async add(tick: number, asOfMs: number, { set, from, to }: StatusChanges, monitor: Monitor): Promise<void> {
    this.#monitor = monitor;
    const { account, currency } = monitor.setKeys;
    this.#thresholds = monitor.thresholdNames;
    while (this.#health.length < this.#thresholds.length) this.#health.push(new GrowingColumn(Float64Array));
    for (const status of new Set([...from, ...to])) this.#names.set(status, nameOf(monitor, status));
    if (this.#tick.length + set.length > keptMax) {
      const message = `${this.#path}: takes ${keptMax} changes at most; .ndjson and .csv are written as they happen`;
      throw new MargridError('LimitExceeded', message, { file: this.#path });
    }
    for (let place = 0; place < set.length; place++) {
      this.#tick.push(tick);
      this.#asOfMs.push(asOfMs);
      this.#account.push(account[set[place]]);
      this.#currency.push(currency[set[place]]);
      this.#from.push(from[place]);
      this.#to.push(to[place]);
      this.#health.forEach((column, threshold) => column.push(monitor.healthOf(set[place], threshold)));
    }
  }

  async finish(signal: AbortSignal): Promise<void> {
    const monitor = this.#monitor;
    if (monitor === null) return;
    const strings = (column: GrowingColumn<Uint8Array | Uint32Array>, name: (code: number) => string): string[] =>
      Array.from(column.values, name);
    const status = (code: number): string => this.#names.get(code)!;
    const columns: WriteColumn[] = [
      { name: 'tick', type: 'i32', values: Int32Array.from(this.#tick.values) },
      { name: 'time', type: 'time', values: this.#asOfMs.values },
      { name: 'account', type: 'string', values: strings(this.#account, (row) => monitor.accountIds[row]) },
      { name: 'currency', type: 'string', values: strings(this.#currency, (row) => monitor.currencies[row]) },
      { name: 'from', type: 'string', values: strings(this.#from, status) },
      { name: 'to', type: 'string', values: strings(this.#to, status) },
      ...this.#thresholds.map((name, index): WriteColumn => ({
        name: healthColumn(name), type: 'f64', values: this.#health[index].values,
      })),
    ];
    await writeColumns(this.#path, { rowCount: this.#tick.length, columns }, { signal });
  }

  async close(): Promise<void> {}
}
