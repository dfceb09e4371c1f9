import { itemsOf, runBatch } from '../batch.ts';
import { checkEqual, type Check } from '../check.ts';
import { functionNames, evaluate } from '../drift/functions.ts';
import { CaseInputError, fieldsOf, isFields, listOf, type Fields } from '../fields.ts';
import type { Suite } from '../suite.ts';
import { rootOf } from '../table.ts';
import { wholeOf } from '../tiered/number-block.ts';

/** One call of a function of the program, with its result. */
interface FunctionCase {
  readonly fn: string;
  readonly inputs: Fields;
  readonly answer: Fields;
}

export const drift: Suite = {
  name: 'drift',
  description: 'Drift v2 in integers: weights by size and deposits, liquidation amounts and fees, socialised losses',
  detect: (content) => casesOf(rootOf(content)).some(({ fn }) => functionNames.has(fn)),
  run: (content) => {
    const all = casesOf(rootOf(content));
    const known = all.filter(({ fn }) => functionNames.has(fn));
    const unknown = new Set(all.filter(({ fn }) => !functionNames.has(fn)).map(({ fn }) => `function ${fn}`));
    return {
      cases: runBatch(itemsOf('case', known, (each) => each), (inputs) => inputs, checkCase),
      notCovered: [...unknown],
    };
  },
};

/** Cases are single, or a list of cases of one function, each with inputs and result together. */
function casesOf(root: Fields): FunctionCase[] {
  return listOf(root['cases']).filter(isFields).flatMap((entry) => {
    const fn = String(entry['fn']);
    if (!Array.isArray(entry['cases'])) return [{ fn, inputs: fieldsOf(entry['inputs']), answer: entry }];
    return entry['cases'].map((each) => ({ fn, inputs: fieldsOf(each), answer: fieldsOf(each) }));
  });
}

function checkCase({ fn, inputs, answer }: FunctionCase): Check[] {
  if (answer['expected'] === undefined || answer['expected'] === null) return [];
  const expected = wholeOf(answer, 'expected');
  try {
    const { library, kernel } = evaluate(fn, inputs);
    const byKernel = checkEqual(library === null ? fn : `${fn} (kernel)`, kernel, expected);
    return library === null ? [byKernel] : [checkEqual(fn, library, expected), byKernel];
  } catch (cause) {
    if (cause instanceof CaseInputError) throw cause;
    throw new CaseInputError(String(cause));
  }
}
