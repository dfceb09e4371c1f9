import { normalCdf } from '../../assembly/portable/normal.ts';
import { MargridError } from '../errors.ts';
import { RandomStream, requireSeed } from '../generate/random.ts';
import { sampleMoments, unbiasedVariance } from '../risk/moments.ts';
import { requireWholeCounts } from './acerbi-szekely.ts';
import { requireSeries } from './exceptions.ts';

export interface ExceedanceResiduals {
  readonly exceptions: number;
  /** Mean of (loss - ES) / scale over the exceptions. */
  readonly mean: number;
  /** sqrt(n) mean / deviation. */
  readonly statistic: number;
  /** One-sided, against a mean above 0 (ES too small): by the normal limit, and by the bootstrap if asked for. */
  readonly pValue: number;
  readonly bootstrapPValue: number | null;
}

export interface ResidualOptions {
  /** What makes exceptions of different days comparable, such as a volatility; without it ES itself. */
  readonly scale?: ArrayLike<number>;
  readonly bootstrap?: { readonly resamples: number; readonly seed: number };
}

/** Purpose of the random streams: not one of generated books. */
const streamPurpose = 104;

/**
 * Test of McNeil and Frey (2000): on exceptions, losses less ES have mean 0. Throws `ObservationsMissing` with fewer
 * than two exceptions or residuals that do not vary.
 */
export function exceedanceResiduals(
  pnl: ArrayLike<number>,
  valueAtRisk: ArrayLike<number>,
  expectedShortfall: ArrayLike<number>,
  options: ResidualOptions = {},
): ExceedanceResiduals {
  const scale = options.scale ?? expectedShortfall;
  requireSeries({ 'P&L': pnl, VaR: valueAtRisk, ES: expectedShortfall, scale });
  const residuals: number[] = [];
  for (let day = 0; day < pnl.length; day++) {
    if (!(pnl[day] < -valueAtRisk[day])) continue;
    if (!(scale[day] > 0)) {
      throw new MargridError('ValueOutOfRange', `scale ${day + 1} must be > 0, got ${scale[day]}`, {
        column: 'scale', row: day + 1, value: scale[day],
      });
    }
    residuals.push((-pnl[day] - expectedShortfall[day]) / scale[day]);
  }
  // Not by their variance: of equal residuals it is what rounding leaves of the mean.
  const moments = residuals.every((each) => each === residuals[0]) ? null : sampleMoments(residuals);
  if (moments === null || moments.variance === 0) {
    throw new MargridError('ObservationsMissing', `2 exceptions that differ are needed, got ${residuals.length}`);
  }
  const statistic = studentised(residuals);
  return {
    exceptions: residuals.length,
    mean: moments.mean,
    statistic,
    pValue: normalCdf(-statistic),
    bootstrapPValue:
      options.bootstrap === undefined ? null : bootstrapped(residuals, moments.mean, statistic, options.bootstrap),
  };
}

/** Resamples of the residuals less their mean: how often their statistic is at least the one observed. */
function bootstrapped(
  residuals: readonly number[],
  mean: number,
  statistic: number,
  { resamples, seed }: { readonly resamples: number; readonly seed: number },
): number {
  requireWholeCounts({ resamples });
  requireSeed(seed);
  const stream = new RandomStream();
  let greater = 0;
  for (let resample = 0; resample < resamples; resample++) {
    stream.restart(seed, resample, streamPurpose);
    const drawn = residuals.map(() => residuals[stream.nextIndex(residuals.length)] - mean);
    // A resample of one value again and again has no deviation: it counts on the side where its mean lies.
    if (studentised(drawn) >= statistic) greater++;
  }
  return greater / resamples;
}

function studentised(values: readonly number[]): number {
  const moments = sampleMoments(values);
  return (Math.sqrt(values.length) * moments.mean) / Math.sqrt(unbiasedVariance(moments));
}
