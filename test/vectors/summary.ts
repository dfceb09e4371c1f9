import { isPassed, severityOf, type Check } from './check.ts';
import { isCasePassed, isCounted, type CaseOutcome, type SuiteRun } from './suite.ts';

/** The worst check of one quantity in one file: the one with the largest error in units of its tolerance. */
export interface QuantitySummary {
  readonly quantity: string;
  readonly unit: 'relative' | 'absolute';
  readonly checks: number;
  readonly failed: number;
  readonly worstError: number;
  /** Of the worst check: tolerances may differ from case to case. */
  readonly tolerance: number;
  readonly worstCase: string;
}

export interface Failure {
  readonly case: string;
  /** Quantity, error, tolerance, actual and expected value; or why the case could not be computed. */
  readonly message: string;
}

export interface FileSummary {
  readonly file: string;
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly quantities: readonly QuantitySummary[];
  readonly failures: readonly Failure[];
  readonly notCovered: readonly string[];
}

export function summarize(file: string, suite: string, run: SuiteRun): FileSummary {
  const counted = run.cases.filter(isCounted);
  const passed = counted.filter(isCasePassed).length;
  return {
    file,
    suite,
    passed,
    failed: counted.length - passed,
    quantities: quantitiesOf(counted),
    failures: counted.flatMap(failuresOf),
    notCovered: run.notCovered,
  };
}

function quantitiesOf(cases: readonly CaseOutcome[]): QuantitySummary[] {
  const groups = new Map<string, { count: number; failed: number; worst: Check; worstCase: string }>();
  for (const { name, checks } of cases) {
    for (const check of checks) {
      const group = groups.get(check.quantity) ?? { count: 0, failed: 0, worst: check, worstCase: name };
      group.count++;
      if (!isPassed(check)) group.failed++;
      if (severityOf(check) > severityOf(group.worst)) Object.assign(group, { worst: check, worstCase: name });
      groups.set(check.quantity, group);
    }
  }
  return [...groups].map(([quantity, { count, failed, worst, worstCase }]) => ({
    quantity,
    unit: worst.unit,
    checks: count,
    failed,
    worstError: worst.error,
    tolerance: worst.tolerance,
    worstCase,
  }));
}

function failuresOf({ name, checks, problem }: CaseOutcome): Failure[] {
  if (problem !== null) return [{ case: name, message: problem }];
  return checks.filter((check) => !isPassed(check)).map((check) => ({ case: name, message: failureText(check) }));
}

function failureText({ quantity, unit, error, tolerance, actual, expected }: Check): string {
  return `${quantity}: ${unit} error ${short(error)} > ${short(tolerance)}, got ${actual}, expected ${expected}`;
}

export function short(value: number): string {
  return value === 0 ? '0' : Number(value.toPrecision(3)).toString();
}
