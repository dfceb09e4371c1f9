import type { MeasureConvention } from '../../../src/risk/conventions.ts';
import { expectedShortfall, valueAtRisk } from '../../../src/risk/measures.ts';
import { fieldsOf, listOf, numberOf } from '../fields.ts';
import { isListWith, rootOf } from '../table.ts';
import { attempt } from './attempt.ts';
import type { VarFormat } from './formats.ts';
import { checkComputed } from './printed.ts';

const conventions: Readonly<Record<string, MeasureConvention>> = {
  VaR_type7: { quantile: 7, side: 'pnl', shortfall: 'at-or-beyond' },
  VaR_orderStat_ceil: { quantile: 1, side: 'pnl', shortfall: 'at-or-beyond' },
  ES_AcerbiTasche: { quantile: 1, side: 'pnl', shortfall: 'acerbi-tasche' },
  ES_meanLEquantile: { quantile: 1, side: 'pnl', shortfall: 'at-or-beyond' },
};
/** Some hundred roundings of a sum, and 1 - (1 - alpha), which is off by a rounding of 1. */
const relativeTolerance = 1e-12;

/** Rows of `pnl` and `alpha` with VaR and ES by several conventions; a sample too small gives its worst observation. */
export const esConventionsFormat: VarFormat = {
  detect: (content) => Object.keys(conventions).some((name) => isListWith(rootOf(content)['rows'], ['pnl', 'alpha', name])),
  run: (content) => ({
    cases: listOf(rootOf(content)['rows']).map((each, index) =>
      attempt(`row ${index + 1}`, () => {
        const row = fieldsOf(each);
        const pnl = listOf(row['pnl']).map((value) => numberOf(fieldsOf({ pnl: value }), 'pnl'));
        const level = 1 - numberOf(row, 'alpha');
        return Object.entries(conventions).flatMap(([name, convention]) => {
          if (row[name] === undefined || row[name] === null) return [];
          const measure = name.startsWith('VaR') ? valueAtRisk : expectedShortfall;
          const actual = measure(pnl, { level, convention, beyondSample: 'worst' });
          return checkComputed(name, actual, row[name], relativeTolerance);
        });
      }),
    ),
    notCovered: [],
  }),
};
