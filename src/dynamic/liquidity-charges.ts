import type { ConcentrationRule, LiquidationCostParameters } from './add-on-parameters.ts';

/**
 * Charge for a position of `size` against a `measure` in the same unit (daily volume, open interest): each part beyond
 * `from` x measure at the rate of its tier; in the unit of the size, so that times a price it is money. Convex, 0 up to
 * the first threshold. NaN if the measure is not a number > 0: what cannot be measured is not small.
 */
export function concentrationCharge(size: number, measure: number, tiers: ConcentrationRule['tiers']): number {
  if (!(measure > 0 && measure < Infinity)) return NaN;
  let charge = 0;
  let rateBefore = 0;
  for (const { from, rate } of tiers) {
    const beyond = size - from * measure;
    if (beyond <= 0) break;
    charge += (rate - rateBefore) * beyond;
    rateBefore = rate;
  }
  return charge;
}

/** Cost of closing an underlying position; in the unit of the size, times a price it is money. */
export interface ClosingCost {
  /** What the liquidation itself moves the price. */
  readonly impact: number;
  /** What the market may move while it takes longer than the margin covers. */
  readonly priceRisk: number;
  /** Days that it takes. */
  readonly days: number;
}

/**
 * Square-root law (Torre 1997 for Barra; Toth et al. 2011): a quantity Q moves the price by Y sigma sqrt(Q / V), sigma
 * the daily volatility, V the daily volume; over h days both sigma sqrt(h) and V h grow, so that h cancels.
 *
 * Days: Q / (participation x V), within bounds. Beyond `min` days the position that is left, sold evenly, has the
 * variance sigma^2 (h - min) / 3. NaN if volume or volatility is unknown.
 */
export function closingCost(
  size: number,
  dailyVolume: number,
  dailyVolatility: number,
  rule: LiquidationCostParameters,
): ClosingCost {
  if (!(dailyVolume > 0 && dailyVolume < Infinity && dailyVolatility >= 0))
    return { impact: NaN, priceRisk: NaN, days: NaN };
  const { min, max } = rule.horizonDays;
  const days = Math.min(Math.max(size / (rule.participation * dailyVolume), min), max);
  return {
    impact: rule.impact * dailyVolatility * Math.sqrt(size / dailyVolume) * size,
    priceRisk: rule.priceRisk * dailyVolatility * Math.sqrt((days - min) / 3) * size,
    days,
  };
}

/**
 * Charge for collateral that falls with the positions: the loss that both have, as far as each has one. `always` (a
 * venue's own token): the whole fall of the collateral, whatever is held. All in one currency.
 */
export function wrongWayCharge(
  collateral: number,
  positionLoss: number,
  asset: { readonly fall: number; readonly rate: number; readonly always: boolean },
): number {
  const fall = Math.max(collateral, 0) * asset.fall;
  return asset.rate * (asset.always ? fall : Math.min(fall, Math.max(positionLoss, 0)));
}
