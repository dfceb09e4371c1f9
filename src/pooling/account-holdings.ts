import type { BookChanges } from '../engine/book-changes.ts';
import type { Engine } from '../engine/engine.ts';
import { holdingsOfSets } from '../whatif/account-holdings.ts';
import { changesBetween, type HeldOrder, type Holdings } from '../whatif/holdings.ts';

/** Everything of an account that its margin depends on, by name. */
export interface AccountHoldings extends Holdings {
  /** Margin computed elsewhere, by currency. */
  readonly addOns: ReadonlyMap<string, number>;
}

export const noHoldings: AccountHoldings = {
  positions: new Map(),
  orders: new Map(),
  cash: new Map(),
  addOns: new Map(),
};

/** What the engine's book has for an account; nothing if it does not know it. */
export function holdingsIn(engine: Engine, account: string): AccountHoldings {
  if (engine.accountRow(account) < 0) return noHoldings;
  const sets = engine.heldSets(account);
  const { positions, orders, cash } = holdingsOfSets(engine, sets);
  const addOns = new Map(sets.map(({ currency, addOn }) => [engine.currencies[currency], addOn] as const));
  return { positions, orders, cash: withoutZeros(cash), addOns: withoutZeros(addOns) };
}

function withoutZeros(amounts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...amounts].filter(([, amount]) => amount !== 0));
}

/** Holdings after changes of this account; changes of others are passed over. */
export function withChanges(holdings: AccountHoldings, account: string, changes: BookChanges): AccountHoldings {
  const positions = new Map(holdings.positions);
  const orders = new Map(holdings.orders);
  const cash = new Map(holdings.cash);
  const addOns = new Map(holdings.addOns);
  const own = <T extends { readonly account: string }>(list: readonly T[] | undefined): T[] =>
    (list ?? []).filter((each) => each.account === account);
  for (const { instrument, quantity, entryPrice } of own(changes.positions)) {
    if (quantity === 0) positions.delete(instrument);
    else positions.set(instrument, { quantity, entryPrice: entryPrice ?? 0 });
  }
  const replaced = own(changes.orders);
  for (const { instrument } of replaced) orders.delete(instrument);
  for (const { instrument, quantity, limitPrice } of replaced) {
    if (quantity !== 0) orders.set(instrument, [...(orders.get(instrument) ?? []), { quantity, limitPrice }]);
  }
  for (const { currency, amount } of own(changes.cash)) cash.set(currency, amount);
  for (const { currency, amount } of own(changes.addOns)) addOns.set(currency, amount);
  return { positions, orders, cash, addOns };
}

/** The changes that make one account's holdings out of others, add-ons among them: only what differs. */
export function changesTo(account: string, before: AccountHoldings, after: AccountHoldings): BookChanges {
  const { positions = [], orders = [], cash = [] } = changesBetween(account, before, after);
  const addOns = [...new Set([...before.addOns.keys(), ...after.addOns.keys()])].map((currency) => ({
    account,
    currency,
    amount: after.addOns.get(currency) ?? 0,
  }));
  return {
    positions: positions.filter(({ instrument, quantity, entryPrice }) => {
      const old = before.positions.get(instrument) ?? { quantity: 0, entryPrice: 0 };
      return old.quantity !== quantity || (quantity !== 0 && old.entryPrice !== entryPrice);
    }),
    orders: orders.filter(
      ({ instrument }) => textOf(before.orders.get(instrument)) !== textOf(after.orders.get(instrument)),
    ),
    cash: cash.filter(({ currency, amount }) => (before.cash.get(currency) ?? 0) !== amount),
    addOns: addOns.filter(({ currency, amount }) => (before.addOns.get(currency) ?? 0) !== amount),
  };
}

/** Orders in the order in which the engine keeps them. */
function textOf(orders: readonly HeldOrder[] = []): string {
  const sorted = [...orders].sort((a, b) => a.limitPrice - b.limitPrice || a.quantity - b.quantity);
  return sorted.map(({ quantity, limitPrice }) => `${quantity}@${limitPrice}`).join();
}

/** Whether changes change nothing. */
export function isNoChange({ positions = [], orders = [], cash = [], addOns = [] }: BookChanges): boolean {
  return positions.length + orders.length + cash.length + addOns.length === 0;
}

/** Several changes as one, in order. */
export function joinedChanges(changes: readonly BookChanges[]): BookChanges {
  return {
    positions: changes.flatMap(({ positions }) => positions ?? []),
    cash: changes.flatMap(({ cash }) => cash ?? []),
    addOns: changes.flatMap(({ addOns }) => addOns ?? []),
    orders: changes.flatMap(({ orders }) => orders ?? []),
  };
}

/** Whether an account has anything at all. */
export function isEmpty({ positions, orders, cash, addOns }: AccountHoldings): boolean {
  return positions.size + orders.size + cash.size + addOns.size === 0;
}
