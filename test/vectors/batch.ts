import type { Check } from './check.ts';
import { messageOf } from './content.ts';
import { CaseInputError } from './fields.ts';
import { caseOf, type CaseOutcome } from './suite.ts';

/** A case before it is computed: its place in the file, and how its inputs are read. */
export interface BatchItem<Input> {
  readonly name: string;
  /** Throws `CaseInputError`. */
  readonly read: () => Input;
}

/** Reads all cases, evaluates them in one call of a batch kernel, checks each: a case with bad inputs fails alone. */
export function runBatch<Input, Result>(
  items: readonly BatchItem<Input>[],
  evaluate: (inputs: readonly Input[]) => readonly Result[],
  check: (input: Input, result: Result) => readonly Check[],
): CaseOutcome[] {
  const read = items.map(({ name, read: readInput }) => ({ name, ...attempt(readInput) }));
  const good = read.flatMap((each) => (each.problem === null ? [each.input] : []));
  const results = evaluate(good);
  let next = 0;
  return read.map((each) => {
    if (each.problem !== null) return { name: each.name, checks: [], problem: each.problem };
    const result = results[next++]!;
    return caseOf(each.name, () => check(each.input, result));
  });
}

type Attempt<T> = { readonly problem: null; readonly input: T } | { readonly problem: string };

function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { problem: null, input: read() };
  } catch (cause) {
    if (!(cause instanceof CaseInputError)) throw cause;
    return { problem: messageOf(cause) };
  }
}

/** Items of a list, named by their 1-based place. */
export function itemsOf<T, Input>(
  label: string,
  list: readonly T[],
  read: (entry: T) => Input,
): BatchItem<Input>[] {
  return list.map((entry, index) => ({ name: `${label} ${index + 1}`, read: () => read(entry) }));
}
