import { toUnits, type OptionLeg, type Purpose } from './class-position.ts';

/** Rates of stock and of stock paired with options; sources in docs/models/regt.md. */
export interface StockRules {
  readonly longInitial: number;
  readonly longMaintenance: number;
  readonly shortInitial: number;
  readonly shortMaintenance: number;
  /** Least maintenance of a short share, US dollars. */
  readonly shortMinimum: number;
  /** Below this price per share the next two rates hold for short stock. */
  readonly lowPrice: number;
  readonly lowPriceRate: number;
  readonly lowPriceMinimum: number;
  /** Of the exercise price: stock that a long option protects, collars, conversions. */
  readonly protectedRate: number;
  /** Of the call's exercise price: the other bound of a collar. */
  readonly collarCallRate: number;
  /** Of the width: a long box of European cash-settled options. */
  readonly boxRate: number;
}

/** Rates of a leveraged fund's shares: maintenance is a multiple, of long stock at most its value. */
export function leveraged(rules: StockRules, leverage: number): StockRules {
  const longMaintenance = Math.min(rules.longMaintenance * leverage, 1);
  return {
    ...rules,
    longInitial: Math.max(rules.longInitial, longMaintenance),
    longMaintenance,
    shortMaintenance: rules.shortMaintenance * leverage,
  };
}

/** US dollars per share of long stock on its own. */
export function longStockRate(rules: StockRules, purpose: Purpose, price: number): number {
  return (purpose === 'initial' ? rules.longInitial : rules.longMaintenance) * price;
}

/** US dollars per share of short stock on its own; the short sale's proceeds stay in the account besides. */
export function shortStockRate(rules: StockRules, purpose: Purpose, price: number): number {
  const maintenance =
    price < rules.lowPrice
      ? Math.max(rules.lowPriceMinimum, rules.lowPriceRate * price)
      : Math.max(rules.shortMinimum, rules.shortMaintenance * price);
  return purpose === 'initial' ? Math.max(rules.shortInitial * price, maintenance) : maintenance;
}

/** US dollars per share of stock on its own. */
export function stockRate(rules: StockRules, purpose: Purpose, price: number, isLong: boolean): number {
  return isLong ? longStockRate(rules, purpose, price) : shortStockRate(rules, purpose, price);
}

const strikeOf = (leg: OptionLeg): number => leg.strike / 10_000 / leg.size;

/** Long stock and a short call: the stock counts at no more than the exercise price. */
export function coveredCall(rules: StockRules, purpose: Purpose, price: number, call: OptionLeg): number {
  const strike = strikeOf(call);
  return toUnits(call.size * (longStockRate(rules, purpose, Math.min(price, strike)) + Math.max(price - strike, 0)));
}

/** Short stock and a short put: the stock counts at no less than the exercise price. */
export function coveredPut(rules: StockRules, purpose: Purpose, price: number, put: OptionLeg): number {
  const strike = strikeOf(put);
  return toUnits(put.size * (shortStockRate(rules, purpose, Math.max(price, strike)) + Math.max(strike - price, 0)));
}

/** Maintenance of long stock and a long put. */
export function protectivePut(rules: StockRules, price: number, put: OptionLeg): number {
  const strike = strikeOf(put);
  const protectedAmount = rules.protectedRate * strike + Math.max(price - strike, 0);
  return toUnits(put.size * Math.min(protectedAmount, longStockRate(rules, 'maintenance', price)));
}

/** Maintenance of short stock and a long call. */
export function protectiveCall(rules: StockRules, price: number, call: OptionLeg): number {
  const strike = strikeOf(call);
  const protectedAmount = rules.protectedRate * strike + Math.max(strike - price, 0);
  return toUnits(call.size * Math.min(protectedAmount, shortStockRate(rules, 'maintenance', price)));
}

/** Maintenance of long stock, a long put and a short call of a higher exercise price, one expiry. */
export function collar(rules: StockRules, price: number, put: OptionLeg, call: OptionLeg): number {
  const floor = strikeOf(put);
  const cap = strikeOf(call);
  const protectedAmount = rules.protectedRate * floor + Math.max(price - floor, 0);
  return toUnits(put.size * (Math.min(protectedAmount, rules.collarCallRate * cap) + Math.max(price - cap, 0)));
}

/** Maintenance of long stock, a long put and a short call of one exercise price and expiry. */
export function conversion(rules: StockRules, price: number, call: OptionLeg): number {
  const strike = strikeOf(call);
  return toUnits(call.size * (rules.protectedRate * strike + Math.max(price - strike, 0)));
}

/** Maintenance of short stock, a long call and a short put of one exercise price and expiry. */
export function reverseConversion(rules: StockRules, price: number, put: OptionLeg): number {
  const strike = strikeOf(put);
  return toUnits(put.size * (rules.protectedRate * strike + Math.max(strike - price, 0)));
}

/**
 * A short call and a short put: the greater requirement of the two and the market value of the other option. Both
 * requirements hold their option's market value.
 */
export function shortCombination(call: OptionLeg, put: OptionLeg): number {
  return call.naked >= put.naked ? call.naked + put.mark : put.naked + call.mark;
}

/** What a long box counts in equity: its market value, at most its width. */
export function boxValue(mark: number, width: number): number {
  return Math.max(Math.min(mark, width), 0);
}

export function boxRequirement(rules: StockRules, width: number): number {
  return Math.floor(rules.boxRate * width + 0.5);
}
