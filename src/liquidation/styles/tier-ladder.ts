import { invalid, listField, numberField, section, type Section } from '../../margin/fields.ts';
import { closing, PlanBuilder } from '../plan-builder.ts';
import type { LiquidationPlan } from '../plan.ts';
import type { PlanningAccount } from '../planning-account.ts';
import { portfolioBankruptcy } from '../portfolio-bankruptcy.ts';
import { byMaintenanceShare, takeOver } from './takeover.ts';

/** A position goes down the venue's tiers of notional, one at a time (Bybit, Binance, OKX). */
export interface TierLadderParams {
  /**
   * By lower-case base currency, `default` for the others: notionals at which tiers begin, quote currency, rising from
   * 0.
   */
  readonly tierFloors: ReadonlyMap<string, readonly number[]>;
  readonly intervalMs: number;
  /** What happens to the lowest tier: into the market, or to the venue at the bankruptcy price. */
  readonly lastTier: 'close' | 'takeover';
}

export function parseTierLadder(fields: Section, path: string): TierLadderParams {
  const floors = section(fields['tierFloors'], `${path}.tierFloors`);
  const { lastTier } = fields;
  if (lastTier !== 'close' && lastTier !== 'takeover')
    throw invalid(`${path}.lastTier`, lastTier, 'must be close or takeover');
  return {
    tierFloors: new Map(
      Object.keys(floors).map((base) => [base, readFloors(floors, base, `${path}.tierFloors`)] as const),
    ),
    intervalMs: numberField(fields, 'intervalMs', path, { min: 0, max: 86_400_000 }),
    lastTier,
  };
}

function readFloors(parent: Section, base: string, path: string): number[] {
  const list = listField(parent, base, path).map((value) => (typeof value === 'number' ? value : NaN));
  const isRising = list.every((value, place) =>
    place === 0 ? value === 0 : value > list[place - 1] && value < Infinity,
  );
  if (list.length > 0 && isRising) return list;
  throw invalid(`${path}.${base}`, parent[base], 'must be notionals that rise from 0');
}

/**
 * The position with the largest part of maintenance margin goes down to the floor of its tier, again and again until
 * the target is reached or only its lowest tier is left, which goes as a whole; then the next position.
 */
export function planTierLadder(
  account: PlanningAccount,
  { tierFloors, intervalMs, lastTier }: TierLadderParams,
): LiquidationPlan {
  const builder = new PlanBuilder(account, 'tier-ladder');
  if (!builder.isOpen) return builder.finish('fault');
  const prices = portfolioBankruptcy(account, builder.holdings);
  builder.showBankruptcyPrices(new Map(prices.map(({ instrument, price }) => [instrument, price] as const)));
  let afterMs = 0;
  for (const { instrument } of byMaintenanceShare(prices)) {
    const floors = tierFloors.get(account.instrument(instrument).baseCurrency.toLowerCase()) ??
      tierFloors.get('default') ?? [0];
    while (builder.isOpen && builder.holdings.positions.has(instrument)) {
      const held = Math.abs(builder.holdings.positions.get(instrument)!.quantity);
      const kept = keptBelow(account, instrument, held, floors);
      if (kept === 0 && lastTier === 'takeover') break;
      const trades = [closing(builder.holdings, instrument, held - kept)];
      const rule =
        kept === 0 ? 'lowest tier: the rest' : `down to the tier below ${account.notional(instrument, kept)}`;
      if (!builder.add({ kind: 'close', trades, rule, afterMs })) return builder.finish('no-progress');
      afterMs += intervalMs;
    }
    if (!builder.isOpen) return builder.finish('no-progress');
  }
  if (lastTier === 'takeover') return takeOver(builder, 'lowest tiers at the bankruptcy prices', afterMs);
  return builder.finish(builder.reasonWhenClosed);
}

/** Contracts that put the position at the top of the tier below its own: 0 in the lowest tier. Down to whole lots. */
function keptBelow(account: PlanningAccount, name: string, held: number, floors: readonly number[]): number {
  const notional = account.notional(name, held);
  // A position exactly at a floor belongs to the tier below it already.
  const floor = floors.findLast((each) => each < notional * (1 - 1e-12)) ?? 0;
  const kept = (held * floor) / notional;
  const { lot } = account.costs(name);
  return lot > 0 ? Math.floor(kept / lot + 1e-9) * lot : kept;
}
