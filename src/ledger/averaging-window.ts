import { MargridError } from '../errors.ts';

/**
 * A settlement price that is an arithmetic average of index prices taken at a fixed step: at start + step, start + 2
 * step … end. Deribit: the last 30 minutes before expiry, every four seconds.
 */
export interface AveragingWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** Divides the length of the window. */
  readonly stepMs: number;
}

/** What the average has fixed at a time. */
export interface PartialAverage {
  /** Fixings that lie at or before the time, and all of the window. */
  readonly fixed: number;
  readonly total: number;
  /**
   * Sum of the fixed prices / total: the `settledForward` of quotes; the rest of a forward is (1 - fixed/total) x
   * forward.
   */
  readonly settledForward: number;
  /** The average itself, once all is fixed; before that null. */
  readonly average: number | null;
}

/** Throws `OptionInvalid` naming the field. */
export function requireWindow({ startMs, endMs, stepMs }: AveragingWindow): void {
  const refuse = (column: string, value: number, rule: string): never => {
    throw new MargridError('OptionInvalid', `${column} of an averaging window ${rule}, got ${value}`, {
      column,
      value,
    });
  };
  if (!Number.isSafeInteger(startMs)) refuse('startMs', startMs, 'must be a time in milliseconds');
  if (!(Number.isSafeInteger(endMs) && endMs > startMs)) refuse('endMs', endMs, 'must be a time after its start');
  const divides = Number.isSafeInteger(stepMs) && stepMs > 0 && (endMs - startMs) % stepMs === 0;
  if (!divides) refuse('stepMs', stepMs, `must divide the ${endMs - startMs} ms of the window`);
}

/**
 * The average as of `nowMs` over samples in time order (equal times: the last counts). A fixing is the last sample at
 * or
 * before its time; a price stands until the next one, so a sample before the window begins it. Throws `ValueMissing` if
 * there is none for the first fixing, `OptionInvalid` for samples out of order, `ValueOutOfRange` for a price that is
 * not > 0.
 */
export function averageAt(
  window: AveragingWindow,
  timesMs: ArrayLike<number>,
  prices: ArrayLike<number>,
  nowMs: number,
): PartialAverage {
  requireWindow(window);
  requireSamples(timesMs, prices);
  const { startMs, endMs, stepMs } = window;
  const total = (endMs - startMs) / stepMs;
  const fixed = Math.min(Math.max(Math.floor((nowMs - startMs) / stepMs), 0), total);
  let sum = 0;
  let sample = -1;
  for (let fixing = 1; fixing <= fixed; fixing++) {
    const atMs = startMs + fixing * stepMs;
    while (sample + 1 < timesMs.length && timesMs[sample + 1] <= atMs) sample++;
    if (sample < 0)
      throw new MargridError('ValueMissing', `no price at or before the fixing of ${atMs}`, {
        column: 'timesMs',
        value: atMs,
      });
    sum += prices[sample];
  }
  return { fixed, total, settledForward: sum / total, average: fixed === total ? sum / total : null };
}

function requireSamples(timesMs: ArrayLike<number>, prices: ArrayLike<number>): void {
  if (timesMs.length !== prices.length) {
    throw new MargridError('OptionInvalid', `${timesMs.length} times and ${prices.length} prices`, {
      column: 'prices',
      value: prices.length,
    });
  }
  for (let i = 0; i < timesMs.length; i++) {
    if (!(prices[i] > 0 && prices[i] < Infinity)) {
      throw new MargridError('ValueOutOfRange', `prices[${i}] must be > 0, got ${prices[i]}`, {
        column: `prices[${i}]`,
        value: prices[i],
      });
    }
    if (Number.isFinite(timesMs[i]) && (i === 0 || timesMs[i] >= timesMs[i - 1])) continue;
    throw new MargridError(
      'OptionInvalid',
      `timesMs[${i}] must not be before the sample before it, got ${timesMs[i]}`,
      {
        column: `timesMs[${i}]`,
        value: timesMs[i],
      },
    );
  }
}
