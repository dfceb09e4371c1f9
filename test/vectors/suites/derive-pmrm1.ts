import type { Content } from '../content.ts';
import { asyncCaseOf, caseName, collectedCases, namedCases } from '../derive/cases.ts';
import { checkPmrm1, collectedPmrm1, isPmrm1Case, isRawPmrm1Case } from '../derive/pmrm1.ts';
import type { CaseOutcome, Suite } from '../suite.ts';

export const derivePmrm1: Suite = {
  name: 'derive-pmrm1',
  description: 'accounts of Derive PMRM, the first version: contingencies and margins',
  detect: (content) =>
    collectedCases(content).some(isPmrm1Case) || namedCases(content).some(([, value]) => isRawPmrm1Case(value)),
  run: async (content) => ({ cases: await casesOf(content), notCovered: [] }),
};

async function casesOf(content: Content): Promise<CaseOutcome[]> {
  const cases: CaseOutcome[] = [];
  for (const [index, value] of collectedCases(content).entries()) {
    if (isPmrm1Case(value)) cases.push(await asyncCaseOf(caseName(value, index), () => checkPmrm1(value)));
  }
  for (const [name, value] of namedCases(content)) {
    if (!isRawPmrm1Case(value)) continue;
    cases.push(await asyncCaseOf(name, () => checkPmrm1(collectedPmrm1(value.Scenario, value.Result))));
  }
  return cases;
}
