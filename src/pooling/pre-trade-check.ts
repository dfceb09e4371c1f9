import { BANKRUPT, LIQUIDATION, MARGIN_CALL, QUARANTINED, RESTRICTED } from '../account/status.ts';
import { MargridError } from '../errors.ts';
import type { Holdings } from '../whatif/holdings.ts';
import type { AccountStructure } from './account-structure.ts';
import { shortfallOf, type MarginView, type ModelMargin } from './margin-view.ts';
import { groupOf, type OpenOrderRisk } from './open-order-risk.ts';
import type { OpenOrder } from './worst-fills.ts';

/** Why an order is refused. */
export type OrderRefusal =
  /** Initial margin after the order would exceed the margin balance. */
  | 'insufficient-margin'
  /** The account is restricted (or called), and the order does not reduce its requirements. */
  | 'not-risk-reducing'
  | 'in-liquidation'
  | 'bankrupt'
  /** Nothing is known of the account: bad input or bad market data. */
  | 'quarantined';

/** The answer of the pre-trade check. Amounts in `currency`. */
export interface OrderCheck {
  readonly allowed: boolean;
  /** null if allowed. */
  readonly reason: OrderRefusal | null;
  /** Engine account whose margin decided: the account, its pool, or its isolated position. */
  readonly marginAccount: string;
  readonly currency: string;
  /** Free margin that the order takes at worst; negative if it frees some. NaN where nothing is known. */
  readonly needed: number;
  /** Free margin before the order, all open orders counted. */
  readonly available: number;
  /** Free margin after it; allowed without reducing risk only if >= 0. */
  readonly freeMarginAfter: number;
  /** Whether its fill lowers initial and maintenance margin or leaves them; null where that was not asked. */
  readonly reducesRisk: boolean | null;
}

/** What the check looks at. */
export interface CheckedAccounts {
  readonly view: MarginView;
  readonly structure: AccountStructure;
  readonly risk: OpenOrderRisk;
}

/**
 * Whether an account may place an order. It may if initial margin, with the order and all its open orders counted at
 * their worst, does not exceed the margin balance; an account without that much, or at level restricted or margin call,
 * may only reduce risk: initial and maintenance margin after the fill are at most those before, and open orders at
 * worst take no more than before. Nobody may who is in liquidation, bankrupt or quarantined.
 *
 * Amounts are those of the model for the book as it is now, at the quotes of the last tick, with the adjustments of
 * that tick. Throws `InstrumentUnknown`, and `EngineState` before the first tick.
 */
export function checkOrder(accounts: CheckedAccounts, account: string, order: OpenOrder): OrderCheck {
  const { view, structure, risk } = accounts;
  requireOrder(order);
  const currency = view.currencyOf(order.instrument);
  const marginAccount = structure.payerOf(account, order.instrument);
  const riskAccount = structure.riskAccountOf(account, order.instrument);
  const level = view.levelOf(marginAccount, currency);
  const holdings = view.holdings(riskAccount);
  const now = view.marginAfter(riskAccount, holdings, holdings, currency);
  const paid = marginAccount === riskAccount ? now : marginNow(view, marginAccount, currency);
  const added = view.addedTo(marginAccount, currency);
  // Open orders count as they stand now, not as at the tick.
  const others = added.initialMargin - risk.countedFor(marginAccount, currency) - added.balance;
  const available = 0 - (shortfallOf(paid) + others + risk.riseOf(view, structure, marginAccount, currency));
  const needed = neededFor(accounts, riskAccount, order, holdings, now);
  const freeMarginAfter = available - needed;
  const isLimited = level === RESTRICTED || level === MARGIN_CALL;
  const isAsked = isLimited || !(freeMarginAfter >= 0);
  const reducesRisk = isAsked ? reduces(view, riskAccount, order, holdings, now, needed) : null;
  const reason = refusalOf(level, isLimited, freeMarginAfter, reducesRisk);
  return { allowed: reason === null, reason, marginAccount, currency, needed, available, freeMarginAfter, reducesRisk };
}

function marginNow(view: MarginView, account: string, currency: string): ModelMargin {
  const holdings = view.holdings(account);
  return view.marginAfter(account, holdings, holdings, currency);
}

function refusalOf(
  level: number,
  isLimited: boolean,
  freeMarginAfter: number,
  reducesRisk: boolean | null,
): OrderRefusal | null {
  if (level === LIQUIDATION) return 'in-liquidation';
  if (level === BANKRUPT) return 'bankrupt';
  if (level === QUARANTINED || Number.isNaN(freeMarginAfter)) return 'quarantined';
  if (reducesRisk === true) return null;
  if (isLimited) return 'not-risk-reducing';
  return freeMarginAfter >= 0 ? null : 'insufficient-margin';
}

/** How much more free margin is taken with the order than without it. */
function neededFor(
  { view, structure, risk }: CheckedAccounts,
  account: string,
  order: OpenOrder,
  holdings: Holdings,
  now: ModelMargin,
): number {
  const shortfall = shortfallOf(now);
  if (view.context.engine.ordersMargined) {
    return shortfallOf(view.marginWithOrder(account, holdings, order, view.currencyOf(order.instrument))) - shortfall;
  }
  const group = groupOf(view, order.instrument);
  const after = risk.riseWith(view, account, group, [...structure.ordersOn(account), order], { holdings, shortfall });
  return after - risk.lastRise(account, group);
}

/** Whether the fill lowers both requirements, or leaves them, and takes no free margin. */
function reduces(
  view: MarginView,
  account: string,
  order: OpenOrder,
  holdings: Holdings,
  now: ModelMargin,
  needed: number,
): boolean {
  const filled = view.marginAfter(account, holdings, view.filled(holdings, [order]), view.currencyOf(order.instrument));
  const isFree = view.context.engine.ordersMargined ? shortfallOf(filled) <= shortfallOf(now) : needed <= 0;
  return isFree && filled.initialMargin <= now.initialMargin && filled.maintenanceMargin <= now.maintenanceMargin;
}

function requireOrder({ quantity, limitPrice }: OpenOrder): void {
  if (!Number.isFinite(quantity) || quantity === 0) {
    throw new MargridError('ValueOutOfRange', `quantity of an order must be contracts, not 0, got ${quantity}`, {
      column: 'quantity',
      value: quantity,
    });
  }
  if (!(limitPrice > 0 && limitPrice < Infinity)) {
    throw new MargridError('ValueOutOfRange', `limitPrice of an order must be > 0, got ${limitPrice}`, {
      column: 'limitPrice',
      value: limitPrice,
    });
  }
}
