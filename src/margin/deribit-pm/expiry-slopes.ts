import {
  EXPIRY_DEVIATION_FALL,
  EXPIRY_DEVIATION_RISE,
  EXPIRY_DOWN_TIME_HIGH,
  EXPIRY_DOWN_TIME_LOW,
  EXPIRY_ROLL_TIME,
  EXPIRY_SLOPE_COUNT,
  EXPIRY_TIME,
  EXPIRY_TIME_GROWTH,
  EXPIRY_UP_TIME_HIGH,
  EXPIRY_UP_TIME_LOW,
} from '../../../assembly/portable/certificate-layout.ts';
import { exp } from '../../../assembly/portable/exp.ts';
import { rollTimeSlope, volatilityTimeSlopes } from '../deribit/risk-matrix.ts';
import type { ExpiryBox, ExpiryRow, TickMarket } from '../model.ts';
import type { DeribitPmCurrencyParams, DeribitPmPairParams, DeribitPmParams } from './params.ts';

/** How the passing of time moves what an expiry row adds to a margin: docs/CERTIFICATES.md. */
export interface ExpirySlopes {
  /** Largest |d roll rate / d ln(time)|. */
  readonly rollTime: number;
  /**
   * Bounds of d ln(deviation) / d ln(time) of the scenarios of volatility up, where no floor binds: deviation is
   * volatility times shock times root of time.
   */
  readonly upTime: readonly [number, number];
  /** The same of those of volatility down: up to Infinity if nothing bounds it. */
  readonly downTime: readonly [number, number];
}

/** What rounding may add to a bound of a few roundings. */
const upward = 1 + 1e-12;
/** The same of a difference of numbers below one. */
const outward = 1e-12;
const standing = [0.5, 0.5] as const;
const everything = [-Infinity, Infinity] as const;
/** Time stands still for spot and perpetuals; options on them do not exist. */
const timeless: ExpirySlopes = { rollTime: 0, upTime: standing, downTime: standing };
/** From the expiry on nothing is certified. */
const unbounded: ExpirySlopes = { rollTime: Infinity, upTime: everything, downTime: everything };

/**
 * Bounds over every time to expiry from `years` down to e^-boxTime times as much.
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
  const least = years / (exp(boxTime) * upward);
  const most = years * upward;
  if (!(least > 0 && most < Infinity)) return unbounded;
  const { up, down } = volatilityTimeSlopes(least, most, pair);
  return {
    rollTime: rollTimeSlope(most, currency) * upward,
    upTime: [0.5 - up.most - outward, 0.5 - up.least + outward],
    downTime: [(0.5 + down.least) / upward, (0.5 + down.most) * upward],
  };
}

/** Boxes and slopes of every expiry row of a market: EXPIRY_SLOPE_COUNT floats each. */
export function writeExpirySlopes(
  { groups, expiries, timeYears }: TickMarket,
  params: DeribitPmParams,
  { time, volatility }: ExpiryBox,
  out: Float64Array,
): void {
  expiries.forEach(({ group, kind }, index) => {
    const { baseCurrency, pair } = groups[group];
    const box = kind === 'dated' ? time[index] : 0;
    const { rollTime, upTime, downTime } = expirySlopes(
      kind,
      timeYears[index],
      box,
      params.pairs.get(pair)!,
      params.currencies.get(baseCurrency.toLowerCase())!,
    );
    const at = index * EXPIRY_SLOPE_COUNT;
    out[at + EXPIRY_TIME] = box;
    out[at + EXPIRY_TIME_GROWTH] = exp(box) * upward;
    // ln(time) falls: deviations fall by the greatest slope, and rise by one below 0. The marks', and floors', is 1/2.
    out[at + EXPIRY_DEVIATION_FALL] = (volatility + Math.max(0.5, upTime[1], downTime[1]) * box) * upward;
    out[at + EXPIRY_DEVIATION_RISE] = (volatility + Math.max(0, -upTime[0], -downTime[0]) * box) * upward;
    out[at + EXPIRY_ROLL_TIME] = rollTime;
    out[at + EXPIRY_UP_TIME_LOW] = upTime[0];
    out[at + EXPIRY_UP_TIME_HIGH] = upTime[1];
    out[at + EXPIRY_DOWN_TIME_LOW] = downTime[0];
    out[at + EXPIRY_DOWN_TIME_HIGH] = downTime[1];
  });
}
