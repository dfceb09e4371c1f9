import {
  EXPIRY_DEVIATION_TIME,
  EXPIRY_DOWN_TIME_HIGH,
  EXPIRY_DOWN_TIME_LOW,
  EXPIRY_ROLL_TIME,
  EXPIRY_SLOPE_COUNT,
  EXPIRY_UP_TIME_HIGH,
  EXPIRY_UP_TIME_LOW,
} from '../../../assembly/portable/certificate-layout.ts';
import { exp } from '../../../assembly/portable/exp.ts';
import { rollTimeSlope, volatilityTimeSlopes } from '../deribit/risk-matrix.ts';
import type { ExpiryRow, TickMarket } from '../model.ts';
import type { DeribitPmCurrencyParams, DeribitPmPairParams, DeribitPmParams } from './params.ts';

/** How the passing of time moves what an expiry row adds to a margin: docs/CERTIFICATES.md. */
export interface ExpirySlopes {
  /**
   * 1/2 + the largest |d ln(volatility shock) / d ln(time)|: no scenario's deviation, volatility times shock times root
   * of time, moves by more than this times the movement of ln(time). Infinity if nothing bounds it.
   */
  readonly deviationTime: number;
  /** Largest |d roll rate / d ln(time)|. */
  readonly rollTime: number;
  /** Bounds of d ln(deviation) / d ln(time) of the scenarios of volatility up, where no floor binds. */
  readonly upTime: readonly [number, number];
  /** The same of those of volatility down. */
  readonly downTime: readonly [number, number];
}

/** What rounding may add to a bound of a few roundings. */
const upward = 1 + 1e-12;
/** The same of a difference of numbers below one. */
const outward = 1e-12;
const standing = [0.5, 0.5] as const;
const everything = [-Infinity, Infinity] as const;
/** Time stands still for spot and perpetuals; options on them do not exist. */
const timeless: ExpirySlopes = { deviationTime: 0.5, rollTime: 0, upTime: standing, downTime: standing };
/** From the expiry on nothing is certified. */
const unbounded: ExpirySlopes = {
  deviationTime: Infinity,
  rollTime: Infinity,
  upTime: everything,
  downTime: everything,
};

/**
 * Bounds over every time to expiry within `boxTime` of `years`, in logs, either way.
 *
 * @param years - to expiry
 */
export function expirySlopes(
  kind: ExpiryRow['kind'],
  years: number,
  boxTime: number,
  pair: DeribitPmPairParams,
  currency: DeribitPmCurrencyParams,
): ExpirySlopes {
  if (kind !== 'dated') return timeless;
  if (!(years > 0 && boxTime >= 0)) return unbounded;
  const stretch = exp(boxTime) * upward;
  const least = years / stretch;
  const most = years * stretch;
  if (!(least > 0 && most < Infinity)) return unbounded;
  const { up, down } = volatilityTimeSlopes(least, most, pair);
  return {
    deviationTime: (0.5 + Math.max(up.most, down.most)) * upward,
    rollTime: rollTimeSlope(most, currency) * upward,
    upTime: [0.5 - up.most - outward, 0.5 - up.least + outward],
    downTime: [(0.5 + down.least) / upward, (0.5 + down.most) * upward],
  };
}

/** Slopes of every expiry row of a market: EXPIRY_SLOPE_COUNT floats each. */
export function writeExpirySlopes(
  { groups, expiries, timeYears }: TickMarket,
  params: DeribitPmParams,
  boxTime: number,
  out: Float64Array,
): void {
  expiries.forEach(({ group, kind }, index) => {
    const { baseCurrency, pair } = groups[group];
    const slopes = expirySlopes(
      kind,
      timeYears[index],
      boxTime,
      params.pairs.get(pair)!,
      params.currencies.get(baseCurrency.toLowerCase())!,
    );
    const at = index * EXPIRY_SLOPE_COUNT;
    out[at + EXPIRY_DEVIATION_TIME] = slopes.deviationTime;
    out[at + EXPIRY_ROLL_TIME] = slopes.rollTime;
    out[at + EXPIRY_UP_TIME_LOW] = slopes.upTime[0];
    out[at + EXPIRY_UP_TIME_HIGH] = slopes.upTime[1];
    out[at + EXPIRY_DOWN_TIME_LOW] = slopes.downTime[0];
    out[at + EXPIRY_DOWN_TIME_HIGH] = slopes.downTime[1];
  });
}
