import type { ComponentEvidence } from '../model.ts';

/** How sure each component is, and why: data for `explain` and for docs/models/drift.md. */
export const driftComponents: readonly ComponentEvidence[] = [
  {
    component: 'margin ratio and weights with size premium or discount',
    evidence: 'confirmed',
    source: '13 unit cases of the program, every integer',
  },
  {
    component: 'initial asset weight scaled by deposits',
    evidence: 'confirmed',
    source: '4 unit cases of the program',
  },
  {
    component: 'liquidation amounts and fees, socialised losses',
    evidence: 'confirmed',
    source: '34 unit cases of the program, every integer',
  },
  {
    component: 'worst case of position and open orders, charge per order',
    evidence: 'stated',
    source: 'PerpPosition::worst_case_base_asset_amount, margin_requirement_for_open_orders',
  },
  {
    component: 'weighted unrealised P&L, its cap at initial margin',
    evidence: 'stated',
    source: 'calculate_perp_position_value_and_pnl',
  },
  {
    component: 'strict prices of spot at initial margin',
    evidence: 'stated',
    source: 'StrictOraclePrice: the worse of oracle and five-minute average',
  },
  {
    component: 'open orders of spot markets',
    evidence: 'unknown',
    source: 'fill simulation not written here: an account that has any is refused',
  },
  {
    component: 'USDC at one',
    evidence: 'stated',
    source: 'requirement and collateral are in USDC here; the program values USDC by its oracle',
  },
  {
    component: 'market parameters',
    evidence: 'third-party',
    source: 'ratios of a public market list; weights of the documentation; they change',
  },
];
