import type { ComponentEvidence } from '../model.ts';

const cases =
  'reproduces 28 accounts of the venue\'s unit tests exactly and 42 to the integer they are published as ' +
  '(derivexyz/v2-core, StandardManager): suite derive-srm';

/** Every component of the requirement, in the order of docs/models/derive-srm.md. */
export const deriveSrmComponents: readonly ComponentEvidence[] = [
  {
    component: 'mark-to-market: Black-76 on the forward, not discounted',
    evidence: 'confirmed',
    source: cases,
  },
  {
    component: 'isolated margin of short calls and puts',
    evidence: 'confirmed',
    source: cases,
  },
  {
    component: 'worst payoff of an expiry and unpaired calls',
    evidence: 'confirmed',
    source: cases,
  },
  {
    component: 'perpetuals',
    evidence: 'confirmed',
    source: cases,
  },
  {
    component: 'base assets as collateral',
    evidence: 'confirmed',
    source: cases,
  },
  {
    component: 'depeg contingency',
    evidence: 'confirmed',
    source: cases,
  },
  {
    component: 'oracle contingency',
    evidence: 'confirmed',
    source: cases,
  },
  {
    component: 'negative balances of a base asset (announced for V3)',
    evidence: 'unknown',
    source: 'no formula published; an account that is short of a base asset is refused',
  },
  {
    component: 'open orders (worst subset of resting orders)',
    evidence: 'unknown',
    source: 'described in words only; an account with open orders is refused',
  },
];
