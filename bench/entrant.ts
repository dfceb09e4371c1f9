import type { Pass } from './measure.ts';
import type { Comparison } from './verify.ts';
import { compareColumns, columnHash, requireEqual } from './verify.ts';
import type { EntrantLabel, EntrantReport, Timing } from './workload.ts';

/** One way of doing the work, beside margrid's. */
export interface Entrant extends Pass {
  readonly note: string;
  /** False only where the arithmetic is allowed to differ (fused multiply-add). */
  readonly bitEqual: boolean;
  /** Results of the last pass; fewer than margrid's if it works on a sample of the first accounts. */
  results(): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Throws `KernelMismatch` if an entrant that must be bit-equal is not. */
export async function entrantReports(
  entrants: readonly Entrant[],
  timings: ReadonlyMap<string, Timing>,
  margridMedian: number,
  margridResults: Float64Array,
): Promise<Record<string, EntrantReport>> {
  const reports: Record<string, EntrantReport> = {};
  for (const entrant of entrants) {
    const results = await entrant.results();
    const comparison = compareColumns(results, margridResults);
    if (entrant.bitEqual) requireEqual(entrant.name, comparison);
    const timing = timings.get(entrant.name)!;
    reports[entrant.name] = entrantReport(timing, margridMedian, columnHash(results), comparison, entrant.note);
  }
  return reports;
}

export function entrantReport(
  timing: Timing,
  margridMedian: number,
  hash: string,
  comparison: Comparison,
  note: string,
  label: EntrantLabel = 'same algorithm',
): EntrantReport {
  return { ...timing, hash, ratio: timing.median / margridMedian, ...comparison, label, note };
}
