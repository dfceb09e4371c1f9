import { MargridError } from '../../../src/index.ts';
import type { Check } from '../check.ts';
import { messageOf } from '../content.ts';
import { CaseInputError, fieldsOf, isFields, listOf, optionalNumber, type Fields } from '../fields.ts';
import { checkAccount, checkMinimumCharge, checkUnit } from '../okx/checks.ts';
import { marginUnits, readUnit, unitsOf } from '../okx/units.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

export const okx: Suite = {
  name: 'okx',
  description: 'OKX portfolio margin: charges of risk units and totals of a position-builder response',
  detect: (content) => {
    const root = rootOf(content);
    return isListWith(root['riskUnits'], ['inst', 'delta']) || isFields(root['mr7MarginalTiers']);
  },
  run: async (content) => {
    const root = rootOf(content);
    const cases: CaseOutcome[] = [];
    for (const [index, entry] of listOf(root['riskUnits']).entries()) {
      cases.push(await runCase(`risk unit ${index + 1}`, async () => {
        const unit = readUnit(fieldsOf(entry));
        return checkUnit(unit, await marginUnits([unit], 0));
      }));
    }
    if (isFields(root['account'])) cases.push(await runCase('account', () => accountChecks(root)));
    const tiers = root['mr7MarginalTiers'];
    if (isFields(tiers)) {
      cases.push(await runCase('mr7MarginalTiers', () => Promise.resolve(checkMinimumCharge(tiers))));
    }
    const ratio = isFields(root['account']) && 'marginRatio' in root['account'];
    return { cases, notCovered: ratio ? ['account.marginRatio: the liquidation fee in it is not published'] : [] };
  },
};

async function accountChecks(root: Fields): Promise<Check[]> {
  const account = fieldsOf(root['account']);
  return checkAccount(account, await marginUnits(unitsOf(root), optionalNumber(account, 'eq') ?? 0));
}

async function runCase(name: string, compute: () => Promise<Check[]>): Promise<CaseOutcome> {
  try {
    return { name, checks: await compute(), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError || cause instanceof MargridError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}
