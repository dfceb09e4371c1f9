import type { AssetRules } from './collateral-rules.ts';

/** What one balance is worth as collateral, step by step; collateral currency. Reused by the pass over all accounts. */
export interface AssetValue {
  /** Amount times price; negative for what is owed. */
  market: number;
  /** Of it, what the caps leave. */
  counted: number;
  /** After haircuts and the size penalty, before the scaling by total deposits. */
  unscaled: number;
  /** What counts for initial and for maintenance margin; before the concentration limit. */
  initial: number;
  maintenance: number;
}

export function emptyValue(): AssetValue {
  return { market: 0, counted: 0, unscaled: 0, initial: 0, maintenance: 0 };
}

/** What depends on everybody's balances: factors in [0, 1]. */
export interface VenueScale {
  /** Cap of the venue / market value of all deposits. */
  readonly cap: number;
  /** Of the initial weight: start / market value of all deposits. */
  readonly initial: number;
}

/**
 * Values one balance. `amount` in units of the asset, signed, not zero; `price` >= 0 in collateral currency;
 * `fxHaircut` as it applies to this asset. Positive: its part of the venue's cap, for initial margin scaled by total
 * deposits, at most the account's cap; then haircuts tier by tier, and not more than the size penalty leaves. In this
 * order more of an asset never counts less. Negative: in full, times the liability weight.
 */
export function valueAsset(
  rules: AssetRules,
  amount: number,
  price: number,
  fxHaircut: number,
  scale: VenueScale,
  out: AssetValue,
): void {
  out.market = amount * price;
  if (amount < 0) {
    out.counted = out.market;
    out.initial = out.market * liabilityWeight(rules.liabilityWeight.initial, rules.imfFactor, -amount);
    out.unscaled = out.initial;
    out.maintenance = out.market * liabilityWeight(rules.liabilityWeight.maintenance, rules.imfFactor, -amount);
    return;
  }
  if (price === 0) {
    // Counts nothing by the policy on missing prices.
    out.counted = out.unscaled = out.initial = out.maintenance = 0;
    return;
  }
  const allowed = out.market * scale.cap;
  const capped = Math.min(allowed, rules.accountCap);
  const scaled = Math.min(allowed * scale.initial, rules.accountCap);
  // Rounding must not make anybody richer than the market does.
  const ceiling = rules.imfFactor === 0 ? allowed : allowed * Math.min(sizeWeight(rules.imfFactor, allowed / price), 1);
  out.counted = capped;
  out.unscaled = Math.min(tiered(rules, capped, price, fxHaircut, true), capped, ceiling);
  out.initial =
    scaled === capped ? out.unscaled : Math.min(tiered(rules, scaled, price, fxHaircut, true), scaled, ceiling);
  out.maintenance = Math.min(tiered(rules, capped, price, fxHaircut, false), capped, ceiling);
}

/** What is left of a market value tier by tier: each part at 1 - haircut - FX haircut, not below 0. */
function tiered(
  { tiers, tiersBy }: AssetRules,
  value: number,
  price: number,
  fxHaircut: number,
  isInitial: boolean,
): number {
  if (tiers.length === 1)
    return value * Math.max(1 - (isInitial ? tiers[0].haircut.initial : tiers[0].haircut.maintenance) - fxHaircut, 0);
  const unit = tiersBy === 'value' ? 1 : price;
  const size = value / unit;
  let sum = 0;
  let from = 0;
  for (const { upTo, haircut } of tiers) {
    const part = Math.min(upTo, size) - from;
    sum += part * unit * Math.max(1 - (isInitial ? haircut.initial : haircut.maintenance) - fxHaircut, 0);
    if (size <= upTo) break;
    from = upTo;
  }
  return sum;
}

/** Drift: 1.1 / (1 + k sqrt(amount)) is the most that a deposit of this size may weigh. */
function sizeWeight(imfFactor: number, amount: number): number {
  return 1.1 / (1 + imfFactor * Math.sqrt(amount));
}

/** Drift: 0.8 w + k sqrt(amount) is the least that a loan of this size may weigh. */
function liabilityWeight(weight: number, imfFactor: number, amount: number): number {
  return imfFactor === 0 ? weight : Math.max(weight, 0.8 * weight + imfFactor * Math.sqrt(amount));
}
