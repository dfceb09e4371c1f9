import { invalid, knownFields, numberField, unbounded, wholeField } from '../margin/fields.ts';
import { quantileOfSorted } from './return-series.ts';

/**
 * A factor that lets parameters follow the market: volatility of today divided by that for which they were set, between
 * a floor and a cap. Volatilities are per day.
 */
export interface ScalerRule {
  /** Volatility at which the parameters hold as they are; > 0. */
  readonly referenceVolatility: number;
  readonly floor: number;
  readonly cap: number;
  /** The volatility counts at least this quantile of its own past; absent: no such floor. */
  readonly percentileFloor?: { readonly percentile: number; readonly days: number };
}

export interface Scaler {
  /** Volatility today, before the floor by its past. */
  readonly volatility: number;
  /** What its past allows at least; 0 without that rule. */
  readonly volatilityFloor: number;
  readonly value: number;
}

/** `history`: volatilities of the days before, any order. */
export function volatilityScaler(volatility: number, history: ArrayLike<number>, rule: ScalerRule): Scaler {
  const { percentileFloor, referenceVolatility, floor, cap } = rule;
  const volatilityFloor =
    percentileFloor === undefined || history.length === 0
      ? 0
      : quantileOfSorted(Float64Array.from(history).sort(), percentileFloor.percentile);
  const counted = Math.max(volatility, volatilityFloor);
  return { volatility, volatilityFloor, value: Math.min(Math.max(counted / referenceVolatility, floor), cap) };
}

/** Throws `ParameterInvalid`. */
export function parseScalerRule(input: unknown, path: string): ScalerRule {
  const fields = knownFields(input, path, ['referenceVolatility', 'floor', 'cap', 'percentileFloor']);
  const referenceVolatility = numberField(fields, 'referenceVolatility', path, { min: Number.MIN_VALUE, max: 100 });
  const floor = numberField({ floor: 1, ...fields }, 'floor', path, { min: 0, max: unbounded });
  const cap = numberField({ cap: unbounded, ...fields }, 'cap', path, { min: 0, max: unbounded });
  if (cap < floor) throw invalid(`${path}.cap`, cap, `must be >= floor, ${floor}`);
  const rule = { referenceVolatility, floor, cap };
  if (fields['percentileFloor'] === undefined) return rule;
  const at = `${path}.percentileFloor`;
  const part = knownFields(fields['percentileFloor'], at, ['percentile', 'days']);
  return {
    ...rule,
    percentileFloor: {
      percentile: numberField(part, 'percentile', at, { min: 0, max: 1 }),
      days: wholeField(part, 'days', at, { min: 1, max: 10_000 }),
    },
  };
}

/**
 * Parameters of a model with the fields named multiplied by a factor: a copy, to make an engine with. Paths are as in
 * error messages: `currency_pair.btc_usd.price_range`, `shocks[0].move`. Throws `ParameterInvalid` for a path where
 * there is no finite number.
 */
export function scaledParameters(params: unknown, paths: readonly string[], factor: number): unknown {
  const copy: unknown = structuredClone(params);
  for (const path of paths) {
    const names = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
    const last = names.pop()!;
    const parent = names.reduce<unknown>(
      (at, name) => (isContainer(at) && Object.hasOwn(at, name) ? at[name] : undefined),
      copy,
    );
    const value = isContainer(parent) && Object.hasOwn(parent, last) ? parent[last] : undefined;
    if (!isContainer(parent) || typeof value !== 'number' || !Number.isFinite(value)) {
      throw invalid(path, value, 'must be a number of the parameters, to be scaled');
    }
    parent[last] = value * factor;
  }
  return copy;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
