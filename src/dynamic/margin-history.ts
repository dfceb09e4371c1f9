import { normalPdf, normalQuantile } from '../../assembly/portable/normal.ts';
import { MargridError } from '../errors.ts';
import { logReturns } from './return-series.ts';
import { horizonVariance, variancePath, type StartVariance, type VolatilityModel } from './volatility-model.ts';

/** How the margin of a day follows from the volatility of that day: of one unit of notional, or of one unit held. */
export interface MarginMeasure {
  readonly volatility: VolatilityModel;
  /** Default `first-squared-return`, which needs no return that is not known yet. */
  readonly start?: StartVariance;
  /** `var`: a quantile of the loss; `es`: the mean of the losses beyond it. */
  readonly tail: 'var' | 'es';
  /**
   * `normal`, or `filtered`: past returns divided by their volatility of the day before, times that of today (Hull and
   * White 1998), of the last `lookbackDays`.
   */
  readonly distribution: 'normal' | 'filtered';
  /** In (0.5, 1): 0.99 at least for listed derivatives, 0.995 for others (Regulation (EU) 153/2013, Article 24). */
  readonly confidence: number;
  /** Trading days to close out: 2 for listed derivatives, 5 for others (Article 26). */
  readonly liquidationDays: number;
  readonly side: 'long' | 'short';
  /**
   * `notional`: one unit of money, rebalanced daily; `units`: one unit of the underlying, margin moves with its price.
   */
  readonly holding: 'notional' | 'units';
  readonly lookbackDays: number;
  /** Length of the stressed period: the margin at the highest volatility of any that long up to the day. */
  readonly stressDays: number;
  /** Past for the floor, up to the day: ten years. */
  readonly floorDays: number;
  /** Days without a margin at the start of the history, while the estimators settle. */
  readonly warmUpDays: number;
}

export const defaultMeasure: MarginMeasure = {
  volatility: { kind: 'ewma', lambda: 0.97 },
  start: 'first-squared-return',
  tail: 'es',
  distribution: 'normal',
  confidence: 0.99,
  liquidationDays: 2,
  side: 'long',
  holding: 'notional',
  lookbackDays: 1000,
  stressDays: 250,
  floorDays: 2520,
  warmUpDays: 250,
};

/** Margins by day, from the day of the history at place `first`: element 0 is set after the close of that day. */
export interface MarginHistory {
  readonly first: number;
  /** Volatility forecast for the day after. */
  readonly volatility: Float64Array;
  readonly base: Float64Array;
  readonly stress: Float64Array;
  readonly tenYear: Float64Array;
  /** Loss of the holding over the liquidation days that follow; NaN at the end of the history. */
  readonly loss: Float64Array;
}

/**
 * Margins of one holding over a history of prices. Nothing of a day comes from a later one (unless the start variance
 * does). Losses are log-returns of the price times the holding's value.
 *
 * Throws `OptionInvalid` if the history is no longer than the warm-up, `ValueOutOfRange` for a bad price.
 */
export function marginHistory(prices: ArrayLike<number>, measure: MarginMeasure): MarginHistory {
  const returns = logReturns(prices);
  const { warmUpDays: first, liquidationDays } = measure;
  if (!(prices.length > first + 1)) {
    throw new MargridError('OptionInvalid', `${prices.length} prices are too few after ${first} days of warm-up`, {
      value: prices.length,
    });
  }
  const { start = 'first-squared-return', volatility: model } = measure;
  const variances = variancePath(model, returns, start);
  const count = prices.length - first;
  const column = (): Float64Array => new Float64Array(count);
  const history = {
    first,
    volatility: column(),
    base: column(),
    stress: column(),
    tenYear: column(),
    loss: column().fill(NaN),
  };
  const squareSums = runningSquares(returns);
  let stressVariance = 0;
  for (let day = measure.stressDays; day < first; day++) {
    stressVariance = Math.max(stressVariance, trailingVariance(squareSums, day, measure.stressDays));
  }
  for (let index = 0; index < count; index++) {
    const day = first + index;
    const value = measure.holding === 'units' ? prices[day] : 1;
    const factor = tailFactor(returns, variances, day, measure) * value;
    stressVariance = Math.max(stressVariance, trailingVariance(squareSums, day, measure.stressDays));
    history.volatility[index] = Math.sqrt(variances[day]);
    history.base[index] = factor * Math.sqrt(horizonVariance(model, variances[day], liquidationDays));
    history.stress[index] = factor * Math.sqrt(stressVariance * liquidationDays);
    history.tenYear[index] = factor * Math.sqrt(trailingVariance(squareSums, day, measure.floorDays) * liquidationDays);
    if (day + liquidationDays < prices.length) {
      let total = 0;
      for (let t = day; t < day + liquidationDays; t++) total += returns[t];
      history.loss[index] = (measure.side === 'long' ? -total : total) * value;
    }
  }
  return history;
}

/** Sums of the squared returns before each day. */
function runningSquares(returns: Float64Array): Float64Array {
  const sums = new Float64Array(returns.length + 1);
  for (let t = 0; t < returns.length; t++) sums[t + 1] = sums[t] + returns[t] * returns[t];
  return sums;
}

/** Mean square of the last `days` returns known on the day, of all if there are fewer. */
function trailingVariance(squareSums: Float64Array, day: number, days: number): number {
  const from = Math.max(day - days, 0);
  // The difference of two sums may be a rounding below zero.
  return Math.max(squareSums[day] - squareSums[from], 0) / (day - from);
}

/** Loss in the tail per unit of volatility. */
function tailFactor(returns: Float64Array, variances: Float64Array, day: number, measure: MarginMeasure): number {
  const { confidence, tail, distribution, lookbackDays, side } = measure;
  if (distribution === 'normal') {
    const z = normalQuantile(confidence);
    return tail === 'var' ? z : normalPdf(z) / (1 - confidence);
  }
  const from = Math.max(day - lookbackDays, 0);
  const sign = side === 'long' ? -1 : 1;
  // A day of no variance tells nothing; it can only be the first one.
  const losses = Float64Array.from({ length: day - from }, (_, i) =>
    variances[from + i] > 0 ? (sign * returns[from + i]) / Math.sqrt(variances[from + i]) : 0,
  );
  return Math.max(tailOf(losses.sort().reverse(), confidence, tail), 0);
}

/**
 * VaR: the ceil(n (1 - c))-th largest loss. ES: mean of the losses beyond, the one at the boundary with the part that
 * completes n (1 - c) (Acerbi and Tasche 2002).
 */
export function tailOf(lossesDescending: ArrayLike<number>, confidence: number, tail: 'var' | 'es'): number {
  const expected = lossesDescending.length * (1 - confidence);
  // 1 - 0.99 is no hundredth exactly: a whole number but for rounding is that number.
  const nearest = Math.round(expected);
  const inTail = Math.abs(expected - nearest) < 1e-9 * Math.max(nearest, 1) ? nearest : expected;
  if (tail === 'var' || inTail < 1) return lossesDescending[Math.max(Math.ceil(inTail), 1) - 1];
  const whole = Math.floor(inTail);
  let sum = 0;
  for (let index = 0; index < whole; index++) sum += lossesDescending[index];
  if (inTail > whole) sum += (inTail - whole) * lossesDescending[whole];
  return sum / inTail;
}
