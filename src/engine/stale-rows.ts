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
  readonly #arena: Arena;
  readonly #isHeld: Uint8Array;
  /** Whether the row is that of the inputs in the arena. */
  readonly #isCurrent: Uint8Array;
  readonly #inputs: readonly PricingInput[];

  constructor(arena: Arena) {
    const { instrument, expiry, group } = arena.views;
    const count = instrument.forward.length;
    this.#arena = arena;
    this.#isHeld = new Uint8Array(count);
    this.#isCurrent = new Uint8Array(count);
    const cells = cellCountOf(arena.plan.counts.scenarioCount);
    this.#inputs = [
      inputOf(instrument.forward, null, 1, 1),
      inputOf(instrument.volatility, null, 1, 1),
      ...[expiry.rootTime, expiry.upFactor, expiry.downFactor, expiry.rollFactor].map((column) =>
        inputOf(column, instrument.expiry, 1, 1),
      ),
      inputOf(group.volatilityFloor, instrument.group, 1, 1),
      // Of the index a row depends on nothing but that there is one; of the tables, on all but the dampeners.
      { ...inputOf(group.indexPrice, instrument.group, 1, 1), isChange: (a, b) => isPrice(a) !== isPrice(b) },
      inputOf(group.grid, instrument.group, GRID_COLUMN_COUNT * cells, GRID_DAMPENER * cells),
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
    for (const input of this.#inputs) this.#compareInput(input);
    const runs: RowRun[] = [];
    const count = this.#isHeld.length;
    for (let row = 0; row < count; row++) {
      if (this.#isHeld[row] === 0 || this.#isCurrent[row] === 1) continue;
      const first = row;
      while (row < count && this.#isHeld[row] === 1 && this.#isCurrent[row] === 0) row++;
      runs.push({ first, count: row - first });
    }
    return runs;
  }

  #compareInput({ now, before, of, pitch, width, isChange }: PricingInput): void {
    const changed = new Uint8Array(now.length / pitch);
    for (let index = 0; index < changed.length; index++) {
      for (let at = index * pitch; at < index * pitch + width; at++) {
        if (isChange(now[at], before[at])) changed[index] = 1;
      }
    }
    before.set(now);
    const count = this.#arena.views.instrument.forward.length;
    for (let row = 0; row < count; row++) if (changed[of === null ? row : of[row]] === 1) this.#isCurrent[row] = 0;
  }
}

/** A column that rows are priced from: one block of `pitch` numbers per element, of which `width` count. */
interface PricingInput {
  readonly now: Float64Array;
  readonly before: Float64Array;
  /** Element of each row; null: its own. */
  readonly of: Int32Array | null;
  readonly pitch: number;
  readonly width: number;
  readonly isChange: (now: number, before: number) => boolean;
}

/** Bit patterns differ where `Object.is` says so: the masks of the tables are NaNs, of which there is but one. */
function inputOf(now: Float64Array, of: Int32Array | null, pitch: number, width: number): PricingInput {
  return { now, before: new Float64Array(now.length).fill(NaN), of, pitch, width, isChange: (a, b) => !Object.is(a, b) };
}

function isPrice(value: number): boolean {
  return value > 0 && value < Infinity;
}
