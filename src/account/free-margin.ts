import type { BookChanges } from '../engine/book-changes.ts';
import type { AccountContext } from './module.ts';
import { HEALTHY, levelNames } from './status.ts';

/**
 * Why money must not leave an account: what is missing, as the end of a sentence about the account; null if it may.
 * The netting set must be healthy and keep `multiple` times its initial margin after `changes`: at the prices of the
 * last tick, with the book as it is now, and with what the adjustments added at that tick.
 */
export function missingFreeMargin(
  context: AccountContext,
  account: string,
  currency: string,
  changes: BookChanges,
  multiple = 1,
): string | null {
  const { engine } = context;
  const { first, end } = engine.resultRange(account);
  const row = engine.currencies.indexOf(currency);
  const set = Array.from({ length: end - first }, (_, index) => first + index).find(
    (each) => engine.setKeys.currency[each] === row,
  );
  if (set === undefined) return `holds nothing in ${currency}`;
  const level = context.level[set];
  if (level !== HEALTHY) return `is ${levelNames[level]} in ${currency}: nothing may leave`;
  const left = engine.preview(account, changes).find((each) => each.currency === currency);
  // Nothing is left of the set: nothing is needed either.
  if (left === undefined) return null;
  const added = context.added(set);
  const marginBalance = left.equity + added.balance;
  const initialMargin = left.initialMargin + added.initialMargin;
  const needed = initialMargin * multiple;
  if (marginBalance >= needed) return null;
  if (Number.isNaN(marginBalance - needed)) return `its margin in ${currency} is not known`;
  const need = `${needed} needed for an initial margin of ${initialMargin}`;
  return `would have a margin balance of ${marginBalance} ${currency}, ${need}`;
}
