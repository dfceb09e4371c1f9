import { firstCut, objectiveOf, restore, withRows, type Tableau } from './tableau.ts';

const cutsPerRound = 20;
/** A value nearer to a whole number than this gives a cut of bad digits. */
const fractionMin = 0.01;
/** Added to the bound of a cut: more than the rounding errors in it, less than what a whole point is away. */
const cutSlack = 1e-9;

/**
 * Mixed-integer Gomory cuts, in rounds: inequalities that every whole solution meets and the present fractional one does
 * not. The relaxation comes closer to the minimum and the search branches less. Cuts that stop binding are dropped.
 */
export function withCuts(start: Tableau, variableCount: number, rounds: number): Tableau {
  let tableau = start;
  for (let round = 0; round < rounds; round++) {
    const rows = fractionalRows(tableau, variableCount);
    if (rows.length === 0) break;
    const before = objectiveOf(tableau);
    const next = addCuts(tableau, rows);
    if (restore(next) !== 'optimal') break;
    tableau = withoutIdleCuts(next);
    if (objectiveOf(tableau) - before < 1e-6 * Math.abs(before)) break;
  }
  return tableau;
}

/** Rows of variables that are not whole, the most fractional first. */
function fractionalRows({ rowCount, columnCount, cells, basis }: Tableau, variableCount: number): number[] {
  const found: { row: number; distance: number }[] = [];
  for (let row = 0; row < rowCount; row++) {
    if (basis[row] >= variableCount) continue;
    const value = cells[(row + 1) * (columnCount + 1) + columnCount];
    const distance = Math.abs(value - Math.round(value));
    if (distance > fractionMin) found.push({ row, distance });
  }
  found.sort((a, b) => b.distance - a.distance || a.row - b.row);
  return found.slice(0, cutsPerRound).map(({ row }) => row);
}

function addCuts(tableau: Tableau, rows: readonly number[]): Tableau {
  const { rowCount, columnCount, outside } = tableau;
  const stride = columnCount + 1;
  const cut = withRows(tableau, rows.length, true);
  rows.forEach((row, at) => {
    const own = (row + 1) * stride;
    const added = (rowCount + 1 + at) * stride;
    const value = tableau.cells[own + columnCount];
    const fraction = value - Math.floor(value);
    for (let j = 0; j < columnCount; j++) {
      const weight = cutWeight(tableau.cells[own + j], fraction, outside[j] < firstCut);
      cut.cells[added + j] = weight < cutSlack ? 0 : -weight;
    }
    cut.cells[added + columnCount] = cutSlack - fraction;
  });
  return cut;
}

function cutWeight(coefficient: number, fraction: number, isWhole: boolean): number {
  const down = fraction / (1 - fraction);
  if (!isWhole) return coefficient > 0 ? coefficient : -coefficient * down;
  const part = coefficient - Math.floor(coefficient);
  return part <= fraction ? part : (1 - part) * down;
}

function withoutIdleCuts(tableau: Tableau): Tableau {
  const stride = tableau.columnCount + 1;
  const rows: number[] = [];
  tableau.basis.forEach((variable, row) => {
    if (variable < firstCut) rows.push(row);
  });
  const cells = new Float64Array((rows.length + 1) * stride);
  cells.set(tableau.cells.subarray(0, stride));
  rows.forEach((row, at) => {
    cells.set(tableau.cells.subarray((row + 1) * stride, (row + 2) * stride), (at + 1) * stride);
  });
  return { ...tableau, rowCount: rows.length, cells, basis: Int32Array.from(rows, (row) => tableau.basis[row]) };
}
