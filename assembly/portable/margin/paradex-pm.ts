import { blackScholesPrice, isOptionPrice } from '../black-scholes.ts';
import {
  cellsOfRow, dataOfRow, firstPositionOf, floatsAt, groupEnd, groupOfRow, orderCountOf, poisonRow, positionCountOf,
  rowOfSlot, sealRow, shapeOfRow, wordsAt,
} from '../columns.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE, CONTEXT_POSITION_QUANTITY,
  CONTEXT_SCENARIO_COUNT, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, FAULT_MODEL, OUT_COMPONENTS, OUT_EQUITY, OUT_FAULT,
  OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO, SHAPE_CALL, SHAPE_FUTURE, SHAPE_SPOT,
} from '../layout.ts';

/**
 * Paradex portfolio margin: docs/models/paradex-pm.md. Everything is in the reporting currency (USDC at par with USD).
 */

// --- data of an instrument: written by prepareTick ---------------------------------------------------------------
/** Mark price, quote currency per base unit. */
export const PM_MARK: i32 = 0;
/** The venue's delta of one base unit. */
export const PM_DELTA: i32 = 1;
/** Provision for the fee of closing one contract. */
export const PM_FEE: i32 = 2;
/** What one long contract pays in funding over the provision's period. */
export const PM_FUNDING: i32 = 3;
/** Share of the settlement window that is still ahead. */
export const PM_LIVE: i32 = 4;
/** Base units per contract. */
export const PM_SIZE: i32 = 5;
/** (30 / DTE)^power: multiplies the volatility shock. */
export const PM_VOLATILITY_SCALE: i32 = 6;
export const PM_YEARS: i32 = 7;
export const PM_RATE: i32 = 8;
/** e^(-rate years). */
export const PM_DISCOUNT: i32 = 9;
export const PM_VOLATILITY: i32 = 10;
export const PM_STRIKE: i32 = 11;
/** Shocked prices by scenario follow, written by the row kernel: limit prices of orders are compared with them. */
export const PM_SHOCKED: i32 = 12;

// --- model words ------------------------------------------------------------------------------------------------
/** NORMAL_CDF_EXACT or NORMAL_CDF_ABRAMOWITZ_STEGUN. */
export const PM_NORMAL_CDF: i32 = 0;
export const PM_WORD_COUNT: i32 = 1;

// --- model floats: one block per risk group ------------------------------------------------------------------------
/** Index price. */
export const PM_SPOT: i32 = 0;
export const PM_HEDGED_FACTOR: i32 = 1;
export const PM_UNHEDGED_FACTOR: i32 = 2;
/** Maintenance as a fraction of the net requirement of the positions. */
export const PM_MAINTENANCE_FACTOR: i32 = 3;
/** Least volatility where it is shocked up. */
export const PM_VOLATILITY_MIN: i32 = 4;
/** Spot shocks follow, then as many volatility shocks, then weights. */
export const PM_TABLE: i32 = 5;

// --- components, from OUT_COMPONENTS ----------------------------------------------------------------------------
export const PM_OUT_SCAN: i32 = 0;
export const PM_OUT_DELTA_MINIMUM: i32 = 1;
export const PM_OUT_NET_INITIAL: i32 = 2;
export const PM_OUT_FUNDING: i32 = 3;
export const PM_OUT_FEE: i32 = 4;
export const PM_OUT_SPOT_BALANCE: i32 = 5;
export const PM_OUT_POSITION_SCAN: i32 = 6;
export const PM_OUT_POSITION_DELTA_MINIMUM: i32 = 7;
export const PM_OUT_NET_MAINTENANCE: i32 = 8;
export const PM_OUT_POSITION_FUNDING: i32 = 9;
export const PM_OUT_POSITION_FEE: i32 = 10;
/** Deltas in reporting currency: delta times index price. */
export const PM_OUT_POSITION_DELTA: i32 = 11;
export const PM_OUT_ORDER_DELTA: i32 = 12;
export const PM_OUT_LONG_DELTA: i32 = 13;
export const PM_OUT_SHORT_DELTA: i32 = 14;
export const PM_OUT_UNHEDGED_DELTA: i32 = 15;
export const PM_OUT_HEDGED_DELTA: i32 = 16;
export const PM_OUT_COUNT: i32 = 17;

/** Faults: FAULT_MODEL + this. */
export const PM_FAULT_SPOT_ORDER: i32 = 0;

// --- scratch: sums of one risk group --------------------------------------------------------------------------------
const WORK_LONG: i32 = 0;
const WORK_SHORT: i32 = 1;
const WORK_ORDER_LONG: i32 = 2;
const WORK_ORDER_SHORT: i32 = 3;
const WORK_FUNDING: i32 = 4;
const WORK_ORDER_FUNDING: i32 = 5;
const WORK_FEE: i32 = 6;
const WORK_ORDER_FEE: i32 = 7;
/** Contracts that are not spot: without any, the group has no price risk and its index price does not matter. */
const WORK_CONTRACTS: i32 = 8;
/** Largest scan loss of a group so far. */
const WORK_LARGEST: i32 = 9;
/** P&L of the group's open orders by scenario follows. */
const WORK_ORDER_PNL: i32 = 10;
/** Besides one float per scenario. */
export const PM_WORK_COUNT: i32 = 10;

/** First float of a risk group's block. */
function blockOfGroup(w: Ints, context: i32, group: i32): i32 {
  return floatsAt(w, context, CONTEXT_MODEL_FLOATS) + group * (PM_TABLE + 3 * w[context + CONTEXT_SCENARIO_COUNT]);
}

/** Weighted P&L of one contract and shocked prices of an instrument. */
export function fillParadexPmRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const shape: i32 = shapeOfRow(w, context, row);
  const scenarioCount: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const block: i32 = blockOfGroup(w, context, groupOfRow(w, context, row));
  const cells: i32 = cellsOfRow(w, context, row);
  if (!isQuoteGood(f, data, block, shape)) {
    f[data + PM_MARK] = NaN;
    poisonRow(f, w, context, row);
    return;
  }
  const mark: f64 = f[data + PM_MARK];
  const amount: f64 = f[data + PM_LIVE] * f[data + PM_SIZE];
  for (let s: i32 = 0; s < scenarioCount; s++) {
    const shock: f64 = f[block + PM_TABLE + s];
    const weight: f64 = f[block + PM_TABLE + 2 * scenarioCount + s];
    let change: f64 = 0;
    if (shape === SHAPE_FUTURE) change = mark * shock;
    if (shape >= SHAPE_CALL) {
      change = shockedOption(f, w, context, data, block, s, shape === SHAPE_CALL ? 1.0 : -1.0) - mark;
    }
    f[data + PM_SHOCKED + s] = mark + change;
    f[cells + s] = amount * weight * change;
  }
  sealRow(f, w, context, row, scenarioCount);
}

function isQuoteGood(f: Floats, data: i32, block: i32, shape: i32): boolean {
  const mark: f64 = f[data + PM_MARK];
  if (!(mark < Infinity)) return false;
  if (shape === SHAPE_SPOT) return mark > 0.0;
  const spot: f64 = f[block + PM_SPOT];
  if (!(spot > 0.0 && spot < Infinity)) return false;
  if ((f[data + PM_DELTA] + f[data + PM_FUNDING] + f[data + PM_FEE]) * 0.0 !== 0.0) return false;
  if (shape === SHAPE_FUTURE) return mark > 0.0;
  const volatility: f64 = f[data + PM_VOLATILITY];
  if (!isOptionPrice(mark, spot, f[data + PM_STRIKE])) return false;
  return f[data + PM_YEARS] >= 0.0 && volatility > 0.0 && volatility < Infinity;
}

/** Price of an option in a scenario: volatility floored where it is shocked up, at zero where it is shocked down. */
function shockedOption(
  f: Floats, w: Ints, context: i32, data: i32, block: i32, s: i32, sign: f64,
): f64 {
  const scenarioCount: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const shock: f64 = f[block + PM_TABLE + scenarioCount + s];
  let volatility: f64 = f[data + PM_VOLATILITY] * (1.0 + shock * f[data + PM_VOLATILITY_SCALE]);
  if (shock > 0.0 && volatility < f[block + PM_VOLATILITY_MIN]) volatility = f[block + PM_VOLATILITY_MIN];
  if (volatility < 0.0) volatility = 0.0;
  return blackScholesPrice(
    sign, f[block + PM_SPOT] * (1.0 + f[block + PM_TABLE + s]), f[data + PM_STRIKE], f[data + PM_YEARS],
    f[data + PM_RATE], f[data + PM_DISCOUNT], volatility,
    w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + PM_NORMAL_CDF],
  );
}

/** Requirement of one account: every risk group on its own, then summed. */
export function marginParadexPm(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, vector: i32, work: i32, rows: i32,
): void {
  const end: i32 = firstPositionOf(w, context, set) + positionCountOf(w, context, set);
  const orderEnd: i32 = end + orderCountOf(w, context, set);
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  let p: i32 = firstPositionOf(w, context, set);
  let order: i32 = end;
  let cells: i32 = rows;
  f[out + OUT_EQUITY] = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  f[out + OUT_INITIAL] = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  f[out + OUT_SCENARIO] = -1.0;
  // Sums over risk groups, which an account without positions has none of.
  for (let i: i32 = 0; i < PM_OUT_COUNT; i++) f[out + OUT_COMPONENTS + i] = 0.0;
  f[work + WORK_LARGEST] = 0.0;
  for (let s: i32 = 0; s < cellCount; s++) f[vector + s] = 0.0;
  while (p < end || order < orderEnd) {
    const group: i32 = nextGroup(w, context, p, end, order, orderEnd);
    const positionsEnd: i32 = endInGroup(w, context, p, end, group);
    const ordersEnd: i32 = endInGroup(w, context, order, orderEnd, group);
    clearSums(f, w, context, work);
    sumPositions(f, w, context, p, positionsEnd, out, work);
    sumOrders(f, w, context, order, ordersEnd, out, work);
    if (f[work + WORK_CONTRACTS] !== 0.0) {
      const block: i32 = blockOfGroup(w, context, group);
      chargeNet(f, w, context, block, p < positionsEnd ? cells : -1, out, vector, work);
      chargeProvisions(f, out, work);
    }
    if (p < positionsEnd) cells = cells + cellCount;
    p = positionsEnd;
    order = ordersEnd;
  }
}

/** Risk group of the next position or order, whichever comes first. */
export function nextGroup(w: Ints, context: i32, p: i32, end: i32, order: i32, orderEnd: i32): i32 {
  if (p === end) return groupOfRow(w, context, rowOfSlot(w, context, order));
  if (order === orderEnd) return groupOfRow(w, context, rowOfSlot(w, context, p));
  const row: i32 = rowOfSlot(w, context, p);
  const orderRow: i32 = rowOfSlot(w, context, order);
  return groupOfRow(w, context, orderRow < row ? orderRow : row);
}

/** First slot after those of a risk group; `slot` itself if it is of another. */
function endInGroup(w: Ints, context: i32, slot: i32, end: i32, group: i32): i32 {
  if (slot === end || groupOfRow(w, context, rowOfSlot(w, context, slot)) !== group) return slot;
  return groupEnd(w, context, slot, end);
}

function clearSums(f: Floats, w: Ints, context: i32, work: i32): void {
  for (let i: i32 = WORK_LONG; i <= WORK_CONTRACTS; i++) f[work + i] = 0.0;
  const scenarioCount: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  for (let s: i32 = 0; s < scenarioCount; s++) f[work + WORK_ORDER_PNL + s] = 0.0;
}

/** Values, deltas, funding and fees of positions; spot balances are charged here, at their whole value. */
function sumPositions(f: Floats, w: Ints, context: i32, first: i32, end: i32, out: i32, work: i32): void {
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const prices: i32 = floatsAt(w, context, CONTEXT_POSITION_PRICE);
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    const data: i32 = dataOfRow(w, context, row);
    const shape: i32 = shapeOfRow(w, context, row);
    const quantity: f64 = f[quantities + p];
    const units: f64 = quantity * f[data + PM_SIZE];
    const value: f64 = units * f[data + PM_MARK];
    if (shape === SHAPE_SPOT) {
      f[out + OUT_EQUITY] = f[out + OUT_EQUITY] + value;
      chargeSpot(f, out, Math.abs(value));
      continue;
    }
    const paid: f64 = shape === SHAPE_FUTURE ? units * f[prices + p] : 0.0;
    f[out + OUT_EQUITY] = f[out + OUT_EQUITY] + (value - paid);
    const delta: f64 = units * f[data + PM_DELTA];
    if (delta > 0.0) f[work + WORK_LONG] = f[work + WORK_LONG] + delta;
    if (delta < 0.0) f[work + WORK_SHORT] = f[work + WORK_SHORT] - delta;
    f[work + WORK_FUNDING] = f[work + WORK_FUNDING] + quantity * f[data + PM_FUNDING];
    f[work + WORK_FEE] = f[work + WORK_FEE] + Math.abs(quantity) * f[data + PM_FEE];
    f[work + WORK_CONTRACTS] = f[work + WORK_CONTRACTS] + Math.abs(quantity);
  }
}

function chargeSpot(f: Floats, out: i32, value: f64): void {
  const component: i32 = out + OUT_COMPONENTS + PM_OUT_SPOT_BALANCE;
  f[component] = f[component] + value;
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + value;
  f[out + OUT_MAINTENANCE] = f[out + OUT_MAINTENANCE] + value;
}

/** Deltas, funding, fees and scenario P&L of open orders: an order counts where its fill would lose. */
function sumOrders(f: Floats, w: Ints, context: i32, first: i32, end: i32, out: i32, work: i32): void {
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const prices: i32 = floatsAt(w, context, CONTEXT_POSITION_PRICE);
  for (let o: i32 = first; o < end; o++) {
    const row: i32 = rowOfSlot(w, context, o);
    if (shapeOfRow(w, context, row) === SHAPE_SPOT) {
      f[out + OUT_FAULT] = FAULT_MODEL + PM_FAULT_SPOT_ORDER;
      continue;
    }
    const data: i32 = dataOfRow(w, context, row);
    const quantity: f64 = f[quantities + o];
    const units: f64 = quantity * f[data + PM_SIZE];
    const delta: f64 = units * f[data + PM_DELTA];
    if (delta > 0.0) f[work + WORK_ORDER_LONG] = f[work + WORK_ORDER_LONG] + delta;
    if (delta < 0.0) f[work + WORK_ORDER_SHORT] = f[work + WORK_ORDER_SHORT] - delta;
    f[work + WORK_ORDER_FUNDING] = f[work + WORK_ORDER_FUNDING] + quantity * f[data + PM_FUNDING];
    f[work + WORK_ORDER_FEE] = f[work + WORK_ORDER_FEE] + Math.abs(quantity) * f[data + PM_FEE];
    f[work + WORK_CONTRACTS] = f[work + WORK_CONTRACTS] + Math.abs(quantity);
    sumOrderLoss(f, w, context, row, units, f[prices + o], work);
  }
}

/** What a fill at the limit would lose in each scenario: nothing where it would gain. */
function sumOrderLoss(f: Floats, w: Ints, context: i32, row: i32, units: f64, limit: f64, work: i32): void {
  const scenarioCount: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const data: i32 = dataOfRow(w, context, row);
  const weights: i32 = blockOfGroup(w, context, groupOfRow(w, context, row)) + PM_TABLE + 2 * scenarioCount;
  const liveUnits: f64 = f[data + PM_LIVE] * units;
  // A poisoned row has a mark that is not a number, whatever the comparisons below make of its shocked prices.
  const probe: f64 = f[data + PM_MARK] * 0.0;
  for (let s: i32 = 0; s < scenarioCount; s++) {
    const pnl: f64 = liveUnits * (f[data + PM_SHOCKED + s] - limit);
    f[work + WORK_ORDER_PNL + s] = f[work + WORK_ORDER_PNL + s] + probe + (pnl < 0.0 ? pnl * f[weights + s] : 0.0);
  }
}

/** The larger of scan risk and minimum delta, of everything (initial) and of the positions (maintenance). */
function chargeNet(
  f: Floats, w: Ints, context: i32, block: i32, cells: i32, out: i32, vector: i32, work: i32,
): void {
  const scenarioCount: i32 = w[context + CONTEXT_SCENARIO_COUNT];
  const components: i32 = out + OUT_COMPONENTS;
  let scan: f64 = 0.0;
  let positionScan: f64 = 0.0;
  let probe: f64 = 0.0;
  for (let s: i32 = 0; s < scenarioCount; s++) {
    const ofPositions: f64 = cells < 0 ? 0.0 : f[cells + s];
    const pnl: f64 = ofPositions + f[work + WORK_ORDER_PNL + s];
    f[vector + s] = f[vector + s] + pnl;
    probe = probe + pnl * 0.0;
    if (-ofPositions > positionScan) positionScan = -ofPositions;
    if (-pnl > scan) {
      scan = -pnl;
      if (scan > f[work + WORK_LARGEST]) f[out + OUT_SCENARIO] = s;
    }
  }
  if (scan > f[work + WORK_LARGEST]) f[work + WORK_LARGEST] = scan;
  const deltaMinimum: f64 = chargeDeltas(f, block, components, work);
  const positionDeltaMinimum: f64 = positionDeltaMinimumOf(f, block, work);
  const initial: f64 = (scan > deltaMinimum ? scan : deltaMinimum) + probe;
  const net: f64 = positionScan > positionDeltaMinimum ? positionScan : positionDeltaMinimum;
  const maintenance: f64 = net * f[block + PM_MAINTENANCE_FACTOR] + probe;
  f[components + PM_OUT_SCAN] = f[components + PM_OUT_SCAN] + scan;
  f[components + PM_OUT_DELTA_MINIMUM] = f[components + PM_OUT_DELTA_MINIMUM] + deltaMinimum;
  f[components + PM_OUT_NET_INITIAL] = f[components + PM_OUT_NET_INITIAL] + initial;
  f[components + PM_OUT_POSITION_SCAN] = f[components + PM_OUT_POSITION_SCAN] + positionScan;
  f[components + PM_OUT_POSITION_DELTA_MINIMUM] = f[components + PM_OUT_POSITION_DELTA_MINIMUM] + positionDeltaMinimum;
  f[components + PM_OUT_NET_MAINTENANCE] = f[components + PM_OUT_NET_MAINTENANCE] + maintenance;
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + initial;
  f[out + OUT_MAINTENANCE] = f[out + OUT_MAINTENANCE] + maintenance;
}

/** Minimum delta requirement with orders on their worse side, and the deltas behind it. */
function chargeDeltas(f: Floats, block: i32, components: i32, work: i32): f64 {
  const spot: f64 = f[block + PM_SPOT];
  const long: f64 = f[work + WORK_LONG] + f[work + WORK_ORDER_LONG];
  const short: f64 = f[work + WORK_SHORT] + f[work + WORK_ORDER_SHORT];
  const longSide: f64 = long - f[work + WORK_SHORT];
  const shortSide: f64 = short - f[work + WORK_LONG];
  const larger: f64 = longSide > shortSide ? longSide : shortSide;
  const unhedged: f64 = larger > 0.0 ? larger : 0.0;
  const rest: f64 = (long > short ? long : short) - unhedged;
  const hedged: f64 = rest > 0.0 ? rest : 0.0;
  const ofPositions: f64 = f[work + WORK_LONG] - f[work + WORK_SHORT];
  const ofOrders: f64 = f[work + WORK_ORDER_LONG] - f[work + WORK_ORDER_SHORT];
  f[components + PM_OUT_POSITION_DELTA] = f[components + PM_OUT_POSITION_DELTA] + ofPositions * spot;
  f[components + PM_OUT_ORDER_DELTA] = f[components + PM_OUT_ORDER_DELTA] + ofOrders * spot;
  f[components + PM_OUT_LONG_DELTA] = f[components + PM_OUT_LONG_DELTA] + long * spot;
  f[components + PM_OUT_SHORT_DELTA] = f[components + PM_OUT_SHORT_DELTA] + short * spot;
  f[components + PM_OUT_UNHEDGED_DELTA] = f[components + PM_OUT_UNHEDGED_DELTA] + unhedged * spot;
  f[components + PM_OUT_HEDGED_DELTA] = f[components + PM_OUT_HEDGED_DELTA] + hedged * spot;
  return (hedged * f[block + PM_HEDGED_FACTOR] + unhedged * f[block + PM_UNHEDGED_FACTOR]) * spot;
}

/** Of positions alone: the net delta is unhedged, what offsets is hedged. */
function positionDeltaMinimumOf(f: Floats, block: i32, work: i32): f64 {
  const long: f64 = f[work + WORK_LONG];
  const short: f64 = f[work + WORK_SHORT];
  const hedged: f64 = long < short ? long : short;
  const unhedged: f64 = Math.abs(long - short);
  return (hedged * f[block + PM_HEDGED_FACTOR] + unhedged * f[block + PM_UNHEDGED_FACTOR]) * f[block + PM_SPOT];
}

/**
 * Funding that the group would pay in the next period, and the fees of closing it. Orders take away from the funding of
 * the positions, as in the venue's engine.
 */
function chargeProvisions(f: Floats, out: i32, work: i32): void {
  const components: i32 = out + OUT_COMPONENTS;
  const positionFunding: f64 = f[work + WORK_FUNDING] > 0.0 ? f[work + WORK_FUNDING] : 0.0;
  const sum: f64 = f[work + WORK_FUNDING] - f[work + WORK_ORDER_FUNDING];
  const funding: f64 = sum > 0.0 ? sum : 0.0;
  // A funding rate that is not a number must not become a funding of nothing.
  const probe: f64 = sum * 0.0;
  const positionFee: f64 = f[work + WORK_FEE];
  const fee: f64 = positionFee + f[work + WORK_ORDER_FEE];
  f[components + PM_OUT_FUNDING] = f[components + PM_OUT_FUNDING] + funding;
  f[components + PM_OUT_FEE] = f[components + PM_OUT_FEE] + fee;
  f[components + PM_OUT_POSITION_FUNDING] = f[components + PM_OUT_POSITION_FUNDING] + positionFunding;
  f[components + PM_OUT_POSITION_FEE] = f[components + PM_OUT_POSITION_FEE] + positionFee;
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + (funding + fee + probe);
  f[out + OUT_MAINTENANCE] = f[out + OUT_MAINTENANCE] + (positionFunding + positionFee + probe);
}
