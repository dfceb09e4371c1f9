import { MargridError } from '../../../src/index.ts';
import type { Check } from '../check.ts';
import { messageOf, type Content } from '../content.ts';
import { CaseInputError, fieldsOf, isFields, listOf, type Fields } from '../fields.ts';
import type { CaseOutcome } from '../suite.ts';
import { rootOf } from '../table.ts';

/** Runs one case; bad inputs, refusals and model errors fail it with the reason. */
export async function asyncCaseOf(name: string, compute: () => Promise<readonly Check[]>): Promise<CaseOutcome> {
  try {
    return { name, checks: await compute(), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError || cause instanceof MargridError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}

/** Cases of a collected file: a list called `cases`, or the list itself. */
export function collectedCases(content: Content): readonly unknown[] {
  if (content.kind !== 'json') return [];
  return Array.isArray(content.value) ? listOf(content.value) : listOf(rootOf(content)['cases']);
}

/** Cases of one of the venue's files, by name. */
export function namedCases(content: Content): readonly (readonly [string, Fields])[] {
  return Object.entries(rootOf(content)).flatMap(([name, value]) => (isFields(value) ? [[name, value] as const] : []));
}

export function caseName(value: unknown, index: number): string {
  const { id } = fieldsOf(value);
  return typeof id === 'string' ? id : `case ${index + 1}`;
}

/**
 * The venue's file of whole accounts states positions and results only: prices and parameters are in the code of the
 * test, so there is nothing to compute from.
 */
export function isWithoutMarket(value: unknown): boolean {
  const fields = fieldsOf(value);
  return ['options', 'perps', 'bases'].every((name) => Array.isArray(fields[name]));
}
