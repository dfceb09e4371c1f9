import { MargridError } from '../../../src/index.ts';
import type { Check } from '../check.ts';
import { messageOf, type Content } from '../content.ts';
import { CaseInputError, fieldsOf, listOf } from '../fields.ts';
import { checkBlackScholes } from '../paradex/black-scholes.ts';
import { checkPortfolio } from '../paradex/checks.ts';
import { marginPortfolio, readPortfolio } from '../paradex/portfolio.ts';
import { exampleNames, notCoveredExamples, workedExamples } from '../paradex/worked-examples.ts';
import type { CaseOutcome, Suite } from '../suite.ts';
import { isListWith, rootOf } from '../table.ts';

/** Portfolios and option prices as the venue's published margin engine gives them, and the examples of its pages. */
export const paradex: Suite = {
  name: 'paradex',
  description: 'Paradex portfolio and cross margin: portfolios, Black-Scholes prices, worked examples',
  detect: (content) => hasPortfolios(content) || hasPrices(content) || hasExamples(content),
  run: async (content) => {
    const root = rootOf(content);
    if (hasPortfolios(content)) {
      const pmConfigs = fieldsOf(root['pm_configs']);
      return { cases: await eachCase(root['cases'], (fields) => portfolioChecks(fields, pmConfigs)), notCovered: [] };
    }
    if (hasPrices(content)) {
      return { cases: await eachCase(root['cases'], (fields) => checkBlackScholes(fieldsOf(fields))), notCovered: [] };
    }
    const cases: CaseOutcome[] = [];
    for (const [name, compute] of workedExamples(root)) cases.push(await outcomeOf(name, compute));
    return { cases, notCovered: notCoveredExamples(root) };
  },
};

function hasPortfolios(content: Content): boolean {
  return isListWith(rootOf(content)['cases'], ['market_data', 'market_specs', 'positions']);
}

function hasPrices(content: Content): boolean {
  return isListWith(rootOf(content)['cases'], ['S', 'K', 'T', 'r', 'sigma', 'is_call']);
}

function hasExamples(content: Content): boolean {
  const root = rootOf(content);
  return exampleNames.some((name) => name in root);
}

async function portfolioChecks(fields: unknown, pmConfigs: Readonly<Record<string, unknown>>): Promise<Check[]> {
  const portfolio = readPortfolio(fieldsOf(fields), pmConfigs);
  return checkPortfolio(portfolio, await marginPortfolio(portfolio));
}

async function eachCase(list: unknown, compute: (fields: unknown) => Promise<Check[]>): Promise<CaseOutcome[]> {
  const outcomes: CaseOutcome[] = [];
  for (const [index, fields] of listOf(list).entries()) {
    outcomes.push(await outcomeOf(`case ${index + 1}`, () => compute(fields)));
  }
  return outcomes;
}

async function outcomeOf(name: string, compute: () => Promise<readonly Check[]>): Promise<CaseOutcome> {
  try {
    return { name, checks: await compute(), problem: null };
  } catch (cause) {
    if (!(cause instanceof CaseInputError || cause instanceof MargridError)) throw cause;
    return { name, checks: [], problem: messageOf(cause) };
  }
}
