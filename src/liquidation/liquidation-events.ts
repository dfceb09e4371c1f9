import type { Storable } from '../account/events.ts';
import type { AccountContext } from '../account/module.ts';
import type { LiquidationRecord } from './liquidation-record.ts';
import type { LiquidationPlan } from './plan.ts';

/** JSON has no other numbers. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** One event for all: a storm opens tens of thousands. */
export function emitList(context: AccountContext, kind: string, records: readonly LiquidationRecord[]): void {
  if (records.length === 0) return;
  context.emit(kind, {
    liquidations: records.map(({ id }) => id),
    accounts: records.map(({ account }) => account),
    currencies: records.map(({ currency }) => currency),
  });
}

/** A plan as an event holds it. */
export function planData(record: LiquidationRecord, plan: LiquidationPlan): Record<string, Storable> {
  const { steps, after, before, style, cost, fee, reached, reason, evaluations } = plan;
  return {
    liquidation: record.id, account: record.account, currency: record.currency, style, cost, fee, reached, reason, evaluations,
    before: { ...before }, after: { ...after },
    steps: steps.map(({ kind, trades, afterMs, rule, margins }) => ({
      kind, afterMs, rule, trades: trades.map((trade) => ({ ...trade })), margins: { ...margins },
    })),
  };
}
