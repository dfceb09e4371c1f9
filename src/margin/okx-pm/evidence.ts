import type { ComponentEvidence } from '../model.ts';

/** How sure each component is, and why: data for `explain` and for docs/models/okx-pm.md. */
export const okxPmComponents: readonly ComponentEvidence[] = [
  {
    component: 'MR1 spot shock of futures and perpetuals',
    evidence: 'confirmed',
    source:
      'API example of position-builder: within 1.6e-4 of delta times move (an index conversion that is not ' +
      'printed)',
  },
  {
    component: 'MR4 basis risk, least rate',
    evidence: 'confirmed',
    source: 'API example: 0.2% (BTC) and 0.8% (LTC) of delta, every digit',
  },
  { component: 'MR4 basis risk, annualised', evidence: 'stated', source: 'announcements of Jan 2025' },
  {
    component: 'MR4 across expiries',
    evidence: 'unknown',
    source: 'the pairing is not published: the sum over expiries, an upper bound of any pairing, or a refusal',
  },
  { component: 'MR6 extreme move, half of the loss', evidence: 'confirmed', source: 'API example, every digit' },
  {
    component: 'MR7 minimum charge, rates',
    evidence: 'confirmed',
    source: 'API example: 0.45% (BTC) and 0.70% (LTC) of delta',
  },
  { component: 'MR7 marginal tiers', evidence: 'confirmed', source: 'announcement of Dec 2021: 30,000 becomes 50,000' },
  { component: 'MR7 tiers of 2025', evidence: 'third-party', source: 'seen in one article' },
  { component: 'MR8 borrowing', evidence: 'confirmed', source: 'API example: 2% and 10% of the borrow' },
  { component: 'sum of a unit, initial factor 1.3, totals', evidence: 'confirmed', source: 'API example to 1e-12' },
  {
    component: 'MR2, MR3, MR5 of options',
    evidence: 'unknown',
    source: 'not published: an account with options is refused',
  },
  {
    component: 'MR9 stablecoin depeg',
    evidence: 'unknown',
    source: 'tiers are not published: an account of several quote currencies is refused',
  },
];
