import { riskMeasures } from '../../../src/risk/measures.ts';
import type { Content } from '../content.ts';
import { CaseInputError } from '../fields.ts';
import { attempt } from './attempt.ts';
import { numbersOf, parseTable, tablesBeside, type ColumnTable } from './files-beside.ts';
import type { VarFormat } from './formats.ts';
import { checkPrinted } from './printed.ts';

const measurePattern = /^(Quantile|ExpectedShortfall)_(0\.\d+)$/;
const pnlColumn = 'PLAmount';
/** P&L are printed with six decimals: so far may each of them, and a mean of them, be off. */
const pnlRounding = 5e-7;

/**
 * Historical VaR of Open Source Risk Engine: quantiles (the P&L's own sign) and expected shortfall by group. The P&L are
 * in a file beside it that has a column `PLAmount` and the columns of the groups.
 */
export const oreHistoricalFormat: VarFormat = {
  detect: (content) =>
    content.kind === 'csv' &&
    content.columns.some((column) => column.startsWith('ExpectedShortfall_') && measurePattern.test(column)) &&
    !content.columns.includes(pnlColumn),
  run: (content) => {
    if (content.kind !== 'csv') return { cases: [], notCovered: [] };
    const table = parseTable(content.text, ',');
    const keys = table.columns.filter((column) => !measurePattern.test(column));
    const groups = pnlByGroup(content, keys);
    const cases = table.rows.map((row) => {
      const group = keyOf(table, row, keys);
      return attempt(group, () => {
        const pnl = groups?.get(group);
        if (pnl === undefined) throw new CaseInputError(`no file beside has the P&L of ${group}`);
        return table.columns.flatMap((column, place) => {
          const match = measurePattern.exec(column);
          const text = row[place];
          if (match === null || text === undefined || text === '') return [];
          const [measure] = riskMeasures(pnl, [1 - Number(match[2])], { convention: 'ore' });
          const actual = match[1] === 'Quantile' ? -measure.valueAtRisk : -measure.expectedShortfall;
          return checkPrinted(column, actual, text, pnlRounding);
        });
      });
    });
    return { cases, notCovered: [] };
  },
};

function pnlByGroup(content: Content, keys: readonly string[]): Map<string, number[]> | null {
  const [table] = tablesBeside(content, ({ columns }) => [...keys, pnlColumn].every((name) => columns.includes(name)));
  if (table === undefined) return null;
  const groups = new Map<string, number[]>();
  const pnl = numbersOf(table, pnlColumn);
  table.rows.forEach((row, index) => {
    const group = keyOf(table, row, keys);
    const values = groups.get(group);
    if (values === undefined) groups.set(group, [pnl[index]]);
    else values.push(pnl[index]);
  });
  return groups;
}

function keyOf({ columns }: ColumnTable, row: readonly string[], keys: readonly string[]): string {
  return keys.map((key) => row[columns.indexOf(key)]).join(' / ');
}
