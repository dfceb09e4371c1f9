import { GRID_COLUMN_COUNT, GRID_DAMPENER } from '../../assembly/portable/layout.ts';
import type { Arena } from '../columns/arena.ts';
import { cellCountOf } from '../columns/schema.ts';

/** Rows [first, first + count). */
export interface RowRun {
  readonly first: number;
  readonly count: number;
}

/**
 * Which rows of kernel A a tick must price: those of instruments that somebody holds or has held, unless everything that
 * prices them is what it was when they were priced last, bit for bit. The other rows are stale, and priced when somebody
 * asks for them.
 *
 * For scenario grids only, whose rows are no part of the state: row kernels of portable models leave their terms in
 * columns that the state hash covers.
 */
export class StaleRows {
  readonly #isHeld: Uint8Array;
  /** Whether the row is that of the inputs in the arena. */
  readonly #isCurrent: Uint8Array;
  readonly #ofRow: readonly [PricingInput, PricingInput];
  readonly #ofExpiry: readonly PricingInput[];
  readonly #ofGroup: readonly PricingInput[];
  readonly #expiry: Int32Array;
  readonly #group: Int32Array;

  constructor(arena: Arena) {
    const { instrument, expiry, group } = arena.views;
    const count = instrument.forward.length;
    this.#isHeld = new Uint8Array(count);
    this.#isCurrent = new Uint8Array(count);
    this.#expiry = instrument.expiry;
    this.#group = instrument.group;
    const cells = cellCountOf(arena.plan.counts.scenarioCount);
    this.#ofRow = [inputOf(instrument.forward, 1, 1), inputOf(instrument.volatility, 1, 1)];
    const byExpiry = [expiry.rootTime, expiry.upFactor, expiry.downFactor, expiry.rollFactor];
    this.#ofExpiry = byExpiry.map((column) => inputOf(column, 1, 1));
    this.#ofGroup = [
      inputOf(group.volatilityFloor, 1, 1),
      // Of the index a row depends on nothing but that there is one; of the tables, on all but the dampeners.
      { ...inputOf(group.indexPrice, 1, 1), isChange: (a, b) => isPrice(a) !== isPrice(b) },
      inputOf(group.grid, GRID_COLUMN_COUNT * cells, GRID_DAMPENER * cells),
    ];
  }

  /** From now on somebody holds the instrument of the row. */
  hold(row: number): void {
    this.#isHeld[row] = 1;
  }

  isCurrent(row: number): boolean {
    return this.#isCurrent[row] === 1;
  }

  priced({ first, count }: RowRun): void {
    this.#isCurrent.fill(1, first, first + count);
  }

  /** No row is current any more. */
  forget(): void {
    this.#isCurrent.fill(0);
  }

  /** Compares the inputs with those before, and returns what a tick must price, ascending. */
  compare(): RowRun[] {
    this.#dropChanged();
    const isHeld = this.#isHeld;
    const isCurrent = this.#isCurrent;
    const runs: RowRun[] = [];
    const count = isHeld.length;
    for (let row = 0; row < count; row++) {
      if (isHeld[row] === 0 || isCurrent[row] === 1) continue;
      const first = row;
      while (row < count && isHeld[row] === 1 && isCurrent[row] === 0) row++;
      runs.push({ first, count: row - first });
    }
    return runs;
  }

  /** One pass over the rows: no worker has anything to do meanwhile. */
  #dropChanged(): void {
    const [{ now: forward, before: oldForward }, { now: volatility, before: oldVolatility }] = this.#ofRow;
    const expiryChanged = changedOf(this.#ofExpiry);
    const groupChanged = changedOf(this.#ofGroup);
    const expiry = this.#expiry;
    const group = this.#group;
    const isCurrent = this.#isCurrent;
    for (let row = 0; row < isCurrent.length; row++) {
      const isChanged =
        expiryChanged[expiry[row]] === 1 || groupChanged[group[row]] === 1 ||
        areDifferent(forward[row], oldForward[row]) || areDifferent(volatility[row], oldVolatility[row]);
      if (isChanged) isCurrent[row] = 0;
    }
    oldForward.set(forward);
    oldVolatility.set(volatility);
  }
}

/** A column that rows are priced from: one block of `pitch` numbers per element, of which `width` count. */
interface PricingInput {
  readonly now: Float64Array;
  readonly before: Float64Array;
  readonly pitch: number;
  readonly width: number;
  readonly isChange: (now: number, before: number) => boolean;
}

function inputOf(now: Float64Array, pitch: number, width: number): PricingInput {
  return { now, before: new Float64Array(now.length).fill(NaN), pitch, width, isChange: areDifferent };
}

/** Which elements differ from those before in one of the columns, which are remembered. */
function changedOf(inputs: readonly PricingInput[]): Uint8Array {
  const [first] = inputs;
  const changed = new Uint8Array(first.now.length / first.pitch);
  for (const { now, before, pitch, width, isChange } of inputs) {
    for (let index = 0; index < changed.length; index++) {
      for (let at = index * pitch; at < index * pitch + width; at++) {
        if (isChange(now[at], before[at])) changed[index] = 1;
      }
    }
    before.set(now);
  }
  return changed;
}

/**
 * Whether bit patterns differ, as `Object.is` says, which takes several times as long: the masks of the tables are NaNs,
 * of which there is but one.
 */
function areDifferent(a: number, b: number): boolean {
  return a === b ? a === 0 && 1 / a !== 1 / b : !(Number.isNaN(a) && Number.isNaN(b));
}

function isPrice(value: number): boolean {
  return value > 0 && value < Infinity;
}
