import { createHash } from 'node:crypto';
import { STATUS_LIQUIDATION, STATUS_QUARANTINED } from '../../assembly/portable/layout.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { MargridError } from '../../src/errors.ts';
import type { EntrantLabel } from '../workload.ts';
import type { TickQuotes } from './quotes.ts';

/** What a tick is to give, one row per netting set. */
export interface Margins {
  readonly equity: Float64Array;
  readonly initialMargin: Float64Array;
  readonly maintenanceMargin: Float64Array;
  readonly status: Uint8Array;
}

/** One way of doing a whole tick: pricing, margins and statuses of every netting set. */
export interface TickEntrant {
  readonly name: string;
  readonly label: EntrantLabel;
  readonly note: string;
  /** `tick`: it follows every tick of a walk. Or the last tick of every so many rounds: 1, more for slow ones. */
  readonly every: 'tick' | number;
  /** Whether it does the tick before that one as well, unmeasured, to find its caches warm. */
  readonly rehearses?: boolean;
  /** `bits`: equal bit for bit; `tolerance`: statuses equal, margins to rounding; `statuses`; `liquidations`. */
  readonly exactness: 'bits' | 'tolerance' | 'statuses' | 'liquidations';
  /** Milliseconds of the tick at these quotes; scaled to the whole book where it works on a sample. */
  tick(quotes: TickQuotes): Promise<number>;
  /** Of the last tick; of the first netting sets only where it works on a sample. Margins are empty if it has none. */
  readonly margins: () => Promise<Margins>;
  /** What else the last tick told: shares evaluated, and so on. */
  told?(): Record<string, number>;
  /** Milliseconds of the last tick until its statuses were known, where what follows is for the next ticks. */
  statusesMs?(): number;
  /** Resolves when it has loaded the book: what it does until then would take processors from whoever is measured. */
  ready?(): Promise<void>;
  close(): Promise<void>;
}

export function marginsOf(engine: Engine): Margins {
  const { equity, initialMargin, maintenanceMargin, status } = engine.results;
  return { equity, initialMargin, maintenanceMargin, status };
}

export function marginHash({ equity, initialMargin, maintenanceMargin, status }: Margins): string {
  const hash = createHash('sha256');
  for (const column of [equity, initialMargin, maintenanceMargin, status]) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex');
}

/**
 * Of other arithmetic from margrid's. Margins are rounded to nine decimals per risk group, so that one rounding error
 * can move them by one such quantum a group; the relative part covers sums over hundreds of positions that cancel.
 * What cancels in a margin may be as large as the set's equity, of which 1e-12 is some thousand roundings: a spread of
 * puts deep in the money, worth 149,000, has a margin of 0.00006.
 */
const absoluteTolerance = 4e-9;
const relativeTolerance = 1e-9;
const cancelledTolerance = 1e-12;

export interface TickComparison {
  readonly equal: boolean;
  readonly maxRelativeDifference: number;
  readonly verified: string;
}

/** Throws `KernelMismatch` if the entrant is wrong by its own measure. */
export function compareMargins(entrant: TickEntrant, own: Margins, margrid: Margins): TickComparison {
  const { name, exactness } = entrant;
  const count = own.status.length;
  requireStatuses(entrant, own.status, margrid.status);
  const sample = count === margrid.status.length ? '' : `, first ${count} netting sets`;
  if (exactness === 'statuses') return { equal: true, maxRelativeDifference: 0, verified: `statuses identical${sample}` };
  if (exactness === 'liquidations') {
    return { equal: true, maxRelativeDifference: 0, verified: `liquidation sets identical${sample}` };
  }
  const first: Margins = {
    equity: margrid.equity.subarray(0, count),
    initialMargin: margrid.initialMargin.subarray(0, count),
    maintenanceMargin: margrid.maintenanceMargin.subarray(0, count),
    status: margrid.status.subarray(0, count),
  };
  if (marginHash(own) === marginHash(first)) {
    return { equal: true, maxRelativeDifference: 0, verified: `same hash${sample}` };
  }
  if (exactness === 'bits') throw new MargridError('KernelMismatch', `${name} must give the margins of margrid bit for bit`);
  const largest = largestDifference(name, own, first);
  return {
    equal: false,
    maxRelativeDifference: largest,
    verified: `statuses identical, margins within ${largest.toExponential(1)}${sample}`,
  };
}

/** Of what was found so far and now: the first of them, unless the other differs more. */
export function largerOf(found: TickComparison | null, now: TickComparison): TickComparison {
  if (found === null) return now;
  const differsMore = now.maxRelativeDifference > found.maxRelativeDifference || (found.equal && !now.equal);
  return differsMore ? now : found;
}

/** What is left of a status for who watches liquidations only: those, and what has no margin. */
function withoutCalls(status: number): number {
  return status === STATUS_LIQUIDATION || status === STATUS_QUARANTINED ? status : 0;
}

/** Throws `KernelMismatch` if one of the entrant's statuses is not margrid's; it may have fewer, of the first netting sets. */
export function requireStatuses({ name, exactness }: TickEntrant, own: Uint8Array, margrid: Uint8Array): void {
  const liquidationsOnly = exactness === 'liquidations';
  for (let set = 0; set < own.length; set++) {
    if (own[set] === margrid[set]) continue;
    if (liquidationsOnly && withoutCalls(own[set]) === withoutCalls(margrid[set])) continue;
    throw new MargridError('KernelMismatch', `${name} gives netting set ${set} status ${own[set]}, margrid ${margrid[set]}`);
  }
}

/** Largest difference relative to the value or to the absolute tolerance's own scale, whichever is larger. */
function largestDifference(name: string, own: Margins, margrid: Margins): number {
  let largest = 0;
  for (const column of ['equity', 'initialMargin', 'maintenanceMargin'] as const) {
    for (let set = 0; set < own.status.length; set++) {
      const [a, b] = [own[column][set], margrid[column][set]];
      if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
      const allowed =
        absoluteTolerance + relativeTolerance * Math.abs(b) + cancelledTolerance * Math.abs(margrid.equity[set]);
      if (!(Math.abs(a - b) <= allowed)) {
        throw new MargridError('KernelMismatch', `${name} gives netting set ${set} ${column} ${a}, margrid ${b}`);
      }
      largest = Math.max(largest, Math.abs(a - b) / Math.max(Math.abs(b), absoluteTolerance / relativeTolerance));
    }
  }
  return largest;
}
