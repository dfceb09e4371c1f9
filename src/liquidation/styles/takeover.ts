import { closing, type PlanBuilder } from '../plan-builder.ts';
import type { LiquidationPlan } from '../plan.ts';
import { portfolioBankruptcy, type PositionBankruptcy } from '../portfolio-bankruptcy.ts';

/** Largest part of maintenance margin first; equal ones in the order of the book. */
export function byMaintenanceShare(prices: readonly PositionBankruptcy[]): PositionBankruptcy[] {
  return prices.map((each, place) => ({ each, place }))
    .sort((a, b) => b.each.share - a.each.share || a.place - b.place)
    .map(({ each }) => each);
}

/**
 * Everything that is left goes to the backstop at the bankruptcy prices: the account ends with nothing, and owes
 * nothing. A position that would have to be given away with a payment goes at the mark, and the rest is a deficit.
 */
export function takeOver(builder: PlanBuilder, rule: string, afterMs: number): LiquidationPlan {
  const prices = portfolioBankruptcy(builder.account, builder.holdings);
  builder.showBankruptcyPrices(new Map(prices.map(({ instrument, price }) => [instrument, price] as const)));
  const trades = prices.map(({ instrument, quantity, price }) => ({
    ...closing(builder.holdings, instrument, Math.abs(quantity)),
    price: price ?? builder.account.mark(instrument),
    fee: 0,
  }));
  const isTaken = trades.length > 0 && builder.add({ kind: 'takeover', trades, rule, afterMs, isFree: true });
  return builder.finish(isTaken ? 'taken-over' : builder.reasonWhenClosed);
}
