import type { MarginStatus } from '../reference/margin/deribit-pm/breakdown.ts';
import type { RiskTable, VolatilityMode } from '../reference/margin/deribit-pm/scenarios.ts';
import type { ComponentEvidence } from '../margin/model.ts';

/**
 * Why the margin of one account is what it is: plain values, so `JSON.stringify` keeps all of it.
 *
 * Amounts are decimal strings with 20 significant digits (a JSON number would be a float again), in the settlement
 * currency of the netting set; deltas in base coin; P&L positive = gain. Times in UTC milliseconds.
 */
export interface AccountExplanation {
  readonly accountId: string;
  readonly model: string;
  readonly asOfMs: number;
  /** Where the parameters come from. */
  readonly parameterSource: string;
  /** Why the account as a whole is quarantined (its input is bad), or null. */
  readonly problem: string | null;
  readonly nettingSets: readonly NettingSetExplanation[];
  readonly evidence: readonly ComponentEvidence[];
}

export interface NettingSetExplanation {
  readonly settlementCurrency: string;
  /** Why it is quarantined, or null. */
  readonly problem: string | null;
  readonly cash: string;
  readonly positions: readonly PositionExplanation[];
  readonly equity: string;
  readonly groups: readonly GroupExplanation[];
  readonly worstCase: string;
  readonly rollShock: string;
  readonly deltaShock: string;
  readonly riskMatrixMargin: string;
  readonly addOn: string;
  readonly mmFactor: string;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  readonly marginRatio: string | null;
  readonly status: MarginStatus;
}

export interface PositionExplanation {
  readonly instrument: string;
  readonly quantity: string;
  readonly entryPrice: string | null;
  readonly valuePerContract: string;
  readonly value: string;
  readonly delta: string;
}

export interface GroupExplanation {
  readonly name: string;
  readonly pair: string;
  readonly indexPrice: string;
  readonly grid: readonly CellExplanation[];
  readonly worstScenario: CellExplanation;
  /** Each position's P&L in the worst scenario, before offset and dampener. */
  readonly contributions: readonly { instrument: string; quantity: string; pnlPerContract: string; pnl: string }[];
  readonly worstCaseUnrounded: string;
  readonly worstCase: string;
  readonly rollShocks: readonly {
    /** null: the perpetual. */
    expiryMs: number | null;
    timeToExpiryYears: string;
    netDelta: string;
    rate: string;
    charge: string;
  }[];
  readonly rollShock: string;
  readonly deltaShock: { d1: string; d2: string; d: string; usd: string; charge: string };
}

export interface CellExplanation {
  /** 0-based scenario index. */
  readonly index: number;
  readonly table: RiskTable;
  readonly bucket: number;
  readonly move: string;
  readonly volatilityMode: VolatilityMode;
  readonly preAggregated: string;
  readonly afterOffset: string;
  readonly isCapped: boolean;
  readonly dampener: string;
  readonly aggregated: string;
}
