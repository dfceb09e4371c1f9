/**
 * Integer programs solved exactly: all data whole numbers (bigint), simplex steps without fractions (every entry over one
 * common denominator, as in Bareiss elimination), Gomory's cuts, then branching. Slow, and free of rounding.
 */
export interface IntegerProgram {
  /** Minimised. */
  readonly cost: readonly bigint[];
  /** Row · x <= bound, bound >= 0. */
  readonly atMost: readonly { readonly row: readonly bigint[]; readonly bound: bigint }[];
  /** Row · x = 0. */
  readonly balanced: readonly (readonly bigint[])[];
}

export interface Solution {
  readonly objective: bigint;
  readonly values: readonly bigint[];
}

/** Gomory rounds before a branch. */
const cutRounds = 8;

/** Least cost over whole x >= 0. x = 0 is feasible, and the bounds hold every variable that lowers the cost. */
export function solveIntegerProgram(program: IntegerProgram): Solution {
  const count = program.cost.length;
  let best: Solution = { objective: 0n, values: new Array<bigint>(count).fill(0n) };
  const open = [Dictionary.of(program)];
  while (open.length > 0) {
    const dictionary = open.pop()!;
    if (!dictionary.optimise()) continue;
    for (let round = 0; round < cutRounds && dictionary.fractionalRow(count) >= 0; round++) {
      dictionary.addCut(dictionary.fractionalRow(count));
      if (!dictionary.optimise()) break;
    }
    // The objective is whole: a bound above best - 1 cannot lead below best.
    if (!dictionary.isFeasible() || dictionary.bound() >= best.objective) continue;
    const row = dictionary.fractionalRow(count);
    if (row < 0) best = { objective: dictionary.bound(), values: dictionary.values(count) };
    else open.push(dictionary.branch(row, true), dictionary.branch(row, false));
  }
  return best;
}

/** Row 0 is the objective, column 0 the right-hand side; entry [i][j] stands for rows[i][j] / denominator. */
class Dictionary {
  readonly #rows: bigint[][];
  #denominator: bigint;
  readonly #basis: number[];
  readonly #outside: number[];
  #nextSlack: number;

  private constructor(rows: bigint[][], denominator: bigint, basis: number[], outside: number[], nextSlack: number) {
    this.#rows = rows;
    this.#denominator = denominator;
    this.#basis = basis;
    this.#outside = outside;
    this.#nextSlack = nextSlack;
  }

  static of({ cost, atMost, balanced }: IntegerProgram): Dictionary {
    const count = cost.length;
    const rows = [
      [0n, ...cost],
      ...atMost.map(({ row, bound }) => [bound, ...row]),
      ...balanced.map((row) => [0n, ...row]),
    ];
    const basis = rows.map((_, at) => count + at - 1);
    const outside = [-1, ...cost.keys()];
    const dictionary = new Dictionary(rows, 1n, basis, outside, count + rows.length);
    balanced.forEach((_, at) => dictionary.#expel(1 + atMost.length + at));
    return dictionary;
  }

  /** Takes an equality's slack, which is zero, out of the program. */
  #expel(row: number): void {
    const column = this.#rows[row].findIndex((entry, at) => at > 0 && entry !== 0n);
    if (column < 0) return;
    this.#pivot(row, column);
    for (const own of this.#rows) own.splice(column, 1);
    this.#outside.splice(column, 1);
  }

  #pivot(row: number, column: number): void {
    const rows = this.#rows;
    const own = rows[row];
    const pivot = own[column];
    const sign = pivot < 0n ? -1n : 1n;
    rows.forEach((other, at) => {
      if (at === row) return;
      const factor = other[column];
      for (let j = 0; j < other.length; j++) {
        if (j !== column) other[j] = (sign * (other[j] * pivot - factor * own[j])) / this.#denominator;
      }
      other[column] = -sign * factor;
    });
    for (let j = 0; j < own.length; j++) if (j !== column) own[j] = sign * own[j];
    own[column] = sign * this.#denominator;
    this.#denominator = sign * pivot;
    [this.#basis[row], this.#outside[column]] = [this.#outside[column], this.#basis[row]];
  }

  isFeasible(): boolean {
    return this.#rows.every((row, at) => at === 0 || row[0] >= 0n);
  }

  /** The least whole number that is not below the relaxation's minimum. */
  bound(): bigint {
    return -floorOf(this.#rows[0][0], this.#denominator);
  }

  values(count: number): bigint[] {
    const values = new Array<bigint>(count).fill(0n);
    this.#basis.forEach((variable, row) => {
      if (row > 0 && variable < count) values[variable] = this.#rows[row][0] / this.#denominator;
    });
    return values;
  }

  /** Row of the first variable that is not whole; -1 if there is none. */
  fractionalRow(count: number): number {
    let best = -1;
    for (let row = 1; row < this.#rows.length; row++) {
      if (this.#basis[row] >= count || this.#rows[row][0] % this.#denominator === 0n) continue;
      if (best < 0 || this.#basis[row] > this.#basis[best]) best = row;
    }
    return best;
  }

  /** Gomory's cut: the fractional parts of a row add up to at least that of its value. All slacks are whole. */
  addCut(row: number): void {
    const part = (entry: bigint): bigint => entry - floorOf(entry, this.#denominator) * this.#denominator;
    this.#append(this.#rows[row].map((entry) => -part(entry)));
  }

  /** A copy in which the row's variable is at most its value rounded down, or at least that plus one. */
  branch(row: number, isAbove: boolean): Dictionary {
    const rows = this.#rows.map((own) => [...own]);
    const copy = new Dictionary(rows, this.#denominator, [...this.#basis], [...this.#outside], this.#nextSlack);
    const own = rows[row];
    const whole = floorOf(own[0], this.#denominator);
    const bound = (isAbove ? whole + 1n : whole) * this.#denominator;
    const sign = isAbove ? 1n : -1n;
    copy.#append(own.map((entry, at) => sign * (at === 0 ? entry - bound : entry)));
    return copy;
  }

  #append(row: bigint[]): void {
    this.#rows.push(row);
    this.#basis.push(this.#nextSlack);
    this.#nextSlack += 1;
  }

  /** Dual steps until every value is >= 0, then primal steps until no reduced cost is negative. False if infeasible. */
  optimise(): boolean {
    const hasGoodCosts = this.#rows[0].every((cost, at) => at === 0 || cost >= 0n);
    while (hasGoodCosts) {
      const row = this.#first((at) => this.#rows[at][0] < 0n);
      if (row < 0) return true;
      const column = this.#leastRatio(this.#rows[0], this.#rows[row]);
      if (column < 0) return false;
      this.#pivot(row, column);
    }
    for (;;) {
      const column = this.#entering();
      if (column < 0) return true;
      const row = this.#leaving(column);
      if (row < 0) throw new RangeError('the integer program is unbounded');
      this.#pivot(row, column);
    }
  }

  /** Bland's rule throughout: the first variable in question. It cannot cycle. */
  #first(isCandidate: (row: number) => boolean): number {
    let best = -1;
    for (let row = 1; row < this.#rows.length; row++) {
      if (isCandidate(row) && (best < 0 || this.#basis[row] < this.#basis[best])) best = row;
    }
    return best;
  }

  #entering(): number {
    let best = -1;
    for (let j = 1; j < this.#outside.length; j++) {
      if (this.#rows[0][j] < 0n && (best < 0 || this.#outside[j] < this.#outside[best])) best = j;
    }
    return best;
  }

  #leaving(column: number): number {
    let best = -1;
    for (let row = 1; row < this.#rows.length; row++) {
      const [value, entry] = [this.#rows[row][0], this.#rows[row][column]];
      if (entry <= 0n) continue;
      if (best < 0) {
        best = row;
        continue;
      }
      const difference = value * this.#rows[best][column] - this.#rows[best][0] * entry;
      if (difference < 0n || (difference === 0n && this.#basis[row] < this.#basis[best])) best = row;
    }
    return best;
  }

  #leastRatio(costs: readonly bigint[], row: readonly bigint[]): number {
    let best = -1;
    for (let j = 1; j < row.length; j++) {
      if (row[j] >= 0n) continue;
      if (best < 0) {
        best = j;
        continue;
      }
      const difference = costs[j] * -row[best] - costs[best] * -row[j];
      if (difference < 0n || (difference === 0n && this.#outside[j] < this.#outside[best])) best = j;
    }
    return best;
  }
}

function floorOf(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator < 0n && quotient * denominator !== numerator ? quotient - 1n : quotient;
}
