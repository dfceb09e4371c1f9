import { EXPIRY_DEVIATION_TIME, EXPIRY_ROLL_TIME, EXPIRY_SLOPE_COUNT } from '../../../assembly/portable/certificate-layout.ts';
import { exp } from '../../../assembly/portable/exp.ts';
import { rollTimeSlope, volatilityTimeSlope } from '../deribit/risk-matrix.ts';
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
}

/** What rounding may add to a bound of a few roundings. */
const upward = 1 + 1e-12;
/** Time stands still for spot and perpetuals; options on them do not exist. */
const timeless: ExpirySlopes = { deviationTime: 0.5, rollTime: 0 };
/** From the expiry on nothing is certified. */
const unbounded: ExpirySlopes = { deviationTime: Infinity, rollTime: Infinity };

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
  return {
    deviationTime: (0.5 + volatilityTimeSlope(least, most, pair)) * upward,
    rollTime: rollTimeSlope(most, currency) * upward,
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
    out[index * EXPIRY_SLOPE_COUNT + EXPIRY_DEVIATION_TIME] = slopes.deviationTime;
    out[index * EXPIRY_SLOPE_COUNT + EXPIRY_ROLL_TIME] = slopes.rollTime;
  });
}
