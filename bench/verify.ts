import { createHash } from 'node:crypto';
import { MargridError } from '../src/errors.ts';

export interface Comparison {
  readonly equal: boolean;
  readonly maxRelativeDifference: number;
}

/** SHA-256 over the little-endian bytes: all supported machines are little-endian. */
export function columnHash(column: Float64Array): string {
  return createHash('sha256').update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength)).digest('hex');
}

/** Compares with as many of margrid's results as the entrant computed. */
export function compareColumns(entrant: Float64Array, margrid: Float64Array): Comparison {
  const same = margrid.subarray(0, entrant.length);
  if (columnHash(entrant) === columnHash(same)) return { equal: true, maxRelativeDifference: 0 };
  let largest = 0;
  for (let index = 0; index < entrant.length; index++) {
    const difference = Math.abs(entrant[index] - same[index]);
    if (difference === 0) continue;
    const relative = difference / Math.abs(same[index]);
    // Written so that a NaN on either side counts as infinitely different.
    largest = relative <= largest ? largest : Number.isNaN(relative) ? Infinity : relative;
  }
  return { equal: false, maxRelativeDifference: largest };
}

/**
 * The same with differences relative to one scale for all: where a number that is small against others of its kind (a
 * P&L against the price of the underlying) has no digits of its own to compare.
 */
export function compareToScale(entrant: Float64Array, margrid: Float64Array, scale: number): Comparison {
  const same = margrid.subarray(0, entrant.length);
  const largest = entrant.reduce((most, value, index) => {
    const difference = Math.abs(value - same[index]) / scale;
    return difference <= most ? most : Number.isNaN(difference) ? Infinity : difference;
  }, 0);
  return { equal: columnHash(entrant) === columnHash(same), maxRelativeDifference: largest };
}

/** A wrong result is no benchmark: the run fails, whatever the times were. */
export function requireEqual(name: string, comparison: Comparison): void {
  if (comparison.equal) return;
  throw new MargridError(
    'KernelMismatch',
    `${name} must give the results of margrid bit for bit, but differs by up to ` +
      `${comparison.maxRelativeDifference} (relative)`,
  );
}

/** For entrants of other arithmetic: how far they may be from margrid, relative. */
export function requireWithin(name: string, { maxRelativeDifference }: Comparison, tolerance: number): void {
  if (maxRelativeDifference <= tolerance) return;
  throw new MargridError(
    'KernelMismatch',
    `${name} differs from margrid by up to ${maxRelativeDifference} (relative), more than ${tolerance}`,
  );
}
