import { dataOfRow, firstPositionOf, floatsAt, positionCountOf, rowOfSlot, shapeOfRow, wordsAt } from '../columns.ts';
import {
  CONTEXT_INSTRUMENT_SIZE, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE,
  CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, OUT_COMPONENTS, OUT_EQUITY, OUT_INITIAL,
  OUT_SCENARIO, SHAPE_FUTURE,
} from '../layout.ts';
import { combineVar } from './var-combine.ts';
import {
  VAR_ADD_ON, VAR_AT_CLASSES, VAR_AT_TABLE, VAR_BID_ASK, VAR_CLASS_FLOATS, VAR_CLASS_RATE, VAR_CLASS_THRESHOLD,
  VAR_COMPONENT_COUNT, VAR_CONCENTRATION, VAR_DELTA, VAR_FIRST_HISTORICAL, VAR_HALF_SPREAD, VAR_HELD_DELTA,
  VAR_INVERSE, VAR_LIQUIDITY, VAR_NET_FLOOR, VAR_RATE, VAR_ROW_CLASS, VAR_SET_COUNT, VAR_SPREAD_MULTIPLE,
  VAR_SUM_BID_ASK, VAR_SUM_COUNT, VAR_SUM_LIQUIDITY, VAR_SUM_TAILS, VAR_TABLE_POINTS, VAR_TAIL_FLOATS,
  VAR_TAIL_JOINT, VAR_TAIL_LONG, VAR_TAIL_SCENARIO, VAR_TAIL_SHORT, VAR_VALUE, VAR_VOLUME_SHARE,
} from './var-layout.ts';
import { accountTails, heldClass, listedClass, rowWords } from './var-tails.ts';

/** VaR margin of one account. Formulas, sources and evidence: docs/models/var.md. */
export function marginVar(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, vector: i32, work: i32, rows: i32,
): void {
  const sets: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + VAR_SET_COUNT];
  const tails: i32 = work + VAR_SUM_COUNT;
  for (let i: i32 = work; i < tails + sets * VAR_TAIL_FLOATS; i++) f[i] = 0;
  for (let k: i32 = 0; k < sets; k++) f[tails + k * VAR_TAIL_FLOATS + VAR_TAIL_SCENARIO] = -1;
  for (let i: i32 = 0; i < VAR_COMPONENT_COUNT; i++) f[out + OUT_COMPONENTS + i] = 0;
  f[out + OUT_SCENARIO] = -1;
  f[out + OUT_EQUITY] = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  const held: i32 = accountTails(f, w, context, set, vector, work, rows);
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  for (let slot: i32 = first; slot < end; slot++) addPosition(f, w, context, slot, out, work);
  chargeLiquidity(f, w, context, out, work);
  chargeConcentration(f, w, context, out, work, held);
  combineVar(f, w, context, out, tails);
  const addOn: f64 = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
  f[out + OUT_COMPONENTS + VAR_ADD_ON] = addOn;
  f[out + OUT_INITIAL] = f[out + OUT_INITIAL] + addOn;
}

/** Value to the equity, delta to its class, what it would cost to close it alone. */
function addPosition(f: Floats, w: Ints, context: i32, slot: i32, out: i32, work: i32): void {
  const row: i32 = rowOfSlot(w, context, slot);
  const data: i32 = dataOfRow(w, context, row);
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + slot];
  let value: f64 = f[data + VAR_VALUE];
  if (shapeOfRow(w, context, row) === SHAPE_FUTURE) {
    const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
    const entry: f64 = f[floatsAt(w, context, CONTEXT_POSITION_PRICE) + slot];
    value = f[data + VAR_INVERSE] === 1
      ? size / entry * f[data + VAR_RATE] - value
      : value - size * entry * f[data + VAR_RATE];
  }
  f[out + OUT_EQUITY] = f[out + OUT_EQUITY] + quantity * value;
  const index: i32 = w[rowWords(w, context, row) + VAR_ROW_CLASS];
  const delta: i32 = heldClass(w, context, work, index) + VAR_HELD_DELTA;
  f[delta] = f[delta] + quantity * f[data + VAR_DELTA];
  const contracts: f64 = Math.abs(quantity);
  const tail: f64 = contracts * f[data + (quantity < 0 ? VAR_TAIL_SHORT : VAR_TAIL_LONG)];
  const factor: f64 = liquidityFactor(f, w, context, contracts * f[data + VAR_VOLUME_SHARE]);
  f[work + VAR_SUM_TAILS] = f[work + VAR_SUM_TAILS] + tail;
  f[work + VAR_SUM_LIQUIDITY] = f[work + VAR_SUM_LIQUIDITY] + tail * factor;
  f[work + VAR_SUM_BID_ASK] = f[work + VAR_SUM_BID_ASK] + contracts * f[data + VAR_HALF_SPREAD];
}

/** The table at a share of a day's volume: straight between its points and beyond the last, level before the first. */
function liquidityFactor(f: Floats, w: Ints, context: i32, share: f64): f64 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const table: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS) + w[words + VAR_AT_TABLE];
  const points: i32 = w[words + VAR_TABLE_POINTS];
  if (points === 0) return 0;
  if (share <= f[table] || points === 1) return f[table + 1];
  let at: i32 = table;
  for (let i: i32 = 1; i < points - 1; i++) {
    if (share > f[at + 2]) at = at + 2;
  }
  return f[at + 1] + (share - f[at]) * ((f[at + 3] - f[at + 1]) / (f[at + 2] - f[at]));
}

/** Charges of the single positions, netted as far as the tail of the account is below the sum of theirs. */
function chargeLiquidity(f: Floats, w: Ints, context: i32, out: i32, work: i32): void {
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const set: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + VAR_FIRST_HISTORICAL];
  const joint: f64 = f[work + VAR_SUM_COUNT + set * VAR_TAIL_FLOATS + VAR_TAIL_JOINT];
  const sum: f64 = f[work + VAR_SUM_TAILS];
  const least: f64 = f[floats + VAR_NET_FLOOR];
  const netted: f64 = sum > 0 ? joint / sum : 0;
  f[out + OUT_COMPONENTS + VAR_LIQUIDITY] = (netted > least ? netted : least) * f[work + VAR_SUM_LIQUIDITY];
  f[out + OUT_COMPONENTS + VAR_BID_ASK] = f[floats + VAR_SPREAD_MULTIPLE] * f[work + VAR_SUM_BID_ASK];
}

/** What the net delta of a class exceeds its threshold by, at the rate of the class. */
function chargeConcentration(f: Floats, w: Ints, context: i32, out: i32, work: i32, held: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const classes: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS) + w[words + VAR_AT_CLASSES];
  let charge: f64 = 0;
  for (let place: i32 = 0; place < held; place++) {
    const index: i32 = listedClass(f, w, context, work, place);
    const at: i32 = classes + index * VAR_CLASS_FLOATS;
    const excess: f64 = Math.abs(f[heldClass(w, context, work, index) + VAR_HELD_DELTA]) - f[at + VAR_CLASS_THRESHOLD];
    if (excess > 0) charge = charge + f[at + VAR_CLASS_RATE] * excess;
  }
  f[out + OUT_COMPONENTS + VAR_CONCENTRATION] = charge;
}
