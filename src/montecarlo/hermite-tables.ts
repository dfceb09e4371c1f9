import { exp } from '../../assembly/portable/exp.ts';
import { log } from '../../assembly/portable/log.ts';
import { normalCdf, normalQuantile } from '../../assembly/portable/normal.ts';
import { chiSquareQuantile, chiSquareSurvivalQuantile } from '../statistics/chi-square.ts';
import { studentTCdf, studentTSurvivalQuantile } from '../statistics/student-t.ts';

/** A smooth function at equal distances, for `interpolateColumn`: pairs of value and slope per cell. */
export interface HermiteTable {
  readonly from: number;
  readonly cellsPerUnit: number;
  readonly cells: number;
  readonly pairs: Float64Array;
}

const cellCount = 4_096;
/** No draw goes beyond: the smallest uniform is 2^-53, a normal of -8.21. */
const scoreEnd = 8.5;
/** A Student t of any degrees whose normal score is 8.5 lies within, after Wallace's transformation. */
const wallaceEnd = 16;

/** Tables that were made already: thousands of quantiles each. */
const made = new Map<string, HermiteTable>();

function hermiteTable(name: string, from: number, to: number, value: (x: number) => number): HermiteTable {
  const known = made.get(name);
  if (known !== undefined) return known;
  const cellsPerUnit = cellCount / (to - from);
  const at = Float64Array.from({ length: cellCount + 5 }, (_, place) => value(from + (place - 2) / cellsPerUnit));
  const pairs = new Float64Array(2 * (cellCount + 1));
  for (let cell = 0; cell <= cellCount; cell++) {
    pairs[2 * cell] = at[cell + 2];
    // Central difference of fourth order: as exact as the interpolation.
    pairs[2 * cell + 1] = (at[cell] - at[cell + 4] + 8 * (at[cell + 3] - at[cell + 1])) / 12;
  }
  const table = { from, cellsPerUnit, cells: cellCount, pairs };
  made.set(name, table);
  return table;
}

/** ln sqrt(degrees / chi-square) where the chi-square has the probability of the normal score: falls with it. */
export function mixingTable(degrees: number): HermiteTable {
  return hermiteTable(`mixing ${degrees}`, -scoreEnd, scoreEnd, (score) => {
    const tail = normalCdf(-Math.abs(score));
    const draw = score < 0 ? chiSquareQuantile(tail, degrees) : chiSquareSurvivalQuantile(tail, degrees);
    return 0.5 * log(degrees / draw);
  });
}

/** Normal score of a Student t that went through Wallace's transformation. */
export function scoreTable(degrees: number): HermiteTable {
  return oddTable(`score ${degrees}`, wallaceEnd, (size) => {
    const t = Math.sqrt(degrees * (exp((size * size) / degrees) - 1));
    return -normalQuantile(studentTCdf(-t, degrees));
  });
}

/** The inverse: Wallace's transformation of the Student t of a normal score. */
export function inverseScoreTable(degrees: number): HermiteTable {
  return oddTable(`inverse ${degrees}`, scoreEnd, (size) => {
    const t = studentTSurvivalQuantile(normalCdf(-size), degrees);
    return Math.sqrt(degrees * log(1 + (t * t) / degrees));
  });
}

function oddTable(name: string, end: number, value: (size: number) => number): HermiteTable {
  return hermiteTable(name, -end, end, (x) => (x === 0 ? 0 : x < 0 ? -value(-x) : value(x)));
}
