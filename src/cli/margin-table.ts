import { columnName } from '../domain/column-name.ts';
import type { Engine, ResultColumns } from '../engine/engine.ts';
import { statusNames } from '../engine/totals.ts';
import type { ResultColumn, ResultTable } from '../io/index.ts';

/**
 * Results as a table for writing: one row per account and settlement currency. Amounts of a quarantined row are NaN,
 * its reason is given.
 */
export function marginTable(engine: Engine): ResultTable {
  const { results } = engine;
  const rowCount = results.status.length;
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
      ...componentColumns(results),
      { name: 'worst_scenario', type: 'i32', values: results.worstScenario },
      { name: 'status', type: 'string', values: strings((set) => statusNames[results.status[set]]) },
      { name: 'fault', type: 'string', values: strings((set) => engine.faultReason(set) ?? '') },
    ],
  };
}

/** One column per component of the model, named as the component in snake case. */
function componentColumns(results: ResultColumns): ResultColumn[] {
  const { componentNames, components, worstCase, rollShock, deltaShock } = results;
  if (componentNames.length === 0) {
    return [
      { name: 'worst_case', type: 'f64', values: worstCase },
      { name: 'roll_shock', type: 'f64', values: rollShock },
      { name: 'delta_shock', type: 'f64', values: deltaShock },
    ];
  }
  return componentNames.map((name, index) => ({
    name: columnName(name),
    type: 'f64',
    values: Float64Array.from(results.status, (_, set) => components[set * componentNames.length + index]),
  }));
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
