import type { Content } from '../content.ts';
import { asyncCaseOf, caseName, collectedCases, isWithoutMarket, namedCases } from '../derive/cases.ts';
import { checkSrm, collectedSrm, isRawSrmCase, isSrmCase } from '../derive/srm.ts';
import type { CaseOutcome, Suite } from '../suite.ts';

export const deriveSrm: Suite = {
  name: 'derive-srm',
  description: 'accounts of Derive standard margin: mark-to-market and margins',
  detect: (content) =>
    collectedCases(content).some(isSrmCase)
    || namedCases(content).some(([, value]) => isRawSrmCase(value) || isWithoutMarket(value)),
  run: async (content) => {
    const bare = namedCases(content).filter(([, value]) => isWithoutMarket(value)).length;
    return {
      cases: await casesOf(content),
      notCovered: bare === 0 ? [] : [`${bare} accounts without prices and parameters (they are in the venue's code)`],
    };
  },
};

async function casesOf(content: Content): Promise<CaseOutcome[]> {
  const cases: CaseOutcome[] = [];
  for (const [index, value] of collectedCases(content).entries()) {
    if (isSrmCase(value)) cases.push(await asyncCaseOf(caseName(value, index), () => checkSrm(value)));
  }
  for (const [name, value] of namedCases(content)) {
    if (!isRawSrmCase(value)) continue;
    cases.push(await asyncCaseOf(name, () => checkSrm(collectedSrm(value.Scenario, value.Result))));
  }
  return cases;
}
