import type { MinorUnits } from '../money/minor-units.ts';

/** One underlying in one round. Prices in quote currency, volumes in base units. */
export interface RoundPrice {
  readonly underlying: string;
  /** At which accounts were margined. */
  readonly before: number;
  readonly sold: number;
  readonly bought: number;
  /** Net sales of all rounds so far. */
  readonly cumulative: number;
  /** Mean price of the round's trades. */
  readonly traded: number;
  readonly after: number;
}

export interface RoundLoss {
  readonly currency: string;
  readonly decimals: number;
  /** US dollars per unit when the debts arose. */
  readonly rate: number;
  readonly deficit: MinorUnits;
  readonly fund: MinorUnits;
  readonly adl: MinorUnits;
  readonly socialised: MinorUnits;
}

export interface CascadeRound {
  /** From 1. */
  readonly round: number;
  /** Of the shock, from 1. */
  readonly step: number;
  /** Rows of `Engine.accountIds` that lost positions, ascending. */
  readonly accounts: Uint32Array;
  /** Of these, those that lost some for the first time. */
  readonly newAccounts: number;
  readonly nettingSets: number;
  /** Of these, closed because a margin call was not met. */
  readonly missedCalls: number;
  /** Margin calls met, and what was paid in. */
  readonly metCalls: number;
  readonly paidIn: number;
  /** Delta worth of what was closed, both sides counted, at the prices before. */
  readonly notional: number;
  /** What those who were closed lost by trading away from the prices before. */
  readonly slippage: number;
  /** Debts that were left. */
  readonly deficit: number;
  /** Equity of the whole book before the round. */
  readonly equity: number;
  /** Underlyings with impact or trades. */
  readonly prices: readonly RoundPrice[];
  readonly losses: readonly RoundLoss[];
}

export interface UnderlyingOutcome {
  readonly underlying: string;
  readonly shock: number;
  readonly initial: number;
  readonly shocked: number;
  readonly final: number;
  /** Total move over the shock; null without a shock. */
  readonly amplification: number | null;
  /** Net sales, base units. */
  readonly volume: number;
}

/** Money in US dollars at the prices of the moment, unless it says its currency. */
export interface CascadeResult {
  /** First underlying of the shock, and its amplification. */
  readonly lead: UnderlyingOutcome;
  readonly amplification: number | null;
  /** Whether the last tick found nobody left to close; false: cut off by `roundsMax`. */
  readonly converged: boolean;
  readonly underlyings: readonly UnderlyingOutcome[];
  readonly rounds: readonly CascadeRound[];
  readonly accounts: number;
  /** Accounts that would have been liquidated without a shock. */
  readonly alreadyInLiquidation: number;
  /** Accounts that lost positions. */
  readonly liquidatedAccounts: number;
  readonly quarantinedSets: number;
  readonly notional: number;
  readonly slippage: number;
  readonly deficit: number;
  readonly fundUsed: number;
  readonly adlUsed: number;
  readonly socialised: number;
  readonly equityBefore: number;
  readonly equityAfter: number;
  readonly paidIn: number;
  /** By account of the engine: closed delta worth, and debt left; US dollars. */
  readonly notionalOfAccount: Float64Array;
  readonly deficitOfAccount: Float64Array;
  /** SHA-256 of the engine's results at the end, before the book was put back. */
  readonly resultHash: string;
}
