import type { Holdings } from '../whatif/holdings.ts';
import type { LiquidationPlan, PlanMargins, PlannedTrade, PlanReason, PlanStep, StepKind } from './plan.ts';
import type { PlanningAccount, Trade } from './planning-account.ts';

/** A step as a style wants it. */
export interface StepRequest {
  readonly kind: StepKind;
  readonly trades: readonly Trade[];
  readonly rule: string;
  readonly afterMs?: number;
  /** Cash that leaves the account besides the trades' own fees: penalties, settlement currency. */
  readonly penalty?: number;
  /** By instrument: the worst price that the order may have. */
  readonly limitPrices?: ReadonlyMap<string, number>;
  /** Whether the step may leave what is missing as it is. */
  readonly isFree?: boolean;
}

/** Relative to the amounts concerned: less is rounding, no progress. */
const progressLeast = 1e-12;

/**
 * Builds a plan step by step. The invariant of every style (Deribit's loop of 2017): a step is taken only if it lowers
 * what is missing to the target; otherwise it is not part of the plan, and the style is told so.
 */
export class PlanBuilder {
  readonly account: PlanningAccount;
  readonly style: string;
  readonly before: PlanMargins;
  readonly #steps: PlanStep[] = [];
  #holdings: Holdings;
  #margins: PlanMargins;
  #bankruptcyPrices: ReadonlyMap<string, number | null> = new Map();

  /** Open orders are cancelled first, whatever the style. */
  constructor(account: PlanningAccount, style: string) {
    this.account = account;
    this.style = style;
    this.#holdings = account.input.holdings;
    this.#margins = this.before = account.margins(this.#holdings);
    if (this.isOpen && account.hasOrders(this.#holdings)) this.#cancelOrders();
  }

  get holdings(): Holdings {
    return this.#holdings;
  }

  get margins(): PlanMargins {
    return this.#margins;
  }

  get shortfall(): number {
    return this.account.shortfall(this.#margins);
  }

  /** Whether something is missing and known. */
  get isOpen(): boolean {
    return this.shortfall > 0;
  }

  /** Prices shown with the trades from here on. */
  showBankruptcyPrices(prices: ReadonlyMap<string, number | null>): void {
    this.#bankruptcyPrices = prices;
  }

  #cancelOrders(): void {
    const holdings = this.account.withoutOrders(this.#holdings);
    const margins = this.account.margins(holdings);
    this.#holdings = holdings;
    this.#margins = margins;
    this.#steps.push({
      kind: 'cancel-orders',
      trades: [],
      afterMs: 0,
      cost: 0,
      fee: 0,
      margins,
      rule: 'open orders first',
    });
  }

  /** Margins as they would be after a step. */
  tried({ trades, penalty = 0 }: Pick<StepRequest, 'trades' | 'penalty'>): {
    readonly holdings: Holdings;
    readonly margins: PlanMargins;
  } {
    const traded = this.account.traded(this.#holdings, trades);
    const holdings = penalty === 0 ? traded : this.account.paid(traded, -penalty);
    return { holdings, margins: this.account.margins(holdings) };
  }

  /** Adds a step; false, and nothing is added, if it does not lower what is missing. */
  add(step: StepRequest): boolean {
    const { holdings, margins } = this.tried(step);
    const missing = this.account.shortfall(margins);
    const scale = Math.abs(this.#margins.balance) + this.#margins.maintenanceMargin;
    const isProgress = missing < this.shortfall - scale * progressLeast;
    if (margins.fault !== null || !(isProgress || step.isFree === true)) return false;
    const trades = step.trades.map((trade): PlannedTrade => {
      const { price, cost, fee } = this.account.estimate(trade);
      return {
        instrument: trade.instrument,
        quantity: trade.quantity,
        price,
        cost,
        fee,
        bankruptcyPrice: this.#bankruptcyPrices.get(trade.instrument) ?? null,
        limitPrice: step.limitPrices?.get(trade.instrument) ?? null,
      };
    });
    this.#steps.push({
      kind: step.kind,
      trades,
      afterMs: step.afterMs ?? 0,
      cost: sum(trades.map(({ cost }) => cost)),
      fee: sum(trades.map(({ fee }) => fee)) + (step.penalty ?? 0),
      margins,
      rule: step.rule,
    });
    this.#holdings = holdings;
    this.#margins = margins;
    return true;
  }

  /** The plan; `reason` says why it ends if it ends short of the target. */
  finish(reason: PlanReason): LiquidationPlan {
    // An account that was taken over has nothing left to be safe with.
    const reached = this.shortfall <= 0 && reason !== 'taken-over';
    return {
      account: this.account.input.account,
      currency: this.account.input.currency,
      style: this.style,
      target: this.account.input.target,
      before: this.before,
      after: this.#margins,
      steps: this.#steps,
      cost: sum(this.#steps.map(({ cost }) => cost)),
      fee: sum(this.#steps.map(({ fee }) => fee)),
      reached,
      reason: reached ? null : this.#margins.fault !== null ? 'fault' : reason,
      evaluations: this.account.evaluations,
    };
  }

  /** `bankrupt` if the balance is negative, else `positions-closed`. */
  get reasonWhenClosed(): PlanReason {
    return this.#margins.balance < 0 ? 'bankrupt' : 'positions-closed';
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The trade that closes `quantity` (unsigned, at most all) of a position. */
export function closing(holdings: Holdings, instrument: string, quantity: number): Trade {
  const held = holdings.positions.get(instrument)!.quantity;
  return { instrument, quantity: -Math.sign(held) * Math.min(quantity, Math.abs(held)) };
}
