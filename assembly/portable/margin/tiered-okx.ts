import { dataOfRow, firstPositionOf, floatsAt, positionCountOf, rowOfSlot, wordsAt } from '../columns.ts';
import {
  CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE, CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON,
  CONTEXT_SET_CASH, FAULT_MODEL, OUT_COMPONENTS, OUT_EQUITY, OUT_FAULT, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO,
} from '../layout.ts';
import {
  CLASS_SPOT, DATA_BASIS_RATE, DATA_CLASS, DATA_EXPIRY_ID, DATA_EXTREME_SHOCK, DATA_MINIMUM_RATE, DATA_PRICE,
  DATA_QUOTE_ID, DATA_SIZE,
  DATA_SPOT_SHOCK, DATA_STABLE, FAULT_OKX_DEPEG, FAULT_OKX_EXPIRIES, FLOAT_BASIS_GROSS, FLOAT_BORROW_INITIAL,
  FLOAT_BORROW_MAINTENANCE,
  FLOAT_EXTREME_SHARE, FLOAT_INITIAL_FACTOR, ROW_TIERS, ROW_TIER_COUNT, ROW_UNIT, TIERED_ROWS, TIERED_ROW_WORDS,
  TIER_FLOATS, TIER_FLOOR, TIER_INITIAL_RATE,
} from './tiered-layout.ts';

// components: sums over the risk units, USD
export const OKX_MR1: i32 = 0;
export const OKX_MR4: i32 = 1;
export const OKX_MR6: i32 = 2;
export const OKX_MR7: i32 = 3;
export const OKX_MR8: i32 = 4;
export const OKX_UNITS: i32 = 5;
export const OKX_BORROW_INITIAL: i32 = 6;

// scratch of a unit: net and gross delta, basis risk, and the expiry that is being summed with its delta
const UNIT_DELTA: i32 = 0;
const UNIT_GROSS: i32 = 1;
const UNIT_BASIS: i32 = 2;
const UNIT_EXPIRY: i32 = 3;
const UNIT_EXPIRY_DELTA: i32 = 4;
export const OKX_UNIT_FLOATS: i32 = 5;

/** Minimum charge of a unit: its parts above each floor count with the tier's multiplier. */
export function okxMarginal(f: Floats, tiers: i32, count: i32, raw: f64): f64 {
  let charge: f64 = 0;
  for (let k: i32 = 0; k < count; k++) {
    const tier: i32 = tiers + k * TIER_FLOATS;
    const floor: f64 = f[tier + TIER_FLOOR];
    if (!(raw > floor)) break;
    const next: f64 = k + 1 < count ? f[tier + TIER_FLOATS + TIER_FLOOR] : raw;
    const top: f64 = raw < next ? raw : next;
    charge = charge + (top - floor) * f[tier + TIER_INITIAL_RATE];
  }
  return charge;
}

/** Maintenance margin of a risk unit from its charges. */
export function okxUnitMaintenance(
  mr1: f64, mr2: f64, mr3: f64, mr4: f64, mr5: f64, mr6: f64, mr7: f64,
): f64 {
  let worst: f64 = mr1;
  if (mr2 > worst) worst = mr2;
  if (mr6 > worst) worst = mr6;
  const sum: f64 = worst + mr3 + mr4 + mr5;
  return sum > mr7 ? sum : mr7;
}

/** Futures and perpetuals of a portfolio margin account; the risk unit is the underlying. */
export function marginOkx(f: Floats, w: Ints, context: i32, set: i32, out: i32, work: i32): void {
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS) + TIERED_ROWS;
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  f[out + OUT_SCENARIO] = -1;
  for (let slot: i32 = first; slot < end; slot++) {
    const row: i32 = rowOfSlot(w, context, slot);
    f[work + w[words + row * TIERED_ROW_WORDS + ROW_UNIT] * OKX_UNIT_FLOATS + UNIT_GROSS] = 0;
  }
  const pnl: f64 = gatherUnits(f, w, context, first, end, out, work);
  if (f[out + OUT_FAULT] !== 0) return;
  let maintenance: f64 = 0;
  for (let slot: i32 = first; slot < end; slot++) {
    const row: i32 = rowOfSlot(w, context, slot);
    const unit: i32 = work + w[words + row * TIERED_ROW_WORDS + ROW_UNIT] * OKX_UNIT_FLOATS;
    if (!(f[unit + UNIT_GROSS] > 0)) continue;
    maintenance = maintenance + marginUnit(f, w, context, row, unit, out);
    f[unit + UNIT_GROSS] = -1;
  }
  const equity: f64 = f[floatsAt(w, context, CONTEXT_SET_CASH) + set] + pnl;
  const borrowed: f64 = equity < 0 ? -equity : 0;
  const components: i32 = out + OUT_COMPONENTS;
  const mr8: f64 = borrowed * f[floats + FLOAT_BORROW_MAINTENANCE];
  const borrowInitial: f64 = borrowed * f[floats + FLOAT_BORROW_INITIAL];
  f[components + OKX_MR8] = mr8;
  f[components + OKX_UNITS] = maintenance;
  f[components + OKX_BORROW_INITIAL] = borrowInitial;
  f[out + OUT_EQUITY] = equity;
  f[out + OUT_MAINTENANCE] = maintenance + mr8;
  f[out + OUT_INITIAL] =
    maintenance * f[floats + FLOAT_INITIAL_FACTOR] + borrowInitial +
    f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
}

/**
 * Net and gross delta in USD of every unit, and its basis risk: positions of a unit are sorted by expiry. Returns the
 * unrealised P&L in USD, and the value of stablecoins.
 */
function gatherUnits(f: Floats, w: Ints, context: i32, first: i32, end: i32, out: i32, work: i32): f64 {
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS) + TIERED_ROWS;
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const entries: i32 = floatsAt(w, context, CONTEXT_POSITION_PRICE);
  let pnl: f64 = 0;
  let quoteId: f64 = 0;
  for (let slot: i32 = first; slot < end; slot++) {
    const row: i32 = rowOfSlot(w, context, slot);
    const data: i32 = dataOfRow(w, context, row);
    const unit: i32 = work + w[words + row * TIERED_ROW_WORDS + ROW_UNIT] * OKX_UNIT_FLOATS;
    const amount: f64 = f[quantities + slot] * f[data + DATA_SIZE];
    if (slot > first && f[data + DATA_QUOTE_ID] !== quoteId) f[out + OUT_FAULT] = FAULT_MODEL + FAULT_OKX_DEPEG;
    quoteId = f[data + DATA_QUOTE_ID];
    const delta: f64 = amount * f[data + DATA_PRICE] * f[data + DATA_STABLE];
    if (f[data + DATA_CLASS] === CLASS_SPOT) {
      pnl = pnl + delta;
      continue;
    }
    pnl = pnl + amount * (f[data + DATA_PRICE] - f[entries + slot]) * f[data + DATA_STABLE];
    const expiry: f64 = f[data + DATA_EXPIRY_ID];
    if (f[unit + UNIT_GROSS] === 0) {
      f[unit + UNIT_DELTA] = 0;
      f[unit + UNIT_BASIS] = 0;
      f[unit + UNIT_EXPIRY_DELTA] = 0;
    } else if (f[unit + UNIT_EXPIRY] !== expiry) {
      if (!(f[floats + FLOAT_BASIS_GROSS] > 0)) f[out + OUT_FAULT] = FAULT_MODEL + FAULT_OKX_EXPIRIES;
      f[unit + UNIT_EXPIRY_DELTA] = 0;
    }
    f[unit + UNIT_EXPIRY] = expiry;
    const before: f64 = f[unit + UNIT_EXPIRY_DELTA];
    const after: f64 = before + delta;
    f[unit + UNIT_EXPIRY_DELTA] = after;
    f[unit + UNIT_BASIS] = f[unit + UNIT_BASIS] + (Math.abs(after) - Math.abs(before)) * f[data + DATA_BASIS_RATE];
    f[unit + UNIT_DELTA] = f[unit + UNIT_DELTA] + delta;
    f[unit + UNIT_GROSS] = f[unit + UNIT_GROSS] + Math.abs(delta);
  }
  return pnl;
}

function marginUnit(f: Floats, w: Ints, context: i32, row: i32, unit: i32, out: i32): f64 {
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const place: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS) + TIERED_ROWS + row * TIERED_ROW_WORDS;
  const data: i32 = dataOfRow(w, context, row);
  const components: i32 = out + OUT_COMPONENTS;
  const net: f64 = Math.abs(f[unit + UNIT_DELTA]);
  const mr1: f64 = net * f[data + DATA_SPOT_SHOCK];
  const mr4: f64 = f[unit + UNIT_BASIS];
  const mr6: f64 = f[floats + FLOAT_EXTREME_SHARE] * (net * f[data + DATA_EXTREME_SHOCK]);
  const raw: f64 = f[unit + UNIT_GROSS] * f[data + DATA_MINIMUM_RATE];
  const mr7: f64 = okxMarginal(f, floats + w[place + ROW_TIERS], w[place + ROW_TIER_COUNT], raw);
  f[components + OKX_MR1] = f[components + OKX_MR1] + mr1;
  f[components + OKX_MR4] = f[components + OKX_MR4] + mr4;
  f[components + OKX_MR6] = f[components + OKX_MR6] + mr6;
  f[components + OKX_MR7] = f[components + OKX_MR7] + mr7;
  return okxUnitMaintenance(mr1, 0, 0, mr4, 0, mr6, mr7);
}
