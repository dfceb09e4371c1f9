import { binanceCases } from '../collateral/binance.ts';
import { checkHaircut, checkLoanLimit } from '../collateral/examples.ts';
import { messageOf } from '../content.ts';
import { CaseInputError, isFields, type Fields } from '../fields.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

const hasAll = (fields: Fields, names: readonly string[]): boolean => names.every((name) => name in fields);
const isHaircut = (fields: Fields): boolean => hasAll(fields, ['balance', 'index', 'haircut']);
const isLoanLimit = (fields: Fields): boolean => hasAll(fields, ['balance', 'oracle', 'ltv']);
const isBinance = (fields: Fields): boolean => hasAll(fields, ['marginLoans', 'loanMMR']);

export const collateral: Suite = {
  name: 'collateral',
  description: 'collateral values, loan limits, margin of loans: examples of venues',
  detect: (content) => Object.values(rootOf(content)).some((each) => isFields(each) && (isHaircut(each) || isLoanLimit(each) || isBinance(each))),
  run: async (content) => {
    const cases: CaseOutcome[] = [];
    const notCovered: string[] = [];
    for (const [name, fields] of Object.entries(rootOf(content))) {
      if (!isFields(fields)) continue;
      if (isHaircut(fields)) cases.push(await attempt(name, () => checkHaircut(fields)));
      else if (isLoanLimit(fields)) cases.push(await attempt(name, () => checkLoanLimit(fields)));
      else if (isBinance(fields)) for (const each of binanceCases(fields)) cases.push(await attempt(`${name}, ${each.name}`, each.check));
      else notCovered.push(`${name}: no example of a known form`);
    }
    return { cases, notCovered };
  },
};

async function attempt(name: string, check: () => Promise<CaseOutcome['checks']>): Promise<CaseOutcome> {
  try {
    return { name, checks: await check(), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}
