import type { ComponentEvidence } from '../model.ts';

/**
 * How sure we are of each component of paradex-xm, and why: data for `explain` and for docs/models/paradex-xm.md. The
 * venue publishes a margin engine of its own (paradex-py, MIT); "its engine" below is that one.
 */
const engineReproduced = 'reproduces random portfolios of its engine (paradex-py@334a7f81) to 1e-12';

export const paradexXmComponents: readonly ComponentEvidence[] = [
  {
    component: 'perpetuals: open size of the worse side times mark times IMF',
    evidence: 'confirmed',
    source: `published example: 5,400 USD (docs.paradex.trade, cross margin requirement); ${engineReproduced}`,
  },
  {
    component: 'perpetuals: maintenance margin of the position, MMF factor',
    evidence: 'confirmed',
    source: `published liquidation example: 88.80 USD; ${engineReproduced}`,
  },
  {
    component: 'options: long and short rules, put cap',
    evidence: 'confirmed',
    source: `docs.paradex.trade, dated options, margin requirements; ${engineReproduced}`,
  },
  {
    component: 'options with open orders: worse side, the long rule for buys and the short rule for sells',
    evidence: 'confirmed',
    source: engineReproduced,
  },
  {
    component: 'fee provision: of the larger open size (initial), of the position (maintenance)',
    evidence: 'confirmed',
    source: `docs.paradex.trade, cross margin requirement; ${engineReproduced}`,
  },
  {
    component: 'open loss of orders that are worse than the mark',
    evidence: 'confirmed',
    source: engineReproduced,
  },
  {
    component: 'spot balances at their whole value',
    evidence: 'confirmed',
    source: engineReproduced,
  },
  {
    component: 'fractions of BTC, ETH, HYPE, SOL and CL options',
    evidence: 'stated',
    source: 'docs.paradex.trade, dated options, margin requirements',
  },
  {
    component: 'cap of short puts in maintenance margin: 25%',
    evidence: 'stated',
    source: 'the same page; market data of 22 Apr 2026 in paradex-py has 50%',
  },
  {
    component: 'IMF of the HYPE perpetual: 5%',
    evidence: 'third-party',
    source: 'a set of test portfolios; the venue gives it per market in /markets',
  },
  {
    component: 'a leverage that the user has set lower',
    evidence: 'unknown',
    source: 'it raises the IMF of a market for that account; parameters here are the same for all accounts',
  },
  {
    component: 'account value',
    evidence: 'stated',
    source: 'docs.paradex.trade, margin term reference; accrued funding is part of the cash here',
  },
];
