import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { Arena } from '../../src/columns/arena.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import type { RevalueSize } from './columns.ts';

/** The book as a newcomer would hold it: objects in arrays. */
interface NaiveInstrument {
  readonly profitAndLoss: readonly number[];
}

interface NaiveAccount {
  readonly positions: readonly { readonly instrument: NaiveInstrument; readonly quantity: number }[];
}

/** The first `count` accounts as objects. */
export function naiveAccounts(arena: Arena, size: RevalueSize, count: number): NaiveAccount[] {
  const { scenarios, instruments, positions } = size;
  const cellCount = cellCountOf(scenarios);
  const { position, riskArray } = arena.views;
  const all: NaiveInstrument[] = Array.from({ length: instruments }, (_, index) => ({
    profitAndLoss: [...riskArray.row.subarray(index * cellCount, index * cellCount + scenarios)],
  }));
  return Array.from({ length: count }, (_, account) => ({
    positions: Array.from({ length: positions }, (__, held) => {
      const slot = account * positions + held;
      return { instrument: all[position.row[slot] >>> FLAG_BITS], quantity: position.quantity[slot] };
    }),
  }));
}

/** Straight from the definition: per account, per scenario, per position. */
export function revalueNaive(accounts: readonly NaiveAccount[], scenarios: number): number[] {
  const worst: number[] = [];
  for (const account of accounts) {
    let worstLoss = 0;
    for (let scenario = 0; scenario < scenarios; scenario++) {
      let total = 0;
      for (const position of account.positions) {
        total += position.quantity * position.instrument.profitAndLoss[scenario];
      }
      worstLoss = Math.max(worstLoss, -total);
    }
    worst.push(worstLoss);
  }
  return worst;
}
