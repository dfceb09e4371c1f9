import { sobolPoints } from '../../../src/montecarlo/sobol.ts';
import { checkEqual, type Check } from '../check.ts';
import { fieldsOf, listOf, numberOf, optionalNumber } from '../fields.ts';
import { caseOf, type CaseOutcome } from '../suite.ts';
import type { VarFormat } from './formats.ts';

/**
 * `dim` and `points`: unscrambled Sobol points with the direction numbers of Joe and Kuo, from index `first` (default 0,
 * the origin) on. Coordinates are multiples of a power of two: exact equality.
 */
export const sobolFormat: VarFormat = {
  detect: (content) =>
    content.kind === 'json' && Array.isArray(fieldsOf(content.value)['points']) && 'dim' in fieldsOf(content.value),
  run: (content) => {
    const fields = fieldsOf(content.kind === 'json' ? content.value : null);
    const points = listOf(fields['points']).map(listOf);
    return { cases: points.map((point, index) => pointCase(fields, point, index)), notCovered: [] };
  },
};

function pointCase(fields: Readonly<Record<string, unknown>>, point: readonly unknown[], index: number): CaseOutcome {
  return caseOf(`point ${index}`, () => {
    const dimensions = numberOf(fields, 'dim');
    const first = (optionalNumber(fields, 'first') ?? 0) + index;
    const actual = sobolPoints({ dimensions, count: 1, first });
    const checks: Check[] = [checkEqual('dimensions', point.length, dimensions)];
    point.forEach((expected, d) => checks.push(checkEqual(`coordinate ${d + 1}`, actual[d], expected)));
    return checks;
  });
}
