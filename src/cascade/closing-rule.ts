/**
 * How much of a netting set is closed when it is liquidated.
 *
 * - `full`: all of it;
 * - `share`: a fixed share of what it holds, the rest at once when little is left (venues that step by 20%);
 * - `target`: as much as brings equity to `buffer` times maintenance margin, if margin falls with the position.
 */
export type ClosingRule =
  | { readonly kind: 'full' }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'target'; readonly buffer: number };

/** What is left below this share of the first position is closed with the rest. */
export const closeAllBelow = 0.05;
/** A step to the target is at least this share, so that a set is stepped at only so often. */
const smallestStep = 0.05;

/**
 * Share of the present positions to close, in (0, 1]. `requirement`: what equity is held against, maintenance margin
 * or, after a missed call, initial margin. `left`: what is left of the first position, 1 if all.
 */
export function closingShare(rule: ClosingRule, equity: number, requirement: number, left: number): number {
  const share = stepOf(rule, equity, requirement);
  return left * (1 - share) < closeAllBelow ? 1 : share;
}

function stepOf(rule: ClosingRule, equity: number, requirement: number): number {
  // No part of a position helps who has nothing left to carry it.
  if (rule.kind === 'full' || equity <= 0) return 1;
  if (rule.kind === 'share') return rule.share;
  // Equity stays, margin falls in proportion: equity = buffer (1 - c) requirement.
  const share = 1 - equity / (rule.buffer * requirement);
  return share >= smallestStep ? Math.min(share, 1) : smallestStep;
}
