import type { AccountContext } from '../account/module.ts';
import { finite } from './liquidation-events.ts';
import type { LiquidationRecord } from './liquidation-record.ts';

/** A netting set in the backlog. */
export interface Waiting {
  readonly record: LiquidationRecord;
  readonly set: number;
  /** Of the last tick, settlement currency. */
  readonly balance: number;
  /** Balance / maintenance margin: the lowest first. */
  readonly ratio: number;
}

/** The worst first. */
export function byNeed(a: Waiting, b: Waiting): number {
  return a.ratio === b.ratio ? a.set - b.set : a.ratio - b.ratio;
}

/** Nobody is skipped silently: who waits is counted. */
export function emitBacklog(context: AccountContext, left: readonly Waiting[], planned: number): void {
  if (left.length === 0) return;
  context.emit('backlog', {
    waiting: left.length,
    planned,
    worst: left[0].record.account,
    worstRatio: finite(left[0].ratio),
    oldestMs: left.reduce((oldest, { record }) => Math.min(oldest, record.openedMs), Infinity),
  });
}
