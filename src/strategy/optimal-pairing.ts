import type { ClassPosition, Purpose } from './class-position.ts';
import { changeOf, programOf, relaxationOf, rowCountOf, valuesOf, type PairingProgram } from './pairing-program.ts';
import type { StockRules } from './rules.ts';
import { minimise, objectiveOf, restore, withBound, type Tableau } from './tableau.ts';
import { greedyValues, roundedValues } from './greedy-pairing.ts';
import { withCuts } from './cuts.ts';

/** How far the search goes before it gives an upper bound instead of the minimum. */
export interface SearchLimits {
  /** Cells of the linear program. */
  readonly cellsMax: number;
  /** Branches, and branches times cells: large programs get fewer. */
  readonly nodesMax: number;
  readonly nodeCellsMax: number;
}

export interface Pairing {
  readonly program: PairingProgram;
  /** Whole: strategies per column, then contracts per leg of each group. */
  readonly values: ArrayLike<number>;
  /** Change against leaving everything alone, units. */
  readonly change: number;
  /** No pairing changes by less than this; equal to `change` if the minimum is proven. */
  readonly changeBound: number;
}

const wholeTolerance = 1e-6;
/** Rounds of cuts before the search and at each branch. */
const rootRounds = 12;
const branchRounds = 2;

/**
 * The pairing of least requirement: depth-first branch and bound over the linear relaxation, in doubles; candidates are
 * rounded to whole numbers and compared in exact units. A branch is given up once its bound is not half a unit better than
 * the best candidate (a billionth of it, if that is more: what the doubles of the bound resolve).
 */
export function optimalPairing(
  position: ClassPosition, rules: StockRules, purpose: Purpose, limits: SearchLimits,
): Pairing {
  const program = programOf(position, rules, purpose);
  const nothing: Pairing = { program, values: new Float64Array(program.firstLoss), change: 0, changeBound: 0 };
  if (program.firstLoss === 0) return nothing;
  if (cellsOf(program) > limits.cellsMax) return beyondSize(program);
  return new Search(program, limits).run();
}

function cellsOf(program: PairingProgram): number {
  return (rowCountOf(program) + 1) * (program.variableCount + 1);
}

/** Too large to solve: first come, first paired, against the bound that no requirement is negative. */
function beyondSize(program: PairingProgram): Pairing {
  const values = greedyValues(program);
  return { program, values, change: changeOf(program, values), changeBound: -Infinity };
}

interface Node {
  readonly tableau: Tableau;
  /** Objective of the relaxation of the branch it is of, units. */
  readonly bound: number;
}

class Search {
  readonly #program: PairingProgram;
  readonly #limits: SearchLimits;
  #values: ArrayLike<number>;
  #change = 0;

  constructor(program: PairingProgram, limits: SearchLimits) {
    this.#program = program;
    this.#limits = limits;
    this.#values = greedyValues(program);
    this.#change = changeOf(program, this.#values);
  }

  run(): Pairing {
    const root = relaxationOf(this.#program);
    if (minimise(root) !== 'optimal') return beyondSize(this.#program);
    const open: Node[] = [];
    this.#visit(withCuts(root, this.#program.variableCount, rootRounds), open);
    let nodes = 1;
    const nodesMax = Math.min(this.#limits.nodesMax, this.#limits.nodeCellsMax / cellsOf(this.#program));
    while (open.length > 0 && nodes < nodesMax) {
      const { tableau, bound } = open.pop()!;
      nodes += 1;
      if (!this.#isWorthwhile(bound)) continue;
      const solved = restore(tableau);
      if (solved === 'stalled') {
        open.push({ tableau, bound });
        break;
      }
      if (solved === 'optimal') this.#visit(withCuts(tableau, this.#program.variableCount, branchRounds), open);
    }
    const worthwhile = open.filter(({ bound }) => this.#isWorthwhile(bound));
    const changeBound = Math.min(this.#change, ...worthwhile.map(({ bound }) => Math.floor(bound)));
    return { program: this.#program, values: this.#values, change: this.#change, changeBound };
  }

  #isWorthwhile(bound: number): boolean {
    return bound < this.#change - Math.max(0.5, 1e-9 * Math.abs(this.#change));
  }

  /** Takes a solved branch as candidate, or splits it at its first fractional variable, nearer side on top. */
  #visit(tableau: Tableau, open: Node[]): void {
    const bound = objectiveOf(tableau) * this.#program.scale;
    if (!this.#isWorthwhile(bound)) return;
    const row = this.#fractionalRow(tableau);
    if (row >= 0) this.#tryRounded(tableau);
    else {
      const values = valuesOf(this.#program, tableau).map((value) => Math.round(value));
      const change = changeOf(this.#program, values);
      if (change < this.#change) [this.#change, this.#values] = [change, values];
      return;
    }
    const value = tableau.cells[(row + 1) * (tableau.columnCount + 1) + tableau.columnCount];
    const below = { tableau: withBound(tableau, row, Math.floor(value), false), bound };
    const above = { tableau: withBound(tableau, row, Math.floor(value) + 1, true), bound };
    if (value - Math.floor(value) > 0.5) open.push(below, above);
    else open.push(above, below);
  }

  /** Row of the first variable that should be whole and is not; -1 if there is none. */
  #fractionalRow({ rowCount, columnCount, cells, basis }: Tableau): number {
    let best = -1;
    for (let row = 0; row < rowCount; row++) {
      const variable = basis[row];
      if (variable >= this.#program.variableCount) continue;
      const value = cells[(row + 1) * (columnCount + 1) + columnCount];
      if (Math.abs(value - Math.round(value)) <= wholeTolerance) continue;
      if (best < 0 || variable > basis[best]) best = row;
    }
    return best;
  }

  /** Contracts of a fractional solution rounded down, balanced, and filled up: a candidate. */
  #tryRounded(tableau: Tableau): void {
    const values = roundedValues(this.#program, valuesOf(this.#program, tableau));
    const change = changeOf(this.#program, values);
    if (change < this.#change) [this.#change, this.#values] = [change, values];
  }
}
