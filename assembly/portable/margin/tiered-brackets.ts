import { floatsAt, firstPositionOf, dataOfRow, positionCountOf, rowOfSlot, wordsAt } from '../columns.ts';
import {
  CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE, CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON,
  CONTEXT_SET_CASH, OUT_COMPONENTS, OUT_EQUITY, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO,
} from '../layout.ts';
import {
  CLASS_OPTION, DATA_CLASS, DATA_INDEX, DATA_LEVERAGE_RATE, DATA_MARK, DATA_OUT_OF_MONEY, DATA_PRICE, DATA_SIZE,
  FLOAT_OPTION_INITIAL, FLOAT_OPTION_INITIAL_LEAST, FLOAT_OPTION_LIQUIDATION_FEE, FLOAT_OPTION_MAINTENANCE,
  FLOAT_TRANSFER_RATE, ROW_TIERS, ROW_TIER_COUNT, TIERED_ROWS, TIERED_ROW_WORDS, TIER_DEDUCTION, TIER_FLOATS,
  TIER_FLOOR, TIER_INITIAL_RATE, TIER_MAINTENANCE_RATE,
} from './tiered-layout.ts';

// components
export const BRACKETS_PNL: i32 = 0;
export const BRACKETS_NOTIONAL: i32 = 1;
export const BRACKETS_TRANSFER: i32 = 2;
export const BRACKETS_OPTION_VALUE: i32 = 2;
export const BRACKETS_OPTION_INITIAL: i32 = 3;
export const BRACKETS_OPTION_MAINTENANCE: i32 = 4;

/** The last tier whose floor the notional reaches: index of its first float. */
export function tierOf(f: Floats, tiers: i32, count: i32, notional: f64): i32 {
  let tier: i32 = tiers;
  for (let k: i32 = 1; k < count; k++) {
    const next: i32 = tiers + k * TIER_FLOATS;
    if (notional >= f[next + TIER_FLOOR]) tier = next;
  }
  return tier;
}

export function maintenanceOf(f: Floats, tier: i32, notional: f64): f64 {
  return notional * f[tier + TIER_MAINTENANCE_RATE] - f[tier + TIER_DEDUCTION];
}

/** Maintenance margin of one short option, quote currency per base unit. */
export function optionMaintenance(f: Floats, rates: i32, index: f64, mark: f64): f64 {
  const rate: f64 = f[rates + FLOAT_OPTION_MAINTENANCE];
  const larger: f64 = index > mark ? index : mark;
  return rate * larger + mark + f[rates + FLOAT_OPTION_LIQUIDATION_FEE] * index;
}

/** Initial margin of one short option sold at `entry`, quote currency per base unit. */
export function optionInitial(f: Floats, rates: i32, index: f64, mark: f64, outOfMoney: f64, entry: f64): f64 {
  const moneyness: f64 = f[rates + FLOAT_OPTION_INITIAL] * index - outOfMoney;
  const least: f64 = f[rates + FLOAT_OPTION_INITIAL_LEAST] * index;
  const premium: f64 = entry > mark ? entry : mark;
  const initial: f64 = (moneyness > least ? moneyness : least) + premium;
  const maintenance: f64 = optionMaintenance(f, rates, index, mark);
  return initial > maintenance ? initial : maintenance;
}

/** Binance, Bybit, Hyperliquid: what a cross margin account of one currency needs. */
export function marginBrackets(f: Floats, w: Ints, context: i32, set: i32, out: i32): void {
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS) + TIERED_ROWS;
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const entries: i32 = floatsAt(w, context, CONTEXT_POSITION_PRICE);
  const components: i32 = out + OUT_COMPONENTS;
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  let initial: f64 = 0;
  let maintenance: f64 = 0;
  let pnl: f64 = 0;
  let gross: f64 = 0;
  for (let slot: i32 = first; slot < end; slot++) {
    const row: i32 = rowOfSlot(w, context, slot);
    const data: i32 = dataOfRow(w, context, row);
    const amount: f64 = f[quantities + slot] * f[data + DATA_SIZE];
    if (f[data + DATA_CLASS] === CLASS_OPTION) {
      marginOption(f, floats, data, amount, f[entries + slot], components);
      continue;
    }
    const price: f64 = f[data + DATA_PRICE];
    const notional: f64 = Math.abs(amount) * price;
    const place: i32 = words + row * TIERED_ROW_WORDS;
    const tier: i32 = tierOf(f, floats + w[place + ROW_TIERS], w[place + ROW_TIER_COUNT], notional);
    const leverageRate: f64 = f[data + DATA_LEVERAGE_RATE];
    const tierRate: f64 = f[tier + TIER_INITIAL_RATE];
    initial = initial + notional * (leverageRate > tierRate ? leverageRate : tierRate);
    maintenance = maintenance + maintenanceOf(f, tier, notional);
    pnl = pnl + amount * (price - f[entries + slot]);
    gross = gross + notional;
  }
  f[components + BRACKETS_PNL] = pnl;
  f[components + BRACKETS_NOTIONAL] = gross;
  const transferRate: f64 = f[floats + FLOAT_TRANSFER_RATE];
  if (transferRate > 0) {
    const least: f64 = transferRate * gross;
    f[components + BRACKETS_TRANSFER] = initial > least ? initial : least;
  }
  if (f[floats + FLOAT_OPTION_INITIAL] > 0) {
    initial = initial + f[components + BRACKETS_OPTION_INITIAL];
    maintenance = maintenance + f[components + BRACKETS_OPTION_MAINTENANCE];
  }
  f[out + OUT_EQUITY] = f[floatsAt(w, context, CONTEXT_SET_CASH) + set] + pnl;
  f[out + OUT_INITIAL] = initial + f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  f[out + OUT_MAINTENANCE] = maintenance;
  f[out + OUT_SCENARIO] = -1;
}

/** A long option needs nothing: the premium is paid. Its value is shown and is no margin balance. */
function marginOption(f: Floats, rates: i32, data: i32, amount: f64, entry: f64, components: i32): void {
  const index: f64 = f[data + DATA_INDEX];
  const mark: f64 = f[data + DATA_MARK];
  const value: i32 = components + BRACKETS_OPTION_VALUE;
  f[value] = f[value] + amount * mark;
  if (amount >= 0) return;
  const initial: i32 = components + BRACKETS_OPTION_INITIAL;
  const maintenance: i32 = components + BRACKETS_OPTION_MAINTENANCE;
  f[initial] = f[initial] - amount * optionInitial(f, rates, index, mark, f[data + DATA_OUT_OF_MONEY], entry);
  f[maintenance] = f[maintenance] - amount * optionMaintenance(f, rates, index, mark);
}
