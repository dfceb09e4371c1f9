import { numberField, type Section } from '../../margin/fields.ts';
import { CloseSearch } from '../close-search.ts';
import { PlanBuilder, type StepRequest } from '../plan-builder.ts';
import type { LiquidationPlan } from '../plan.ts';
import type { PlanningAccount, Trade } from '../planning-account.ts';
import { portfolioBankruptcy } from '../portfolio-bankruptcy.ts';

export interface CheapestParams {
  /** Margin evaluations that a plan may take. */
  readonly evaluationsMax: number;
  /** Time between orders. */
  readonly intervalMs: number;
}

export function parseCheapest(fields: Section, path: string): CheapestParams {
  return {
    evaluationsMax: numberField(fields, 'evaluationsMax', path, { min: 10, max: 1_000_000 }),
    intervalMs: numberField(fields, 'intervalMs', path, { min: 0, max: 86_400_000 }),
  };
}

/** The target at least cost, whatever a venue's rule would be; if it cannot be reached, everything is closed. */
export function planCheapest(
  account: PlanningAccount,
  { evaluationsMax, intervalMs }: CheapestParams,
): LiquidationPlan {
  const builder = new PlanBuilder(account, 'cheapest');
  if (!builder.isOpen) return builder.finish('fault');
  const { holdings } = builder;
  const names = account.closable(holdings);
  const prices = portfolioBankruptcy(account, holdings);
  builder.showBankruptcyPrices(new Map(prices.map(({ instrument, price }) => [instrument, price] as const)));
  const search = new CloseSearch(account, holdings, names, evaluationsMax);
  const closed = search.cheapest();
  const rule = closed === null ? 'the target is out of reach: everything' : 'least cost';
  return addInBestOrder(builder, search.trades(closed ?? search.all), rule, intervalMs);
}

/**
 * Adds trades as steps, the one that lowers what is missing most first. Where none does by itself (positions that
 * offset each other), all that are left make one step, to be filled together.
 */
export function addInBestOrder(
  builder: PlanBuilder,
  trades: readonly Trade[],
  rule: string,
  intervalMs: number,
): LiquidationPlan {
  let left = trades;
  let afterMs = 0;
  while (left.length > 0 && builder.isOpen) {
    const step = (chosen: readonly Trade[]): StepRequest => ({ kind: 'close', trades: chosen, rule, afterMs });
    const missing = left.map((trade) => {
      const value = builder.account.shortfall(builder.tried({ trades: [trade] }).margins);
      return Number.isNaN(value) ? Infinity : value;
    });
    const best = missing.indexOf(missing.reduce((least, each) => Math.min(least, each), Infinity));
    if (builder.add(step([left[best]]))) left = left.filter((_, place) => place !== best);
    else if (builder.add(step(left))) left = [];
    else return builder.finish('no-progress');
    afterMs += intervalMs;
  }
  return builder.finish(builder.reasonWhenClosed);
}
