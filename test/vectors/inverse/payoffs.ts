import { itemsOf, runBatchAsync } from '../batch.ts';
import { checkRelative, type Check } from '../check.ts';
import { expectedOf, numberOf, signOf, type Fields } from '../fields.ts';
import type { CaseOutcome } from '../suite.ts';
import { contractOf, evaluateHoldings, type Holding } from './engine.ts';

/** What an option pays at expiry, in coin: the equity of an account that holds one at the instant of expiry. */
export function expiryPayoffCases(rows: readonly Fields[], tolerance: number): Promise<CaseOutcome[]> {
  const read = (fields: Fields) => ({
    fields, sign: signOf(fields), strike: numberOf(fields, 'K'), settlement: numberOf(fields, 'S_T'),
  });
  const evaluate = (list: readonly ReturnType<typeof read>[]) => evaluateHoldings(
    list.map(({ sign, strike, settlement }, index): Holding => ({
      instrument: contractOf(`O${index}`, { sign, strike }), quantity: 1, entryPrice: 0, price: settlement,
    })),
  );
  return runBatchAsync(itemsOf('expiry payoff', rows, read), evaluate, ({ fields, settlement }, { equity }) => {
    const relative = (quantity: string, column: string, actual: number): Check[] => {
      const expected = expectedOf(fields, column);
      return expected === null ? [] : [checkRelative(quantity, actual, expected, tolerance)];
    };
    return [...relative('payoff (coin)', 'coin', equity), ...relative('payoff (usd)', 'usd', equity * settlement)];
  });
}
