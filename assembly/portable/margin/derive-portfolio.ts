import {
  dataOfRow, firstPositionOf, floatsAt, positionCountOf, rowOfSlot, segmentEnd, wordsAt,
} from '../columns.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE, CONTEXT_MODEL_WORDS,
  CONTEXT_POSITION_PRICE, CONTEXT_POSITION_QUANTITY, CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, FAULT_MODEL,
  OUT_COMPONENTS, OUT_EQUITY, OUT_FAULT, OUT_INITIAL, OUT_MAINTENANCE, OUT_SCENARIO,
} from '../layout.ts';
import {
  COLLATERAL_ACCEPTED, COLLATERAL_CANCELS_RISK, COLLATERAL_FLOATS, COLLATERAL_INITIAL, COLLATERAL_MAINTENANCE,
  COMPONENT_BASIS, COMPONENT_COLLATERAL, COMPONENT_COLLATERAL_INITIAL, COMPONENT_COUNT,
  COMPONENT_INITIAL_FACTOR, COMPONENT_OPTION, COMPONENT_OPTION_INITIAL, COMPONENT_ORACLE, COMPONENT_PERPETUAL,
  COMPONENT_PERPETUAL_INITIAL, COMPONENT_SCENARIO_LOSS, DATA_BASIS, DATA_CONFIDENCE, DATA_DISCOUNT, DATA_MARK, DATA_NEGATIVE, DATA_POSITIVE,
  FAULT_COLLATERAL_NOT_TAKEN, FAULT_COLLATERAL_SHORT, FAULT_TWO_UNDERLYINGS, KIND_COLLATERAL, KIND_OPTION,
  MANAGER_COLLATERAL_SCALE, MANAGER_CONFIDENCE_SCALE, MANAGER_CONFIDENCE_THRESHOLD, MANAGER_FACTORED_CONTINGENCY,
  MANAGER_INITIAL_FACTOR, MANAGER_MAINTENANCE_FACTOR, MANAGER_OPTION_INITIAL, MANAGER_OPTION_MAINTENANCE,
  MANAGER_PERPETUAL_INITIAL, MANAGER_PERPETUAL_MAINTENANCE, MANAGER_SCALARS, MANAGER_SPOT, MANAGER_SPOT_CONFIDENCE,
  MANAGER_WORD_SCENARIOS, ROW_COLLATERAL, ROW_KIND, ROW_MANAGER, SCENARIO_DAMPENING, SCENARIO_FLOATS,
  SCENARIO_MULTIPLIER, VOLATILITY_LINEAR, WORD_DEFAULT_MANAGER, WORD_MANAGER_COUNT, WORD_SCENARIO_MAX, WORK_BASIS,
  WORK_COLLATERAL,
  WORK_COLLATERAL_INITIAL, WORK_CONFIDENCE, WORK_COUNT, WORK_MARK, WORK_NAKED_SHORTS, WORK_ORACLE, WORK_PERPETUALS,
  WORK_SPOT_EXPOSURE,
} from './derive-portfolio-layout.ts';
import { managerFloats, managerWords, rowWords } from './derive-portfolio-row.ts';

/** No manager: the account holds options or perpetuals of two underlyings. */
const TWO_MANAGERS: i32 = -2;

/** First float of what a manager says of the collateral in a slot. */
function collateralTerms(w: Ints, context: i32, manager: i32, row: i32): i32 {
  const scenarioMax: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + WORD_SCENARIO_MAX];
  const collateral: i32 = w[rowWords(w, context, row) + ROW_COLLATERAL];
  const tables: i32 = managerFloats(w, context, manager) + MANAGER_SCALARS + scenarioMax * SCENARIO_FLOATS;
  return tables + collateral * COLLATERAL_FLOATS;
}

/** The default manager or, if it does not take all the collateral in the slots, the first that does. */
function managerOfCollateral(f: Floats, w: Ints, context: i32, first: i32, end: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  for (let i: i32 = -1; i < w[words + WORD_MANAGER_COUNT]; i++) {
    const manager: i32 = i < 0 ? w[words + WORD_DEFAULT_MANAGER] : i;
    let p: i32 = first;
    while (p < end) {
      const terms: i32 = collateralTerms(w, context, manager, rowOfSlot(w, context, p));
      if (f[terms + COLLATERAL_ACCEPTED] === 0) break;
      p = p + 1;
    }
    if (p === end) return manager;
  }
  return w[words + WORD_DEFAULT_MANAGER];
}

/** Manager of the options and perpetuals in the slots; without any, of the collateral. */
function managerOfSlots(f: Floats, w: Ints, context: i32, first: i32, end: i32): i32 {
  let manager: i32 = -1;
  for (let p: i32 = first; p < end; p++) {
    const words: i32 = rowWords(w, context, rowOfSlot(w, context, p));
    if (w[words + ROW_KIND] === KIND_COLLATERAL) continue;
    if (manager !== -1 && manager !== w[words + ROW_MANAGER]) return TWO_MANAGERS;
    manager = w[words + ROW_MANAGER];
  }
  return manager === -1 ? managerOfCollateral(f, w, context, first, end) : manager;
}

/** 1 - confidence below the threshold, else 0; NaN if the confidence is unknown. */
function lackingConfidence(confidence: f64, threshold: f64): f64 {
  return confidence >= threshold ? 0 : 1.0 - confidence;
}

/** The lesser of two confidences; NaN if either is unknown. */
function lesserConfidence(a: f64, b: f64): f64 {
  return a < b ? a : b + a * 0;
}

/** Adds one spot position; returns a fault of the model, or -1. */
function addCollateral(
  f: Floats, w: Ints, context: i32, p: i32, row: i32, manager: i32, work: i32,
): i32 {
  const floats: i32 = managerFloats(w, context, manager);
  const terms: i32 = collateralTerms(w, context, manager, row);
  if (f[terms + COLLATERAL_ACCEPTED] === 0) return FAULT_COLLATERAL_NOT_TAKEN;
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + p];
  if (quantity < 0) return FAULT_COLLATERAL_SHORT;
  const data: i32 = dataOfRow(w, context, row);
  const value: f64 = quantity * f[data + DATA_MARK];
  f[work + WORK_MARK] += value;
  if (f[terms + COLLATERAL_CANCELS_RISK] !== 0) f[work + WORK_SPOT_EXPOSURE] += value;
  const charged: f64 = value * f[floats + MANAGER_COLLATERAL_SCALE];
  f[work + WORK_COLLATERAL] += charged * f[terms + COLLATERAL_MAINTENANCE];
  f[work + WORK_COLLATERAL_INITIAL] += charged * f[terms + COLLATERAL_INITIAL];
  const confidence: f64 = lesserConfidence(f[data + DATA_CONFIDENCE], f[floats + MANAGER_SPOT_CONFIDENCE]);
  f[work + WORK_ORACLE] += charged * lackingConfidence(confidence, f[floats + MANAGER_CONFIDENCE_THRESHOLD]);
  return -1;
}

function addPerpetual(f: Floats, w: Ints, context: i32, p: i32, row: i32, work: i32): void {
  const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + p];
  const units: f64 = quantity * f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const data: i32 = dataOfRow(w, context, row);
  const value: f64 = quantity * f[data + DATA_MARK];
  f[work + WORK_MARK] += value - units * f[floatsAt(w, context, CONTEXT_POSITION_PRICE) + p];
  f[work + WORK_SPOT_EXPOSURE] += value;
  f[work + WORK_PERPETUALS] += Math.abs(units);
  f[work + WORK_CONFIDENCE] = lesserConfidence(f[data + DATA_CONFIDENCE], f[work + WORK_CONFIDENCE]);
}

/** Perpetuals and collateral; returns a fault of the model, or -1. */
function addLinearPositions(f: Floats, w: Ints, context: i32, first: i32, end: i32, manager: i32, work: i32): i32 {
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    const kind: i32 = w[rowWords(w, context, row) + ROW_KIND];
    if (kind === KIND_OPTION) continue;
    if (kind === KIND_COLLATERAL) {
      const fault: i32 = addCollateral(f, w, context, p, row, manager, work);
      if (fault >= 0) return fault;
    } else {
      addPerpetual(f, w, context, p, row, work);
    }
  }
  return -1;
}

/** Short options of one expiry that no long option of the same strike covers, in base units: calls and puts net. */
function nakedShorts(f: Floats, w: Ints, context: i32, first: i32, end: i32): f64 {
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const strikes: i32 = floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE);
  const sizes: i32 = floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE);
  let naked: f64 = 0;
  let p: i32 = first;
  while (p < end) {
    const strike: f64 = f[strikes + rowOfSlot(w, context, p)];
    let net: f64 = 0;
    while (p < end && f[strikes + rowOfSlot(w, context, p)] === strike) {
      net = net + f[quantities + p] * f[sizes + rowOfSlot(w, context, p)];
      p = p + 1;
    }
    if (net < 0) naked = naked - net;
  }
  return naked;
}

/** Mark of the expiry, its oracle contingency and naked shorts go to the scratch; the mark is returned. */
function addExpiryTerms(f: Floats, w: Ints, context: i32, first: i32, end: i32, manager: i32, work: i32): f64 {
  const floats: i32 = managerFloats(w, context, manager);
  let mark: f64 = 0;
  let units: f64 = 0;
  let confidence: f64 = f[work + WORK_CONFIDENCE];
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    const data: i32 = dataOfRow(w, context, row);
    const quantity: f64 = f[floatsAt(w, context, CONTEXT_POSITION_QUANTITY) + p];
    mark = mark + quantity * f[data + DATA_MARK];
    units = units + Math.abs(quantity) * f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
    confidence = lesserConfidence(f[data + DATA_CONFIDENCE], confidence);
  }
  f[work + WORK_MARK] += mark;
  const lacking: f64 = lackingConfidence(confidence, f[floats + MANAGER_CONFIDENCE_THRESHOLD]);
  f[work + WORK_ORACLE] += units * f[floats + MANAGER_SPOT] * lacking;
  f[work + WORK_NAKED_SHORTS] += nakedShorts(f, w, context, first, end);
  return mark;
}

/** Options of one expiry: P&L in every scenario, discounted by the sign of the expiry's value, and the basis moves. */
function addExpiry(
  f: Floats, w: Ints, context: i32, first: i32, end: i32, manager: i32, cells: i32, vector: i32, work: i32,
): void {
  const mark: f64 = addExpiryTerms(f, w, context, first, end, manager, work);
  const words: i32 = managerWords(w, context, manager);
  const scenarioMax: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + WORD_SCENARIO_MAX];
  const data: i32 = dataOfRow(w, context, rowOfSlot(w, context, first));
  const discount: f64 = f[data + DATA_DISCOUNT];
  const positive: f64 = discount * f[data + DATA_POSITIVE];
  const negative: f64 = discount * f[data + DATA_NEGATIVE];
  const count: i32 = w[words];
  for (let s: i32 = 0; s < count; s++) {
    const value: f64 = f[cells + s];
    const pnl: f64 = value * (value >= 0 ? positive : negative) - mark;
    f[vector + s] += w[words + MANAGER_WORD_SCENARIOS + s] >= VOLATILITY_LINEAR ? -Math.abs(pnl) : pnl;
  }
  const up: f64 = f[cells + scenarioMax] * discount - mark;
  const down: f64 = f[cells + scenarioMax + 1] * discount - mark;
  f[vector + scenarioMax] += up;
  f[vector + scenarioMax + 1] += down;
  const worse: f64 = up < down ? up : down;
  if (!(worse >= 0)) f[work + WORK_BASIS] += worse * f[data + DATA_BASIS];
}

/** Least of the basis contingency and the scenarios, which it completes in `vector`; the binding one goes to `out`. */
function finishScenarios(f: Floats, w: Ints, context: i32, manager: i32, out: i32, vector: i32, work: i32): f64 {
  const floats: i32 = managerFloats(w, context, manager);
  const count: i32 = w[managerWords(w, context, manager)];
  const scenarioMax: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + WORD_SCENARIO_MAX];
  const exposure: f64 = f[work + WORK_SPOT_EXPOSURE];
  let least: f64 = 0;
  let binding: i32 = -1;
  let probe: f64 = 0;
  for (let s: i32 = 0; s < count; s++) {
    const terms: i32 = floats + MANAGER_SCALARS + s * SCENARIO_FLOATS;
    const moved: f64 = exposure * (f[terms + SCENARIO_MULTIPLIER] - 1.0);
    const pnl: f64 = (f[vector + s] + moved) * f[terms + SCENARIO_DAMPENING];
    f[vector + s] = pnl;
    probe = probe + pnl * 0;
    if (pnl < least) {
      least = pnl;
      binding = s;
    }
  }
  if (f[work + WORK_BASIS] < least) {
    least = f[work + WORK_BASIS];
    binding = scenarioMax;
  }
  f[out + OUT_SCENARIO] = binding;
  return least + probe + f[work + WORK_BASIS] * 0;
}

/** Requirements from what the account's positions left in the scratch. */
function writeMargin(f: Floats, w: Ints, context: i32, set: i32, manager: i32, least: f64, out: i32, work: i32): void {
  const floats: i32 = managerFloats(w, context, manager);
  const spot: f64 = f[floats + MANAGER_SPOT];
  const scale: f64 = f[floats + MANAGER_CONFIDENCE_SCALE];
  const components: i32 = out + OUT_COMPONENTS;
  // Absent products must not ask for the price they would be charged on.
  const perpetuals: f64 = f[work + WORK_PERPETUALS] > 0 ? f[work + WORK_PERPETUALS] * spot : 0;
  const naked: f64 = f[work + WORK_NAKED_SHORTS] > 0 ? f[work + WORK_NAKED_SHORTS] * spot : 0;
  let oracle: f64 = f[work + WORK_ORACLE];
  if (perpetuals > 0) {
    oracle = oracle
      + perpetuals * lackingConfidence(f[work + WORK_CONFIDENCE], f[floats + MANAGER_CONFIDENCE_THRESHOLD]);
  }
  oracle = oracle * scale;
  f[components + COMPONENT_SCENARIO_LOSS] = 0 - least;
  f[components + COMPONENT_BASIS] = 0 - f[work + WORK_BASIS];
  f[components + COMPONENT_PERPETUAL] = perpetuals * f[floats + MANAGER_PERPETUAL_MAINTENANCE];
  f[components + COMPONENT_PERPETUAL_INITIAL] = perpetuals * f[floats + MANAGER_PERPETUAL_INITIAL];
  f[components + COMPONENT_OPTION] = naked * f[floats + MANAGER_OPTION_MAINTENANCE];
  f[components + COMPONENT_OPTION_INITIAL] = naked * f[floats + MANAGER_OPTION_INITIAL];
  f[components + COMPONENT_COLLATERAL] = f[work + WORK_COLLATERAL];
  f[components + COMPONENT_COLLATERAL_INITIAL] = f[work + WORK_COLLATERAL_INITIAL];
  f[components + COMPONENT_ORACLE] = oracle;
  const factor: f64 = f[floats + MANAGER_INITIAL_FACTOR];
  f[components + COMPONENT_INITIAL_FACTOR] = factor;
  const maintained: f64 = f[components + COMPONENT_PERPETUAL] + f[components + COMPONENT_OPTION]
    + f[components + COMPONENT_COLLATERAL];
  const added: f64 = f[components + COMPONENT_PERPETUAL_INITIAL] + f[components + COMPONENT_OPTION_INITIAL]
    + f[components + COMPONENT_COLLATERAL_INITIAL] + oracle;
  const factored: f64 = f[floats + MANAGER_FACTORED_CONTINGENCY];
  f[out + OUT_EQUITY] = f[work + WORK_MARK] + f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
  f[out + OUT_MAINTENANCE] = maintained - least * f[floats + MANAGER_MAINTENANCE_FACTOR];
  f[out + OUT_INITIAL] = (maintained * factored - least) * factor + maintained * (1.0 - factored) + added
    + f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
}

/**
 * Margin of one account: its rows hold, per expiry, the undiscounted value of the options in every scenario. Signs:
 * P&L positive is gain, requirements are positive.
 */
export function marginDerivePortfolio(
  f: Floats, w: Ints, context: i32, set: i32, out: i32, vector: i32, work: i32, rows: i32,
): void {
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  f[out + OUT_SCENARIO] = -1;
  if (first === end) {
    for (let i: i32 = 0; i < COMPONENT_COUNT; i++) f[out + OUT_COMPONENTS + i] = 0;
    f[out + OUT_EQUITY] = f[floatsAt(w, context, CONTEXT_SET_CASH) + set];
    f[out + OUT_INITIAL] = f[floatsAt(w, context, CONTEXT_SET_ADD_ON) + set];
    return;
  }
  const manager: i32 = managerOfSlots(f, w, context, first, end);
  if (manager === TWO_MANAGERS) {
    f[out + OUT_FAULT] = FAULT_MODEL + FAULT_TWO_UNDERLYINGS;
    return;
  }
  for (let i: i32 = 0; i < WORK_COUNT; i++) f[work + i] = 0;
  f[work + WORK_CONFIDENCE] = f[managerFloats(w, context, manager) + MANAGER_SPOT_CONFIDENCE];
  const fault: i32 = addLinearPositions(f, w, context, first, end, manager, work);
  if (fault >= 0) {
    f[out + OUT_FAULT] = FAULT_MODEL + fault;
    return;
  }
  let p: i32 = first;
  let cells: i32 = rows;
  while (p < end) {
    const next: i32 = segmentEnd(w, context, p, end);
    if (w[rowWords(w, context, rowOfSlot(w, context, p)) + ROW_KIND] === KIND_OPTION) {
      addExpiry(f, w, context, p, next, manager, cells, vector, work);
    }
    p = next;
    cells = cells + cellCount;
  }
  const least: f64 = finishScenarios(f, w, context, manager, out, vector, work);
  writeMargin(f, w, context, set, manager, least, out, work);
}
