import type { ComponentEvidence } from '../model.ts';

const scenarios =
  'reproduces 21 portfolios with every component of the venue\'s unit tests (derivexyz/v2-core, ' +
  'testAndVerifyScenarios): suite derive-pmrm1';
const integers =
  'reproduces 44 portfolios of the venue\'s unit tests to the integer they are published as: suite derive-pmrm1';

/** Every component of the requirement, in the order of docs/models/derive-pmrm1.md. */
export const derivePmrm1Components: readonly ComponentEvidence[] = [
  {
    component: 'mark-to-market: Black-76 on the forward, not discounted',
    evidence: 'confirmed',
    source: scenarios,
  },
  {
    component: 'volatility shocks: powers, floor of days to expiry',
    evidence: 'confirmed',
    source: scenarios,
  },
  {
    component: 'discount of an expiry whose value is positive',
    evidence: 'confirmed',
    source: scenarios,
  },
  {
    component: 'forward of the last 30 minutes: fixed and variable part',
    evidence: 'confirmed',
    source: scenarios,
  },
  {
    component: 'basis contingency',
    evidence: 'confirmed',
    source: scenarios,
  },
  {
    component: 'static contingencies: base, perpetuals, naked short options',
    evidence: 'confirmed',
    source: scenarios,
  },
  {
    component: 'oracle contingency',
    evidence: 'confirmed',
    source: scenarios,
  },
  {
    component: 'depeg of the stablecoin in the initial factor',
    evidence: 'confirmed',
    source: scenarios,
  },
  {
    component:
      'base asset while the stablecoin is not at par: value over the stable price, contingencies on the spot value',
    evidence: 'stated',
    source: 'PMRMLib of derivexyz/v2-core; no published case holds base while the stablecoin is depegged',
  },
  {
    component: 'initial and maintenance margin',
    evidence: 'confirmed',
    source: integers,
  },
  {
    component: 'open orders',
    evidence: 'unknown',
    source: 'described in words only; an account with open orders is refused',
  },
];
