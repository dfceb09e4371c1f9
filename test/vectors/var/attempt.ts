import { MargridError } from '../../../src/errors.ts';
import type { Check } from '../check.ts';
import { CaseInputError } from '../fields.ts';
import { caseOf, type CaseOutcome } from '../suite.ts';

/** What the code refuses is a fault of the case. */
export function attempt(name: string, compute: () => readonly Check[]): CaseOutcome {
  return caseOf(name, () => {
    try {
      return compute();
    } catch (cause) {
      throw cause instanceof MargridError ? new CaseInputError(cause.message) : cause;
    }
  });
}
