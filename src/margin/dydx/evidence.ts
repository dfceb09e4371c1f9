import type { ComponentEvidence } from '../model.ts';

/** How sure each component is, and why: data for `explain` and for docs/models/dydx.md. */
export const dydxComponents: readonly ComponentEvidence[] = [
  {
    component: 'notional, initial and maintenance margin requirement',
    evidence: 'confirmed',
    source: '14 unit cases of the chain, every integer',
  },
  {
    component: 'initial margin fraction scaled by open interest',
    evidence: 'confirmed',
    source: '16 unit cases of the chain, every integer',
  },
  {
    component: 'bankruptcy price, fillable price, insurance fund delta',
    evidence: 'confirmed',
    source: '51 unit cases of the chain, every integer or fraction',
  },
  { component: 'net collateral', evidence: 'stated', source: 'x/subaccounts: quote balance and net notional' },
  {
    component: 'entry value of a position in the quote balance',
    evidence: 'stated',
    source: 'a fill moves whole quote quantums; the nearest quantum of quantity times entry price is taken',
  },
  { component: 'liquidity tiers', evidence: 'stated', source: 'docs and genesis; governance changes them' },
  {
    component: 'open orders',
    evidence: 'stated',
    source:
      'orders are checked against collateral when placed and reserve no margin; an account that has any is ' +
      'refused',
  },
  {
    component: 'isolated markets',
    evidence: 'stated',
    source: 'own collateral pool: refused in a cross margin account',
  },
];
