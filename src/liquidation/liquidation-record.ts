import type { Storable } from '../account/events.ts';
import type { MinorUnits } from '../money/minor-units.ts';
import type { Auction } from './derive-auction.ts';
import type { StepKind } from './plan.ts';
import type { Offset } from './planning-account.ts';

/** One trade of a signal, and how much of it is done. */
export interface SignalTrade {
  readonly instrument: string;
  /** Signed contracts. */
  readonly quantity: number;
  readonly filled: number;
  readonly limitPrice: number | null;
}

/** An order to whoever executes: given once, under an id of its own. */
export interface Signal {
  readonly id: string;
  readonly kind: StepKind;
  readonly issuedMs: number;
  readonly trades: readonly SignalTrade[];
}

/**
 * `waiting`: in the backlog, a plan is due; `signalled`: an order is out; `auction`; `halted`: nothing happens until
 * `liquidation.resume` (or recovery), for the reason given; `handed-over`: bankrupt, somebody else's.
 */
export type LiquidationPhase = 'waiting' | 'signalled' | 'auction' | 'halted' | 'handed-over';

/** A netting set under liquidation. Plain data: it is part of snapshots. */
export interface LiquidationRecord {
  readonly id: string;
  readonly account: string;
  readonly currency: string;
  readonly openedMs: number;
  readonly phase: LiquidationPhase;
  /** Why it is halted, or why there is no plan; null. */
  readonly reason: string | null;
  /** Number of the next signal, from 1. */
  readonly nextSignal: number;
  readonly lastSignalMs: number | null;
  readonly signal: Signal | null;
  readonly auction: Auction | null;
  /** Cash that bidders paid in the auction that runs. */
  readonly reserved: MinorUnits;
  /** What adjustments of other modules added to the model's margins at the last tick. */
  readonly offset: Offset;
}

/** What the next in line needs to know of a bankrupt netting set: insurance fund, deleveraging, socialised loss. */
export interface BankruptcyHandOver {
  readonly liquidation: string;
  readonly account: string;
  readonly currency: string;
  /** What is missing to a balance of nothing, minor units, > 0. */
  readonly deficit: MinorUnits;
  readonly positions: readonly {
    readonly instrument: string;
    readonly quantity: number;
    /** Quote currency per base unit; null if unknown. */
    readonly bankruptcyPrice: number | null;
    /** Part of the deficit that goes with the position, minor units: the parts add up to it. */
    readonly deficit: MinorUnits;
  }[];
}

/** Amounts of an event: minor units as decimal strings, so that they are JSON. */
export function texts(amounts: Readonly<Record<string, MinorUnits>>): Record<string, Storable> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)] as const));
}
