import type { ModelOptions } from './model.ts';
import type { DrawOptions } from './path-drawer.ts';
import { requirePortfolio, scenarioPnl, type MonteCarloPortfolio } from './portfolio.ts';
import { pathModel } from './model.ts';
import { monteCarloScenarios } from './scenarios.ts';

/**
 * P&L of the first paths of a run, path by path: for pictures and for looking at single paths. Memory: 8 bytes per path
 * and factor. Throws as `monteCarloScenarios` and `monteCarloVar`.
 */
export function pathPnl(
  { portfolio, ...options }: ModelOptions & DrawOptions & { readonly portfolio: MonteCarloPortfolio; readonly paths: number },
): Float64Array {
  requirePortfolio(portfolio, pathModel(options));
  const days = portfolio.kind === 'revaluation' ? portfolio.days : undefined;
  const block = monteCarloScenarios({ ...options, ...(days === undefined ? {} : { days }) });
  if (portfolio.kind !== 'delta-gamma') return Float64Array.from(scenarioPnl(portfolio, block));
  const { delta, gamma, constant = 0 } = portfolio;
  const { count, moves } = block;
  const n = delta.length;
  return Float64Array.from({ length: count }, (_, s) => {
    let pnl = constant;
    for (let i = 0; i < n; i++) {
      let bent = delta[i];
      for (let j = 0; gamma !== undefined && j < n; j++) bent += 0.5 * gamma[i * n + j] * moves[j * count + s];
      pnl += bent * moves[i * count + s];
    }
    return pnl;
  });
}
