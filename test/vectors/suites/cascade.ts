import { cascadeOf, type PricedAccount } from '../cascade/liquidation-prices.ts';
import type { CascadeResult } from '../../../src/cascade/result.ts';
import type { Impact } from '../../../src/cascade/impact.ts';
import { MargridError } from '../../../src/errors.ts';
import { checkEqual, checkRelative, type Check } from '../check.ts';
import { messageOf } from '../content.ts';
import { CaseInputError, expectedOf, fieldsOf, isFields, listOf, numberOf, type Fields } from '../fields.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

/**
 * Prices are products of a few factors, each rounded once, in whatever order; an exponential adds one unit in the last
 * place. A wrong account or a wrong formula is off by far more.
 */
const tolerance = 1e-12;

export const cascade: Suite = {
  name: 'cascade',
  description: 'liquidation cascades of a book given by its liquidation prices, through the simulator',
  detect: (content) => {
    const root = rootOf(content);
    const { accounts, P0, shock } = fieldsOf(root['params']);
    const hasResults = listOf(root['expected']).some((each) => isFields(each) && typeof each['kind'] === 'string');
    return Array.isArray(accounts) && P0 !== undefined && shock !== undefined && hasResults;
  },
  run: async (content) => {
    const root = rootOf(content);
    const params = fieldsOf(root['params']);
    const entries = listOf(root['expected']);
    return { cases: await Promise.all(entries.map((entry, index) => runCase(params, entry, index))), notCovered: [] };
  },
};

async function runCase(params: Fields, entry: unknown, index: number): Promise<CaseOutcome> {
  const expected = fieldsOf(entry);
  const name = `case ${index + 1}`;
  try {
    const result = await cascadeOf(
      numberOf(params, 'P0'), accountsOf(params), numberOf(params, 'shock'), impactOf(params, expected['kind']),
    );
    return { name, checks: checksOf(result, expected), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError || cause instanceof MargridError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}

function accountsOf(params: Fields): PricedAccount[] {
  return listOf(params['accounts']).map((entry, index) => {
    const [price, size] = listOf(entry);
    if (typeof price === 'number' && typeof size === 'number') return [price, size] as const;
    throw new CaseInputError(`input accounts[${index}] must be [price, size], got ${JSON.stringify(entry)}`);
  });
}

function impactOf(params: Fields, kind: unknown): Impact {
  const dailyVolume = numberOf(params, 'V');
  if (kind === 'sqrt') return { kind, y: numberOf(params, 'Y'), sigma: numberOf(params, 'sigma'), dailyVolume };
  if (kind === 'linear') {
    return { kind, lambda: numberOf(params, params['lambda_'] === undefined ? 'lambda' : 'lambda_'), dailyVolume };
  }
  throw new CaseInputError(`input kind must be "sqrt" or "linear", got ${JSON.stringify(kind)}`);
}

function checksOf(result: CascadeResult, expected: Fields): Check[] {
  const [outcome] = result.underlyings;
  const checks: Check[] = [checkEqual('converged', result.converged, true)];
  const compare = (fields: Fields, name: string, quantity: string, actual: number | null): void => {
    const value = expectedOf(fields, name);
    if (value !== null) checks.push(checkRelative(quantity, actual ?? NaN, value, tolerance));
  };
  compare(expected, 'shockedPrice', 'shocked price', outcome.shocked);
  compare(expected, 'finalPrice', 'final price', outcome.final);
  compare(expected, 'totalVolume', 'total volume', outcome.volume);
  compare(expected, 'amplification', 'amplification', result.amplification);
  if (!Array.isArray(expected['rounds'])) return checks;
  const rounds = listOf(expected['rounds']);
  checks.push(checkEqual('rounds', result.rounds.length, rounds.length));
  result.rounds.slice(0, rounds.length).forEach(({ accounts, prices: [price] }, index) => {
    const fields = fieldsOf(rounds[index]);
    const where = `round ${index + 1}`;
    if (fields['liquidated'] !== undefined) {
      const sorted = listOf(fields['liquidated']).map(Number).sort((a, b) => a - b);
      checks.push(checkEqual(`${where}: liquidated`, [...accounts].join(' '), sorted.join(' ')));
    }
    compare(fields, 'volume', `${where}: volume`, price.sold - price.bought);
    compare(fields, 'cumulative', `${where}: cumulative`, price.cumulative);
    compare(fields, 'price', `${where}: price`, price.after);
  });
  return checks;
}
