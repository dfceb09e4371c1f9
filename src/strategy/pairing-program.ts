import type { ClassPosition, OptionLeg, Purpose } from './class-position.ts';
import { aloneCost, columnsOf, type Column } from './columns.ts';
import type { StockRules } from './rules.ts';
import { spreadGroupsOf, type SpreadGroup } from './spread-groups.ts';
import { intrinsicValue, maximumLoss } from './spread-loss.ts';
import { emptyTableau, pivot, type Tableau } from './tableau.ts';

/**
 * The choice of strategies as an integer program: how many of each `column`, how many contracts of each leg in each
 * spread group, and per group its loss, which is at least the loss at every exercise price. What is in neither is left
 * alone. Minimised is the change against leaving everything alone.
 */
export interface PairingProgram {
  readonly position: ClassPosition;
  readonly columns: readonly Column[];
  readonly groups: readonly SpreadGroup[];
  /** First variable of each group's contracts; one variable per leg of the group. */
  readonly groupStarts: readonly number[];
  /** First of the groups' losses, in steps: they come last. Everything must be whole. */
  readonly firstLoss: number;
  readonly variableCount: number;
  /** Units per unit of the scaled objective. */
  readonly scale: number;
}

export function programOf(position: ClassPosition, rules: StockRules, purpose: Purpose): PairingProgram {
  const columns = columnsOf(position, rules, purpose);
  const groups = spreadGroupsOf(position.options);
  const groupStarts: number[] = [];
  let variables = columns.length;
  for (const group of groups) {
    groupStarts.push(variables);
    variables += group.legs.length;
  }
  let scale = 1;
  for (const leg of position.options) scale = Math.max(scale, leg.strike, leg.naked, leg.loanValue);
  const variableCount = variables + groups.length;
  return { position, columns, groups, groupStarts, firstLoss: variables, variableCount, scale };
}

/** Rows of the linear program: contracts per leg, shares, two balances and the losses per group. */
export function rowCountOf({ position, groups }: PairingProgram): number {
  return position.options.length + 1 + groups.reduce((sum, group) => sum + 2 + group.strikes.length, 0);
}

/** The linear program without the demand for whole numbers; its basis, everything left alone, is feasible. */
export function relaxationOf(program: PairingProgram): Tableau {
  const { position, columns, groups, groupStarts, firstLoss, variableCount, scale } = program;
  const { options } = position;
  const tableau = emptyTableau(rowCountOf(program), variableCount);
  const { cells } = tableau;
  const stride = variableCount + 1;
  const stockRow = options.length + 1;
  options.forEach((leg, index) => {
    cells[(index + 1) * stride + variableCount] = Math.abs(leg.count);
  });
  cells[stockRow * stride + variableCount] = Math.abs(position.shares);
  columns.forEach((column, variable) => {
    cells[variable] = column.saving / scale;
    for (const leg of column.legs) cells[(leg + 1) * stride + variable] = 1;
    cells[stockRow * stride + variable] = Math.abs(column.shares);
  });
  let row = stockRow + 1;
  groups.forEach((group, index) => {
    const start = groupStarts[index];
    const loss = firstLoss + index;
    cells[loss] = group.step / scale;
    group.legs.forEach((leg, at) => {
      cells[start + at] = -aloneCost(options[leg]) / scale;
      cells[(leg + 1) * stride + start + at] = 1;
    });
    fillLosses(cells, row, stride, group, options, start, loss);
    balance(tableau, row, group, options, start);
    row += 2 + group.strikes.length;
  });
  return tableau;
}

/** Loss rows: what the group loses at each exercise price is at most its loss. */
function fillLosses(
  cells: Float64Array, first: number, stride: number, group: SpreadGroup, options: readonly OptionLeg[], start: number,
  loss: number,
): void {
  group.strikes.forEach((strike, at) => {
    const own = (first + 2 + at) * stride;
    group.legs.forEach((leg, member) => {
      const option = options[leg];
      const value = intrinsicValue(option, strike) / group.step;
      cells[own + start + member] = option.count < 0 ? value : -value;
    });
    cells[own + loss] = -1;
  });
}

/** As many short calls as long ones and as many short puts as long ones: equalities, whose slack leaves at once. */
function balance(
  tableau: Tableau, first: number, group: SpreadGroup, options: readonly OptionLeg[], start: number,
): void {
  const stride = tableau.columnCount + 1;
  for (const [at, isCall] of [true, false].entries()) {
    const own = (first + at) * stride;
    let longColumn = -1;
    group.legs.forEach((leg, member) => {
      if (options[leg].isCall !== isCall) return;
      const isLong = options[leg].count > 0;
      tableau.cells[own + start + member] = isLong ? 1 : -1;
      if (isLong && longColumn < 0) longColumn = start + member;
    });
    if (longColumn < 0) continue;
    pivot(tableau, first + at - 1, longColumn);
    for (let row = 0; row <= tableau.rowCount; row++) tableau.cells[row * stride + longColumn] = 0;
  }
}

/** Values of the variables that must be whole, at the basis of a tableau. */
export function valuesOf({ firstLoss }: PairingProgram, tableau: Tableau): Float64Array {
  const values = new Float64Array(firstLoss);
  const stride = tableau.columnCount + 1;
  for (let row = 0; row < tableau.rowCount; row++) {
    const variable = tableau.basis[row];
    if (variable < firstLoss) values[variable] = tableau.cells[(row + 1) * stride + tableau.columnCount]!;
  }
  return values;
}

/** Change of the total against leaving everything alone, units, exact for whole values. */
export function changeOf(program: PairingProgram, values: ArrayLike<number>): number {
  const { position, columns, groups, groupStarts } = program;
  let change = 0;
  columns.forEach((column, variable) => {
    change += values[variable] * column.saving;
  });
  groups.forEach((group, index) => {
    const legs = group.legs.map((leg) => position.options[leg]);
    const counts = legs.map((_, at) => values[groupStarts[index] + at]);
    change += maximumLoss(legs, counts);
    legs.forEach((leg, at) => {
      change -= counts[at] * aloneCost(leg);
    });
  });
  return change;
}
