import { MargridError } from '../errors.ts';
import { meanOf, sampleVariance } from './return-series.ts';

/** The largest rise over n days anywhere on a path. */
export interface Rise {
  readonly days: number;
  /** Margin after, divided by that before, minus 1; Infinity from zero, null if the path is too short. */
  readonly ratio: number | null;
  /** In the unit of the margin. The largest ratio and the largest amount need not be the same rise. */
  readonly amount: number | null;
}

/** How procyclical a path of margins of one constant portfolio is, and what it costs. */
export interface Procyclicality {
  /** Largest margin divided by the least one. */
  readonly peakToTrough: number;
  readonly rises: readonly Rise[];
  readonly mean: number;
  /** Of the margins, n - 1; null for a single one. */
  readonly standardDeviation: number | null;
  /** Mean of margin minus unmitigated margin; null without one to compare with. */
  readonly cost: number | null;
  /** The same as a part of the mean unmitigated margin. */
  readonly relativeCost: number | null;
  /** Days on which the floor held; null if that was not said. */
  readonly daysAtFloor: number | null;
}

export interface ProcyclicalityOptions {
  /** Default 1, 5 and 30 days. */
  readonly days?: readonly number[];
  /** Margins of the same days without any tool. */
  readonly unmitigated?: ArrayLike<number>;
  /** Whether the floor held, by day. */
  readonly atFloor?: readonly boolean[];
}

const defaultDays = [1, 5, 30];

/**
 * Peak-to-trough and n-day measure of Murphy, Vasios and Vause (Bank of England Financial Stability Paper 29, 2014),
 * and the mean extra margin as the cost. Throws `OptionInvalid` for an empty path, a margin that is negative or not
 * finite, another number of unmitigated margins, or days that are no whole number >= 1.
 */
export function procyclicality(path: ArrayLike<number>, options: ProcyclicalityOptions = {}): Procyclicality {
  const { days = defaultDays, unmitigated, atFloor } = options;
  requireMargins(path, 'margin');
  if (unmitigated !== undefined) requireMargins(unmitigated, 'unmitigated margin');
  for (const other of [unmitigated, atFloor]) {
    if (other === undefined || other.length === path.length) continue;
    throw new MargridError(
      'OptionInvalid',
      `the paths must be of the same days, got ${path.length} and ${other.length}`,
    );
  }
  let peak = path[0];
  let trough = path[0];
  for (let day = 1; day < path.length; day++) {
    peak = Math.max(peak, path[day]);
    trough = Math.min(trough, path[day]);
  }
  const mean = meanOf(path);
  const cost = unmitigated === undefined ? null : mean - meanOf(unmitigated);
  return {
    peakToTrough: peak === trough ? 1 : peak / trough,
    rises: days.map((count) => largestRise(path, count)),
    mean,
    standardDeviation: path.length < 2 ? null : Math.sqrt(sampleVariance(path)),
    cost,
    relativeCost: cost === null ? null : cost / meanOf(unmitigated!),
    daysAtFloor: atFloor === undefined ? null : atFloor.filter((is) => is).length,
  };
}

function requireMargins(path: ArrayLike<number>, name: string): void {
  if (path.length === 0) throw new MargridError('OptionInvalid', `a path of margins must not be empty (${name})`);
  for (let day = 0; day < path.length; day++) {
    if (path[day] >= 0 && path[day] < Infinity) continue;
    throw new MargridError('OptionInvalid', `${name} of day ${day + 1} must be finite and >= 0, got ${path[day]}`, {
      row: day + 1,
      value: path[day],
    });
  }
}

function largestRise(path: ArrayLike<number>, days: number): Rise {
  if (!(Number.isInteger(days) && days >= 1)) {
    throw new MargridError('OptionInvalid', `days of a rise must be a whole number >= 1, got ${days}`, { value: days });
  }
  if (path.length <= days) return { days, ratio: null, amount: null };
  let ratio = -Infinity;
  let amount = -Infinity;
  for (let day = days; day < path.length; day++) {
    const before = path[day - days];
    const rise = path[day] - before;
    ratio = Math.max(ratio, rise === 0 ? 0 : path[day] / before - 1);
    amount = Math.max(amount, rise);
  }
  return { days, ratio, amount };
}
