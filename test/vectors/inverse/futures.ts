import { itemsOf, runBatchAsync } from '../batch.ts';
import { checkRelative, type Check } from '../check.ts';
import { expectedOf, numberOf, type Fields } from '../fields.ts';
import type { CaseOutcome } from '../suite.ts';
import { contractOf, evaluateHoldings, evaluateMoves, type Holding } from './engine.ts';

interface Row {
  readonly fields: Fields;
  readonly notional: number;
  readonly entry: number;
  readonly exit: number;
}

/**
 * P&L of an inverse future for the move from entry to exit, by kernel A. Delta at entry: from the terms of the risk
 * array.
 */
export function inverseFutureCases(rows: readonly Fields[], tolerance: number): Promise<CaseOutcome[]> {
  return runBatchAsync(itemsOf('inverse future', rows, readRow), evaluate, (row, { pnl, delta }) => {
    const relative = (column: string, actual: number): Check[] => {
      const expected = expectedOf(row.fields, column);
      return expected === null ? [] : [checkRelative(column, actual, expected, tolerance)];
    };
    return [
      ...relative('pnl_coin', pnl),
      ...relative('pnl_usd_at_exit', pnl * row.exit),
      ...relative('delta_coin_at_entry', delta),
    ];
  });
}

function readRow(fields: Fields): Row {
  return {
    fields,
    notional: numberOf(fields, 'usd_notional'),
    entry: numberOf(fields, 'entry'),
    exit: numberOf(fields, 'exit'),
  };
}

async function evaluate(rows: readonly Row[]): Promise<{ pnl: number; delta: number }[]> {
  const holdings = rows.map((row, index) => holdingOf(row, row.entry, index));
  const pnl = await evaluateMoves(holdings, rows.map(({ entry, exit }) => (exit - entry) / entry));
  const atEntry = await evaluateHoldings(holdings);
  return rows.map((_row, index) => ({ pnl: pnl[index], delta: atEntry[index].delta }));
}

function holdingOf({ notional, entry }: Row, price: number, index: number): Holding {
  return { instrument: contractOf(`F${index}`), quantity: notional, entryPrice: entry, price };
}
