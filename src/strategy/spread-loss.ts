import type { OptionLeg } from './class-position.ts';

/**
 * Maximum potential loss of a spread, units: intrinsic values netted at every exercise price in it, the greatest loss, zero
 * if there is none (FINRA Regulatory Notice 12-44, Cboe Rule 10.3). `counts[i]` contracts of `legs[i]`, without sign.
 */
export function maximumLoss(legs: readonly OptionLeg[], counts: ArrayLike<number>): number {
  let worst = 0;
  for (let at = 0; at < legs.length; at++) {
    if (counts[at] !== 0) worst = Math.max(worst, lossAt(legs, counts, legs[at].strike));
  }
  return worst;
}

function lossAt(legs: readonly OptionLeg[], counts: ArrayLike<number>, price: number): number {
  let loss = 0;
  for (let i = 0; i < legs.length; i++) {
    const leg = legs[i];
    const amount = counts[i] * intrinsicValue(leg, price);
    loss += leg.count < 0 ? amount : -amount;
  }
  return loss;
}

/** Of one contract at a price of the underlying that is given, like `strike`, times the contract size in units. */
export function intrinsicValue(leg: OptionLeg, price: number): number {
  const value = leg.isCall ? price - leg.strike : leg.strike - price;
  return value > 0 ? value : 0;
}
