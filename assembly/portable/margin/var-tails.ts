import { firstPositionOf, floatsAt, positionCountOf, rowOfSlot, segmentEnd, wordsAt } from '../columns.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_MODEL_FLOATS, CONTEXT_MODEL_WORDS, CONTEXT_SCENARIO_COUNT,
} from '../layout.ts';
import {
  VAR_ACCOUNT_OFFSET, VAR_AT_CLASS_GROUPS, VAR_AT_ROWS, VAR_BREAK_CAP, VAR_BREAK_CAPACITY, VAR_BREAK_COEFFICIENTS,
  VAR_BREAK_FLOOR, VAR_BREAK_SCALE, VAR_BREAK_STEP, VAR_BREAK_WINDOW, VAR_CLASS_COUNT, VAR_FACTOR_COUNT,
  VAR_GROUP_COUNT, VAR_GROUPS, VAR_HELD_DELTA, VAR_HELD_FLOATS, VAR_HELD_LIST, VAR_HELD_ROW, VAR_JOINED_CLASSES,
  VAR_JOINED_ROW, VAR_JOINED_TAILS, VAR_ROLE_HISTORICAL, VAR_ROW_CLASS, VAR_ROW_FACTORS, VAR_SET_BREAK,
  VAR_SET_BREAK_CAPACITY, VAR_SET_CAPACITY, VAR_SET_COUNT, VAR_SET_FIRST, VAR_SET_ROLE, VAR_SET_SIZE, VAR_SET_WORDS,
  VAR_SETS, VAR_SUM_COUNT, VAR_TAIL_BREAK, VAR_TAIL_CAPPED, VAR_TAIL_FLOATS, VAR_TAIL_JOINT, VAR_TAIL_SCENARIO,
} from './var-layout.ts';
import { rollingExcess, setTail } from './var-tail.ts';

/**
 * Tails of an account, set by set: section C of docs/models/var.md. The rows of its risk groups are joined class by
 * class, the classes offset group by offset group, and those for the account, in place; the tail of every set is taken
 * at each level before the next one is joined, and what a level may offset is capped. Returns how many classes the
 * account holds; `vector`: its P&L by scenario.
 */
export function accountTails(f: Floats, w: Ints, context: i32, set: i32, vector: i32, work: i32, rows: i32): i32 {
  const held: i32 = joinSegments(f, w, context, set, work, rows);
  if (held === 0) return 0;
  standAloneTails(f, w, context, work, held);
  joinClasses(f, w, context, work, held);
  groupTails(f, w, context, work, held);
  const account: i32 = joinGroups(f, w, context, work, held);
  correlationBreaks(f, w, context, work, account);
  for (let s: i32 = 0; s < w[context + CONTEXT_SCENARIO_COUNT]; s++) f[vector + s] = f[account + s];
  return held;
}

/** First word of the model's data of a row. */
export function rowWords(w: Ints, context: i32, row: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  return words + w[words + VAR_AT_ROWS] + row * (VAR_ROW_FACTORS + VAR_FACTOR_COUNT * w[words + VAR_SET_COUNT]);
}

/** First float of a class in the work area. */
export function heldClass(w: Ints, context: i32, work: i32, index: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  return work + VAR_SUM_COUNT + w[words + VAR_SET_COUNT] * VAR_TAIL_FLOATS + index * VAR_HELD_FLOATS;
}

/** The class in a place of the list of held ones. */
export function listedClass(f: Floats, w: Ints, context: i32, work: i32, place: i32): i32 {
  return f[heldClass(w, context, work, place) + VAR_HELD_LIST] as i32;
}

function joinedGroup(w: Ints, context: i32, work: i32, index: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const first: i32 = heldClass(w, context, work, w[words + VAR_CLASS_COUNT]);
  return first + index * (VAR_JOINED_TAILS + w[words + VAR_SET_COUNT]);
}

function groupOfClass(w: Ints, context: i32, index: i32): i32 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  return w[words + w[words + VAR_AT_CLASS_GROUPS] + index];
}

function addRow(f: Floats, w: Ints, context: i32, to: i32, from: i32): void {
  for (let s: i32 = 0; s < w[context + CONTEXT_SCENARIO_COUNT]; s++) f[to + s] = f[to + s] + f[from + s];
}

/** One row per class, in the place of its first segment. Returns how many classes the account holds. */
function joinSegments(f: Floats, w: Ints, context: i32, set: i32, work: i32, rows: i32): i32 {
  const first: i32 = firstPositionOf(w, context, set);
  const end: i32 = first + positionCountOf(w, context, set);
  for (let slot: i32 = first; slot < end; slot = segmentEnd(w, context, slot, end)) {
    const index: i32 = w[rowWords(w, context, rowOfSlot(w, context, slot)) + VAR_ROW_CLASS];
    f[heldClass(w, context, work, index) + VAR_HELD_ROW] = -1;
    f[joinedGroup(w, context, work, groupOfClass(w, context, index)) + VAR_JOINED_ROW] = -1;
  }
  let held: i32 = 0;
  let cells: i32 = rows;
  for (let slot: i32 = first; slot < end; slot = segmentEnd(w, context, slot, end)) {
    const index: i32 = w[rowWords(w, context, rowOfSlot(w, context, slot)) + VAR_ROW_CLASS];
    const at: i32 = heldClass(w, context, work, index);
    if (f[at + VAR_HELD_ROW] < 0) {
      f[at + VAR_HELD_ROW] = cells as f64;
      f[at + VAR_HELD_DELTA] = 0;
      f[heldClass(w, context, work, held) + VAR_HELD_LIST] = index as f64;
      held = held + 1;
    } else {
      addRow(f, w, context, f[at + VAR_HELD_ROW] as i32, cells);
    }
    cells = cells + w[context + CONTEXT_CELL_COUNT];
  }
  return held;
}

/** First float of the numbers of a set. */
function tailsOf(work: i32, set: i32): i32 {
  return work + VAR_SUM_COUNT + set * VAR_TAIL_FLOATS;
}

/** Tail of a row over one set; notes the scenario that loses most, of the row that is asked for last. */
function tailOf(f: Floats, w: Ints, context: i32, work: i32, set: i32, cells: i32): f64 {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const setWords: i32 = words + VAR_SETS + set * VAR_SET_WORDS;
  const tail: i32 = joinedGroup(w, context, work, w[words + VAR_GROUP_COUNT]);
  const loss: f64 = setTail(f, w, setWords, floatsAt(w, context, CONTEXT_MODEL_FLOATS), cells, tail);
  const scenario: f64 = f[tail + w[setWords + VAR_SET_CAPACITY]] + (w[setWords + VAR_SET_FIRST] as f64);
  f[tailsOf(work, set) + VAR_TAIL_SCENARIO] = f[tail] < 0 ? scenario : -1;
  return loss;
}

/** Tail of every class alone, added up per offset group. */
function standAloneTails(f: Floats, w: Ints, context: i32, work: i32, held: i32): void {
  const sets: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + VAR_SET_COUNT];
  for (let place: i32 = 0; place < held; place++) {
    const index: i32 = listedClass(f, w, context, work, place);
    const cells: i32 = f[heldClass(w, context, work, index) + VAR_HELD_ROW] as i32;
    const group: i32 = joinedGroup(w, context, work, groupOfClass(w, context, index));
    const isFirst: boolean = f[group + VAR_JOINED_ROW] < 0;
    if (isFirst) {
      f[group + VAR_JOINED_ROW] = cells as f64;
      f[group + VAR_JOINED_CLASSES] = 0;
    }
    f[group + VAR_JOINED_CLASSES] = f[group + VAR_JOINED_CLASSES] + 1;
    for (let set: i32 = 0; set < sets; set++) {
      const loss: f64 = tailOf(f, w, context, work, set, cells);
      const at: i32 = group + VAR_JOINED_TAILS + set;
      f[at] = isFirst ? loss : f[at] + loss;
      f[tailsOf(work, set) + VAR_TAIL_JOINT] = loss;
    }
  }
}

/** One row per offset group, in the place of its first class. */
function joinClasses(f: Floats, w: Ints, context: i32, work: i32, held: i32): void {
  for (let place: i32 = 0; place < held; place++) {
    const index: i32 = listedClass(f, w, context, work, place);
    const cells: i32 = f[heldClass(w, context, work, index) + VAR_HELD_ROW] as i32;
    const to: i32 = f[joinedGroup(w, context, work, groupOfClass(w, context, index)) + VAR_JOINED_ROW] as i32;
    if (to !== cells) addRow(f, w, context, to, cells);
  }
}

/** Whether a place of the list is the first one of its offset group. */
function isLeader(f: Floats, w: Ints, context: i32, work: i32, place: i32): boolean {
  const index: i32 = listedClass(f, w, context, work, place);
  const group: i32 = joinedGroup(w, context, work, groupOfClass(w, context, index));
  return f[group + VAR_JOINED_ROW] === f[heldClass(w, context, work, index) + VAR_HELD_ROW];
}

/** Tail of every offset group: at least what its cap leaves of the tails of its classes. */
function groupTails(f: Floats, w: Ints, context: i32, work: i32, held: i32): void {
  const sets: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + VAR_SET_COUNT];
  const offsets: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS) + VAR_GROUPS;
  for (let place: i32 = 0; place < held; place++) {
    if (!isLeader(f, w, context, work, place)) continue;
    const index: i32 = groupOfClass(w, context, listedClass(f, w, context, work, place));
    const group: i32 = joinedGroup(w, context, work, index);
    if (f[group + VAR_JOINED_CLASSES] === 1) continue;
    for (let set: i32 = 0; set < sets; set++) {
      const loss: f64 = tailOf(f, w, context, work, set, f[group + VAR_JOINED_ROW] as i32);
      const at: i32 = group + VAR_JOINED_TAILS + set;
      const least: f64 = (1.0 - f[offsets + index]) * f[at];
      f[at] = loss > least ? loss : least;
      f[tailsOf(work, set) + VAR_TAIL_JOINT] = loss;
    }
  }
}

/** Joins the offset groups; tails of the account with and without caps. Returns its row. */
function joinGroups(f: Floats, w: Ints, context: i32, work: i32, held: i32): i32 {
  const sets: i32 = w[wordsAt(w, context, CONTEXT_MODEL_WORDS) + VAR_SET_COUNT];
  const kept: f64 = 1.0 - f[floatsAt(w, context, CONTEXT_MODEL_FLOATS) + VAR_ACCOUNT_OFFSET];
  const account: i32 = f[heldClass(w, context, work, listedClass(f, w, context, work, 0)) + VAR_HELD_ROW] as i32;
  let groups: i32 = 0;
  for (let place: i32 = 0; place < held; place++) {
    if (!isLeader(f, w, context, work, place)) continue;
    const index: i32 = listedClass(f, w, context, work, place);
    const group: i32 = joinedGroup(w, context, work, groupOfClass(w, context, index));
    if (groups > 0) addRow(f, w, context, account, f[group + VAR_JOINED_ROW] as i32);
    for (let set: i32 = 0; set < sets; set++) {
      const capped: i32 = tailsOf(work, set) + VAR_TAIL_CAPPED;
      f[capped] = (groups === 0 ? 0 : f[capped]) + f[group + VAR_JOINED_TAILS + set];
    }
    groups = groups + 1;
  }
  if (groups === 1) return account;
  for (let set: i32 = 0; set < sets; set++) {
    const loss: f64 = tailOf(f, w, context, work, set, account);
    const tails: i32 = tailsOf(work, set);
    const least: f64 = kept * f[tails + VAR_TAIL_CAPPED];
    f[tails + VAR_TAIL_JOINT] = loss;
    f[tails + VAR_TAIL_CAPPED] = loss > least ? loss : least;
  }
  return account;
}

/** Of the historical sets: rolling windows of the account's P&L, between a floor and a cap in units of its tail. */
function correlationBreaks(f: Floats, w: Ints, context: i32, work: i32, account: i32): void {
  const words: i32 = wordsAt(w, context, CONTEXT_MODEL_WORDS);
  const floats: i32 = floatsAt(w, context, CONTEXT_MODEL_FLOATS);
  const tail: i32 = joinedGroup(w, context, work, w[words + VAR_GROUP_COUNT]);
  for (let set: i32 = 0; set < w[words + VAR_SET_COUNT]; set++) {
    const setWords: i32 = words + VAR_SETS + set * VAR_SET_WORDS;
    const tails: i32 = tailsOf(work, set);
    f[tails + VAR_TAIL_BREAK] = 0;
    if (w[words + VAR_BREAK_WINDOW] === 0 || w[setWords + VAR_SET_ROLE] !== VAR_ROLE_HISTORICAL) continue;
    const excess: f64 = rollingExcess(
      f, account + w[setWords + VAR_SET_FIRST], w[setWords + VAR_SET_SIZE], w[words + VAR_BREAK_WINDOW],
      w[words + VAR_BREAK_STEP], floats + w[words + VAR_BREAK_COEFFICIENTS], w[words + VAR_BREAK_CAPACITY],
      floats + w[setWords + VAR_SET_BREAK], w[setWords + VAR_SET_BREAK_CAPACITY], tail,
    );
    const scaled: f64 = f[floats + VAR_BREAK_SCALE] * excess;
    const loss: f64 = f[tails + VAR_TAIL_JOINT];
    const least: f64 = f[floats + VAR_BREAK_FLOOR] * loss;
    const most: f64 = f[floats + VAR_BREAK_CAP] * loss;
    f[tails + VAR_TAIL_BREAK] = scaled < least ? least : scaled > most ? most : scaled;
  }
}
