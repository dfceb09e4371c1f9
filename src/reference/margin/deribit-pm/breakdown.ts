import type { RiskGroup } from '../../../domain/instrument.ts';
import type { Decimal } from '../../decimal.ts';
import type { InstrumentRisk } from './instrument-risk.ts';
import type { Scenario } from './scenarios.ts';

/**
 * Everything the margin of one account consists of. Amounts are in the settlement currency of the netting set, deltas
 * in base coin, P&L positive = gain. Sections refer to docs/models/deribit-pm.md.
 */
export interface AccountBreakdown {
  /** In the order of their first position, then of their cash. */
  readonly nettingSets: readonly NettingSetBreakdown[];
}

export type MarginStatus = 'healthy' | 'margin-call' | 'liquidation' | 'quarantined';

export interface NettingSetBreakdown {
  readonly settlementCurrency: string;
  /** Why nothing was computed; then every amount is zero and the status is quarantined. */
  readonly problem: string | null;
  readonly cash: Decimal;
  readonly positions: readonly PositionBreakdown[];
  readonly equity: Decimal;
  /** In the order of their first instrument in the market. */
  readonly groups: readonly GroupBreakdown[];
  /** Sums over the groups. */
  readonly worstCase: Decimal;
  readonly rollShock: Decimal;
  readonly deltaShock: Decimal;
  readonly riskMatrixMargin: Decimal;
  readonly addOn: Decimal;
  readonly initialMarginUnrounded: Decimal;
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  /** Maintenance margin / equity; null if the equity is zero. */
  readonly marginRatio: Decimal | null;
  readonly status: MarginStatus;
  /** Scenario index of the first group with the largest worst case; -1 if no group has one (after rounding). */
  readonly worstScenario: number;
  /** Sum of abs(quantity) * base coin of one contract, in the settlement currency: the scale of every tolerance. */
  readonly notional: Decimal;
}

export interface PositionBreakdown {
  readonly instrumentIndex: number;
  readonly name: string;
  readonly quantity: Decimal;
  /** null where it does not matter (options, spot). */
  readonly entryPrice: Decimal | null;
  readonly valuePerContract: Decimal;
  readonly value: Decimal;
  readonly delta: Decimal;
  readonly notional: Decimal;
}

export interface GroupBreakdown {
  readonly group: RiskGroup;
  readonly isInverse: boolean;
  readonly indexPrice: Decimal;
  readonly scenarios: readonly Scenario[];
  readonly instruments: readonly InstrumentCells[];
  /** Sum of quantity * cell over the instruments. */
  readonly preAggregated: readonly Decimal[];
  readonly aggregatedSteps: readonly AggregationSteps[];
  /** After offset, cap and dampener. */
  readonly aggregated: readonly Decimal[];
  readonly worstCaseUnrounded: Decimal;
  readonly worstCase: Decimal;
  readonly worstScenario: Scenario;
  readonly rollShocks: readonly RollShock[];
  readonly rollShock: Decimal;
  readonly deltaShockSteps: DeltaShock;
  readonly deltaShock: Decimal;
  readonly riskMatrixMargin: Decimal;
  readonly notional: Decimal;
}

export interface InstrumentCells {
  readonly instrumentIndex: number;
  readonly quantity: Decimal;
  readonly risk: InstrumentRisk;
  /** Per contract (`risk.cells`) times quantity. */
  readonly cells: readonly Decimal[];
}

/** Section C for one cell. */
export interface AggregationSteps {
  readonly afterOffset: Decimal;
  readonly isCapped: boolean;
  /** D_m; zero for standard cells. */
  readonly dampener: Decimal;
  readonly aggregated: Decimal;
}

/** Section E for one expiry; `expiryMs` null is the perpetual. */
export interface RollShock {
  readonly expiryMs: number | null;
  readonly timeToExpiryYears: Decimal;
  readonly netDelta: Decimal;
  readonly rate: Decimal;
  readonly charge: Decimal;
}

/** Section F. */
export interface DeltaShock {
  /** Long options. */
  readonly d1: Decimal;
  /** Short options and everything that is not an option. */
  readonly d2: Decimal;
  readonly d: Decimal;
  readonly usd: Decimal;
  readonly charge: Decimal;
}
