import { blackPrice } from '../black76.ts';
import {
  cellsOfRow, dataOfRow, expiryEnd, firstPositionOf, floatsAt, positionCountOf, rowOfSlot, sealRow,
  shapeOfRow, wordsAt,
} from '../columns.ts';
import {
  CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE,
  CONTEXT_INSTRUMENT_VOLATILITY, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_POSITION_PRICE,
  CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, FAULT_MODEL, OUT_COMPONENTS, OUT_EQUITY,
  OUT_FAULT, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO, SHAPE_CALL,
} from '../layout.ts';
import {
  COMPONENT_BASE_INITIAL, COMPONENT_BASE_MAINTENANCE, COMPONENT_COUNT, COMPONENT_DEPEG, COMPONENT_OPTION_INITIAL,
  COMPONENT_OPTION_MAINTENANCE, COMPONENT_ORACLE, COMPONENT_PERPETUAL_INITIAL, COMPONENT_PERPETUAL_MAINTENANCE,
  DATA_CONFIDENCE, DATA_DEPEG, DATA_MARK, DATA_ROOT_TIME, DATA_SPOT, DATA_SPOT_CONFIDENCE, DEVIATION_MIN,
  FAULT_BASE_SHORT, KIND_BASE, KIND_OPTION, MARKET_BASE_INITIAL, MARKET_BASE_MAINTENANCE, MARKET_BASE_THRESHOLD,
  MARKET_CALL_MAINTENANCE, MARKET_FLOATS, MARKET_MAX_SPOT, MARKET_MIN_SPOT, MARKET_OPTION_THRESHOLD,
  MARKET_ORACLE_SCALE, MARKET_PERPETUAL_INITIAL, MARKET_PERPETUAL_MAINTENANCE, MARKET_PERPETUAL_THRESHOLD,
  MARKET_PUT_MAINTENANCE, MARKET_PUT_MARK_MAINTENANCE, MARKET_PUT_OFFSET, MARKET_UNPAIRED_INITIAL,
  MARKET_UNPAIRED_MAINTENANCE, ROW_KIND, ROW_MARKET, ROW_WORDS, WORK_ISOLATED_INITIAL, WORK_ISOLATED_MAINTENANCE,
} from './derive-srm-layout.ts';

function rowWord(w: Ints, context: i32, row: i32, word: i32): i32 {
  return w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + row * ROW_WORDS + word];
}

/** First float of the market of an instrument. */
function marketOfRow(w: Ints, context: i32, row: i32): i32 {
  return floatsAt(w, context, CONTEXT_MODEL_FLOATS) + rowWord(w, context, row, ROW_MARKET) * MARKET_FLOATS;
}

/** Fills one instrument's row: its mark, of an option Black-76 on the forward without discounting. */
export function fillDeriveSrmRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const price: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const data: i32 = dataOfRow(w, context, row);
  let mark: f64 = price > 0 ? price * size : NaN;
  if (rowWord(w, context, row, ROW_KIND) === KIND_OPTION) {
    const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
    const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
    const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1 : -1;
    const deviation: f64 = volatility * f[data + DATA_ROOT_TIME];
    const isGood: boolean = price > 0 && price < Infinity && volatility > 0 && volatility < Infinity;
    mark = isGood ? blackPrice(sign, price, strike, deviation <= DEVIATION_MIN ? 0 : deviation) * size : NaN;
  }
  const cells: i32 = cellsOfRow(w, context, row);
  f[cells] = mark;
  sealRow(f, w, context, row, 1);
  f[data + DATA_MARK] = mark + f[cells] * 0;
}

/** 1 - confidence below the threshold, else 0; NaN if either confidence is unknown. */
function lackingConfidence(own: f64, spot: f64, threshold: f64): f64 {
  const confidence: f64 = own < spot ? own : spot + own * 0;
  return confidence >= threshold ? 0 : 1.0 - confidence;
}

function addPerpetual(f: Floats, w: Ints, context: i32, p: i32, row: i32, out: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const market: i32 = marketOfRow(w, context, row);
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + p];
  const units: f64 = quantity * f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const value: f64 = quantity * f[data + DATA_MARK];
  const notional: f64 = Math.abs(units) * f[data + DATA_SPOT];
  f[out + OUT_EQUITY] += value - units * f[floatsAt(w, context, CONTEXT_POSITION_PRICE) + p];
  const components: i32 = out + OUT_COMPONENTS;
  f[components + COMPONENT_PERPETUAL_MAINTENANCE] += Math.abs(value) * f[market + MARKET_PERPETUAL_MAINTENANCE];
  f[components + COMPONENT_PERPETUAL_INITIAL] += Math.abs(value) * f[market + MARKET_PERPETUAL_INITIAL];
  f[components + COMPONENT_DEPEG] += notional * f[data + DATA_DEPEG];
  const lacking: f64 = lackingConfidence(
    f[data + DATA_CONFIDENCE], f[data + DATA_SPOT_CONFIDENCE], f[market + MARKET_PERPETUAL_THRESHOLD],
  );
  f[components + COMPONENT_ORACLE] += notional * lacking * f[market + MARKET_ORACLE_SCALE];
}

/** Returns a fault of the model, or -1. */
function addBase(f: Floats, w: Ints, context: i32, p: i32, row: i32, out: i32): i32 {
  const data: i32 = dataOfRow(w, context, row);
  const market: i32 = marketOfRow(w, context, row);
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + p];
  if (quantity < 0) return FAULT_BASE_SHORT;
  const value: f64 = quantity * f[data + DATA_MARK];
  f[out + OUT_EQUITY] += value;
  const components: i32 = out + OUT_COMPONENTS;
  f[components + COMPONENT_BASE_MAINTENANCE] += value * (1.0 - f[market + MARKET_BASE_MAINTENANCE]);
  f[components + COMPONENT_BASE_INITIAL] += value * (1.0 - f[market + MARKET_BASE_INITIAL]);
  const confidence: f64 = f[data + DATA_SPOT_CONFIDENCE];
  const lacking: f64 = lackingConfidence(confidence, confidence, f[market + MARKET_BASE_THRESHOLD]);
  f[components + COMPONENT_ORACLE] += value * lacking * f[market + MARKET_ORACLE_SCALE];
  return -1;
}

/** Balance of one short option alone, for maintenance and initial margin (both negative), added to the scratch. */
function addIsolated(f: Floats, w: Ints, context: i32, row: i32, units: f64, mark: f64, work: i32): void {
  const data: i32 = dataOfRow(w, context, row);
  const market: i32 = marketOfRow(w, context, row);
  const spot: f64 = f[data + DATA_SPOT];
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const isCall: boolean = shapeOfRow(w, context, row) === SHAPE_CALL;
  const distance: f64 = isCall ? strike - spot : spot - strike;
  const outOfTheMoney: f64 = distance > 0 ? distance : distance * 0;
  const reduced: f64 = f[market + MARKET_MAX_SPOT] - outOfTheMoney / spot;
  const least: f64 = f[market + MARKET_MIN_SPOT];
  let initial: f64 = mark + (reduced < least ? least : reduced) * spot * units;
  let maintenance: f64 = mark + f[market + MARKET_CALL_MAINTENANCE] * spot * units;
  if (!isCall) {
    const ofSpot: f64 = f[market + MARKET_PUT_MAINTENANCE] * spot * units;
    const ofMark: f64 = f[market + MARKET_PUT_MARK_MAINTENANCE] * mark;
    maintenance = mark + (ofSpot < ofMark ? ofSpot : ofMark);
    const offset: f64 = f[market + MARKET_PUT_OFFSET] * maintenance;
    initial = initial < offset ? initial : offset;
  }
  f[work + WORK_ISOLATED_INITIAL] += initial;
  f[work + WORK_ISOLATED_MAINTENANCE] += maintenance;
}

/**
 * Worst payoff of the options of one expiry over the prices 0 and every strike, at most 0; what lies beyond the last
 * strike is charged as unpaired calls. The slots are sorted by strike, so the payoff is followed along the prices.
 */
function worstPayoff(f: Floats, w: Ints, context: i32, first: i32, end: i32): f64 {
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const strikes: i32 = floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE);
  const sizes: i32 = floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE);
  let payoff: f64 = 0;
  let slope: f64 = 0;
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    if (shapeOfRow(w, context, row) === SHAPE_CALL) continue;
    const units: f64 = f[quantities + p] * f[sizes + row];
    payoff = payoff + units * f[strikes + row];
    slope = slope - units;
  }
  let worst: f64 = payoff < 0 ? payoff : 0;
  let price: f64 = 0;
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    const strike: f64 = f[strikes + row];
    payoff = payoff + slope * (strike - price);
    price = strike;
    slope = slope + f[quantities + p] * f[sizes + row];
    if (payoff < worst) worst = payoff;
  }
  return worst;
}

/** Options of one expiry: the better of the sum of isolated balances and the worst payoff. */
function addExpiry(f: Floats, w: Ints, context: i32, first: i32, end: i32, out: i32, work: i32): void {
  const head: i32 = rowOfSlot(w, context, first);
  const market: i32 = marketOfRow(w, context, head);
  f[work + WORK_ISOLATED_INITIAL] = 0;
  f[work + WORK_ISOLATED_MAINTENANCE] = 0;
  let value: f64 = 0;
  let calls: f64 = 0;
  let shorts: f64 = 0;
  let confidence: f64 = 1;
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    const data: i32 = dataOfRow(w, context, row);
    const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + p];
    const units: f64 = quantity * f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
    const mark: f64 = quantity * f[data + DATA_MARK];
    value = value + mark;
    if (shapeOfRow(w, context, row) === SHAPE_CALL) calls = calls + units;
    const own: f64 = f[data + DATA_CONFIDENCE];
    confidence = own < confidence ? own : confidence + own * 0;
    if (units < 0) {
      shorts = shorts - units;
      addIsolated(f, w, context, row, units, mark, work);
    }
  }
  const floor: f64 = worstPayoff(f, w, context, first, end);
  const unpaired: f64 = calls < 0 ? calls * f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + head] : 0;
  const initialFloor: f64 = floor + f[market + MARKET_UNPAIRED_INITIAL] * unpaired;
  const maintenanceFloor: f64 = floor + f[market + MARKET_UNPAIRED_MAINTENANCE] * unpaired;
  const initial: f64 = f[work + WORK_ISOLATED_INITIAL];
  const maintenance: f64 = f[work + WORK_ISOLATED_MAINTENANCE];
  f[out + OUT_EQUITY] += value;
  const components: i32 = out + OUT_COMPONENTS;
  f[components + COMPONENT_OPTION_INITIAL] += value - (initial < initialFloor ? initialFloor : initial);
  f[components + COMPONENT_OPTION_MAINTENANCE] += value
    - (maintenance < maintenanceFloor ? maintenanceFloor : maintenance);
  const data: i32 = dataOfRow(w, context, head);
  const notional: f64 = shorts > 0 ? shorts * f[data + DATA_SPOT] : 0;
  f[components + COMPONENT_DEPEG] += notional * f[data + DATA_DEPEG];
  const lacking: f64 = lackingConfidence(
    confidence, f[data + DATA_SPOT_CONFIDENCE], f[market + MARKET_OPTION_THRESHOLD],
  );
  f[components + COMPONENT_ORACLE] += notional * lacking * f[market + MARKET_ORACLE_SCALE];
}

/** Margin of one account: every market and expiry by itself, summed. Requirements are positive. */
export function marginDeriveSrm(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, _vector: i32, work: i32, _rows: i32,
): void {
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  f[out + OUT_SCENARIO] = -1;
  for (let i: i32 = 0; i < COMPONENT_COUNT; i++) f[out + OUT_COMPONENTS + i] = 0;
  f[out + OUT_EQUITY] = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  let p: i32 = first;
  while (p < end) {
    const row: i32 = rowOfSlot(w, context, p);
    const kind: i32 = rowWord(w, context, row, ROW_KIND);
    if (kind === KIND_OPTION) {
      const next: i32 = expiryEnd(w, context, p, end);
      addExpiry(f, w, context, p, next, out, work);
      p = next;
      continue;
    }
    if (kind === KIND_BASE) {
      const fault: i32 = addBase(f, w, context, p, row, out);
      if (fault >= 0) {
        f[out + OUT_FAULT] = FAULT_MODEL + fault;
        return;
      }
    } else {
      addPerpetual(f, w, context, p, row, out);
    }
    p = p + 1;
  }
  const components: i32 = out + OUT_COMPONENTS;
  const contingencies: f64 = f[components + COMPONENT_DEPEG] + f[components + COMPONENT_ORACLE];
  f[out + OUT_MAINTENANCE] = f[components + COMPONENT_OPTION_MAINTENANCE]
    + f[components + COMPONENT_PERPETUAL_MAINTENANCE] + f[components + COMPONENT_BASE_MAINTENANCE];
  f[out + OUT_INITIAL] = f[components + COMPONENT_OPTION_INITIAL] + f[components + COMPONENT_PERPETUAL_INITIAL]
    + f[components + COMPONENT_BASE_INITIAL] + contingencies + f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
}
