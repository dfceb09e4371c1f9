import { offerTail, sortTail, tailFloats } from '../../assembly/portable/tail.ts';
import { MargridError } from '../errors.ts';
import { countBelow, probabilityTolerance } from './quantile.ts';

/** The smallest P&L in ascending order, equal ones by scenario, with the scenarios they belong to. */
export interface PnlTail {
  readonly values: Float64Array;
  readonly scenarios: Uint32Array;
}

/** Observations read at once: what a selection needs besides its result. */
const blockCount = 4096;

/** The `count` smallest of all, exactly. Throws `ValueNotFinite` with the position. */
export function smallestPnl(pnl: ArrayLike<number>, count: number): PnlTail {
  const capacity = Math.min(count, pnl.length);
  const values = tailFloats(capacity);
  const memory = new Float64Array(values + blockCount);
  let held = 0;
  for (let first = 0; first < pnl.length; first += blockCount) {
    const block = Math.min(blockCount, pnl.length - first);
    for (let index = 0; index < block; index++) {
      const value = pnl[first + index];
      if (!Number.isFinite(value)) throw notFinite('P&L', first + index, value);
      memory[values + index] = value;
    }
    held = offerTail(memory, 0, capacity, held, values, block, first);
  }
  sortTail(memory, 0, capacity, held);
  return { values: memory.slice(0, held), scenarios: Uint32Array.from(memory.subarray(capacity, capacity + held)) };
}

/** Throws `ValueNotFinite` with the position, from 1. */
export function requireFiniteValues(values: ArrayLike<number>, name: string): void {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) throw notFinite(name, index, values[index]);
  }
}

function notFinite(name: string, index: number, value: number): MargridError {
  return new MargridError('ValueNotFinite', `${name} ${index + 1} must be finite, got ${value}`, {
    column: name, row: index + 1, value,
  });
}

/**
 * What to do where the sample is too small to hold the quantile, n (1 - level) < 1, or every observation of a weighted
 * one weighs more than 1 - level: `refuse`, or take its `worst` observation for it, as spreadsheets do.
 */
export type BeyondSample = 'refuse' | 'worst';

/** Throws `ObservationsMissing`, which says how many there must be. */
export function requireObservations(n: number, level: number, beyondSample: BeyondSample): void {
  const needed = beyondSample === 'worst' ? 1 : Math.ceil(1 / (1 - level) - probabilityTolerance / (1 - level) ** 2);
  if (n >= needed || (n > 0 && countBelow(n, 1 - level) >= 1)) return;
  throw new MargridError(
    'ObservationsMissing',
    `a measure at level ${level} needs at least ${needed} observations, got ${n}`,
    { column: 'level', value: level },
  );
}

/**
 * The same of weighted observations: equal weights give the same answer. What is refused has one observation as its tail
 * whatever their order; where that depends on the order, the worst may still be one that outweighs 1 - level.
 */
export function requireWeightedObservations(
  weights: ArrayLike<number>, level: number, beyondSample: BeyondSample,
): void {
  requireObservations(weights.length, level, 'worst');
  if (beyondSample === 'worst') return;
  let lightest = Infinity;
  for (let index = 0; index < weights.length; index++) {
    if (weights[index] > 0 && weights[index] < lightest) lightest = weights[index];
  }
  if (lightest <= 1 - level + probabilityTolerance) return;
  throw new MargridError(
    'ObservationsMissing',
    `a measure at level ${level} needs an observation that weighs no more than 1 - level, the lightest of ` +
      `${weights.length} weighs ${lightest}`,
    { column: 'level', value: level },
  );
}
