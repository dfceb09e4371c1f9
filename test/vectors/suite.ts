import { isPassed, type Check } from './check.ts';
import { messageOf, type Content } from './content.ts';
import { CaseInputError } from './fields.ts';

export interface CaseOutcome {
  /** Where it is in the file, e.g. `row 12`. */
  readonly name: string;
  readonly checks: readonly Check[];
  /** Why the case could not be computed; null if it could. */
  readonly problem: string | null;
}

export interface SuiteRun {
  readonly cases: readonly CaseOutcome[];
  /** Parts of the file that no code of ours answers to: said, not counted. */
  readonly notCovered: readonly string[];
}

/** One file format (or a few of one kind) and how the engine is held against it. */
export interface Suite {
  readonly name: string;
  readonly description: string;
  /** By content only: names of files mean nothing. */
  detect(content: Content): boolean;
  /** Everything in the file that is covered; absent expected values are not compared. */
  run(content: Content): SuiteRun | Promise<SuiteRun>;
}

export function isCasePassed(outcome: CaseOutcome): boolean {
  return outcome.problem === null && outcome.checks.every(isPassed);
}

/** A case with nothing to compare and no problem says nothing: it is not counted. */
export function isCounted(outcome: CaseOutcome): boolean {
  return outcome.problem !== null || outcome.checks.length > 0;
}

/** Runs one case; bad inputs and model errors fail it with the reason. */
export function caseOf(name: string, compute: () => readonly Check[]): CaseOutcome {
  try {
    return { name, checks: compute(), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}
