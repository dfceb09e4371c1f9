import type { ComponentEvidence } from '../model.ts';

const files =
  'reproduces the unit-test portfolios of the venue (derivexyz/v2-core, PMRM_2 portfolio_cases, 138 files): ' +
  'suite derive-pmrm2';

/** Every component of the requirement, in the order of docs/models/derive-pmrm.md. */
export const derivePmrmComponents: readonly ComponentEvidence[] = [
  {
    component: 'mark-to-market: Black-76 on the forward, discounted at the rate floored at 0',
    evidence: 'confirmed',
    source: files,
  },
  {
    component: 'volatility shocks: powers, floor of days to expiry, least up volatility',
    evidence: 'confirmed',
    source: files,
  },
  {
    component: 'discount of an expiry by the sign of its value',
    evidence: 'confirmed',
    source: files,
  },
  {
    component: 'skew scenarios (linear and absolute)',
    evidence: 'confirmed',
    source: files,
  },
  {
    component: 'forward of the last 30 minutes: fixed and variable part by elapsed time',
    evidence: 'confirmed',
    source: files,
  },
  {
    component: 'forward of the last 30 minutes: the feed\'s own fixed part (settledForward)',
    evidence: 'stated',
    source: 'the contract reads both parts from its forward feed; the test files carry the forward only',
  },
  {
    component: 'basis contingency',
    evidence: 'confirmed',
    source: files,
  },
  {
    component: 'contingencies of perpetuals, naked short options, collateral',
    evidence: 'confirmed',
    source: files,
  },
  {
    component: 'oracle contingency and its minimum-confidence rules',
    evidence: 'confirmed',
    source: files,
  },
  {
    component: 'depeg of the stablecoin in the initial factor',
    evidence: 'confirmed',
    source: files,
  },
  {
    component: 'initial and maintenance margin',
    evidence: 'confirmed',
    source: files,
  },
  {
    component:
      'shipped parameters: what the contingencies of perpetuals, options and collateral add for initial margin',
    evidence: 'unknown',
    source:
      'the documentation seems to give totals for perpetuals and collateral, additions for options: Readings in ' +
      'docs/models/derive-pmrm.md',
  },
  {
    component: 'open orders (worst subset of resting orders)',
    evidence: 'unknown',
    source: 'described in words only; an account with open orders is refused',
  },
];
