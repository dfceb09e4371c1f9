import type { Timing } from './workload.ts';

/** Needs at least one value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** By nearest rank. Needs at least one value. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)];
}

/** Median and median absolute deviation: one interrupted sample moves neither. */
export function timingOf(samples: readonly number[], cold: number): Timing {
  const middle = median(samples);
  return {
    median: middle,
    mad: median(samples.map((sample) => Math.abs(sample - middle))),
    p99: percentile(samples, 0.99),
    min: Math.min(...samples),
    samples,
    cold,
  };
}
