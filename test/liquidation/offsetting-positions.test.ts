import { expect, it } from 'vitest';
import { parseLiquidationStyle, planLiquidation } from '../../src/liquidation/style.ts';
import type { AccountMargin } from '../../src/engine/account-margin.ts';
import type { BookChanges } from '../../src/engine/book-changes.ts';
import { flatParams, perpetualMarket, styleOf } from '../support/liquidation-book.ts';

/**
 * A margin of the net position and a little of the gross one, which no single closing lowers: 2 x |net| + 0.1 x gross,
 * contracts of 100 that cancel out.
 */
it('closes a hedge as a pair where each leg alone raises the margin', () => {
  const market = perpetualMarket({ BTC: 100, ETH: 100 });
  const start = { BTC: 10, ETH: -10 };
  const preview = (_: string, { positions = [], cash = [] }: BookChanges): AccountMargin[] => {
    const held: Record<string, number> = { ...start };
    for (const { instrument, quantity } of positions) held[instrument] = quantity;
    const net = Math.abs(held['BTC'] + held['ETH']);
    const gross = Math.abs(held['BTC']) + Math.abs(held['ETH']);
    const margin = 2 * net + 0.1 * gross;
    return [{
      currency: 'USDC', equity: cash[0]?.amount ?? 1.5, initialMargin: margin, maintenanceMargin: margin, components: {}, worstScenario: -1,
      scenarioPnl: new Float64Array(0), status: 'healthy', fault: null,
    }];
  };
  const style = parseLiquidationStyle(styleOf('cheapest', { evaluationsMax: 2000, intervalMs: 1000 }, { costs: { default: { lot: 1 } } }));
  const plan = planLiquidation(style, {
    engine: { market, modelName: 'hyperliquid', preview }, market, params: flatParams({ BTC: 10, ETH: 10 }), account: 'a', currency: 'USDC',
    holdings: {
      positions: new Map(Object.entries(start).map(([name, quantity]) => [name, { quantity, entryPrice: 100 }])), orders: new Map(),
      cash: new Map([['USDC', 1.5]]),
    },
  });
  // Gross 20 needs 2; 1.5 carry 15, so three of each go (0.1 x 14 = 1.4), in one step.
  expect(plan.reached).toBe(true);
  expect(plan.steps).toHaveLength(1);
  expect(plan.steps[0].trades.map(({ instrument, quantity }) => [instrument, quantity])).toEqual([['BTC', -3], ['ETH', 3]]);
});
