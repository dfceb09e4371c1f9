import { HEALTHY } from './status.ts';
import { never } from './status-machine.ts';

/**
 * What the account engine knows of every netting set besides its margins: columns in the order of `Engine.results`, one
 * element per set.
 */
export class SetStatus {
  count = 0;
  level = new Uint8Array(0);
  /** Level before a quarantine or a pool, to which the set returns. */
  levelBefore = new Uint8Array(0);
  belowSinceMs = new Float64Array(0);
  liquidateAtMs = new Float64Array(0);
  /** When the open call is due, as it was issued; NaN without one. */
  dueMs = new Float64Array(0);
  /** When the level was reached; NaN before the first tick. */
  sinceMs = new Float64Array(0);
  /** Of the last tick, with all adjustments; NaN if quarantined or new. Settlement currency. */
  balance = new Float64Array(0);
  initialMargin = new Float64Array(0);
  maintenanceMargin = new Float64Array(0);
  /** What the open call asked for when it was issued; 0 without a call. */
  calledAmount = new Float64Array(0);

  /** Makes room for `count` sets, all of them new. */
  reset(count: number): void {
    this.count = count;
    this.#allocate(count);
  }

  /** Rows after netting sets were opened and closed: `sources[set]` is the old row, -1 of a new set. */
  rearrange(sources: Int32Array): void {
    const old = this.columns();
    this.reset(sources.length);
    const columns = this.columns();
    for (const name of columnNames) {
      const from = old[name];
      const to = columns[name];
      for (let set = 0; set < sources.length; set++) if (sources[set] >= 0) to[set] = from[sources[set]];
    }
  }

  /** All columns, one element per netting set: no copies. */
  columns(): Columns {
    const { level, levelBefore, belowSinceMs, liquidateAtMs, dueMs, sinceMs } = this;
    const { balance, initialMargin, maintenanceMargin, calledAmount } = this;
    return {
      level,
      levelBefore,
      belowSinceMs,
      liquidateAtMs,
      dueMs,
      sinceMs,
      balance,
      initialMargin,
      maintenanceMargin,
      calledAmount,
    };
  }

  #allocate(count: number): void {
    this.level = new Uint8Array(count).fill(HEALTHY);
    this.levelBefore = new Uint8Array(count).fill(HEALTHY);
    this.belowSinceMs = new Float64Array(count).fill(never);
    this.liquidateAtMs = new Float64Array(count).fill(never);
    this.dueMs = new Float64Array(count).fill(NaN);
    this.sinceMs = new Float64Array(count).fill(NaN);
    this.balance = new Float64Array(count).fill(NaN);
    this.initialMargin = new Float64Array(count).fill(NaN);
    this.maintenanceMargin = new Float64Array(count).fill(NaN);
    this.calledAmount = new Float64Array(count);
  }
}

const byteColumns = ['level', 'levelBefore'] as const;
const floatColumns = [
  'belowSinceMs',
  'liquidateAtMs',
  'dueMs',
  'sinceMs',
  'balance',
  'initialMargin',
  'maintenanceMargin',
  'calledAmount',
] as const;
const columnNames = [...byteColumns, ...floatColumns];

export type Columns = Readonly<Record<(typeof byteColumns)[number], Uint8Array>> &
  Readonly<Record<(typeof floatColumns)[number], Float64Array>>;

/** Old row of every netting set of a new table, -1 if it was not there. Both are in (account, currency) order. */
export function sourcesOf(old: SetKeys, next: SetKeys): Int32Array {
  const sources = new Int32Array(next.account.length).fill(-1);
  let from = 0;
  for (let set = 0; set < sources.length; set++) {
    const account = next.account[set];
    const currency = next.currency[set];
    while (from < old.account.length && isBefore(old, from, account, currency)) from++;
    if (from < old.account.length && old.account[from] === account && old.currency[from] === currency)
      sources[set] = from;
  }
  return sources;
}

export interface SetKeys {
  readonly account: Uint32Array;
  readonly currency: Uint8Array;
}

function isBefore({ account, currency }: SetKeys, row: number, otherAccount: number, otherCurrency: number): boolean {
  return account[row] < otherAccount || (account[row] === otherAccount && currency[row] < otherCurrency);
}
