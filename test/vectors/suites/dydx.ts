import { itemsOf, runBatch, runBatchAsync } from '../batch.ts';
import type { Check } from '../check.ts';
import type { Content } from '../content.ts';
import { checkBankruptcyPrice, checkFillablePrice, checkInsuranceFundDelta } from '../dydx/liquidation.ts';
import { checkRequirements, checkScaledFraction } from '../dydx/requirements.ts';
import { readMarkets, type PerpetualMarket } from '../dydx/subaccount.ts';
import { CaseInputError, isFields, listOf, type Fields } from '../fields.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

type Checker = (markets: ReadonlyMap<string, PerpetualMarket>, fields: Fields) => Promise<Check[]>;

const liquidationBlocks: Readonly<Record<string, Checker>> = {
  bankruptcy_price: checkBankruptcyPrice,
  fillable_price: checkFillablePrice,
  insurance_fund_delta: checkInsuranceFundDelta,
};

export const dydx: Suite = {
  name: 'dydx',
  description: 'dYdX v4 in integers: margin requirements, bankruptcy and fillable prices, insurance fund deltas',
  detect: (content) => {
    const root = rootOf(content);
    return (
      Object.keys(liquidationBlocks).some((block) => isListWith(root[block], ['usdcQuoteQuantums'])) ||
      isListWith(root['margin_requirements'], ['bigBaseQuantums']) ||
      isListWith(root['liquidity_tier_imf'], ['initialMarginPpm'])
    );
  },
  run: async (content: Content) => {
    const root = rootOf(content);
    const markets = readMarkets(root['markets']);
    const cases: CaseOutcome[] = [];
    for (const [block, check] of Object.entries(liquidationBlocks)) {
      cases.push(...(await runAsync(block, root[block], (fields) => check(markets, fields))));
    }
    cases.push(...runChecks('liquidity_tier_imf', root['liquidity_tier_imf'], checkScaledFraction));
    cases.push(...(await runAsync('margin_requirements', root['margin_requirements'], checkRequirements)));
    return { cases, notCovered: [] };
  },
};

function runAsync(block: string, list: unknown, check: (fields: Fields) => Promise<Check[]>): Promise<CaseOutcome[]> {
  return runBatchAsync(
    itemsOf(block, listOf(list), readFields),
    (inputs) => Promise.all(inputs.map((fields) => attempt(check, fields))),
    (_fields, result) => result(),
  );
}

/** What is wrong with a case is said when its checks are asked for. */
async function attempt(check: (fields: Fields) => Promise<Check[]>, fields: Fields): Promise<() => Check[]> {
  try {
    const checks = await check(fields);
    return () => checks;
  } catch (cause) {
    return () => {
      throw cause instanceof CaseInputError ? cause : new CaseInputError(String(cause));
    };
  }
}

function runChecks(block: string, list: unknown, check: (fields: Fields) => Check[]): CaseOutcome[] {
  return runBatch(itemsOf(block, listOf(list), readFields), (inputs) => inputs, (fields) => check(fields));
}

function readFields(entry: unknown): Fields {
  if (!isFields(entry)) throw new CaseInputError('a case must be an object');
  return entry;
}
