/** Margins of the account's netting set, settlement currency; `fault`: why they are unknown, or null. */
export interface PlanMargins {
  readonly balance: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  readonly fault: string | null;
}

/** Where a liquidation ends: balance >= multiple x requirement. */
export interface LiquidationTarget {
  readonly requirement: 'initial' | 'maintenance';
  readonly multiple: number;
}

export interface PlannedTrade {
  readonly instrument: string;
  /** Signed contracts, as traded. */
  readonly quantity: number;
  /** Expected, quote currency per base unit. */
  readonly price: number;
  /** Spread and impact, settlement currency. */
  readonly cost: number;
  /** To the insurance fund, settlement currency. */
  readonly fee: number;
  /** Price at which the position leaves the account with nothing (docs/LIQUIDATION.md); null if there is none. */
  readonly bankruptcyPrice: number | null;
  /** The worst price that the order may have; null: any. */
  readonly limitPrice: number | null;
}

/**
 * `cancel-orders`: all open orders; `close`: into the market; `hedge`: a new position that offsets risk; `transfer`: to
 * a liquidator or the insurance fund at a set price; `takeover`: everything that is left goes to the backstop;
 * `auction`: the portfolio is offered in parts.
 */
export type StepKind = 'cancel-orders' | 'hedge' | 'close' | 'transfer' | 'takeover' | 'auction';

export interface PlanStep {
  readonly kind: StepKind;
  readonly trades: readonly PlannedTrade[];
  /** Not before this long after the plan was made, milliseconds. */
  readonly afterMs: number;
  readonly cost: number;
  readonly fee: number;
  /** Expected after the step, by the engine. */
  readonly margins: PlanMargins;
  /** Which rule of the style made the step. */
  readonly rule: string;
}

/**
 * Why a plan ends short of its target. `no-progress`: no further step lowers what is missing; `positions-closed`:
 * nothing is left to close; `bankrupt`: the balance is negative even so; `limit`: a limit of the style or of the
 * search;
 * `fault`: the account cannot be margined.
 */
export type PlanReason = 'no-progress' | 'positions-closed' | 'bankrupt' | 'taken-over' | 'auction' | 'limit' | 'fault';

export interface LiquidationPlan {
  readonly account: string;
  readonly currency: string;
  readonly style: string;
  readonly target: LiquidationTarget;
  readonly before: PlanMargins;
  readonly after: PlanMargins;
  readonly steps: readonly PlanStep[];
  readonly cost: number;
  readonly fee: number;
  readonly reached: boolean;
  /** null if the target is reached. */
  readonly reason: PlanReason | null;
  /** Margin evaluations by the engine that the plan took. */
  readonly evaluations: number;
}

/** What is missing to the target (> 0) or to spare (<= 0), settlement currency. NaN if the margins are unknown. */
export function shortfall(margins: PlanMargins, target: LiquidationTarget): number {
  if (margins.fault !== null) return NaN;
  const required = target.requirement === 'initial' ? margins.initialMargin : margins.maintenanceMargin;
  return required * target.multiple - margins.balance;
}
