import { applyTools, noToolState } from '../../../src/dynamic/anti-procyclicality.ts';
import { parseAntiProcyclicality } from '../../../src/dynamic/anti-procyclicality-rules.ts';
import { procyclicality } from '../../../src/dynamic/procyclicality.ts';
import { MargridError } from '../../../src/errors.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { CaseInputError, expectedOf, fieldsOf, isFields, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { caseOf, type CaseOutcome, type Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

/** Three products and sums of doubles. */
const relativeTolerance = 1e-14;
/** Of a ratio less 1: a rounding of the ratio, which may be some units. */
const ratioTolerance = 2 ** -50;

/** Expected margins of an example, and the tool that gives each. */
const tools: Readonly<Record<string, unknown>> = {
  buffer25: { buffer: { fraction: 0.25 } },
  stress25: { stress: { weight: 0.25 } },
  floor: { floor: { multiple: 1 } },
};

/** The numbers of a path, at least. */
const hasPath = (metrics: unknown): boolean => isFields(metrics) && Array.isArray(metrics['path']) && ['peakToTrough', 'nDay', 'nDayAbs'].some((name) => name in metrics);
const hasExamples = (examples: unknown): boolean => Object.keys(tools).some((name) => isListWith(examples, ['base', name]));

export const apc: Suite = {
  name: 'apc',
  description: 'anti-procyclicality: the three tools of EMIR, peak-to-trough and n-day measures',
  detect: (content) => hasExamples(rootOf(content)['examples']) || hasPath(rootOf(content)['metrics']),
  run: (content) => {
    const root = rootOf(content);
    const metrics = root['metrics'];
    return {
      cases: [
        ...listOf(root['examples']).map((each, index) => attempt(`examples ${index + 1}`, () => checkExample(fieldsOf(each)))),
        ...(metrics === undefined ? [] : [attempt('metrics', () => checkMetrics(fieldsOf(metrics)))]),
      ],
      notCovered: [],
    };
  },
};

/** What the code refuses is a fault of the case. */
function attempt(name: string, check: () => Check[]): CaseOutcome {
  return caseOf(name, () => {
    try {
      return check();
    } catch (cause) {
      throw cause instanceof MargridError ? new CaseInputError(cause.message) : cause;
    }
  });
}

function checkExample(fields: Fields): Check[] {
  const inputs = {
    base: numberOf(fields, 'base'),
    stress: optionalNumber(fields, 'stress') ?? undefined,
    tenYear: optionalNumber(fields, 'floor10y') ?? undefined,
  };
  return Object.entries(tools).flatMap(([name, rules]) => {
    const expected = expectedOf(fields, name);
    if (expected === null) return [];
    const { margin } = applyTools(inputs, noToolState, parseAntiProcyclicality(rules, name)).items;
    return [checkRelative(name, margin, expected, relativeTolerance)];
  });
}

function checkMetrics(fields: Fields): Check[] {
  const path = listOf(fields['path']).map((_, day) => numberOf(fieldsOf({ path: listOf(fields['path'])[day] }), 'path'));
  const expected = expectedOf(fields, 'peakToTrough');
  const measured = procyclicality(path);
  return [
    ...(expected === null ? [] : [checkRelative('peakToTrough', measured.peakToTrough, expected, relativeTolerance)]),
    ...rises(path, fieldsOf(fields['nDay']), 'ratio'),
    ...rises(path, fieldsOf(fields['nDayAbs']), 'amount'),
  ];
}

function rises(path: readonly number[], fields: Fields, of: 'ratio' | 'amount'): Check[] {
  return Object.keys(fields).flatMap((days) => {
    const expected = expectedOf(fields, days);
    if (expected === null) return [];
    const [rise] = procyclicality(path, { days: [Number(days)] }).rises;
    const actual = rise[of] ?? NaN;
    // Amounts are differences of numbers of the path's own size.
    const tolerance = of === 'ratio' ? ratioTolerance * expected.abs().plus(1).toNumber() : relativeTolerance * Math.max(...path);
    return [checkAbsolute(`${of === 'ratio' ? 'nDay' : 'nDayAbs'} ${days}`, actual, expected, tolerance)];
  });
}
