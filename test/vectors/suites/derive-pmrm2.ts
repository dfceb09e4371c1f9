import { MargridError } from '../../../src/index.ts';
import { messageOf } from '../content.ts';
import { checkPmrm2, isPmrm2File } from '../derive/pmrm2.ts';
import { CaseInputError } from '../fields.ts';
import type { Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

export const derivePmrm2: Suite = {
  name: 'derive-pmrm2',
  description: 'portfolio files of Derive PMRM_2 (Scenario, Parameters, Result): scenario P&L, contingencies, margins',
  detect: (content) => isPmrm2File(rootOf(content)),
  run: async (content) => {
    const name = 'account';
    try {
      return { cases: [{ name, checks: await checkPmrm2(rootOf(content)), problem: null }], notCovered: [] };
    } catch (cause) {
      if (!(cause instanceof CaseInputError || cause instanceof MargridError)) throw cause;
      return { cases: [{ name, checks: [], problem: messageOf(cause) }], notCovered: [] };
    }
  },
};
