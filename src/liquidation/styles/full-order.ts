import { numberField, type Section } from '../../margin/fields.ts';
import { closing, PlanBuilder } from '../plan-builder.ts';
import type { LiquidationPlan } from '../plan.ts';
import type { PlanningAccount } from '../planning-account.ts';
import { portfolioBankruptcy } from '../portfolio-bankruptcy.ts';
import { byMaintenanceShare, takeOver } from './takeover.ts';

/** Whole positions into the market; a large one by a part first, and the rest after a while (Hyperliquid). */
export interface FullOrderParams {
  /** Notional, quote currency, above which a part goes first. */
  readonly largeNotional: number;
  readonly firstShare: number;
  readonly cooldownMs: number;
  /** Below this multiple of maintenance margin the backstop takes over everything. */
  readonly backstopRatio: number;
}

export function parseFullOrder(fields: Section, path: string): FullOrderParams {
  return {
    largeNotional: numberField(fields, 'largeNotional', path, { min: 0, max: 1e15 }),
    firstShare: numberField(fields, 'firstShare', path, { min: 0.001, max: 1 }),
    cooldownMs: numberField(fields, 'cooldownMs', path, { min: 0, max: 86_400_000 }),
    backstopRatio: numberField(fields, 'backstopRatio', path, { min: 0, max: 1 }),
  };
}

/** Positions in order of their part of maintenance margin, the largest first, until the target is reached. */
export function planFullOrder(account: PlanningAccount, params: FullOrderParams): LiquidationPlan {
  const { largeNotional, firstShare, cooldownMs, backstopRatio } = params;
  const builder = new PlanBuilder(account, 'full-order');
  if (!builder.isOpen) return builder.finish('fault');
  const prices = portfolioBankruptcy(account, builder.holdings);
  builder.showBankruptcyPrices(new Map(prices.map(({ instrument, price }) => [instrument, price] as const)));
  const isBackstop = (): boolean => builder.margins.balance < backstopRatio * builder.margins.maintenanceMargin;
  let afterMs = 0;
  for (const { instrument } of byMaintenanceShare(prices)) {
    if (!builder.isOpen) break;
    if (isBackstop()) return takeOver(builder, `balance below ${backstopRatio} of maintenance margin`, afterMs);
    const held = Math.abs(builder.holdings.positions.get(instrument)!.quantity);
    const isLarge = account.notional(instrument, held) > largeNotional;
    if (isLarge) {
      const trades = [closing(builder.holdings, instrument, held * firstShare)];
      if (!builder.add({ kind: 'close', trades, rule: `${firstShare * 100}% of a large position`, afterMs }))
        return builder.finish('no-progress');
      if (!builder.isOpen) break;
      afterMs += cooldownMs;
      if (isBackstop()) return takeOver(builder, `balance below ${backstopRatio} of maintenance margin`, afterMs);
    }
    const trades = [closing(builder.holdings, instrument, held)];
    if (
      !builder.add({ kind: 'close', trades, rule: isLarge ? 'the rest after the cooldown' : 'whole position', afterMs })
    ) {
      return builder.finish('no-progress');
    }
  }
  return builder.finish(builder.reasonWhenClosed);
}
