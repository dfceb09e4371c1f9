import { fitGarch, type GarchFit, type Innovation } from '../dynamic/garch-fit.ts';
import { variancePath, type StartVariance, type VolatilityModel } from '../dynamic/volatility-model.ts';
import { MargridError } from '../errors.ts';

/** A volatility model, or one to be fitted to the returns by maximum likelihood. */
export type FilterModel = VolatilityModel | GarchToFit;

export interface GarchToFit {
  readonly kind: 'garch-fit';
  /** Default `normal`. */
  readonly innovation?: Innovation;
  /** Default true; false keeps mu at 0. */
  readonly fitMean?: boolean;
}

/**
 * Filtered historical simulation (Hull and White 1998; Barone-Adesi, Giannopoulos and Vosper 1999): each return is
 * taken for what it was of its day's volatility.
 */
export interface VolatilityFilter {
  /** One for all factors, or by name of factor. */
  readonly model: FilterModel | Readonly<Record<string, FilterModel>>;
  /** Variance of the first day; default `sample-variance` (EWMA), `pre-sample` (GARCH). */
  readonly start?: StartVariance;
  /**
   * `ratio`: r* = r sigma_{n+1} / sigma_i; `residual`: r* = mu + sigma_{n+1} (r - mu) / sigma_i. Without a mean both
   * are the same. Default `ratio` (EWMA), `residual` (GARCH).
   */
  readonly form?: 'ratio' | 'residual';
  /** Limits of sigma_{n+1} / sigma_i; default: none. */
  readonly ratioFloor?: number;
  readonly ratioCap?: number;
  /** Returns that the variances run through: those of the scenarios, or all up to the last day. Default `window`. */
  readonly estimation?: 'window' | 'history';
}

/** Returns with the volatility known before each of them and the forecast after the last. */
export interface FilteredSeries {
  readonly model: VolatilityModel;
  readonly fit: GarchFit | null;
  /** What residuals are measured from: mu of the `residual` form, else 0. */
  readonly center: number;
  readonly returns: Float64Array;
  /** One more than returns. */
  readonly variances: Float64Array;
  readonly ratioFloor: number;
  readonly ratioCap: number;
}

export interface FilterReport {
  readonly factor: string;
  readonly model: VolatilityModel;
  readonly fit: GarchFit | null;
  /** Volatility of the next day. */
  readonly forecast: number;
  /** Least and greatest ratio before its limits; how often those held. */
  readonly ratioMin: number;
  readonly ratioMax: number;
  readonly floored: number;
  readonly capped: number;
}

/** Runs the volatility model of a series. Throws `OptionInvalid`, `ValueOutOfRange` for a day without volatility. */
export function filterSeries(name: string, returns: Float64Array, filter: VolatilityFilter): FilteredSeries {
  const chosen = modelFor(name, filter.model);
  const isFit = chosen.kind === 'garch-fit';
  const start = filter.start ?? (chosen.kind === 'ewma' ? 'sample-variance' : 'pre-sample');
  const fit = isFit ? fitGarch(returns, { ...chosen, start }) : null;
  const model = isFit ? fit!.model : chosen;
  const variances = variancePath(model, returns, start);
  const still = variances.findIndex((variance) => !(variance > 0 && variance < Infinity));
  if (still >= 0) {
    const message =
      `${name}: the variance before return ${still + 1} is ${variances[still]}, nothing can be scaled by it; ` +
      `choose another start variance or a longer window`;
    throw new MargridError('ValueOutOfRange', message, { column: name, row: still + 1, value: variances[still] });
  }
  const form = filter.form ?? (model.kind === 'ewma' ? 'ratio' : 'residual');
  const { ratioFloor = 0, ratioCap = Infinity } = filter;
  if (!(ratioFloor >= 0 && ratioCap >= ratioFloor && ratioCap > 0)) {
    const message = `the ratio of volatilities needs 0 <= floor <= cap, got ${ratioFloor}, ${ratioCap}`;
    throw new MargridError('OptionInvalid', message, {
      column: 'ratioFloor', value: ratioFloor,
    });
  }
  const center = form === 'residual' && model.kind === 'garch' ? model.mu : 0;
  return { model, fit, center, returns, variances, ratioFloor, ratioCap };
}

function modelFor(name: string, model: VolatilityFilter['model']): FilterModel {
  if ('kind' in model && typeof model.kind === 'string') return model;
  const found = (model)[name];
  if (found !== undefined) return found;
  throw new MargridError(
    'OptionInvalid', `the volatility filter has no model for ${name}`, { column: 'model', value: name },
  );
}

/** Return `index` of a day whose volatility is `volatility`: scaled from the volatility of its own day. */
export function scaledReturn(series: FilteredSeries, index: number, volatility: number): number {
  const { center, returns, ratioFloor, ratioCap } = series;
  const ratio = volatility / Math.sqrt(series.variances[index]);
  return center + (returns[index] - center) * Math.min(Math.max(ratio, ratioFloor), ratioCap);
}

/** All returns, as of the day after the last one. */
export function scaledReturns(series: FilteredSeries): Float64Array {
  const volatility = forecastVolatility(series);
  return series.returns.map((_, index) => scaledReturn(series, index, volatility));
}

export function forecastVolatility({ variances }: FilteredSeries): number {
  return Math.sqrt(variances[variances.length - 1]);
}

export function filterReport(factor: string, series: FilteredSeries): FilterReport {
  const forecast = forecastVolatility(series);
  const { model, fit, ratioFloor, ratioCap } = series;
  let ratioMin = Infinity;
  let ratioMax = 0;
  let floored = 0;
  let capped = 0;
  for (let index = 0; index < series.returns.length; index++) {
    const ratio = forecast / Math.sqrt(series.variances[index]);
    ratioMin = Math.min(ratioMin, ratio);
    ratioMax = Math.max(ratioMax, ratio);
    if (ratio < ratioFloor) floored++;
    if (ratio > ratioCap) capped++;
  }
  return { factor, model, fit, forecast, ratioMin, ratioMax, floored, capped };
}

/**
 * A series of P&L (oldest first) scaled by its own volatility: Hull's second variant of filtered simulation, on the
 * portfolio instead of the factors. Throws what `filterSeries` throws.
 */
export function filteredPnl(
  pnl: ArrayLike<number>,
  filter: VolatilityFilter,
): { readonly pnl: Float64Array; readonly report: FilterReport } {
  const series = filterSeries('pnl', Float64Array.from(pnl), filter);
  return { pnl: scaledReturns(series), report: filterReport('pnl', series) };
}
