import type { ComponentEvidence } from '../model.ts';

/** How sure each component is, and why: data for `explain` and for docs/models/hyperliquid.md. */
export const hyperliquidComponents: readonly ComponentEvidence[] = [
  {
    component: 'maintenance margin: half the initial margin at the tier maximum, less deduction',
    evidence: 'confirmed',
    source: '32 liquidation prices of the exchange and computed ones: 1e-8, where inputs are not rounded more',
  },
  { component: 'liquidation price', evidence: 'confirmed', source: 'the same 32 cases' },
  { component: 'initial margin: notional over leverage', evidence: 'stated', source: 'docs, margining' },
  {
    component: 'transfer requirement',
    evidence: 'stated',
    source: 'docs: the larger of initial margin and 10% of notional',
  },
  {
    component: 'margin tables',
    evidence: 'third-party',
    source: 'info endpoint meta of 27 Sep 2026 as quoted by a public client library; BTC and ETH only',
  },
  {
    component: 'open orders',
    evidence: 'unknown',
    source: 'the margin of resting orders is not in the sources used: an account that has any is refused',
  },
  { component: 'portfolio margin', evidence: 'unknown', source: 'pre-alpha; not in force' },
];
