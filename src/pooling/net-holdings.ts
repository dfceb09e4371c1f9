import type { Market } from '../domain/market.ts';
import { instrumentIndexOf, paid, type Terms } from '../whatif/legs.ts';
import type { HeldOrder, HeldPosition } from '../whatif/holdings.ts';
import type { AccountHoldings } from './account-holdings.ts';
import { netPosition } from './net-position.ts';

/** What net holdings are made with. */
export interface NetTerms extends Pick<Terms, 'reportingCurrency'> {
  readonly market: Market;
}

/**
 * The members' holdings as those of one account, worth the same at every price: net positions (`netPosition`), the sum
 * of cash and add-ons in member order, all open orders. P&L that opposite futures have locked in joins the cash of
 * their settlement currency; where a model pools accounts in another currency, the spot position of that currency.
 *
 * Depends on the members and their order alone, not on how they came to hold what they hold. Throws `OptionInvalid` if
 * locked-in P&L has no place to go.
 */
export function netHoldings(
  members: readonly AccountHoldings[],
  { market, reportingCurrency }: NetTerms,
): AccountHoldings {
  const names = [...new Set(members.flatMap(({ positions }) => [...positions.keys()]))].sort(
    (a, b) => instrumentIndexOf(market, a) - instrumentIndexOf(market, b),
  );
  const cash = summed(members.map((member) => member.cash));
  const positions = new Map<string, HeldPosition>();
  const locked: { currency: string; amount: number }[] = [];
  for (const name of names) {
    const instrument = market.instruments[instrumentIndexOf(market, name)];
    const parts = members.flatMap((member) => member.positions.get(name) ?? []);
    const { quantity, entryPrice, realisedPnl } = netPosition(instrument, parts);
    if (quantity !== 0) positions.set(name, { quantity, entryPrice });
    if (realisedPnl !== 0) locked.push({ currency: instrument.settlementCurrency, amount: realisedPnl });
  }
  let net = { positions, cash, orders: joinedOrders(members) };
  const terms: Terms = { market, reportingCurrency, usesMarkPrice: () => false };
  for (const { currency, amount } of locked) net = { ...net, ...paid(net, currency, amount, terms) } as typeof net;
  return { ...net, addOns: summed(members.map((member) => member.addOns)) };
}

function summed(amounts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const each of amounts) {
    for (const [name, amount] of each) sums.set(name, sums.has(name) ? sums.get(name)! + amount : amount);
  }
  for (const [name, amount] of sums) if (amount === 0) sums.delete(name);
  return sums;
}

function joinedOrders(members: readonly AccountHoldings[]): AccountHoldings['orders'] {
  const orders = new Map<string, HeldOrder[]>();
  for (const member of members) {
    for (const [name, placed] of member.orders) orders.set(name, [...(orders.get(name) ?? []), ...placed]);
  }
  return orders;
}
