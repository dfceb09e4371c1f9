import { isOptionPrice } from '../black-scholes.ts';
import {
  cellsOfRow, dataOfRow, firstPositionOf, floatsAt, orderCountOf, poisonRow, positionCountOf, rowOfSlot, sealRow,
  shapeOfRow,
} from '../columns.ts';
import {
  CONTEXT_POSITION_PRICE, CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, FAULT_MODEL, OUT_COMPONENTS,
  OUT_EQUITY, OUT_FAULT, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO, SHAPE_CALL, SHAPE_FUTURE, SHAPE_SPOT,
} from '../layout.ts';

/**
 * Paradex cross margin: docs/models/paradex-xm.md. Markets are margined one by one and summed; everything is in the
 * reporting currency (USDC at par with USD).
 */

// --- data of an instrument: written by prepareTick ---------------------------------------------------------------
/** Mark price, quote currency per base unit. */
export const XM_MARK: i32 = 0;
/** Index price of the underlying. */
export const XM_SPOT: i32 = 1;
export const XM_STRIKE: i32 = 2;
/** Base units per contract. */
export const XM_SIZE: i32 = 3;
/** Years to expiry; negative once it has passed. */
export const XM_YEARS: i32 = 4;
/** Taker fee, fraction of notional, and the most that an option pays, fraction of its mark. */
export const XM_FEE_RATE: i32 = 5;
export const XM_FEE_CAP: i32 = 6;
/** Of perpetuals and futures. */
export const XM_IMF_BASE: i32 = 7;
export const XM_MMF_FACTOR: i32 = 8;
/** Of options: five fractions for initial margin, then the same five for maintenance. */
export const XM_OPTION_INITIAL: i32 = 9;
export const XM_OPTION_MAINTENANCE: i32 = 14;
// --- written by the row kernel: per contract -------------------------------------------------------------------------
export const XM_LONG_INITIAL: i32 = 19;
export const XM_SHORT_INITIAL: i32 = 20;
export const XM_LONG_MAINTENANCE: i32 = 21;
export const XM_SHORT_MAINTENANCE: i32 = 22;
export const XM_FEE: i32 = 23;
export const XM_DATA_WIDTH: i32 = 24;

/** Fractions of an option's side. */
export const XM_PREMIUM_MULTIPLIER: i32 = 0;
export const XM_LONG_ITM: i32 = 1;
export const XM_SHORT_ITM: i32 = 2;
export const XM_SHORT_OTM: i32 = 3;
export const XM_SHORT_PUT_CAP: i32 = 4;

// --- components, from OUT_COMPONENTS ----------------------------------------------------------------------------
export const XM_OUT_NET_INITIAL: i32 = 0;
export const XM_OUT_FEE: i32 = 1;
export const XM_OUT_OPEN_LOSS: i32 = 2;
export const XM_OUT_SPOT_BALANCE: i32 = 3;
export const XM_OUT_NET_MAINTENANCE: i32 = 4;
export const XM_OUT_POSITION_FEE: i32 = 5;
/** Open sizes times marks: of the larger side of each market, and of either side. */
export const XM_OUT_OPEN_NOTIONAL: i32 = 6;
export const XM_OUT_BUY_NOTIONAL: i32 = 7;
export const XM_OUT_SELL_NOTIONAL: i32 = 8;
export const XM_OUT_COUNT: i32 = 9;

/** Faults: FAULT_MODEL + this. */
export const XM_FAULT_SPOT_ORDER: i32 = 0;

/** Requirement per contract on either side, and fee. Its one cell is 0: nothing is revalued. */
export function fillParadexXmRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const shape: i32 = shapeOfRow(w, context, row);
  if (!isQuoteGood(f, data, shape)) {
    for (let i: i32 = XM_LONG_INITIAL; i <= XM_FEE; i++) f[data + i] = NaN;
    f[data + XM_MARK] = NaN;
    poisonRow(f, w, context, row);
    return;
  }
  const mark: f64 = f[data + XM_MARK];
  const size: f64 = f[data + XM_SIZE];
  const rate: f64 = f[data + XM_FEE_RATE];
  if (shape >= SHAPE_CALL) {
    f[data + XM_LONG_INITIAL] = size * longOption(f, data, data + XM_OPTION_INITIAL);
    f[data + XM_SHORT_INITIAL] = size * shortOption(f, data, data + XM_OPTION_INITIAL, shape);
    f[data + XM_LONG_MAINTENANCE] = size * longOption(f, data, data + XM_OPTION_MAINTENANCE);
    f[data + XM_SHORT_MAINTENANCE] = size * shortOption(f, data, data + XM_OPTION_MAINTENANCE, shape);
    const fee: f64 = rate * f[data + XM_SPOT];
    const cap: f64 = f[data + XM_FEE_CAP] * mark;
    f[data + XM_FEE] = size * (fee < cap ? fee : cap);
  } else {
    const initial: f64 = size * mark * f[data + XM_IMF_BASE];
    const maintenance: f64 = initial * f[data + XM_MMF_FACTOR];
    f[data + XM_LONG_INITIAL] = initial;
    f[data + XM_SHORT_INITIAL] = initial;
    f[data + XM_LONG_MAINTENANCE] = maintenance;
    f[data + XM_SHORT_MAINTENANCE] = maintenance;
    f[data + XM_FEE] = size * (rate * mark);
  }
  f[cellsOfRow(w, context, row)] = 0.0;
  sealRow(f, w, context, row, 1);
}

function isQuoteGood(f: Floats, data: i32, shape: i32): boolean {
  const mark: f64 = f[data + XM_MARK];
  if (!(f[data + XM_YEARS] >= 0.0)) return false;
  if (shape < SHAPE_CALL) return mark > 0.0 && mark < Infinity;
  const spot: f64 = f[data + XM_SPOT];
  return spot > 0.0 && spot < Infinity && isOptionPrice(mark, spot, f[data + XM_STRIKE]);
}

/** The premium, but no more than a share of the index price. */
function longOption(f: Floats, data: i32, side: i32): f64 {
  const premium: f64 = f[data + XM_MARK] * f[side + XM_PREMIUM_MULTIPLIER];
  const cap: f64 = f[side + XM_LONG_ITM] * f[data + XM_SPOT];
  return premium < cap ? premium : cap;
}

/** A share of the index price that falls with moneyness to a floor; puts are capped. */
function shortOption(f: Floats, data: i32, side: i32, shape: i32): f64 {
  const spot: f64 = f[data + XM_SPOT];
  const strike: f64 = f[data + XM_STRIKE];
  const beyond: f64 = shape === SHAPE_CALL ? strike - spot : spot - strike;
  const outOfMoney: f64 = beyond > 0.0 ? beyond : 0.0;
  const inMoney: f64 = f[side + XM_SHORT_ITM] * spot - outOfMoney;
  const floor: f64 = f[side + XM_SHORT_OTM] * spot;
  const margin: f64 = inMoney > floor ? inMoney : floor;
  const cap: f64 = f[side + XM_SHORT_PUT_CAP] * spot;
  return shape !== SHAPE_CALL && cap < margin ? cap : margin;
}

/** Requirement of one account: positions and open orders are walked together, instrument by instrument. */
export function marginParadexXm(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, _vector: i32, _work: i32, _rows: i32,
): void {
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  const orderEnd: i32 = end + orderCountOf(w, context, set);
  let p: i32 = first;
  let order: i32 = end;
  f[out + OUT_EQUITY] = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  f[out + OUT_INITIAL] = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  f[out + OUT_SCENARIO] = -1.0;
  // Sums over markets, which an account without positions has none of.
  for (let i: i32 = 0; i < XM_OUT_COUNT; i++) f[out + OUT_COMPONENTS + i] = 0.0;
  while (p < end || order < orderEnd) {
    const row: i32 = nextRow(w, context, p, end, order, orderEnd);
    const ordersEnd: i32 = endOfRow(w, context, order, orderEnd, row);
    const isHeld: boolean = p < end && rowOfSlot(w, context, p) === row;
    const position: i32 = isHeld ? p : -1;
    if (isHeld) addValue(f, w, context, p, out);
    if (shapeOfRow(w, context, row) === SHAPE_SPOT) {
      if (ordersEnd > order) f[out + OUT_FAULT] = FAULT_MODEL + XM_FAULT_SPOT_ORDER;
      if (isHeld) chargeSpot(f, w, context, p, out);
    } else {
      chargeMarket(f, w, context, row, position, order, ordersEnd, out);
    }
    if (isHeld) p = p + 1;
    order = ordersEnd;
  }
}

/** Instrument of the next position or order, whichever comes first. */
export function nextRow(w: Ints, context: i32, p: i32, end: i32, order: i32, orderEnd: i32): i32 {
  if (p === end) return rowOfSlot(w, context, order);
  if (order === orderEnd) return rowOfSlot(w, context, p);
  const row: i32 = rowOfSlot(w, context, p);
  const orderRow: i32 = rowOfSlot(w, context, order);
  return orderRow < row ? orderRow : row;
}

/** First slot after the orders in an instrument. */
function endOfRow(w: Ints, context: i32, slot: i32, end: i32, row: i32): i32 {
  let next: i32 = slot;
  while (next < end && rowOfSlot(w, context, next) === row) next = next + 1;
  return next;
}

/** Options and spot are worth their price; perpetuals and futures what they have gained since entry. */
function addValue(f: Floats, w: Ints, context: i32, p: i32, out: i32): void {
  const row: i32 = rowOfSlot(w, context, p);
  const data: i32 = dataOfRow(w, context, row);
  const units: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + p] * f[data + XM_SIZE];
  const isFuture: boolean = shapeOfRow(w, context, row) === SHAPE_FUTURE;
  const paid: f64 = isFuture ? units * f[floatsAt(w, context, CONTEXT_POSITION_PRICE) + p] : 0.0;
  f[out + OUT_EQUITY] = f[out + OUT_EQUITY] + (units * f[data + XM_MARK] - paid);
}

function chargeSpot(f: Floats, w: Ints, context: i32, p: i32, out: i32): void {
  const data: i32 = dataOfRow(w, context, rowOfSlot(w, context, p));
  const units: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + p] * f[data + XM_SIZE];
  const value: f64 = Math.abs(units * f[data + XM_MARK]);
  addComponent(f, out, XM_OUT_SPOT_BALANCE, value);
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + value;
  f[out + OUT_MAINTENANCE] = f[out + OUT_MAINTENANCE] + value;
}

function addComponent(f: Floats, out: i32, component: i32, amount: f64): void {
  f[out + OUT_COMPONENTS + component] = f[out + OUT_COMPONENTS + component] + amount;
}

/** One market: the worse side of position and orders, fees, and what aggressive orders would lose at once. */
function chargeMarket(
  f: Floats, w: Ints, context: i32, row: i32, position: i32, firstOrder: i32, ordersEnd: i32, out: i32,
): void {
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const prices: i32 = floatsAt(w, context, CONTEXT_POSITION_PRICE);
  const data: i32 = dataOfRow(w, context, row);
  const mark: f64 = f[data + XM_MARK];
  const held: f64 = position < 0 ? 0.0 : f[quantities + position];
  let buys: f64 = 0.0;
  let sells: f64 = 0.0;
  let openLoss: f64 = 0.0;
  for (let o: i32 = firstOrder; o < ordersEnd; o++) {
    const quantity: f64 = f[quantities + o];
    if (quantity > 0.0) buys = buys + quantity;
    else sells = sells - quantity;
    const loss: f64 = quantity * f[data + XM_SIZE] * (f[prices + o] - mark);
    if (loss > 0.0) openLoss = openLoss + loss;
  }
  const buyOpen: f64 = buys + held > 0.0 ? buys + held : 0.0;
  const sellOpen: f64 = sells - held > 0.0 ? sells - held : 0.0;
  const open: f64 = buyOpen > sellOpen ? buyOpen : sellOpen;
  const buyInitial: f64 = buyOpen * f[data + XM_LONG_INITIAL];
  const sellInitial: f64 = sellOpen * f[data + XM_SHORT_INITIAL];
  const netInitial: f64 = buyInitial > sellInitial ? buyInitial : sellInitial;
  const perContract: f64 = held > 0.0 ? f[data + XM_LONG_MAINTENANCE] : f[data + XM_SHORT_MAINTENANCE];
  const netMaintenance: f64 = Math.abs(held) * perContract;
  const fee: f64 = open * f[data + XM_FEE];
  const positionFee: f64 = Math.abs(held) * f[data + XM_FEE];
  addComponent(f, out, XM_OUT_NET_INITIAL, netInitial);
  addComponent(f, out, XM_OUT_FEE, fee);
  addComponent(f, out, XM_OUT_OPEN_LOSS, openLoss);
  addComponent(f, out, XM_OUT_NET_MAINTENANCE, netMaintenance);
  addComponent(f, out, XM_OUT_POSITION_FEE, positionFee);
  addComponent(f, out, XM_OUT_OPEN_NOTIONAL, open * f[data + XM_SIZE] * mark);
  addComponent(f, out, XM_OUT_BUY_NOTIONAL, buyOpen * f[data + XM_SIZE] * mark);
  addComponent(f, out, XM_OUT_SELL_NOTIONAL, sellOpen * f[data + XM_SIZE] * mark);
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + (netInitial + fee + openLoss);
  f[out + OUT_MAINTENANCE] = f[out + OUT_MAINTENANCE] + (netMaintenance + positionFee);
}
