import type { ComponentEvidence } from '../model.ts';

/** How sure each component is, and why: data for `explain` and for docs/models/bybit-linear.md. */
export const bybitLinearComponents: readonly ComponentEvidence[] = [
  {
    component: 'maintenance margin of linear contracts: value times rate less deduction',
    evidence: 'stated',
    source: 'help centre on isolated margin of the unified account; risk limits of the API',
  },
  {
    component: 'liquidation price, isolated margin',
    evidence: 'confirmed',
    source: 'eight computed cases of a re-implementation to 1e-8',
  },
  {
    component: 'initial margin of linear contracts',
    evidence: 'stated',
    source: 'value over leverage, at least the rate of the risk limit',
  },
  {
    component: 'maintenance margin of a short option',
    evidence: 'confirmed',
    source: 'help centre 000001546 of 4 Dec 2023: worked example 1,260 USDC',
  },
  {
    component: 'initial margin of a short option',
    evidence: 'stated',
    source: 'help centre: max(max(0.15 index - OTM, 0.10 index) + max(average price, mark), maintenance)',
  },
  {
    component: 'cost of a long option order',
    evidence: 'confirmed',
    source: 'help centre: 1,050 + 3.78 = 1,053.78 USDC',
  },
  {
    component: 'margin balance without the value of options',
    evidence: 'stated',
    source: 'help centre: margin balance is wallet balance and P&L of contracts; portfolio margin adds option value',
  },
  {
    component: 'bankruptcy price of an inverse position',
    evidence: 'confirmed',
    source: 'help centre: 7,890.08 at 50x long gives 7,735.37',
  },
  {
    component: 'fee to close in initial and maintenance margin',
    evidence: 'unknown',
    source: 'mentioned as a minor difference; no formula in the sources used: left out',
  },
  { component: 'portfolio margin', evidence: 'unknown', source: 'stress tables are not public' },
];
