import { tierOf } from './tiered-brackets.ts';
import { TIER_DEDUCTION, TIER_FLOATS, TIER_FLOOR, TIER_MAINTENANCE_RATE } from './tiered-layout.ts';

/** Closed forms of liquidation and bankruptcy prices. `side` is 1 for a long position, -1 for a short one. */

/**
 * Price at which equity equals maintenance margin when the position has one maintenance rate and deduction (Binance):
 * wallet - other maintenance + other unrealised P&L + deduction = side amount entry + amount price (rate - side). NaN
 * if the rate leaves no price; not above zero for positions that cannot be liquidated.
 */
export function bracketLiquidationPrice(
  wallet: f64, otherMaintenance: f64, otherPnl: f64, deduction: f64, side: f64, amount: f64, entry: f64, rate: f64,
): f64 {
  const slope: f64 = amount * rate - side * amount;
  if (slope === 0) return NaN;
  return (wallet - otherMaintenance + otherPnl + deduction - side * amount * entry) / slope;
}

/**
 * The same when the tier follows the notional at the liquidation price: of the tiers whose own price lies in them, the
 * nearest below the mark for a long position, above it for a short one. NaN if there is none.
 */
export function tieredLiquidationPrice(
  f: Floats, tiers: i32, count: i32, wallet: f64, otherMaintenance: f64, otherPnl: f64, side: f64, amount: f64,
  entry: f64, mark: f64,
): f64 {
  let best: f64 = NaN;
  for (let k: i32 = 0; k < count; k++) {
    const tier: i32 = tiers + k * TIER_FLOATS;
    const price: f64 = bracketLiquidationPrice(
      wallet, otherMaintenance, otherPnl, f[tier + TIER_DEDUCTION], side, amount, entry,
      f[tier + TIER_MAINTENANCE_RATE],
    );
    if (!(price > 0) || !(side * (mark - price) >= 0)) continue;
    if (tierOf(f, tiers, count, amount * price) !== tier && f[tier + TIER_FLOOR] !== amount * price) continue;
    if (!(Math.abs(best - mark) <= Math.abs(price - mark))) best = price;
  }
  return best;
}

/**
 * Isolated margin with a closing fee on the notional at liquidation (Gate, OKX): the rate is maintenance plus taker
 * fee.
 */
export function isolatedLiquidationPrice(side: f64, entry: f64, margin: f64, amount: f64, rate: f64): f64 {
  return (entry - (side * margin) / amount) / (1 - side * rate);
}

/** Isolated margin with maintenance on the entry value (Bybit linear). */
export function entryValueLiquidationPrice(side: f64, entry: f64, margin: f64, amount: f64, rate: f64): f64 {
  return entry - (side * margin) / amount + side * rate * entry;
}

/** Hyperliquid: from a price, what is available above maintenance margin there, and the maintenance fraction. */
export function availableLiquidationPrice(side: f64, price: f64, available: f64, amount: f64, fraction: f64): f64 {
  return price - (side * available) / amount / (1 - fraction * side);
}

/** Price at which the margin of a linear position is used up. */
export function linearBankruptcyPrice(side: f64, entry: f64, margin: f64, amount: f64): f64 {
  return entry - (side * margin) / amount;
}

/** The same of an inverse position at a leverage: entry L / (L + 1) for a long, entry L / (L - 1) for a short. */
export function inverseBankruptcyPrice(side: f64, entry: f64, leverage: f64): f64 {
  const base: f64 = leverage + side;
  return base > 0 ? (entry * leverage) / base : Infinity;
}

/** Fee of an option order per base unit: a rate on the index, at most a part of the option's price. */
export function optionOrderFee(index: f64, price: f64, rate: f64, cap: f64): f64 {
  const fee: f64 = rate * index;
  const most: f64 = cap * price;
  return fee < most ? fee : most;
}

/**
 * Cross margin when the requirement is a rate on the price itself (dYdX, Drift): collateral + side amount price = other
 * requirement + exposure price rate. The exposure is the amount, or with open orders the worst case.
 */
export function collateralLiquidationPrice(
  collateral: f64, otherRequirement: f64, side: f64, amount: f64, exposure: f64, rate: f64,
): f64 {
  const slope: f64 = side * amount - exposure * rate;
  return slope === 0 ? NaN : (otherRequirement - collateral) / slope;
}
