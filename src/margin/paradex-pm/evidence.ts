import type { ComponentEvidence } from '../model.ts';

/**
 * How sure we are of each component of paradex-pm, and why: data for `explain` and for docs/models/paradex-pm.md. The
 * venue publishes a margin engine of its own (paradex-py, MIT); "its engine" below is that one.
 */
const engineReproduced = 'reproduces random portfolios of its engine (paradex-py@334a7f81) to 1e-12';

export const paradexPmComponents: readonly ComponentEvidence[] = [
  {
    component: 'scenario tables of BTC, ETH and HYPE: 24 spot and volatility shocks with weights',
    evidence: 'stated',
    source: 'docs.paradex.trade/risk/portfolio-margin; BTC also in the configuration of 22 Apr 2026 in paradex-py',
  },
  {
    component: 'scenario table of CL',
    evidence: 'third-party',
    source: 'a summary of the pages, which gives CL the table of HYPE',
  },
  {
    component: 'shocked volatility: (30/DTE)^power, powers by tenor, DTE floor',
    evidence: 'confirmed',
    source: `docs.paradex.trade/risk/portfolio-margin; ${engineReproduced}`,
  },
  {
    component: 'floor of a volatility that is shocked up',
    evidence: 'confirmed',
    source: `${engineReproduced}: the floor is of the shocked volatility; the page calls it a floor of the shock`,
  },
  {
    component: 'floor of 60% for HYPE and CL',
    evidence: 'third-party',
    source: 'a summary of the configuration; the page says 40% for all assets',
  },
  {
    component: 'option prices: Black-Scholes on the shocked index price, Abramowitz-Stegun normal distribution',
    evidence: 'confirmed',
    source: `${engineReproduced}; its table of prices to 1e-15 of spot and strike`,
  },
  {
    component: 'perpetuals: mark price moved by the spot shock, basis kept',
    evidence: 'confirmed',
    source: engineReproduced,
  },
  {
    component: 'settlement window: P&L scaled by the part of the last 30 minutes that is left',
    evidence: 'confirmed',
    source: engineReproduced,
  },
  {
    component: 'open orders in the scan: what a fill at the limit would lose',
    evidence: 'confirmed',
    source: engineReproduced,
  },
  {
    component: 'scan risk: largest weighted loss',
    evidence: 'confirmed',
    source: `docs.paradex.trade/risk/portfolio-margin; ${engineReproduced}`,
  },
  {
    component: 'minimum delta requirement with open orders (initial margin)',
    evidence: 'confirmed',
    source: engineReproduced,
  },
  {
    component: 'minimum delta requirement of positions (maintenance margin)',
    evidence: 'confirmed',
    source: `published example: 1,400 USD; ${engineReproduced}`,
  },
  {
    component: 'funding provision',
    evidence: 'confirmed',
    source: `docs.paradex.trade/risk/portfolio-margin (eight hours); ${engineReproduced}`,
  },
  {
    component: 'funding of open orders taken from that of the positions',
    evidence: 'confirmed',
    source: `${engineReproduced}; no page says so, and a filled order would add to it`,
  },
  {
    component: 'fee provision',
    evidence: 'confirmed',
    source: `${engineReproduced}; cap of 12.5% of the premium on docs.paradex.trade, dated options, fees`,
  },
  {
    component: 'spot balances at their whole value',
    evidence: 'confirmed',
    source: engineReproduced,
  },
  {
    component: 'maintenance margin of positions alone',
    evidence: 'confirmed',
    source: `${engineReproduced}; the page takes half of the initial requirement and is silent about orders`,
  },
  {
    component: 'several underlyings: requirements added',
    evidence: 'unknown',
    source: 'the configuration is per underlying and the engine takes one; no page says how two are margined together',
  },
  {
    component: 'account value',
    evidence: 'stated',
    source: 'docs.paradex.trade, margin term reference; accrued funding is part of the cash here',
  },
  {
    component: 'dated futures and perpetual options',
    evidence: 'unknown',
    source: 'the engine has no scenario price for them: refused',
  },
];
