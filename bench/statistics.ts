import type { Timing } from './workload.ts';

/** Needs at least one value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median and median absolute deviation: one interrupted sample moves neither. */
export function timingOf(samples: readonly number[], cold: number): Timing {
  const middle = median(samples);
  return {
    median: middle,
    mad: median(samples.map((sample) => Math.abs(sample - middle))),
    min: Math.min(...samples),
    samples,
    cold,
  };
}
