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
  const read = items.map(readItem);
  return outcomesOf(read, evaluate(inputsOf(read)), check);
}

/** The same for the engine, whose ticks are asynchronous. */
export async function runBatchAsync<Input, Result>(
  items: readonly BatchItem<Input>[],
  evaluate: (inputs: readonly Input[]) => Promise<readonly Result[]>,
  check: (input: Input, result: Result) => readonly Check[],
): Promise<CaseOutcome[]> {
  const read = items.map(readItem);
  return outcomesOf(read, await evaluate(inputsOf(read)), check);
}

type ReadItem<Input> = { readonly name: string } & Attempt<Input>;

function readItem<Input>({ name, read }: BatchItem<Input>): ReadItem<Input> {
  return { name, ...attempt(read) };
}

function inputsOf<Input>(read: readonly ReadItem<Input>[]): Input[] {
  return read.flatMap((each) => (each.problem === null ? [each.input] : []));
}

/** `results` are of the cases that could be read, in order. */
function outcomesOf<Input, Result>(
  read: readonly ReadItem<Input>[],
  results: readonly Result[],
  check: (input: Input, result: Result) => readonly Check[],
): CaseOutcome[] {
  let next = 0;
  return read.map((each) => {
    if (each.problem !== null) return { name: each.name, checks: [], problem: each.problem };
    const result = results[next++];
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
