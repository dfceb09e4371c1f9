import type { ComponentEvidence } from '../model.ts';

/**
 * How sure we are of each component of deribit-pm, and why: data for `explain` and for docs/models/deribit-pm.md.
 * confirmed: reproduces published numbers; stated: the venue's words; third-party: seen in re-implementations only;
 * unknown.
 */
interface SectionEvidence extends ComponentEvidence {
  /** Section of docs/models/deribit-pm.md. */
  readonly section: string;
}

export const deribitPmEvidence = {
  inverseFutureCells: {
    section: 'A',
    component: 'cells of inverse futures and perpetuals',
    evidence: 'confirmed',
    source:
      'reproduce initial_risk_vectors of both published responses of private/pme/simulate to 1e-15 ' +
      '(17 Jun 2024 documentation, 15 Feb 2026 live)',
  },
  linearCells: {
    section: 'A',
    component: 'cells of linear futures, perpetuals and spot',
    evidence: 'stated',
    source: 'support article 25944756247837 describes price moves of the position; no published linear vector',
  },
  optionCells: {
    section: 'A',
    component: 'cells of options',
    evidence: 'stated',
    source:
      'support article 25944756247837: revaluation at shocked price and volatility; Black-76 on the forward of the ' +
      'expiry, in coin at the shocked forward, is ours and agrees with re-implementations; no published option vector',
  },
  volatilityShock: {
    section: 'A',
    component: 'volatility shock, vega powers and floor for the shock up',
    evidence: 'stated',
    source: 'support article 25944756247837 and the parameter names of public/pme/get_params',
  },
  daysToExpiryFloor: {
    section: 'A',
    component: 'days to expiry floored at one in the volatility shock',
    evidence: 'third-party',
    source: 'max(DTE, 1 day) appears only in re-implementations',
  },
  volatilityOrder: {
    section: 'A',
    component: 'order of the volatility scenarios inside a price move (up, same, down)',
    evidence: 'unknown',
    source:
      'cells of futures are the same in all three, and no option vector is published; only the index of a scenario ' +
      'depends on it',
  },
  extendedFutureCells: {
    section: 'B',
    component: 'extended cells of inverse futures',
    evidence: 'confirmed',
    source: 'both published responses: equal to the cell at the edge of the price range',
  },
  extendedCells: {
    section: 'B',
    component: 'extended cells of options and of linear instruments',
    evidence: 'stated',
    source:
      'extended_table_factor and the scaling R/abs(move) are named by the venue; numbers published for inverse ' +
      'futures only',
  },
  pnlOffset: {
    section: 'C',
    component: 'share of positive cells that counts',
    evidence: 'confirmed',
    source: 'live response of 15 Feb 2026: 0.219399597 * 0.6 = 0.1316397582; documentation of 2024: offset 0 gives 0',
  },
  maxOffsetablePnl: {
    section: 'C',
    component: 'cap of the offset',
    evidence: 'stated',
    source: 'parameter max_offsetable_pnl (USD); release note of 13 Jan 2026; it binds in no published response',
  },
  extendedDampener: {
    section: 'C',
    component: 'dampener of the extended cells',
    evidence: 'stated',
    source:
      'formula of the release note of 13 Jan 2026; consistent with both published responses, where it removes every ' +
      'extended cell; a partial reduction is not published',
  },
  worstCase: {
    section: 'D',
    component: 'worst case and its rounding to 9 decimals',
    evidence: 'confirmed',
    source: 'worst_case, its index and every digit of the margins derived from it, in both published responses',
  },
  correlationContingency: {
    section: 'D',
    component: 'offset between pairs (correlation_set)',
    evidence: 'unknown',
    source: 'no public formula; parameters that switch it on are refused',
  },
  rollShockFloor: {
    section: 'E',
    component: 'roll shock: minimum part, gross over expiries',
    evidence: 'confirmed',
    source: 'BTC 0.01 * (0.314538364 + 0.001187534) = 0.00315725898; ETH 0.005 * 0.999487053 = 0.004997435265',
  },
  rollShockAnnualised: {
    section: 'E',
    component: 'roll shock: annualised part exp(annualised_move_risk * T) - 1',
    evidence: 'third-party',
    source:
      'a re-implementation of 2026; another reading is annualised_move_risk * T, which differs by less than 4% at ' +
      'one year',
  },
  deltaShock: {
    section: 'F',
    component: 'delta shock',
    evidence: 'third-party',
    source:
      'a re-implementation of 2026; parameters are published, and both published responses give 0, as the formula does',
  },
  maintenanceMargin: {
    section: 'G',
    component: 'maintenance margin, not rounded',
    evidence: 'confirmed',
    source: '0.8 * risk_matrix_margin, every digit, in both published responses',
  },
  initialMargin: {
    section: 'G',
    component: 'initial margin, rounded to 9 decimals',
    evidence: 'confirmed',
    source: 'both published responses: 0.122861343 and 0.157461562',
  },
  addOn: {
    section: 'G',
    component: 'margin for open orders, market-maker protection and spot orders',
    evidence: 'unknown',
    source: 'the venue computes it; an input here',
  },
  equity: {
    section: 'H',
    component: 'equity',
    evidence: 'stated',
    source:
      'support articles on inverse and linear contracts: profit in coin size * (1/entry - 1/exit), options at mark',
  },
  status: {
    section: 'H',
    component: 'status',
    evidence: 'stated',
    source:
      'support article 25944769313309: liquidation when the maintenance margin reaches 100% of the margin balance',
  },
} as const satisfies Record<string, SectionEvidence>;

/** The same as a list, in the order of the sections. */
export const deribitPmComponents: readonly SectionEvidence[] = Object.values(deribitPmEvidence);
