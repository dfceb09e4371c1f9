import type { Arena } from '../../src/columns/arena.ts';

/** The columns that a tick changes before its kernels run: quotes, and what the model makes of the time and the prices. */
export function tickInputColumns(arena: Arena): readonly Float64Array[] {
  const { instrument, expiry, group } = arena.views;
  return [
    instrument.forward, instrument.volatility,
    expiry.rootTime, expiry.upFactor, expiry.downFactor, expiry.rollFactor,
    group.indexPrice, group.volatilityFloor, group.grid, group.scalars,
    arena.contextScalars,
  ];
}

/** From one engine's arena to that of another with the same book. */
export function copyTickInputs(from: Arena, to: Arena): void {
  const targets = tickInputColumns(to);
  // As bits: masks are NaNs whose payload must not change.
  tickInputColumns(from).forEach((column, index) => bitsOf(targets[index]).set(bitsOf(column)));
}

function bitsOf(column: Float64Array): BigUint64Array {
  return new BigUint64Array(column.buffer, column.byteOffset, column.length);
}
