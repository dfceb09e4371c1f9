import type { ComponentEvidence } from '../model.ts';

/** How sure we are of each component of deribit-sm, and why: data for `explain` and for docs/models/deribit-sm.md. */
export const deribitSmEvidence: readonly ComponentEvidence[] = [
  {
    component: 'linear futures and perpetuals',
    evidence: 'confirmed',
    source:
      'six worked examples of support article 25944738177565 (BTC_USDC at 25 and 350 coins, SOL_USDC at 25 and ' +
      '6,000), initial and maintenance, exactly',
  },
  {
    component: 'inverse futures and perpetuals',
    evidence: 'confirmed',
    source:
      'live ETH-PERPETUAL of 16 Feb 2026, 1 USD: initial 0.000010187, maintenance 0.000005093, leverage 50, to the ' +
      'nine decimals printed; the increase with size is stated (article 25944811528477), not visible at that size',
  },
  {
    component: 'position size that raises the rates: the coins of one instrument',
    evidence: 'stated',
    source: 'support article 25944811317149: requirements are calculated separately for each position',
  },
  {
    component: 'short options',
    evidence: 'confirmed',
    source:
      "bit.com's example of the same formula in USDT (article 9771460: put 1850 at 2098, 159.75 and 212.20 a " +
      "contract); the venue's own formulas are in article 25944811528477, without a worked figure",
  },
  {
    component: 'underlying of an option: the forward of its expiry',
    evidence: 'stated',
    source: "the venue's formula divides by the mark price of the underlying",
  },
  {
    component: 'long options need no margin',
    evidence: 'stated',
    source: 'support article 25944811528477',
  },
  {
    component: 'equity that covers the requirement: margin balance without the worth of options',
    evidence: 'confirmed',
    source:
      'example of private/get_account_summaries, margin_model segregated_sm: margin_balance 302.62729214 = equity ' +
      '302.61869214 - options_value -0.0086, and available_funds 301.38059622 = margin_balance - initial_margin ' +
      '1.24669592',
  },
  {
    component: 'margin for open orders',
    evidence: 'unknown',
    source: 'no public formula: accounts with open orders are refused; a figure of the venue can be given as add-on',
  },
  {
    component: 'tiers of 2026 (initial 1/L(N), maintenance 2/3 of it)',
    evidence: 'unknown',
    source: 'seen in one third-party file of Sep 2026 only; not used',
  },
];
