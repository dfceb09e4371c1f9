import type { BreakerRule } from './rules.ts';

/** State of the mass-flip breaker: since when liquidations are held; NaN if they are not. */
export interface BreakerState {
  readonly heldSinceMs: number;
  /** Somebody let the liquidations through: the breaker stays open until a tick passes that would not trip it. */
  readonly released: boolean;
}

export const calmBreaker: BreakerState = { heldSinceMs: NaN, released: false };

export type BreakerOutcome = 'calm' | 'held' | 'confirmed' | 'released' | 'expired';

export interface BreakerStep {
  readonly outcome: BreakerOutcome;
  readonly state: BreakerState;
}

/**
 * Whether liquidations of this tick wait. `liquidations`: sets that would go into liquidation or bankruptcy, of `sets`.
 * `isConfirmed`: every price that moved is confirmed by independent sources; asked only if it matters.
 */
export function stepBreaker(
  state: BreakerState, liquidations: number, sets: number, isConfirmed: () => boolean, nowMs: number, rule: BreakerRule,
): BreakerStep {
  if (liquidations < rule.countMin || liquidations <= rule.shareMax * sets) return { outcome: 'calm', state: calmBreaker };
  if (state.released) return { outcome: 'released', state };
  if (isConfirmed()) return { outcome: 'confirmed', state: calmBreaker };
  const heldSinceMs = Number.isNaN(state.heldSinceMs) ? nowMs : state.heldSinceMs;
  const isExpired = nowMs - heldSinceMs >= rule.expireAfterMs;
  if (isExpired) return { outcome: 'expired', state: { heldSinceMs: NaN, released: true } };
  return { outcome: 'held', state: { heldSinceMs, released: false } };
}
