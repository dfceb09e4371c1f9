import type { Decimal } from '../decimal.ts';
import type { Breakdown, ReferenceAccount } from './account.ts';

/** Digits of a number in a breakdown. */
const shownDigits = 12;

export function text(value: Decimal): string {
  return value.toSignificantDigits(shownDigits).toString();
}

/** A line of a breakdown. */
export function amount(label: string, value: Decimal): Breakdown {
  return { label, value: text(value) };
}

/**
 * Why a model that has no orders and counts in one currency cannot margin the account; null if it can. `problemOf`: of the
 * instrument in that row of the market.
 */
export function singleCurrencyProblem(
  model: string,
  { orders, cash, positions }: ReferenceAccount,
  reportingCurrency: string,
  problemOf: (index: number) => string | null,
): string | null {
  if (orders.length > 0) return `the account has open orders, which the model ${model} has no margin for`;
  for (const [currency, units] of cash) {
    if (currency !== reportingCurrency && units !== 0) return `cash in ${currency}, but accounts are in ${reportingCurrency}`;
  }
  for (const { instrumentIndex } of positions) {
    const problem = problemOf(instrumentIndex);
    if (problem !== null) return problem;
  }
  return null;
}
