import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { ScenarioSet } from '../scenario/scenario-set.ts';
import { Revaluation, type RevaluationOptions } from './revaluation.ts';
import { currencyFactor } from './shocks.ts';

/** P&L beyond this is no number that sums of a book could be made of. */
const cellMax = 1e250;

/**
 * P&L of one unit of everything that a book holds, by scenario: first the currencies that some factor moves, then
 * instruments in market order. A row that cannot be priced has a fault instead: who holds it is quarantined.
 */
export class BookRows {
  readonly scenarioCount: number;
  /** Row of a currency; -1 where nothing moves it, so that it never gains or loses. */
  readonly currencyRow: Int32Array;
  /** Row of an instrument of the market; -1 where nobody holds it. */
  readonly instrumentRow: Int32Array;
  /** Why a row has no P&L. */
  readonly faults: ReadonlyMap<number, string>;
  /** Instruments that no factor moves, where that is allowed. */
  readonly heldConstant: readonly string[];
  readonly #rows: Float64Array[] = [];

  constructor(
    market: Market,
    scenarios: ScenarioSet,
    currencies: readonly string[],
    isHeld: Uint8Array,
    options: RevaluationOptions,
  ) {
    const revaluation = new Revaluation(market, scenarios, options);
    const faults = new Map<number, string>();
    const add = (fill: () => Float64Array): number => {
      const row = this.#rows.length;
      const filled = filledRow(fill, scenarios.count);
      this.#rows.push(filled.row);
      if (filled.fault !== null) faults.set(row, filled.fault);
      return row;
    };
    this.scenarioCount = scenarios.count;
    this.currencyRow = Int32Array.from(currencies, (currency) =>
      currency === revaluation.currency || (currencyFactor(scenarios, currency) < 0 && isRated(revaluation, currency))
        ? -1
        : add(() => revaluation.currencyPnl(currency)));
    this.instrumentRow = Int32Array.from(market.instruments, (_, index) =>
      isHeld[index] === 0 ? -1 : add(() => revaluation.instrumentPnl(index)));
    this.faults = faults;
    this.heldConstant = revaluation.heldConstant;
  }

  get count(): number {
    return this.#rows.length;
  }

  /** P&L of one unit, by scenario; zeros where there is a fault. A view. */
  row(row: number): Float64Array {
    return this.#rows[row];
  }

  /** Expected P&L of one unit: a left fold over the scenarios, by their weights, or the plain mean. */
  expected(weights: Float64Array | undefined): Float64Array {
    return Float64Array.from(this.#rows, (row) => {
      let sum = 0;
      for (let s = 0; s < row.length; s++) sum += weights === undefined ? row[s] : weights[s] * row[s];
      return weights === undefined ? sum / row.length : sum;
    });
  }

  /** Writes scenarios [first, first + count) in tiles (assembly/portable/book-layout.ts), zeros after the last. */
  fill(first: number, count: number, tile: number, to: Float64Array): void {
    this.#rows.forEach((row, index) => {
      for (let done = 0; done < count; done += tile) {
        const at = done * this.count + index * tile;
        const end = Math.min(tile, count - done);
        to.set(row.subarray(first + done, first + done + end), at);
        to.fill(0, at + end, at + tile);
      }
    });
  }
}

function isRated(revaluation: Revaluation, currency: string): boolean {
  try {
    revaluation.currencyPnl(currency);
    return true;
  } catch (error) {
    if (error instanceof MargridError && error.code === 'CurrencyUnknown') return false;
    throw error;
  }
}

function filledRow(fill: () => Float64Array, count: number): { readonly row: Float64Array; readonly fault: string | null } {
  try {
    const row = fill();
    const bad = row.findIndex((cell) => !(Math.abs(cell) <= cellMax));
    if (bad < 0) return { row, fault: null };
    return { row: new Float64Array(count), fault: `its P&L in scenario ${bad + 1} is ${row[bad]}` };
  } catch (error) {
    if (!(error instanceof MargridError)) throw error;
    return { row: new Float64Array(count), fault: error.message };
  }
}
