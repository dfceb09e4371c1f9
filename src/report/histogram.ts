/** Counts of values in equal bins: bin i is [low + i width, low + (i + 1) width), the last one closed. */
export interface Histogram {
  readonly low: number;
  readonly width: number;
  readonly counts: Int32Array;
}

const binCountMin = 10;
const binCountMax = 120;

/**
 * Bins by the rule of Freedman and Diaconis (width 2 IQR / cube root of n), kept to 10 ... 120 bins. All values equal:
 * one bin. The values must be finite.
 */
export function histogramOf(values: ArrayLike<number>): Histogram {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const low = sorted[0] ?? 0;
  const range = (sorted[count - 1] ?? 0) - low;
  if (!(range > 0)) return { low, width: 1, counts: Int32Array.of(count) };
  const quartiles = sorted[Math.floor((3 * (count - 1)) / 4)] - sorted[Math.floor((count - 1) / 4)];
  const ruled = (range * Math.cbrt(count)) / (2 * quartiles);
  const bins = Math.ceil(Math.min(Math.max(ruled, binCountMin), binCountMax));
  const width = range / bins;
  const counts = new Int32Array(bins);
  for (const value of sorted) counts[Math.min(Math.floor((value - low) / width), bins - 1)]++;
  return { low, width, counts };
}
