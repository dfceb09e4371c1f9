import { priceByBoundaries, priceByTrees } from '../portable/american/batch.ts';

/**
 * American options, priced by portable functions (`assembly/portable/american`): the same bits as in JavaScript.
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
  priceByTrees(changetype<Floats>(0), <i32>(columnsPtr >>> 3), stride, count, <i32>(workPtr >>> 3), coarse, fine);
}

/** The same from exercise boundaries; schemePtr: the words of a scheme (`assembly/portable/american/scheme.ts`). */
export function americanBoundaryPrices(
  columnsPtr: usize, stride: i32, count: i32, workPtr: usize, schemePtr: usize,
): void {
  priceByBoundaries(
    changetype<Floats>(0), changetype<Ints>(0), <i32>(columnsPtr >>> 3), stride, count, <i32>(workPtr >>> 3),
    <i32>(schemePtr >>> 2),
  );
}
