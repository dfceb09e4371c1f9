import { quantile, quantileTypes } from '../../../src/risk/quantile.ts';
import { CaseInputError, fieldsOf, isFields, listOf, numberOf, textOf } from '../fields.ts';
import { isListWith, rootOf } from '../table.ts';
import { attempt } from './attempt.ts';
import type { VarFormat } from './formats.ts';
import { checkComputed } from './printed.ts';

/** Sample quantiles: `sets` of numbers and `rows` with `set`, `p` and `type1` to `type9`. */
export const quantileTypesFormat: VarFormat = {
  detect: (content) =>
    isFields(rootOf(content)['sets']) &&
    quantileTypes.some((type) => isListWith(rootOf(content)['rows'], ['set', 'p', `type${type}`])),
  run: (content) => {
    const sets = fieldsOf(rootOf(content)['sets']);
    const cases = listOf(rootOf(content)['rows']).map((each, index) => {
      const row = fieldsOf(each);
      return attempt(`row ${index + 1} (${textOf(row['set'])})`, () => {
        const sorted = numbersIn(sets, textOf(row['set'])).sort();
        const p = numberOf(row, 'p');
        // The position is rounded n times as coarsely as p, and moves the value by the distance of its neighbours.
        const slack = 4 * sorted.length * Number.EPSILON * (Math.abs(sorted[0]) + Math.abs(sorted[sorted.length - 1]));
        return quantileTypes.flatMap((type) =>
          checkComputed(`type${type}`, quantile(sorted, p, type), row[`type${type}`], 0, slack),
        );
      });
    });
    return { cases, notCovered: [] };
  },
};

function numbersIn(sets: Readonly<Record<string, unknown>>, name: string): Float64Array {
  if (!Array.isArray(sets[name])) throw new CaseInputError(`there is no set '${name}'`);
  return Float64Array.from(listOf(sets[name]), (_, index) => numberOf(fieldsOf({ value: listOf(sets[name])[index] }), 'value'));
}
