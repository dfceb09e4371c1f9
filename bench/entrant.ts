import { MargridError } from '../src/errors.ts';
import type { Pass } from './measure.ts';
import type { Comparison } from './verify.ts';
import { compareColumns, compareToScale, columnHash, requireEqual, requireWithin } from './verify.ts';
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

/** How far entrants of other arithmetic may be from margrid, and what that is relative to. */
export interface Tolerance {
  readonly limit: number;
  /** A size that all results share, and its name in the report; absent: every result is its own scale. */
  readonly scale?: { readonly size: number; readonly name: string };
}

/**
 * Throws `KernelMismatch` if an entrant that must be bit-equal is not, or if another one is further from margrid than
 * the tolerance of its name (`others` for names without one) allows.
 */
export async function entrantReports(
  entrants: readonly Entrant[],
  timings: ReadonlyMap<string, Timing>,
  margridMedian: number,
  margridResults: Float64Array,
  tolerances: Readonly<Record<string, Tolerance>> = {},
): Promise<Record<string, EntrantReport>> {
  const reports: Record<string, EntrantReport> = {};
  for (const entrant of entrants) {
    const { name, note, bitEqual } = entrant;
    const results = await entrant.results();
    // Nothing differs from nothing.
    if (results.length === 0) throw new MargridError('KernelMismatch', `${name} gave no results`);
    const { scale, limit = Infinity } = tolerances[name] ?? tolerances['others'] ?? {};
    const isScaled = scale !== undefined && !bitEqual;
    const comparison = isScaled ? compareToScale(results, margridResults, scale.size) : compareColumns(results, margridResults);
    if (bitEqual) requireEqual(name, comparison);
    else requireWithin(name, comparison, limit);
    const report = entrantReport(timings.get(name)!, margridMedian, columnHash(results), comparison, note);
    const verified = isScaled ? `within ${comparison.maxRelativeDifference.toExponential(1)} of ${scale.name}` : undefined;
    reports[name] = verified === undefined ? report : { ...report, verified };
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
