import { GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER, GRID_DOWN_MASK, GRID_INVERSE_MULTIPLIER, GRID_LOG_MULTIPLIER,
  GRID_MULTIPLIER, GRID_UP_MASK, GRID_WEIGHT } from '../../assembly/portable/layout.ts';
import { log } from '../../assembly/portable/log.ts';

export type VolatilityDirection = 'up' | 'same' | 'down';

/** One scenario of one risk group, as data: a model declares a list of these. */
export interface Scenario {
  /** Price move, fraction: the price becomes price * (1 + spotShock); > -1. */
  readonly spotShock: number;
  readonly volatility: VolatilityDirection;
  /** Multiplies the P&L of the scenario (in the settlement currency of the group). */
  readonly weight: number;
  /** A loss in this scenario is reduced by this amount of settlement currency, but not below zero. */
  readonly dampener: number;
}

/**
 * Writes the scenario tables of one risk group for the kernels: `GRID_COLUMN_COUNT` rows of `cellCount` floats. The
 *        padding repeats
 * the last scenario, so that a minimum over all cells is the minimum over the scenarios.
 */
export function writeGrid(
  scenarios: readonly Scenario[],
  inverse: boolean,
  cellCount: number,
  grid: Float64Array,
): void {
  const masks = new BigInt64Array(grid.buffer, grid.byteOffset, GRID_COLUMN_COUNT * cellCount);
  for (let cell = 0; cell < cellCount; cell++) {
    const { spotShock, volatility, weight, dampener } = scenarios[Math.min(cell, scenarios.length - 1)];
    const multiplier = 1 + spotShock;
    const inverseMultiplier = 1 / multiplier;
    grid[GRID_MULTIPLIER * cellCount + cell] = multiplier;
    grid[GRID_INVERSE_MULTIPLIER * cellCount + cell] = inverseMultiplier;
    grid[GRID_LOG_MULTIPLIER * cellCount + cell] = log(multiplier);
    masks[GRID_UP_MASK * cellCount + cell] = volatility === 'up' ? -1n : 0n;
    masks[GRID_DOWN_MASK * cellCount + cell] = volatility === 'down' ? -1n : 0n;
    grid[GRID_WEIGHT * cellCount + cell] = weight;
    // 1 - 1/(1+m) = m/(1+m), which keeps its digits for small moves.
    grid[GRID_CLASS * cellCount + cell] = (inverse ? spotShock / multiplier : spotShock) * weight;
    grid[GRID_DAMPENER * cellCount + cell] = dampener;
  }
}
