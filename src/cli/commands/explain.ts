import { parseDeribitPmParams } from '../../margin/deribit-pm/params.ts';
import { defaultModelName } from '../../margin/registry.ts';
import { explainAccount } from '../../reconcile/explain.ts';
import { explainModelAccount } from '../../reconcile/explain-model.ts';
import { renderModelExplanation } from '../../reconcile/render-model-explanation.ts';
import { renderExplanation } from '../../reconcile/render-explanation.ts';
import {
  inputsOfModel,
  loadBook,
  loadMarket,
  loadParams,
  requireAccount,
  requireParams,
  type InputOptions,
} from '../inputs.ts';
import { exitCodes } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';

export interface ExplainOptions extends InputOptions {
  readonly account: string;
  readonly json?: boolean;
}

/** `margrid explain`: where one account's number comes from, in decimals, from the reference. */
export async function explain(options: ExplainOptions, terminal: Terminal): Promise<number> {
  const params = await loadParams(options.params, options.model);
  requireParams(params, options);
  const market = await loadMarket(options, terminal);
  const { book } = await loadBook(options, market);
  const accountIndex = requireAccount(book, options);
  const inputs = inputsOfModel(market, book, params, options);
  const model = options.model ?? defaultModelName;
  if (model !== defaultModelName) {
    const breakdown = explainModelAccount({ ...inputs, model, params, accountIndex });
    terminal.print(options.json ? JSON.stringify(breakdown, null, 2) : renderModelExplanation(breakdown));
    return exitCodes.ok;
  }
  const explanation = explainAccount({ ...inputs, params: parseDeribitPmParams(params), accountIndex });
  terminal.print(options.json ? JSON.stringify(explanation, null, 2) : renderExplanation(explanation));
  return exitCodes.ok;
}
