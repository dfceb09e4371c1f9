import type { ComponentEvidence } from '../model.ts';

/** How sure each component of `regt` is, and why: data for `explain` and for docs/models/regt.md. */
export const regtEvidence = {
  naked: {
    component: 'short options on their own (naked)',
    evidence: 'confirmed',
    source: 'Cboe Rule 10.3(c)(5)(A); seven figures of the Cboe margin calculator to the cent',
  },
  combinations: {
    component: 'short call with short put (naked)',
    evidence: 'stated',
    source: 'Cboe Rule 10.3(c)(5): the greater requirement plus the market value of the other option',
  },
  spreads: {
    component: 'spreads of any number of legs',
    evidence: 'confirmed',
    source:
      'FINRA Regulatory Notice 12-44 and SR-CBOE-2012-043: the lesser of the short options alone and the maximum ' +
      'potential loss at the exercise prices; broker figures of two- to four-legged spreads',
  },
  boxes: {
    component: 'long box of European cash-settled options',
    evidence: 'stated',
    source: 'Cboe Margin Manual: half of the width, the box counting at most its width',
  },
  hedgedStock: {
    component: 'stock with options',
    evidence: 'confirmed',
    source:
      'FINRA Rule 4210(f)(2); maintenance of a collar, a conversion and a reverse conversion to the dollar ' +
      'of a broker',
  },
  stock: {
    component: 'stock on its own',
    evidence: 'stated',
    source: '12 CFR 220.12 (initial), FINRA Rule 4210(c) (maintenance)',
  },
  longOptions: {
    component: 'long options beyond nine months',
    evidence: 'stated',
    source: 'Cboe, Strategy-based Margin: 75% of the market value',
  },
  longOptionValue: {
    component: 'market value of long options (no part of the requirement)',
    evidence: 'stated',
    source: 'long options up to nine months are paid in full: neither in equity nor in the requirement',
  },
  optimalityGap: {
    component: 'how far the requirement may be above the least one',
    evidence: 'confirmed',
    source: 'zero if the search ended; the bound of the branches left otherwise',
  },
  pairing: {
    component: 'pairing of least total requirement',
    evidence: 'stated',
    source: 'the rules leave the choice of strategies to the firm; exhaustive enumeration in the tests',
  },
} as const satisfies Record<string, ComponentEvidence>;

export const regtComponents: readonly ComponentEvidence[] = Object.values(regtEvidence);
