import type { Book } from '../domain/book.ts';
import type { Engine } from '../engine/engine.ts';
import { statusNames } from '../engine/totals.ts';
import type { ResultTable } from '../io/index.ts';

/**
 * Results as a table for writing: one row per account and settlement currency. Amounts of a quarantined row are NaN,
 * its reason is given.
 */
export function marginTable(engine: Engine, book: Book): ResultTable {
  const { results } = engine;
  const rowCount = results.status.length;
  const reasons = new Map(book.quarantined.map(({ accountIndex, reason }) => [accountIndex, reason] as const));
  const faultOf = (set: number): string => {
    if (results.fault[set] === 0) return '';
    return results.fault[set] === 1
      ? (reasons.get(results.accountIndex[set]) ?? 'bad input')
      : marketFault(engine, set);
  };
  const strings = (of: (set: number) => string): string[] => Array.from({ length: rowCount }, (_, set) => of(set));
  const ratio = Float64Array.from(results.equity, (equity, set) => {
    const maintenance = results.maintenanceMargin[set];
    return maintenance === 0 ? 0 : maintenance / equity;
  });
  return {
    rowCount,
    columns: [
      { name: 'account', type: 'string', values: strings((set) => engine.accountIds[results.accountIndex[set]]) },
      { name: 'currency', type: 'string', values: strings((set) => engine.currencies[results.currencyIndex[set]]) },
      { name: 'equity', type: 'f64', values: results.equity },
      { name: 'initial_margin', type: 'f64', values: results.initialMargin },
      { name: 'maintenance_margin', type: 'f64', values: results.maintenanceMargin },
      { name: 'margin_ratio', type: 'f64', values: ratio },
      { name: 'worst_case', type: 'f64', values: results.worstCase },
      { name: 'roll_shock', type: 'f64', values: results.rollShock },
      { name: 'delta_shock', type: 'f64', values: results.deltaShock },
      { name: 'worst_scenario', type: 'i32', values: results.worstScenario },
      { name: 'status', type: 'string', values: strings((set) => statusNames[results.status[set]]) },
      { name: 'fault', type: 'string', values: strings(faultOf) },
    ],
  };
}

/** Why the market left a row without a result. */
function marketFault(engine: Engine, set: number): string {
  const instrument = engine.badInstrument(set);
  return instrument === null ? 'a sum is not finite' : `a price or volatility of ${instrument} is bad`;
}

/**
 * The rows of a table as JSON lines of an array, one at a time: a whole book does not fit one string. NaN becomes null.
 */
export function* jsonRows(table: ResultTable): Generator<string> {
  for (let row = 0; row < table.rowCount; row++) {
    const fields = Object.fromEntries(table.columns.map(({ name, values }) => [name, values[row]]));
    yield `    ${JSON.stringify(fields)}${row + 1 < table.rowCount ? ',' : ''}`;
  }
}
