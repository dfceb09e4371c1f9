import { itemsOf, runBatch } from '../batch.ts';
import { checkRelative } from '../check.ts';
import { CaseInputError, decimalOf, listOf } from '../fields.ts';
import { evaluateMap, type MapKernel } from '../pricing-kernels.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

/**
 * Blocks of the file: pairs [argument, value]. Tolerances: what the table's authors ask of a double (docs/VECTORS.md).
 */
const functions: readonly { readonly block: string; readonly kernel: MapKernel; readonly tolerance: number }[] = [
  { block: 'norm_cdf', kernel: 'mapNormalCdf', tolerance: 1e-15 },
  { block: 'norm_pdf', kernel: 'mapNormalPdf', tolerance: 1e-15 },
  { block: 'erfcx', kernel: 'mapErfcx', tolerance: 1e-15 },
  { block: 'exp', kernel: 'mapExp', tolerance: 3e-16 },
  { block: 'log', kernel: 'mapLog', tolerance: 3e-16 },
  { block: 'inv_norm_cdf', kernel: 'mapNormalQuantile', tolerance: 1e-15 },
];

export const specialFunctions: Suite = {
  name: 'special-functions',
  description: 'norm_cdf, norm_pdf, erfcx, exp, log, inv_norm_cdf of single values',
  detect: (content) => functions.some(({ block }) => isPairList(rootOf(content)[block])),
  run: (content) => {
    const root = rootOf(content);
    return { cases: functions.flatMap((each) => runFunction(each, listOf(root[each.block]))), notCovered: [] };
  },
};

type TableFunction = (typeof functions)[number];

function runFunction({ block, kernel, tolerance }: TableFunction, pairs: readonly unknown[]): CaseOutcome[] {
  return runBatch(
    itemsOf(block, pairs, readPair),
    (inputs) => evaluateMap(kernel, inputs.map(({ argument }) => argument)),
    ({ expected }, value) => (expected === null ? [] : [checkRelative(block, value, expected, tolerance)]),
  );
}

function readPair(pair: unknown) {
  const [argument, value] = listOf(pair);
  if (typeof argument !== 'number') throw new CaseInputError('the argument must be a number');
  return { argument, expected: decimalOf(value, 'value') };
}

function isPairList(value: unknown): boolean {
  const first = listOf(listOf(value)[0]);
  return first.length === 2 && typeof first[0] === 'number' && ['string', 'number'].includes(typeof first[1]);
}
