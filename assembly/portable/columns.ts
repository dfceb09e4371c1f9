import {
  CONTEXT_CELL_COUNT, CONTEXT_INSTRUMENT_DATA, CONTEXT_INSTRUMENT_DATA_WIDTH, CONTEXT_INSTRUMENT_EXPIRY,
  CONTEXT_INSTRUMENT_GROUP, CONTEXT_INSTRUMENT_SHAPE, CONTEXT_POSITION_ROW, CONTEXT_RISK_ARRAY, CONTEXT_SEGMENT_LEVEL,
  CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_ORDER_COUNT, CONTEXT_SET_POSITION_COUNT, FLAG_BITS, SEGMENT_EXPIRY,
  SHAPE_CALL,
} from './layout.ts';

/**
 * Where portable kernels find their columns. `context` is the word index of the context block; indexes of floats and
 * words are element indexes into the whole memory, so a column's element is `f[floatsAt(w, context, COLUMN) + row]`.
 */
export function floatsAt(w: Ints, context: i32, slot: i32): i32 {
  return w[context + slot] >>> 3;
}

export function wordsAt(w: Ints, context: i32, slot: i32): i32 {
  return w[context + slot] >>> 2;
}

/** First position slot of a netting set. */
export function firstPositionOf(w: Ints, context: i32, set: i32): i32 {
  return w[wordsAt(w, context, CONTEXT_SET_FIRST_POSITION) + set];
}

export function positionCountOf(w: Ints, context: i32, set: i32): i32 {
  return w[wordsAt(w, context, CONTEXT_SET_POSITION_COUNT) + set];
}

/** Open orders lie in the slots after the positions. */
export function orderCountOf(w: Ints, context: i32, set: i32): i32 {
  return w[wordsAt(w, context, CONTEXT_SET_ORDER_COUNT) + set];
}

/** Instrument row of the position or order in a slot. */
export function rowOfSlot(w: Ints, context: i32, slot: i32): i32 {
  return w[wordsAt(w, context, CONTEXT_POSITION_ROW) + slot] >>> FLAG_BITS;
}

export function groupOfRow(w: Ints, context: i32, row: i32): i32 {
  return w[wordsAt(w, context, CONTEXT_INSTRUMENT_GROUP) + row];
}

export function expiryOfRow(w: Ints, context: i32, row: i32): i32 {
  return w[wordsAt(w, context, CONTEXT_INSTRUMENT_EXPIRY) + row];
}

export function shapeOfRow(w: Ints, context: i32, row: i32): i32 {
  return w[wordsAt(w, context, CONTEXT_INSTRUMENT_SHAPE) + row];
}

/** First float of an instrument's model data. */
export function dataOfRow(w: Ints, context: i32, row: i32): i32 {
  return floatsAt(w, context, CONTEXT_INSTRUMENT_DATA) + row * w[context + CONTEXT_INSTRUMENT_DATA_WIDTH];
}

/** First cell of an instrument's risk array row. */
export function cellsOfRow(w: Ints, context: i32, row: i32): i32 {
  return floatsAt(w, context, CONTEXT_RISK_ARRAY) + row * w[context + CONTEXT_CELL_COUNT];
}

/** First position after the risk group that slot `p` is in. */
export function groupEnd(w: Ints, context: i32, p: i32, end: i32): i32 {
  const group: i32 = groupOfRow(w, context, rowOfSlot(w, context, p));
  let next: i32 = p + 1;
  while (next < end && groupOfRow(w, context, rowOfSlot(w, context, next)) === group) next = next + 1;
  return next;
}

/** First position after the run that shares slot `p`'s expiry row and shape class (options or not). */
export function expiryEnd(w: Ints, context: i32, p: i32, end: i32): i32 {
  const row: i32 = rowOfSlot(w, context, p);
  const expiry: i32 = expiryOfRow(w, context, row);
  const isOption: boolean = shapeOfRow(w, context, row) >= SHAPE_CALL;
  let next: i32 = p + 1;
  while (next < end) {
    const other: i32 = rowOfSlot(w, context, next);
    if (expiryOfRow(w, context, other) !== expiry) break;
    if (shapeOfRow(w, context, other) >= SHAPE_CALL !== isOption) break;
    next = next + 1;
  }
  return next;
}

/** First position after the segment that slot `p` is in, at the model's segment level. */
export function segmentEnd(w: Ints, context: i32, p: i32, end: i32): i32 {
  if (w[context + CONTEXT_SEGMENT_LEVEL] === SEGMENT_EXPIRY) return expiryEnd(w, context, p, end);
  return groupEnd(w, context, p, end);
}

/** Writes NaN to every cell: whoever holds the instrument is quarantined. */
export function poisonRow(f: Floats, w: Ints, context: i32, row: i32): void {
  const cells: i32 = cellsOfRow(w, context, row);
  const count: i32 = w[context + CONTEXT_CELL_COUNT];
  for (let s: i32 = 0; s < count; s++) f[cells + s] = NaN;
}

/** The padding cell repeats the last scenario; any cell that is not finite poisons the row. Call it when a row is filled. */
export function sealRow(f: Floats, w: Ints, context: i32, row: i32, scenarioCount: i32): void {
  const cells: i32 = cellsOfRow(w, context, row);
  const count: i32 = w[context + CONTEXT_CELL_COUNT];
  for (let s: i32 = scenarioCount; s < count; s++) f[cells + s] = f[cells + scenarioCount - 1];
  let probe: f64 = 0;
  for (let s: i32 = 0; s < count; s++) probe = probe + f[cells + s] * 0;
  if (probe !== 0) poisonRow(f, w, context, row);
}
