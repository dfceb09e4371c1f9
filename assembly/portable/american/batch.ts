import { americanByBoundary, americanByTree, prepareAmerican } from './american.ts';
import { boundaryFloats, fillSchemeTables, SCHEME_DEGREE, SCHEME_INTEGRAL, SCHEME_PREMIUM, tableFloats } from './scheme.ts';
import { FINE_STEPS, treeFloats } from './tree.ts';

/**
 * American options in columns. Addresses are float indexes: `columns` is the first of seven input columns of `stride`
 * floats each (sign, spot, strike, time, volatility, rate, yield; rates and yields continuous, per year), and the price
 * column follows them.
 */
export const COLUMN_SIGN: i32 = 0;
export const COLUMN_SPOT: i32 = 1;
export const COLUMN_STRIKE: i32 = 2;
export const COLUMN_TIME: i32 = 3;
export const COLUMN_VOLATILITY: i32 = 4;
export const COLUMN_RATE: i32 = 5;
export const COLUMN_YIELD: i32 = 6;
export const COLUMN_PRICE: i32 = 7;
/** Columns of a batch: seven inputs and the price. */
export const AMERICAN_COLUMNS: i32 = 8;

/** Floats at `work` that a batch priced on trees needs. */
export function treeWorkFloats(fine: i32): i32 {
  return treeFloats(fine);
}

/** Floats at `work` that a batch priced from exercise boundaries needs: tables, one boundary, the trees' work. */
export function boundaryWorkFloats(integral: i32, degree: i32, premium: i32): i32 {
  return tableFloats(integral, degree, premium) + boundaryFloats(integral, degree, premium) + treeWorkFloats(FINE_STEPS);
}

/** Prices by Leisen-Reimer trees of `coarse` and `fine` steps, extrapolated. */
export function priceByTrees(f: Floats, columns: i32, stride: i32, count: i32, work: i32, coarse: i32, fine: i32): void {
  for (let row: i32 = 0; row < count; row++) {
    const at: i32 = columns + row;
    f[at + COLUMN_PRICE * stride] = americanByTree(
      f, work, coarse, fine,
      f[at + COLUMN_SIGN * stride], f[at + COLUMN_SPOT * stride], f[at + COLUMN_STRIKE * stride], f[at + COLUMN_RATE * stride],
      f[at + COLUMN_YIELD * stride], f[at + COLUMN_VOLATILITY * stride], f[at + COLUMN_TIME * stride],
    );
  }
}

/**
 * Prices from exercise boundaries, by the scheme in the words at `scheme`. A row that differs from the one before in
 * spot or strike only takes over its boundary.
 */
export function priceByBoundaries(
  f: Floats, w: Ints, columns: i32, stride: i32, count: i32, work: i32, scheme: i32,
): void {
  const degree: i32 = w[scheme + SCHEME_DEGREE];
  const premium: i32 = w[scheme + SCHEME_PREMIUM];
  const integral: i32 = w[scheme + SCHEME_INTEGRAL];
  const boundary: i32 = work + tableFloats(integral, degree, premium);
  const trees: i32 = boundary + boundaryFloats(integral, degree, premium);
  fillSchemeTables(f, w, scheme, work);
  for (let row: i32 = 0; row < count; row++) {
    const at: i32 = columns + row;
    const sign: f64 = f[at + COLUMN_SIGN * stride];
    const time: f64 = f[at + COLUMN_TIME * stride];
    const volatility: f64 = f[at + COLUMN_VOLATILITY * stride];
    const rate: f64 = f[at + COLUMN_RATE * stride];
    const dividendYield: f64 = f[at + COLUMN_YIELD * stride];
    if (row === 0 || !sharesBoundary(f, at, stride)) {
      prepareAmerican(f, w, scheme, work, boundary, sign, rate, dividendYield, volatility, time);
    }
    f[at + COLUMN_PRICE * stride] = americanByBoundary(
      f, w, scheme, work, boundary, trees,
      sign, f[at + COLUMN_SPOT * stride], f[at + COLUMN_STRIKE * stride], rate, dividendYield, volatility, time,
    );
  }
}

/** Whether the row at `at` and the one before it have the same boundary. */
export function sharesBoundary(f: Floats, at: i32, stride: i32): boolean {
  return f[at + COLUMN_SIGN * stride] === f[at + COLUMN_SIGN * stride - 1] && f[at + COLUMN_TIME * stride] === f[at + COLUMN_TIME * stride - 1]
    && f[at + COLUMN_VOLATILITY * stride] === f[at + COLUMN_VOLATILITY * stride - 1]
    && f[at + COLUMN_RATE * stride] === f[at + COLUMN_RATE * stride - 1] && f[at + COLUMN_YIELD * stride] === f[at + COLUMN_YIELD * stride - 1];
}
