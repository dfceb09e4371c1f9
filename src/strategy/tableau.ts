/**
 * Linear program in canonical form: minimise the objective over variables >= 0, one basic variable per row.
 *
 * Row 0 holds the reduced costs and, in its last cell, minus the objective; row r + 1 the coefficients of the variables
 * outside the basis and the value of basic variable r. Only additions, multiplications and divisions of doubles in a fixed
 * order: the same bits everywhere.
 */
export interface Tableau {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly cells: Float64Array;
  /** Variable of each row. */
  readonly basis: Int32Array;
  /** Variable of each column. */
  readonly outside: Int32Array;
  /** Number of the next row's slack that is whole where all variables are; and of the next one that need not be. */
  readonly nextWhole: number;
  readonly nextCut: number;
}

/** Slacks of cuts, which need not be whole, are numbered from here. */
export const firstCut = 1 << 24;

/** Data are scaled to about 1: what is smaller counts as zero. */
export const zeroTolerance = 1e-9;

export type Solved = 'optimal' | 'infeasible' | 'stalled';

export function emptyTableau(rowCount: number, columnCount: number): Tableau {
  const cells = new Float64Array((rowCount + 1) * (columnCount + 1));
  const basis = Int32Array.from({ length: rowCount }, (_, row) => columnCount + row);
  const outside = Int32Array.from({ length: columnCount }, (_, column) => column);
  return { rowCount, columnCount, cells, basis, outside, nextWhole: columnCount + rowCount, nextCut: firstCut };
}

export function objectiveOf({ cells, columnCount }: Tableau): number {
  return -cells[columnCount];
}

/** Swaps the variable of a row with that of a column. */
export function pivot({ rowCount, columnCount, cells, basis, outside }: Tableau, row: number, column: number): void {
  const stride = columnCount + 1;
  const own = (row + 1) * stride;
  const inverse = 1 / cells[own + column];
  const filled = new Int32Array(stride);
  let filledCount = 0;
  for (let j = 0; j < stride; j++) {
    const value = cells[own + j];
    if (value === 0 || j === column) continue;
    cells[own + j] = value * inverse;
    filled[filledCount++] = j;
  }
  cells[own + column] = inverse;
  for (let i = 0; i <= rowCount; i++) {
    const start = i * stride;
    const factor = cells[start + column];
    if (factor === 0 || start === own) continue;
    cells[start + column] = -factor * inverse;
    for (let k = 0; k < filledCount; k++) {
      const j = filled[k];
      cells[start + j] = cells[start + j] - factor * cells[own + j];
    }
  }
  const leaving = basis[row];
  basis[row] = outside[column]!;
  outside[column] = leaving;
}

/** From a feasible basis to an optimal one. */
export function minimise(tableau: Tableau): Solved {
  const pivotsMax = 50 * (tableau.rowCount + tableau.columnCount) + 100;
  const blandFrom = 4 * (tableau.rowCount + tableau.columnCount) + 20;
  for (let step = 0; step < pivotsMax; step++) {
    const column = entering(tableau, step >= blandFrom);
    if (column < 0) return 'optimal';
    const row = leavingRow(tableau, column);
    if (row < 0) return 'stalled';
    pivot(tableau, row, column);
  }
  return 'stalled';
}

/** Column of the most negative reduced cost; under Bland's rule, which cannot cycle, the first variable with one. */
function entering({ columnCount, cells, outside }: Tableau, isBland: boolean): number {
  let best = -1;
  for (let j = 0; j < columnCount; j++) {
    const cost = cells[j];
    if (cost >= -zeroTolerance) continue;
    if (best < 0) best = j;
    else if (isBland ? outside[j] < outside[best] : cost < cells[best]) best = j;
  }
  return best;
}

function leavingRow({ rowCount, columnCount, cells, basis }: Tableau, column: number): number {
  const stride = columnCount + 1;
  let best = -1;
  let bestRatio = Infinity;
  for (let row = 0; row < rowCount; row++) {
    const coefficient = cells[(row + 1) * stride + column];
    if (coefficient <= zeroTolerance) continue;
    const ratio = Math.max(cells[(row + 1) * stride + columnCount], 0) / coefficient;
    if (ratio < bestRatio || (ratio === bestRatio && basis[row] < basis[best])) {
      best = row;
      bestRatio = ratio;
    }
  }
  return best;
}

/** From a basis whose reduced costs are right but whose values are not all >= 0 (a bound was added) to an optimal one. */
export function restore(tableau: Tableau): Solved {
  const pivotsMax = 50 * (tableau.rowCount + tableau.columnCount) + 100;
  for (let step = 0; step < pivotsMax; step++) {
    const row = mostNegativeRow(tableau);
    if (row < 0) return 'optimal';
    const column = dualColumn(tableau, row);
    if (column < 0) return 'infeasible';
    pivot(tableau, row, column);
  }
  return 'stalled';
}

function mostNegativeRow({ rowCount, columnCount, cells, basis }: Tableau): number {
  const stride = columnCount + 1;
  let best = -1;
  let least = -zeroTolerance;
  for (let row = 0; row < rowCount; row++) {
    const value = cells[(row + 1) * stride + columnCount];
    if (value < least || (value === least && best >= 0 && basis[row] < basis[best])) {
      best = row;
      least = value;
    }
  }
  return best;
}

function dualColumn({ columnCount, cells, outside }: Tableau, row: number): number {
  const own = (row + 1) * (columnCount + 1);
  let best = -1;
  let bestRatio = Infinity;
  for (let j = 0; j < columnCount; j++) {
    const coefficient = cells[own + j];
    if (coefficient >= -zeroTolerance) continue;
    const ratio = Math.max(cells[j], 0) / -coefficient;
    if (ratio < bestRatio || (ratio === bestRatio && outside[j] < outside[best])) {
      best = j;
      bestRatio = ratio;
    }
  }
  return best;
}

/** A copy with room for more rows, whose slacks are numbered by `labels`. */
export function withRows(tableau: Tableau, count: number, isCut: boolean): Tableau {
  const { rowCount, columnCount, nextWhole, nextCut } = tableau;
  const cells = new Float64Array((rowCount + count + 1) * (columnCount + 1));
  cells.set(tableau.cells);
  const basis = new Int32Array(rowCount + count);
  basis.set(tableau.basis);
  for (let at = 0; at < count; at++) basis[rowCount + at] = (isCut ? nextCut : nextWhole) + at;
  return {
    rowCount: rowCount + count,
    columnCount,
    cells,
    basis,
    outside: Int32Array.from(tableau.outside),
    nextWhole: isCut ? nextWhole : nextWhole + count,
    nextCut: isCut ? nextCut + count : nextCut,
  };
}

/** A copy with one more row: the basic variable of `row` at most `bound`, or at least if `isFloor`. */
export function withBound(tableau: Tableau, row: number, bound: number, isFloor: boolean): Tableau {
  const { rowCount, columnCount } = tableau;
  const bounded = withRows(tableau, 1, false);
  const own = (row + 1) * (columnCount + 1);
  const added = (rowCount + 1) * (columnCount + 1);
  const sign = isFloor ? 1 : -1;
  for (let j = 0; j < columnCount; j++) bounded.cells[added + j] = sign * tableau.cells[own + j];
  bounded.cells[added + columnCount] = sign * (tableau.cells[own + columnCount] - bound);
  return bounded;
}
