import {
  COLUMN_PRICE, COLUMN_RATE, COLUMN_SIGN, COLUMN_SPOT, COLUMN_STRIKE, COLUMN_TIME, COLUMN_VOLATILITY, COLUMN_YIELD,
  priceByBoundaries, priceByTrees, sharesBoundary,
} from '../portable/american/batch.ts';
import {
  boundaryFloats, fillSchemeTables, SCHEME_DEGREE, SCHEME_INTEGRAL, SCHEME_PREMIUM, tableFloats,
} from '../portable/american/scheme.ts';
import { americanByTree2 } from './american-tree.ts';
import { americanByBoundary2, prepareAmerican2 } from './american-option.ts';

/**
 * American options: the bits of the portable functions (`assembly/portable/american`), two nodes at a time.
 *
 * Reads   seven f64 columns of `stride` elements each from columnsPtr: sign (1 call, -1 put), spot, strike, time (years),
 *         volatility, rate, yield (continuous, per year)
 * Writes  price (f64) in the column after them; NaN where an input is negative or not finite
 * Needs   8-byte aligned columns and work area; for its size see `treeWorkFloats`, `boundaryWorkFloats`
 * Order   options one by one
 */
export function americanTreePrices(
  columnsPtr: usize, stride: i32, count: i32, workPtr: usize, coarse: i32, fine: i32,
): void {
  const f = changetype<Floats>(0);
  for (let row = 0; row < count; row++) {
    const at = <i32>(columnsPtr >>> 3) + row;
    f[at + COLUMN_PRICE * stride] = americanByTree2(
      <i32>(workPtr >>> 3), coarse, fine, f[at + COLUMN_SIGN * stride], f[at + COLUMN_SPOT * stride],
      f[at + COLUMN_STRIKE * stride], f[at + COLUMN_RATE * stride], f[at + COLUMN_YIELD * stride],
      f[at + COLUMN_VOLATILITY * stride], f[at + COLUMN_TIME * stride],
    );
  }
}

/** Scalar twin of `americanTreePrices`: bit-equal. */
export function americanTreePricesScalar(
  columnsPtr: usize, stride: i32, count: i32, workPtr: usize, coarse: i32, fine: i32,
): void {
  priceByTrees(changetype<Floats>(0), <i32>(columnsPtr >>> 3), stride, count, <i32>(workPtr >>> 3), coarse, fine);
}

/** The same from exercise boundaries; schemePtr: the words of a scheme (`assembly/portable/american/scheme.ts`). */
export function americanBoundaryPrices(
  columnsPtr: usize, stride: i32, count: i32, workPtr: usize, schemePtr: usize,
): void {
  const f = changetype<Floats>(0);
  const w = changetype<Ints>(0);
  const scheme = <i32>(schemePtr >>> 2);
  const tables = <i32>(workPtr >>> 3);
  const integral = w[scheme + SCHEME_INTEGRAL];
  const degree = w[scheme + SCHEME_DEGREE];
  const premium = w[scheme + SCHEME_PREMIUM];
  const boundary = tables + tableFloats(integral, degree, premium);
  const trees = boundary + boundaryFloats(integral, degree, premium);
  fillSchemeTables(f, w, scheme, tables);
  for (let row = 0; row < count; row++) {
    const at = <i32>(columnsPtr >>> 3) + row;
    const sign = f[at + COLUMN_SIGN * stride];
    const time = f[at + COLUMN_TIME * stride];
    const volatility = f[at + COLUMN_VOLATILITY * stride];
    const rate = f[at + COLUMN_RATE * stride];
    const dividendYield = f[at + COLUMN_YIELD * stride];
    if (row == 0 || !sharesBoundary(f, at, stride)) {
      prepareAmerican2(scheme, tables, boundary, sign, rate, dividendYield, volatility, time);
    }
    f[at + COLUMN_PRICE * stride] = americanByBoundary2(
      scheme, tables, boundary, trees, sign, f[at + COLUMN_SPOT * stride], f[at + COLUMN_STRIKE * stride], rate,
      dividendYield, volatility, time,
    );
  }
}

/** Scalar twin of `americanBoundaryPrices`: bit-equal. */
export function americanBoundaryPricesScalar(
  columnsPtr: usize, stride: i32, count: i32, workPtr: usize, schemePtr: usize,
): void {
  priceByBoundaries(
    changetype<Floats>(0), changetype<Ints>(0), <i32>(columnsPtr >>> 3), stride, count, <i32>(workPtr >>> 3),
    <i32>(schemePtr >>> 2),
  );
}
