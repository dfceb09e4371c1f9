import { MargridError } from '../errors.ts';
import { invalid, numberField, section, textField, unbounded, type Section } from '../margin/fields.ts';
import { meanSquare, requireFinite, sampleVariance } from './return-series.ts';

/**
 * Exponentially weighted moving average (RiskMetrics): v_t = lambda v_{t-1} + (1 - lambda) r_{t-1}^2, r without a mean.
 * It forecasts the same variance for every day ahead.
 */
export interface EwmaModel {
  readonly kind: 'ewma';
  /** In (0, 1): 0.94 for daily returns by RiskMetrics, 0.97 to 0.99 in clearing. */
  readonly lambda: number;
}

/**
 * GARCH(1,1) (Bollerslev 1986): v_t = omega + alpha e_{t-1}^2 + beta v_{t-1}, e = r - mu. It reverts to
 * omega / (1 - alpha - beta).
 */
export interface GarchModel {
  readonly kind: 'garch';
  readonly mu: number;
  readonly omega: number;
  readonly alpha: number;
  readonly beta: number;
}

export type VolatilityModel = EwmaModel | GarchModel;

/**
 * Variance of the first day, before any return is known. `first-squared-return` (Hull's tables of EWMA variances),
 * `sample-variance` (Hull's filtered simulation; n - 1), `mean-square` of the residuals, `pre-sample`: that mean square
 * as variance and as squared residual of the day before the first (Fiorentini, Calzolari and Panattoni's benchmark of
 * GARCH fits), `unconditional` (GARCH only), or a number. All but the last two look ahead.
 */
export type StartVariance = (typeof startVarianceNames)[number] | number;

export const startVarianceNames = [
  'first-squared-return',
  'sample-variance',
  'mean-square',
  'pre-sample',
  'unconditional',
] as const;

/** What a day's return is measured from. */
function meanReturn(model: VolatilityModel): number {
  return model.kind === 'ewma' ? 0 : model.mu;
}

/** Variance of the next day, from that of today and today's return. */
export function nextVariance(model: VolatilityModel, variance: number, dayReturn: number): number {
  if (model.kind === 'ewma') return model.lambda * variance + (1 - model.lambda) * dayReturn * dayReturn;
  const residual = dayReturn - model.mu;
  return model.omega + model.alpha * residual * residual + model.beta * variance;
}

/** Variance to which the forecasts tend; that of EWMA stays where it is. Infinity if a GARCH does not revert. */
export function unconditionalVariance(model: GarchModel): number {
  const reversion = 1 - model.alpha - model.beta;
  return reversion > 0 ? model.omega / reversion : Infinity;
}

export function startVarianceOf(model: VolatilityModel, returns: ArrayLike<number>, start: StartVariance): number {
  if (typeof start === 'number') {
    if (start >= 0 && start < Infinity) return start;
    throw new MargridError('OptionInvalid', `the start variance must be finite and >= 0, got ${start}`, {
      value: start,
    });
  }
  if (start === 'unconditional') {
    if (model.kind === 'garch' && unconditionalVariance(model) < Infinity) return unconditionalVariance(model);
    throw new MargridError('OptionInvalid', 'only a GARCH model with alpha + beta < 1 has an unconditional variance', {
      value: start,
    });
  }
  const needed = start === 'sample-variance' ? 2 : 1;
  if (returns.length < needed) {
    throw new MargridError(
      'OptionInvalid',
      `a start variance '${start}' needs ${needed} returns, got ${returns.length}`,
      { value: start },
    );
  }
  const center = meanReturn(model);
  if (start === 'first-squared-return') return (returns[0] - center) * (returns[0] - center);
  if (start === 'sample-variance') return sampleVariance(returns);
  const square = meanSquare(returns, center);
  if (start === 'mean-square' || model.kind === 'ewma') return square;
  return model.omega + (model.alpha + model.beta) * square;
}

/**
 * Variances by day, one more than returns: element t is known before return t, the last one is the forecast for the day
 * after. Throws `ValueNotFinite`.
 */
export function variancePath(model: VolatilityModel, returns: ArrayLike<number>, start: StartVariance): Float64Array {
  requireFinite(returns, 'return');
  const variances = new Float64Array(returns.length + 1);
  variances[0] = startVarianceOf(model, returns, start);
  for (let t = 0; t < returns.length; t++) variances[t + 1] = nextVariance(model, variances[t], returns[t]);
  return variances;
}

/** Expected variance of each of the next `days` days, the first one being `variance`. */
export function forecastVariances(model: VolatilityModel, variance: number, days: number): Float64Array {
  const forecasts = new Float64Array(days);
  let expected = variance;
  for (let day = 0; day < days; day++) {
    forecasts[day] = expected;
    if (model.kind === 'garch') expected = model.omega + (model.alpha + model.beta) * expected;
  }
  return forecasts;
}

/** Variance of the return over the next `days` days: the sum of the daily ones. */
export function horizonVariance(model: VolatilityModel, variance: number, days: number): number {
  return forecastVariances(model, variance, days).reduce((sum, each) => sum + each, 0);
}

const one = 1 - Number.EPSILON;

/** A model as in a parameter file: `{ kind: 'ewma', lambda }` or `{ kind: 'garch', mu, omega, alpha, beta }`. */
export function parseVolatilityModel(input: unknown, path: string): VolatilityModel {
  const fields = section(input, path);
  const kind = textField(fields, 'kind', path);
  if (kind === 'ewma') return { kind, lambda: numberField(fields, 'lambda', path, { min: Number.EPSILON, max: one }) };
  if (kind !== 'garch') throw invalid(`${path}.kind`, kind, 'must be ewma or garch');
  return parseGarch(fields, path);
}

function parseGarch(fields: Section, path: string): GarchModel {
  const mu = fields['mu'] === undefined ? 0 : numberField(fields, 'mu', path, { min: -unbounded, max: unbounded });
  const omega = numberField(fields, 'omega', path, { min: 0, max: unbounded });
  const alpha = numberField(fields, 'alpha', path, { min: 0, max: 1 });
  const beta = numberField(fields, 'beta', path, { min: 0, max: 1 });
  if (alpha + beta > 1) throw invalid(`${path}.beta`, beta, `must leave alpha + beta <= 1, alpha being ${alpha}`);
  return { kind: 'garch', mu, omega, alpha, beta };
}
