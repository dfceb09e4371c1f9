import type { ComponentEvidence } from '../model.ts';

/** How sure we are of each component of deribit-xsm, and why: data for `explain` and for docs/models/deribit-xsm.md. */
export const deribitXsmEvidence: readonly ComponentEvidence[] = [
  {
    component: 'requirement of a position in its settlement currency',
    evidence: 'confirmed',
    source: 'the formulas of deribit-sm: docs/models/deribit-sm.md',
  },
  {
    component: 'requirements of all currencies added in USD',
    evidence: 'stated',
    source: 'support articles 25944811317149 (X:SM: one requirement for all assets) and 25944777203869 (USD value)',
  },
  {
    component: 'equity of all cross-collateral currencies in USD at the index',
    evidence: 'stated',
    source: 'support article 25944777203869',
  },
  {
    component: 'haircut raises the initial margin only',
    evidence: 'stated',
    source: 'support article 25944777203869: haircuts apply when the initial margin is calculated',
  },
  {
    component: 'amount of the haircut: rate times the positive balance of the currency in USD',
    evidence: 'unknown',
    source:
      'the venue gives rates, no worked figure; whether the worth of options counts is not published (here it does ' +
      'not)',
  },
  {
    component: 'haircut of stETH 7.5%',
    evidence: 'third-party',
    source:
      'blog.lido.fi, Jan 2026: cross standard margin 15% to 7.5%; the venue announced the same for portfolio margin',
  },
  {
    component: 'margin for open orders',
    evidence: 'unknown',
    source: 'no public formula: accounts with open orders are refused; a figure of the venue can be given as add-on',
  },
];
