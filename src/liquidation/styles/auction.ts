import { MargridError } from '../../errors.ts';
import type { Holdings } from '../../whatif/holdings.ts';
import {
  bid,
  insolventOffer,
  priceFraction,
  startAuction,
  type AuctionMargins,
  type AuctionParams,
} from '../derive-auction.ts';
import type { LiquidationPlan, PlanMargins, PlanStep } from '../plan.ts';
import type { PlanningAccount } from '../planning-account.ts';

/** Margins of a netting set as the auction counts them. */
export function auctionMargins({ balance, maintenanceMargin }: PlanMargins): AuctionMargins {
  return { markToMarket: balance, maintenance: balance - maintenanceMargin };
}

/** The holdings after a share of them, cash included, changed hands; `reserved` of the cash stays. */
export function withoutShare(account: PlanningAccount, holdings: Holdings, share: number, reserved: number): Holdings {
  const kept = 1 - share;
  const { currency } = account.input;
  const cash = holdings.cash.get(currency) ?? 0;
  const positions = [...holdings.positions].flatMap(([name, held]) => {
    if (!account.isOfSet(name)) return [[name, held] as const];
    return kept === 0 ? [] : [[name, { ...held, quantity: held.quantity * kept }] as const];
  });
  return {
    ...holdings,
    positions: new Map(positions),
    cash: new Map(holdings.cash).set(currency, (cash - reserved) * kept + reserved),
  };
}

/**
 * The plan of an auction: orders are cancelled, the fee is paid, and the largest part that may be sold is offered. What
 * it brings is known when somebody bids; the plan shows a bid at the start.
 */
export function planAuction(account: PlanningAccount, params: AuctionParams): LiquidationPlan {
  const { input } = account;
  const before = account.margins(input.holdings);
  const missing = account.shortfall(before);
  const base = { account: input.account, currency: input.currency, style: 'auction', target: input.target, before };
  const finish = (steps: readonly PlanStep[], after: PlanMargins, fee: number): LiquidationPlan => ({
    ...base,
    after,
    steps,
    cost: 0,
    fee,
    reached: account.shortfall(after) <= 0,
    reason: account.shortfall(after) <= 0 ? null : 'auction',
    evaluations: account.evaluations,
  });
  if (!(missing > 0)) return { ...finish([], before, 0), reached: missing <= 0, reason: missing <= 0 ? null : 'fault' };
  const steps: PlanStep[] = [];
  let holdings = input.holdings;
  let margins = before;
  if (account.hasOrders(holdings)) {
    holdings = account.withoutOrders(holdings);
    margins = account.margins(holdings);
    steps.push({ kind: 'cancel-orders', trades: [], afterMs: 0, cost: 0, fee: 0, margins, rule: 'open orders first' });
  }
  if (!(auctionMargins(margins).maintenance < 0)) return finish(steps, margins, 0);
  const started = startAuction(auctionMargins(margins), params, 0);
  holdings = account.paid(holdings, -started.fee);
  margins = account.margins(holdings);
  const result = bid(started.auction, auctionMargins(margins), 1, params, 0);
  const sold = account.paid(withoutShare(account, holdings, result.share, 0), result.cashFromBidder);
  const after = account.margins(sold);
  const percent = Math.round(result.share * 1e6) / 1e4;
  const price =
    started.auction.insolventSinceMs === null
      ? `${percent}% at ${Math.round(priceFraction(0, params) * 1e4) / 100}% of its value`
      : `insolvent: ${percent}%, the security module pays ${-insolventOffer(started.auction, auctionMargins(margins), params, 0)}`;
  steps.push({
    kind: 'auction',
    trades: [],
    afterMs: 0,
    cost: Math.max(result.share * auctionMargins(margins).markToMarket - result.cashFromBidder, 0),
    fee: started.fee,
    margins: after,
    rule: price,
  });
  const plan = finish(steps, after, started.fee);
  return { ...plan, cost: steps.reduce((sum, { cost }) => sum + cost, 0) };
}

/** Throws `EngineState` unless the style is an auction. */
export function requireAuction(params: AuctionParams | null): AuctionParams {
  if (params !== null) return params;
  throw new MargridError('EngineState', 'bids belong to the style auction');
}
