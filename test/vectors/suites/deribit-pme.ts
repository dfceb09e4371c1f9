import { MargridError } from '../../../src/index.ts';
import type { Check } from '../check.ts';
import { messageOf, type Content } from '../content.ts';
import { checkResult } from '../deribit-pme/checks.ts';
import { readPortfolio } from '../deribit-pme/portfolio.ts';
import { runEngine } from '../deribit-pme/run-engine.ts';
import { CaseInputError, fieldsOf, isFields, optionalNumber, type Fields } from '../fields.ts';
import type { Suite } from '../suite.ts';
import { rootOf } from '../table.ts';

export const deribitPme: Suite = {
  name: 'deribit-pme',
  description: 'responses of Deribit private/pme/simulate: vectors per instrument and group, shocks, margins',
  detect: (content) => {
    const result = resultOf(content);
    return isFields(result['model_params']) && isFields(result['portfolio']);
  },
  run: async (content) => {
    const name = 'response';
    try {
      return { cases: [{ name, checks: await computeChecks(resultOf(content)), problem: null }], notCovered: [] };
    } catch (cause) {
      if (!(cause instanceof CaseInputError || cause instanceof MargridError)) throw cause;
      return { cases: [{ name, checks: [], problem: messageOf(cause) }], notCovered: [] };
    }
  },
};

/** The response as saved, or its `result` alone. */
function resultOf(content: Content): Fields {
  const root = rootOf(content);
  return isFields(root['result']) ? root['result'] : root;
}

async function computeChecks(result: Fields): Promise<Check[]> {
  const output = await runEngine(readPortfolio(result), result['model_params'], addOnsOf(result));
  return checkResult(result, output);
}

/** What the venue computes for open orders, market-maker protection and spot orders is an input of the model. */
function addOnsOf(result: Fields): Map<string, number> {
  const parts = ['open_orders_margin', 'mmp_margin', 'spot_margin'];
  return new Map(Object.entries(fieldsOf(result['margins'])).map(([currency, margins]) => {
    const details = fieldsOf(fieldsOf(margins)['initial_margin_details']);
    const addOn = parts.reduce((sum, part) => sum + (optionalNumber(details, part) ?? 0), 0);
    return [currency.toLowerCase(), addOn] as const;
  }));
}
