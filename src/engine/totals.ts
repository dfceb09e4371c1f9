import { CHUNK_SET_COUNT, STATUS_COUNT, STATUS_QUARANTINED, TOTALS_COUNT_BYTES, TOTALS_EQUITY, TOTALS_INITIAL, TOTALS_MAINTENANCE,
  TOTALS_SUM_COUNT } from '../../assembly/portable/layout.ts';
import type { Arena } from '../columns/arena.ts';
import { chunkCountOf, chunkTotalsBytesOf } from '../columns/schema.ts';
import { MargridError } from '../errors.ts';

export const statusNames = ['healthy', 'margin-call', 'liquidation', 'quarantined'] as const;
export type StatusName = (typeof statusNames)[number];

export interface CurrencyTotals {
  readonly currency: string;
  /** Sums over the evaluated netting sets, in that currency. */
  readonly equity: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

export interface Totals {
  /** Netting sets by status; the four add up to all. */
  readonly counts: Readonly<Record<StatusName, number>>;
  readonly evaluated: number;
  readonly quarantined: number;
  readonly perCurrency: readonly CurrencyTotals[];
}

/**
 * Folds the totals of the chunks in chunk order: which worker did which chunk leaves no trace.
 * Throws `EngineState` if evaluated + quarantined is not all: a set that was neither is a bug that must not pass
 * unseen.
 */
export function foldTotals(arena: Arena, currencies: readonly string[], nettingSetCount: number): Totals {
  const { totals } = arena.views.chunk;
  const strideFloats = chunkTotalsBytesOf(currencies.length) / 8;
  const counters = new Int32Array(totals.buffer, totals.byteOffset, totals.length * 2);
  const counts = [0, 0, 0, 0];
  const sums = new Float64Array(currencies.length * TOTALS_SUM_COUNT);
  for (let chunk = 0; chunk < chunkCountOf(nettingSetCount); chunk++) {
    const base = chunk * strideFloats;
    for (let status = 0; status < STATUS_COUNT; status++) counts[status] += counters[base * 2 + status];
    for (let i = 0; i < sums.length; i++) sums[i] += totals[base + TOTALS_COUNT_BYTES / 8 + i];
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all !== nettingSetCount) {
    throw new MargridError('EngineState', `${all} of ${nettingSetCount} netting sets were evaluated or quarantined`);
  }
  return totalsOfSums(counts, sums, currencies);
}

/** Counts by status and `TOTALS_SUM_COUNT` sums per currency, in words. */
export function totalsOfSums(counts: readonly number[], sums: Float64Array, currencies: readonly string[]): Totals {
  return {
    counts: { healthy: counts[0], 'margin-call': counts[1], liquidation: counts[2], quarantined: counts[3] },
    evaluated: counts[0] + counts[1] + counts[2],
    quarantined: counts[3],
    perCurrency: currencies.map((currency, index) => ({
      currency,
      equity: sums[index * TOTALS_SUM_COUNT + TOTALS_EQUITY],
      initialMargin: sums[index * TOTALS_SUM_COUNT + TOTALS_INITIAL],
      maintenanceMargin: sums[index * TOTALS_SUM_COUNT + TOTALS_MAINTENANCE],
    })),
  };
}

/** No status: of a set that no kernel has reached. */
const noStatus = 255;

/** Makes sure that `refoldTotals` sees a set that no kernel reaches. Sets from `first` on. */
export function clearStatuses(arena: Arena, first: number, nettingSetCount: number): void {
  arena.views.result.status.fill(noStatus, first, nettingSetCount);
}

/**
 * Totals of the chunks from netting set `first` (the first of its chunk) on, from the result columns: the additions
 * that the kernel makes for a chunk that one thread does from end to end, in its order, so the same bits.
 */
export function refoldTotals(arena: Arena, first: number, nettingSetCount: number): void {
  const { totals } = arena.views.chunk;
  const strideFloats = chunkTotalsBytesOf(arena.plan.counts.currencyCount) / 8;
  const counts = new Int32Array(STATUS_COUNT);
  const sums = new Float64Array(TOTALS_SUM_COUNT * arena.plan.counts.currencyCount);
  for (let start = first; start < nettingSetCount; start += CHUNK_SET_COUNT) {
    counts.fill(0);
    sums.fill(0);
    addResults(arena, start, Math.min(start + CHUNK_SET_COUNT, nettingSetCount), counts, sums);
    const base = (start / CHUNK_SET_COUNT) * strideFloats;
    new Int32Array(totals.buffer, totals.byteOffset + base * 8, STATUS_COUNT).set(counts);
    totals.set(sums, base + TOTALS_COUNT_BYTES / 8);
  }
}

/** Adds netting sets [first, end), in order, to counts by status and to the sums of their currencies. */
export function addResults(arena: Arena, first: number, end: number, counts: Int32Array, sums: Float64Array): void {
  const { status, equity, initialMargin, maintenanceMargin } = arena.views.result;
  const { currency } = arena.views.nettingSet;
  for (let set = first; set < end; set++) {
    const of = status[set];
    if (of === noStatus) continue;
    counts[of]++;
    if (of === STATUS_QUARANTINED) continue;
    const at = currency[set] * TOTALS_SUM_COUNT;
    sums[at + TOTALS_EQUITY] += equity[set];
    sums[at + TOTALS_INITIAL] += initialMargin[set];
    sums[at + TOTALS_MAINTENANCE] += maintenanceMargin[set];
  }
}

/** Zeroes the chunk totals before a tick. */
export function clearTotals(arena: Arena): void {
  arena.views.chunk.totals.fill(0);
}
