import { MargridError } from '../errors.ts';
import type { ScenarioSet } from '../scenario/scenario-set.ts';
import type { RevaluationMethod } from './approximate-rows.ts';

/** By how much approximated P&L misses full revaluation, in the currency of the P&L, over the scenarios compared. */
export interface ApproximationError {
  readonly largest: number;
  /** Root mean square. */
  readonly rms: number;
  /** Where the largest error is. */
  readonly scenario: number;
}

export interface InstrumentError extends ApproximationError {
  /** Row of `Market.instruments`. */
  readonly instrument: number;
  readonly name: string;
}

export interface ErrorReport {
  readonly method: RevaluationMethod;
  /** Scenarios that were revalued in full, ascending. */
  readonly scenarios: Int32Array;
  /** Whether these are all. */
  readonly isComplete: boolean;
  /** Of every instrument that was asked for, per contract. */
  readonly instruments: readonly InstrumentError[];
  /** Of the portfolio asked for last; null if none was. */
  readonly portfolio: ApproximationError | null;
}

export interface ErrorReportOptions {
  /**
   * Scenarios to compare, beside the tail; default all while instruments x scenarios <= 20 million, else an even
   * sample.
   */
  readonly scenarios?: ArrayLike<number>;
  /** Worst scenarios of the portfolio, as approximated, that are always compared; default 100. */
  readonly tail?: number;
}

/** Full revaluations that a report makes without being asked. */
export const comparedCellsMax = 20_000_000;
const tailDefault = 100;

/** Scenarios to compare, ascending, each once. Throws `OptionInvalid` for a scenario that there is not. */
export function comparedScenarios(
  count: number,
  instruments: number,
  pnl: Float64Array | null,
  { scenarios, tail = tailDefault }: ErrorReportOptions,
): Int32Array {
  const chosen = new Set<number>();
  if (scenarios !== undefined) {
    for (let i = 0; i < scenarios.length; i++) {
      if (!(Number.isInteger(scenarios[i]) && scenarios[i] >= 0 && scenarios[i] < count)) {
        throw new MargridError('OptionInvalid', `there is no scenario ${scenarios[i]}: they are 0 to ${count - 1}`, {
          column: 'scenarios', value: scenarios[i],
        });
      }
      chosen.add(scenarios[i]);
    }
  } else {
    const stride = Math.max(1, Math.ceil((count * instruments) / comparedCellsMax));
    for (let s = 0; s < count; s += stride) chosen.add(s);
  }
  if (pnl !== null) {
    const order = Array.from(pnl, (_, s) => s).sort((a, b) => pnl[a] - pnl[b] || a - b);
    order.slice(0, tail).forEach((s) => chosen.add(s));
  }
  return Int32Array.from([...chosen].sort((a, b) => a - b));
}

/** The chosen scenarios as a set of their own, without weights. */
export function chosenScenarios({ factors, count, moves, days }: ScenarioSet, chosen: Int32Array): ScenarioSet {
  const some = new Float64Array(factors.length * chosen.length);
  factors.forEach(
    (_, factor) => chosen.forEach((s, at) => (some[factor * chosen.length + at] = moves[factor * count + s])),
  );
  return {
    factors, count: chosen.length, moves: some,
    ...(days === undefined ? {} : { days: Float64Array.from(chosen, (s) => days[s]) }),
  };
}

/** Largest and root mean square difference; `full[i]` is of scenario chosen[i]. */
export function errorOf(approximated: Float64Array, full: Float64Array, chosen: Int32Array): ApproximationError {
  let largest = 0;
  let scenario = chosen[0];
  let squares = 0;
  chosen.forEach((s, at) => {
    const error = Math.abs(approximated[s] - full[at]);
    squares += error * error;
    if (error > largest) {
      largest = error;
      scenario = s;
    }
  });
  return { largest, rms: Math.sqrt(squares / chosen.length), scenario };
}
