/**
 * VaR and ES read off the tail of a portfolio, in the same way for every one: every scenario weighs the same, so which
 * order statistics count, and for how much, is known beforehand (src/risk/book-measures.ts has the other ways).
 *
 * The definition, at a float index; in what is said to be words two stand in the place of a float:
 *
 *   words: levels
 *   per level: words: order statistics that VaR lies between, from 0; how far from the first to the second, in [0, 1);
 *              words: shares of ES; the shares, from the worst on
 */

/** Floats of the definition before the first level, and of a level before its shares. */
export const MEASURES_HEAD: i32 = 1;
export const MEASURES_LEVEL: i32 = 3;
/** Columns of results before those of the first level: the worst P&L, its scenario. Then VaR and ES, level by level. */
export const MEASURES_WORST: i32 = 2;

/**
 * Writes the measures of the portfolio whose P&L in its worst scenarios, ascending, is at `values`, and whose worst
 * scenario is `scenario`: one float per column, `stride` floats apart. ES is what is left of the last observation when
 * the worse ones are added as differences from it; losses positive.
 */
export function writeTailMeasures(
  f: Floats, w: Ints, values: i32, scenario: f64, definition: i32, to: i32, stride: i32,
): void {
  const levels: i32 = w[definition * 2];
  f[to] = f[values];
  f[to + stride] = scenario;
  let column: i32 = to + MEASURES_WORST * stride;
  let at: i32 = definition + MEASURES_HEAD;
  for (let level: i32 = 0; level < levels; level++) {
    const lower: f64 = f[values + w[at * 2]];
    const weight: f64 = f[at + 1];
    f[column] = 0.0 - (weight === 0 ? lower : lower + weight * (f[values + w[at * 2 + 1]] - lower));
    const count: i32 = w[(at + 2) * 2];
    const shares: i32 = at + MEASURES_LEVEL;
    const last: f64 = f[values + count - 1];
    let excess: f64 = 0;
    for (let k: i32 = 0; k < count; k++) excess = excess + f[shares + k] * (f[values + k] - last);
    f[column + stride] = 0.0 - (last + excess);
    column = column + 2 * stride;
    at = shares + count;
  }
}
