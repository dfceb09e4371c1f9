import { blackPrice } from '../../../assembly/portable/black76.ts';
import { timeToExpiryYears } from '../../domain/market.ts';
import { numberField, type Section } from '../../margin/fields.ts';
import { closing, PlanBuilder } from '../plan-builder.ts';
import type { LiquidationPlan } from '../plan.ts';
import type { PlanningAccount, Trade } from '../planning-account.ts';
import { portfolioBankruptcy } from '../portfolio-bankruptcy.ts';
import { instrumentIndexOf } from '../../whatif/legs.ts';

/** Net delta is hedged with a future first, then small market orders follow one another (Deribit, portfolio margin). */
export interface DeltaHedgeParams {
  /** Part of net delta that is hedged at most; 0: no hedge. */
  readonly hedgeShare: number;
  /** Quote currency per small order. */
  readonly orderNotional: number;
  readonly intervalMs: number;
  readonly ordersMax: number;
}

export function parseDeltaHedge(fields: Section, path: string): DeltaHedgeParams {
  return {
    hedgeShare: numberField(fields, 'hedgeShare', path, { min: 0, max: 1 }),
    orderNotional: numberField(fields, 'orderNotional', path, { min: 1e-9, max: 1e15 }),
    intervalMs: numberField(fields, 'intervalMs', path, { min: 0, max: 86_400_000 }),
    ordersMax: numberField(fields, 'ordersMax', path, { min: 1, max: 100_000 }),
  };
}

/** Relative move of the forward for the central difference: its error is of its square. */
const bump = 1e-4;
/** Parts of the hedge that are tried: the smallest that is enough, else the best. */
const hedgeParts = [0.25, 0.5, 0.75, 1];

export function planDeltaHedge(account: PlanningAccount, params: DeltaHedgeParams): LiquidationPlan {
  const builder = new PlanBuilder(account, 'delta-hedge');
  if (!builder.isOpen) return builder.finish('fault');
  const prices = portfolioBankruptcy(account, builder.holdings);
  builder.showBankruptcyPrices(new Map(prices.map(({ instrument, price }) => [instrument, price] as const)));
  let afterMs = 0;
  if (params.hedgeShare > 0) {
    for (const base of basesOf(account, builder))
      if (builder.isOpen && hedge(account, builder, base, params, afterMs)) afterMs += params.intervalMs;
  }
  for (let order = 0; builder.isOpen; order++, afterMs += params.intervalMs) {
    if (order === params.ordersMax) return builder.finish('limit');
    const trade = bestOrder(account, builder, params.orderNotional);
    if (trade === null) break;
    if (!builder.add({ kind: 'close', trades: [trade], rule: 'small market order', afterMs }))
      return builder.finish('no-progress');
  }
  return builder.finish(builder.holdings.positions.size === 0 ? builder.reasonWhenClosed : 'no-progress');
}

function basesOf(account: PlanningAccount, builder: PlanBuilder): string[] {
  return [...new Set(account.closable(builder.holdings).map((name) => account.instrument(name).baseCurrency))];
}

/**
 * What one contract gains, settlement currency, per relative move of its forward: the delta times the forward; of
 * inverse contracts in coin, which is Deribit's delta less mark price.
 */
export function exposureOf(account: PlanningAccount, name: string): number {
  const { kind, payoff, contractSize, optionType, strike } = account.instrument(name);
  const { market } = account.terms;
  const index = instrumentIndexOf(market, name);
  const forward = market.forward[index];
  const deviation =
    market.impliedVolatility[index] *
    Math.sqrt(Math.max(timeToExpiryYears(account.instrument(name), market.asOfMs), 0));
  const value = (at: number): number => {
    if (kind !== 'option') return payoff === 'inverse' ? -contractSize / at : contractSize * at;
    const price = blackPrice(optionType === 'call' ? 1 : -1, at, strike!, deviation);
    return (contractSize * price) / (payoff === 'inverse' ? at : 1);
  };
  return (value(forward * (1 + bump)) - value(forward * (1 - bump))) / (2 * bump);
}

/** Hedges the net delta of one underlying; false if no future does, or none lowers what is missing. */
function hedge(
  account: PlanningAccount,
  builder: PlanBuilder,
  base: string,
  { hedgeShare }: DeltaHedgeParams,
  afterMs: number,
): boolean {
  const names = account.closable(builder.holdings).filter((name) => account.instrument(name).baseCurrency === base);
  const net = names.reduce(
    (sum, name) => sum + builder.holdings.positions.get(name)!.quantity * exposureOf(account, name),
    0,
  );
  const future = hedgeInstrument(account, base);
  if (future === null || net === 0) return false;
  const whole = (-hedgeShare * net) / exposureOf(account, future);
  let best: Trade | null = null;
  let least = builder.shortfall;
  for (const part of hedgeParts) {
    const quantity = wholeLots(whole * part, account.costs(future).lot);
    if (quantity === 0) continue;
    const trade = { instrument: future, quantity };
    const missing = account.shortfall(builder.tried({ trades: [trade] }).margins);
    if (!(missing < least)) continue;
    [best, least] = [trade, missing];
    if (missing <= 0) break;
  }
  return best !== null && builder.add({ kind: 'hedge', trades: [best], rule: `net delta of ${base}`, afterMs });
}

/** The perpetual of the underlying in the set's currency, else its future that expires first. */
function hedgeInstrument(account: PlanningAccount, base: string): string | null {
  const { market } = account.terms;
  const candidates = market.instruments.filter(
    ({ name, kind, baseCurrency, expiryMs }) =>
      (kind === 'perpetual' || (kind === 'future' && expiryMs! > market.asOfMs)) &&
      baseCurrency === base &&
      account.isOfSet(name) &&
      account.mark(name) > 0,
  );
  const byExpiry = [...candidates].sort((a, b) => (a.expiryMs ?? 0) - (b.expiryMs ?? 0) || (a.name < b.name ? -1 : 1));
  return byExpiry[0]?.name ?? null;
}

function wholeLots(quantity: number, lot: number): number {
  if (!(lot > 0)) return quantity;
  return Math.sign(quantity) * Number((Math.floor(Math.abs(quantity) / lot + 1e-9) * lot).toPrecision(15));
}

/** The small order that frees most per cost; a whole position where small ones free nothing. Null if nothing does. */
function bestOrder(account: PlanningAccount, builder: PlanBuilder, orderNotional: number): Trade | null {
  for (const isWhole of [false, true]) {
    let best: Trade | null = null;
    let bestRate = 0;
    for (const name of account.closable(builder.holdings)) {
      const trade = closing(
        builder.holdings,
        name,
        isWhole ? Infinity : orderSize(account, builder, name, orderNotional),
      );
      const missing = account.shortfall(builder.tried({ trades: [trade] }).margins);
      const { cost, fee } = account.estimate(trade);
      const freed = builder.shortfall - missing;
      const rate = freed / (cost + fee + account.notional(name, trade.quantity) * 1e-9);
      if (freed > 0 && rate > bestRate) [best, bestRate] = [trade, rate];
    }
    if (best !== null) return best;
  }
  return null;
}

/** Contracts of about the order's notional: whole lots, at least one. */
function orderSize(account: PlanningAccount, builder: PlanBuilder, name: string, orderNotional: number): number {
  const held = Math.abs(builder.holdings.positions.get(name)!.quantity);
  const { lot, minimum } = account.costs(name);
  const wanted = Math.max(orderNotional / account.notional(name, 1), minimum);
  const contracts = lot > 0 ? Number((Math.max(Math.floor(wanted / lot + 1e-9), 1) * lot).toPrecision(15)) : wanted;
  // What would be left must not be dust.
  return held - contracts < Math.max(lot, held * 1e-9) ? held : contracts;
}
