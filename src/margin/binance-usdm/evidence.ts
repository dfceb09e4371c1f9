import type { ComponentEvidence } from '../model.ts';

/** How sure each component is, and why: data for `explain` and for docs/models/binance-usdm.md. */
export const binanceUsdmComponents: readonly ComponentEvidence[] = [
  {
    component: 'maintenance margin: notional times rate less deduction (cum)',
    evidence: 'confirmed',
    source:
      'FAQ b3c689c1f50a44cabb3a84e663b81d93: four worked liquidation prices (1114.78, 18778.73, 1153.26, ' +
      '26316.89)',
  },
  {
    component: 'liquidation price, cross and isolated',
    evidence: 'confirmed',
    source: 'the same four prices to the cent, and eight computed ones',
  },
  {
    component: 'initial margin: notional over leverage',
    evidence: 'stated',
    source:
      'FAQ: size times mark over leverage; the leverage of an account is a parameter, else the largest of ' +
      'the bracket',
  },
  {
    component: 'bracket rates and deductions of BTCUSDT',
    evidence: 'third-party',
    source: 'snapshot of March 2021 in a public gist; the deductions follow from the rates',
  },
  {
    component: 'equity: wallet balance and unrealised P&L',
    evidence: 'stated',
    source: 'the worked liquidation prices use wallet balance and unrealised P&L of the other positions',
  },
  {
    component: 'open orders',
    evidence: 'unknown',
    source: 'how open orders add to initial margin is not in the sources used: an account that has any is refused',
  },
];
