import type { AccountRules } from './rules.ts';
import { BANKRUPT, HEALTHY, LIQUIDATION, MARGIN_CALL, RESTRICTED, type TransitionReason } from './status.ts';

/** What is known of a netting set at a tick: settlement currency. */
export interface Observation {
  /** Margin balance: equity and whatever counts as balance besides. */
  readonly balance: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

/** Timers of a netting set: UTC milliseconds on the engine's clock; `never` while not running. */
export interface Timers {
  /** Since when the balance has been below the multiple that leads to a call. */
  readonly belowSinceMs: number;
  /** When liquidation follows an unmet call: due time plus grace. */
  readonly liquidateAtMs: number;
}

/** A timer that does not run. */
export const never = Infinity;

export interface Step {
  readonly level: number;
  readonly reason: TransitionReason;
}

/** Whether the balance is so bad that liquidation follows at once. */
export function isLiquidatable(rules: AccountRules, { balance, maintenanceMargin }: Observation): boolean {
  return balance < 0 || (maintenanceMargin > 0 && balance <= maintenanceMargin * rules.liquidation.enterAt);
}

/**
 * The level that follows, or null if the set stays where it is. One step leads from any level to any other; a call that
 * is only issued after a while starts its timer in `belowSince`.
 *
 * Order of the tests: bankrupt, liquidation (also by an unmet call), then recovery from the present level, then call
 * and restriction. From liquidation a set leaves only at `liquidation.leaveAt`.
 */
export function nextStep(
  level: number,
  seen: Observation,
  timers: Timers,
  rules: AccountRules,
  minimumTransfer: number,
  nowMs: number,
): Step | null {
  const { balance, initialMargin, maintenanceMargin } = seen;
  if (balance < 0) return level === BANKRUPT ? null : { level: BANKRUPT, reason: 'negative-balance' };
  if (isLiquidatable(rules, seen))
    return level === LIQUIDATION
      ? null
      : { level: LIQUIDATION, reason: level === BANKRUPT ? 'recovered' : 'at-maintenance-margin' };
  const better = (reason: TransitionReason): Step => ({
    level: levelOf(seen, timers, rules, minimumTransfer, nowMs),
    reason,
  });
  if (level === LIQUIDATION || level === BANKRUPT) {
    // An unmet call is over only when it is met: its timer still stands.
    const isOver =
      balance >= maintenanceMargin * rules.liquidation.leaveAt &&
      (timers.liquidateAtMs === never || isMet(seen, rules));
    if (isOver) return better('recovered');
    return level === LIQUIDATION ? null : { level: LIQUIDATION, reason: 'recovered' };
  }
  if (level === MARGIN_CALL) {
    if (isMet(seen, rules)) return better('call-met');
    return nowMs >= timers.liquidateAtMs ? { level: LIQUIDATION, reason: 'call-not-met' } : null;
  }
  if (isCallDue(seen, timers, rules, minimumTransfer, nowMs)) return { level: MARGIN_CALL, reason: 'call-issued' };
  if (level === RESTRICTED)
    return balance >= initialMargin * rules.restricted.leaveAt ? { level: HEALTHY, reason: 'recovered' } : null;
  return balance < initialMargin * rules.restricted.enterBelow
    ? { level: RESTRICTED, reason: 'below-initial-margin' }
    : null;
}

/** Level of a set that leaves a worse one: restricted until it is past the better boundary. */
function levelOf(
  seen: Observation,
  timers: Timers,
  rules: AccountRules,
  minimumTransfer: number,
  nowMs: number,
): number {
  if (isCallDue(seen, timers, rules, minimumTransfer, nowMs)) return MARGIN_CALL;
  return seen.balance < seen.initialMargin * rules.restricted.leaveAt ? RESTRICTED : HEALTHY;
}

/** Timers after a tick at which the set is at `level`; `step` is what led there, null if nothing changed. */
export function timersAfter(
  step: Step | null,
  level: number,
  seen: Observation,
  timers: Timers,
  rules: AccountRules,
  nowMs: number,
): Timers {
  const belowSinceMs = isBelowCall(seen, rules) ? Math.min(timers.belowSinceMs, nowMs) : never;
  if (step === null || step.reason === 'call-not-met') return { belowSinceMs, liquidateAtMs: timers.liquidateAtMs };
  const { dueMs, graceMs } = rules.marginCall;
  return { belowSinceMs, liquidateAtMs: level === MARGIN_CALL ? nowMs + dueMs + graceMs : never };
}

/** Whether a call would be met. */
function isMet({ balance, initialMargin }: Observation, { marginCall }: AccountRules): boolean {
  return balance >= initialMargin * marginCall.cureTo;
}

/** Whether the balance is where a call follows, sooner or later. */
export function isBelowCall({ balance, initialMargin }: Observation, rules: AccountRules): boolean {
  return balance < initialMargin * rules.marginCall.enterBelow;
}

/** What ends a call: what is missing to `cureTo` times initial margin; settlement currency. */
export function cureAmount({ balance, initialMargin }: Observation, rules: AccountRules): number {
  return Math.max(initialMargin * rules.marginCall.cureTo - balance, 0);
}

function isCallDue(
  seen: Observation,
  { belowSinceMs }: Timers,
  rules: AccountRules,
  minimumTransfer: number,
  nowMs: number,
): boolean {
  if (!isBelowCall(seen, rules) || cureAmount(seen, rules) < minimumTransfer) return false;
  const since = belowSinceMs === never ? nowMs : belowSinceMs;
  return nowMs - since >= rules.marginCall.afterMs;
}
