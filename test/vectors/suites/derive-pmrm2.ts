import { asyncCaseOf } from '../derive/cases.ts';
import { checkPmrm2, isPmrm2File } from '../derive/pmrm2.ts';
import type { Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

export const derivePmrm2: Suite = {
  name: 'derive-pmrm2',
  description: 'portfolio files of Derive PMRM_2 (Scenario, Parameters, Result): scenario P&L, contingencies, margins',
  detect: (content) => isPmrm2File(rootOf(content)),
  run: async (content) => ({
    cases: [await asyncCaseOf('account', () => checkPmrm2(rootOf(content)))],
    notCovered: [],
  }),
};
