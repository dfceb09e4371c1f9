import { deltaShockUsd } from '../../assembly/portable/deribit-pm.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { roundToNineDecimals } from '../../assembly/portable/money.ts';
import type { Arena } from '../../src/columns/arena.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import type { Margins } from './entrant.ts';

/**
 * Kernels B to D of deribit-pm in plain TypeScript, written to win: typed arrays, the terms of a row multiplied out once
 * per book, eight cells at a time in local variables, the worst case taken from the variables, so that no row of cells
 * is ever written. The same operations in the same order as margrid: the same bits.
 */
export interface TunedColumns {
  /** Row of the instrument, and its flags, as integers of their own. */
  readonly row: Int32Array;
  readonly flags: Uint8Array;
  readonly arena: Arena;
  readonly cellCount: number;
  readonly margins: Margins;
}

export function tunedColumnsOf(arena: Arena, setCount: number): TunedColumns {
  const { position } = arena.views;
  return {
    row: Int32Array.from(position.row, (entry) => entry >>> layout.FLAG_BITS),
    flags: Uint8Array.from(position.row, (entry) => entry & layout.FLAG_MASK),
    arena,
    cellCount: cellCountOf(arena.plan.counts.scenarioCount),
    margins: {
      equity: new Float64Array(setCount),
      initialMargin: new Float64Array(setCount),
      maintenanceMargin: new Float64Array(setCount),
      status: new Uint8Array(setCount),
    },
  };
}

export function tunedMargins(columns: TunedColumns, maintenanceFactor: number): void {
  const { row, flags, arena, cellCount, margins } = columns;
  const { instrument, group: groups, nettingSet, position, riskArray } = arena.views;
  const { equity, initialMargin, maintenanceMargin, status } = margins;
  const quantity = position.quantity;
  const terms = riskArray.terms;
  const scan = { value: 0, amount: 0, longDelta: 0, restDelta: 0, roll: 0, linearEnd: 0 };
  for (let set = 0; set < status.length; set++) {
    let p = nettingSet.firstPosition[set];
    const end = p + nettingSet.positionCount[set];
    let [worstCase, rollShock, deltaShock] = [0, 0, 0];
    scan.value = nettingSet.entryValue[set];
    while (p < end) {
      const group = instrument.group[row[p]];
      const groupEnd = scanGroup(scan, row, flags, quantity, terms, instrument.expiry, p);
      const minimum = worstCell(
        row, quantity, scan.linearEnd, groupEnd, riskArray.row, cellCount, groups.grid,
        group * layout.GRID_COLUMN_COUNT * cellCount, scan.amount,
      );
      const scalars = group * layout.GROUP_SCALAR_COUNT;
      worstCase += roundToNineDecimals(minimum < 0 ? -minimum : 0);
      rollShock += scan.roll * groups.scalars[scalars + layout.GROUP_DELTA_TO_SETTLEMENT];
      const shock = deltaShockUsd(
        scan.longDelta, scan.restDelta, groups.indexPrice[group],
        groups.scalars[scalars + layout.GROUP_DELTA_SHOCK_THRESHOLD],
        groups.scalars[scalars + layout.GROUP_DELTA_SHOCK_SLOPE],
        groups.scalars[scalars + layout.GROUP_DELTA_SHOCK_MAX],
      );
      deltaShock += shock * groups.scalars[scalars + layout.GROUP_USD_TO_SETTLEMENT];
      p = groupEnd;
    }
    const own = nettingSet.cash[set] + scan.value;
    const matrix = worstCase + rollShock + deltaShock;
    const maintenance = maintenanceFactor * matrix;
    const initial = roundToNineDecimals(matrix + nettingSet.addOn[set]);
    if (own - own + (initial - initial) !== 0) {
      equity[set] = initialMargin[set] = maintenanceMargin[set] = NaN;
      status[set] = layout.STATUS_QUARANTINED;
      continue;
    }
    equity[set] = own;
    initialMargin[set] = initial;
    maintenanceMargin[set] = maintenance;
    status[set] = own < 0 || (maintenance > 0 && own <= maintenance)
      ? layout.STATUS_LIQUIDATION
      : own < initial ? layout.STATUS_MARGIN_CALL : layout.STATUS_HEALTHY;
  }
}

interface GroupScan {
  value: number;
  amount: number;
  longDelta: number;
  restDelta: number;
  roll: number;
  /** First option of the group. */
  linearEnd: number;
}

/** Values, deltas and roll shock of the group that starts at `first`; returns the position after it. */
function scanGroup(
  scan: GroupScan, row: Int32Array, flags: Uint8Array, quantity: Float64Array, terms: Float64Array, expiry: Int32Array,
  first: number,
): number {
  let [value, amount, rest, long, roll, net] = [scan.value, 0, 0, 0, 0, 0];
  let p = first;
  let isLast = false;
  while (!isLast && (flags[p] & layout.FLAG_LINEAR) !== 0) {
    const own = row[p] << 2;
    const held = quantity[p];
    value += held * terms[own];
    amount += held * terms[own + layout.TERM_AMOUNT];
    rest += held * terms[own + layout.TERM_DELTA];
    isLast = (flags[p++] & layout.FLAG_END_GROUP) !== 0;
  }
  const linearEnd = p;
  let linear = first;
  while (!isLast) {
    const own = row[p] << 2;
    const held = quantity[p];
    const delta = held * terms[own + layout.TERM_DELTA];
    value += held * terms[own];
    net += delta;
    if (held > 0) long += delta;
    else rest += delta;
    const flag = flags[p];
    if ((flag & layout.FLAG_END_EXPIRY) !== 0) {
      const now = expiry[row[p]];
      while (linear < linearEnd && expiry[row[linear]] <= now) {
        const at = expiry[row[linear]];
        const factor = terms[(row[linear] << 2) + layout.TERM_ROLL_FACTOR];
        let run = 0;
        while (linear < linearEnd && expiry[row[linear]] === at) {
          run += quantity[linear] * terms[(row[linear] << 2) + layout.TERM_DELTA];
          linear++;
        }
        if (at === now) net += run;
        else roll += Math.abs(run) * factor;
      }
      roll += Math.abs(net) * terms[own + layout.TERM_ROLL_FACTOR];
      net = 0;
    }
    isLast = (flag & layout.FLAG_END_GROUP) !== 0;
    p++;
  }
  scan.roll = rollOfRuns(row, quantity, terms, expiry, linear, linearEnd, roll);
  scan.value = value;
  scan.amount = amount;
  scan.restDelta = rest;
  scan.longDelta = long;
  scan.linearEnd = linearEnd;
  return p;
}

/** Roll shock with the runs of futures after the last option; added one by one to keep the order. */
function rollOfRuns(
  row: Int32Array, quantity: Float64Array, terms: Float64Array, expiry: Int32Array, first: number, end: number,
  before: number,
): number {
  let roll = before;
  let linear = first;
  while (linear < end) {
    const at = expiry[row[linear]];
    const factor = terms[(row[linear] << 2) + layout.TERM_ROLL_FACTOR];
    let run = 0;
    while (linear < end && expiry[row[linear]] === at) {
      run += quantity[linear] * terms[(row[linear] << 2) + layout.TERM_DELTA];
      linear++;
    }
    roll += Math.abs(run) * factor;
  }
  return roll;
}

/** Least dampened cell of the options [first, end) and of `amount` of the shock class. */
function worstCell(
  row: Int32Array, quantity: Float64Array, first: number, end: number, risk: Float64Array, cellCount: number,
  grid: Float64Array, table: number, amount: number,
): number {
  const shock = table + layout.GRID_CLASS * cellCount;
  const dampener = table + layout.GRID_DAMPENER * cellCount;
  let minimum = Infinity;
  let block = 0;
  for (; block + 8 <= cellCount; block = (block + 8) | 0) {
    const from = shock + block;
    let c0 = amount * grid[from], c1 = amount * grid[from + 1], c2 = amount * grid[from + 2], c3 = amount * grid[from + 3];
    let c4 = amount * grid[from + 4], c5 = amount * grid[from + 5], c6 = amount * grid[from + 6], c7 = amount * grid[from + 7];
    for (let p = first; p < end; p = (p + 1) | 0) {
      const at = (block + Math.imul(row[p], cellCount)) | 0;
      const held = quantity[p];
      c0 += held * risk[at];
      c1 += held * risk[(at + 1) | 0];
      c2 += held * risk[(at + 2) | 0];
      c3 += held * risk[(at + 3) | 0];
      c4 += held * risk[(at + 4) | 0];
      c5 += held * risk[(at + 5) | 0];
      c6 += held * risk[(at + 6) | 0];
      c7 += held * risk[(at + 7) | 0];
    }
    const damp = dampener + block;
    c0 += grid[damp];
    c1 += grid[damp + 1];
    c2 += grid[damp + 2];
    c3 += grid[damp + 3];
    c4 += grid[damp + 4];
    c5 += grid[damp + 5];
    c6 += grid[damp + 6];
    c7 += grid[damp + 7];
    if (c0 < minimum) minimum = c0;
    if (c1 < minimum) minimum = c1;
    if (c2 < minimum) minimum = c2;
    if (c3 < minimum) minimum = c3;
    if (c4 < minimum) minimum = c4;
    if (c5 < minimum) minimum = c5;
    if (c6 < minimum) minimum = c6;
    if (c7 < minimum) minimum = c7;
  }
  for (; block < cellCount; block = (block + 1) | 0) {
    let cell = amount * grid[shock + block];
    for (let p = first; p < end; p = (p + 1) | 0) cell += quantity[p] * risk[block + Math.imul(row[p], cellCount)];
    cell += grid[dampener + block];
    if (cell < minimum) minimum = cell;
  }
  return minimum;
}
