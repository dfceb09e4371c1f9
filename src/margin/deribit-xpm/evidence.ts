import type { ComponentEvidence } from '../model.ts';

const live = 'live account of 16 Feb 2026 (X:PM, BTC and USDC collateral, ETH perpetuals)';

/** How sure we are of each component of deribit-xpm, and why: data for `explain` and for docs/models/deribit-xpm.md. */
export const deribitXpmEvidence: readonly ComponentEvidence[] = [
  {
    component: 'cells of futures and of collateral, in USD at the shocked index',
    evidence: 'confirmed',
    source: `${live}: initial margin 0.570187404 within the rounding of the printed equities (5e-4)`,
  },
  {
    component: 'collateral equity of a coin is a position in the matrix of that coin',
    evidence: 'confirmed',
    source: `${live}: the BTC equity alone, without a BTC position, makes two thirds of the requirement`,
  },
  {
    component: 'inverse and linear positions of one coin net fully',
    evidence: 'confirmed',
    source: `${live}: long ETH-PERPETUAL against short ETH_USDC-PERPETUAL`,
  },
  {
    component: 'coins added, each at its own worst case',
    evidence: 'confirmed',
    source: `${live}: BTC falls while ETH rises`,
  },
  {
    component: 'roll shock gross over products and expiries',
    evidence: 'confirmed',
    source: `${live}: 0.005 of both ETH perpetuals, though they net`,
  },
  {
    component: 'maintenance margin, not rounded; initial margin rounded to 9 decimals',
    evidence: 'confirmed',
    source: `${live}: 0.45614992333200005 / 0.8 = 0.570187404165, printed as 0.570187404`,
  },
  {
    component: 'rounding of each worst case to 9 decimals',
    evidence: 'unknown',
    source: 'taken over from S:PM, where it is confirmed in coin (docs/models/deribit-pm.md); not seen in the sample',
  },
  {
    component: 'cells of options',
    evidence: 'stated',
    source: 'as in S:PM (support article 25944756247837); no published option vector',
  },
  {
    component: 'extended cells, offset, dampener, delta shock',
    evidence: 'stated',
    source: 'the components of S:PM, amounts in USD; none of them binds in a published X:PM figure',
  },
  {
    component: 'equity inside the delta of the delta shock',
    evidence: 'unknown',
    source: 'no published figure above the threshold; counted with what is not a long option',
  },
  {
    component: 'annualised part of the roll shock',
    evidence: 'third-party',
    source: 'exp(annualised_move_risk * T) - 1, from a re-implementation of 2026',
  },
  {
    component: 'stETH in the matrix of ETH',
    evidence: 'stated',
    source: 'release note of 13 Jan 2026: stETH is grouped in the bucket of ETH in the extended risk matrix',
  },
  {
    component: 'haircut raises the initial margin by rate times the positive equity of the currency',
    evidence: 'stated',
    source:
      'release note of 13 Jan 2026: 7.5% of stETH is charged as initial margin even where ETH risk is fully hedged; ' +
      'support article 25944777203869: for the initial margin only',
  },
  {
    component: 'haircuts of USYC and BUIDL 2%, USDe 5%',
    evidence: 'third-party',
    source: 're-implementation of 2026',
  },
  {
    component: 'offset currencies (upside risk of their own products only)',
    evidence: 'unknown',
    source: 'support article 25944777203869 says so without a formula: parameters with such an impact are refused',
  },
  {
    component: 'correlation between coins (correlation_set)',
    evidence: 'unknown',
    source: 'no public formula; parameters that switch it on are refused',
  },
  {
    component: 'margin for open orders, market-maker protection and spot orders',
    evidence: 'unknown',
    source: 'the venue computes it: accounts with open orders are refused; a figure can be given as add-on',
  },
];
