import type { Command } from '../account/command.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import type { HeldOrder } from '../whatif/holdings.ts';
import { withLeg } from '../whatif/legs.ts';
import { changesTo, joinedChanges } from './account-holdings.ts';
import { denied, instrumentField, nameField, priceField, quantityField, refused } from './command-fields.ts';
import { requireOwn } from './pool-commands.ts';
import type { PoolBook } from './pool-book.ts';
import { checkOrder } from './pre-trade-check.ts';
import type { OpenOrder } from './worst-fills.ts';

/** `order.place` {account, order, instrument, quantity, limitPrice}: if the pre-trade check allows it. */
export function placeOrder(book: PoolBook, command: Command): void {
  const account = nameField(command, 'account');
  requireOwn(book, account);
  const order: OpenOrder = {
    id: nameField(command, 'order'),
    instrument: instrumentField(command, book.view.context.market),
    quantity: quantityField(command),
    limitPrice: priceField(command, 'limitPrice'),
  };
  const placed = book.structure.ordersOf(account);
  if (placed.some(({ id }) => id === order.id)) throw refused('ValueInvalid', command, 'order', `must be new to '${account}'`);
  const { reason, needed, available, currency } = checkOrder(book, account, order);
  if (reason !== null) {
    const message = `order '${order.id}' of '${account}' is refused: ${reason}; it needs ${needed} ${currency}, available are ${available}`;
    throw denied('OrderRefused', message, order.id);
  }
  setOrders(book, account, [...placed, order], order.instrument);
}

/** `order.cancel` {account, order}. */
export function cancelOrder(book: PoolBook, command: Command): void {
  const { account, order, rest } = openOrder(book, command);
  setOrders(book, account, rest, order.instrument);
}

/**
 * `order.fill` {account, order, quantity?, price?}: a fill of an open order, signed as the order; all that remains, and
 * at the limit, unless stated. Position and cash change as by any trade; the rest of the order stays.
 */
export function fillOrder(book: PoolBook, command: Command): void {
  const { account, order, rest } = openOrder(book, command);
  const quantity = command['quantity'] === undefined ? order.quantity : quantityField(command);
  if (Math.sign(quantity) !== Math.sign(order.quantity) || Math.abs(quantity) > Math.abs(order.quantity)) {
    throw refused('ValueOutOfRange', command, 'quantity', `must be of the order's side and at most ${order.quantity}`);
  }
  const price = priceField(command, 'price', order.limitPrice);
  const holder = book.structure.holderOf(account, order.instrument);
  const before = book.view.holdings(holder);
  const after = withLeg(before, { kind: 'trade', instrument: order.instrument, quantity, price }, book.view.terms);
  const left = order.quantity - quantity;
  const placed = left === 0 ? rest : book.structure.ordersOf(account).map((each) => (each.id === order.id ? { ...each, quantity: left } : each));
  setOrders(book, account, placed, order.instrument, changesTo(holder, before, { ...before, ...after }));
}

/**
 * After another command or module stated an account's orders in an instrument, by a model that margins orders: what is
 * not in the book any more is no open order.
 */
export function followBookOrders({ structure, view }: PoolBook, { orders = [] }: BookChanges): void {
  if (!view.context.engine.ordersMargined) return;
  for (const holder of new Set(orders.map(({ account }) => account))) {
    const account = structure.ownerOf(holder);
    const stated = new Set(orders.filter((each) => each.account === holder).map(({ instrument }) => instrument));
    const held = view.holdings(holder).orders;
    const inBook = new Map([...stated].map((name): [string, HeldOrder[]] => [name, [...(held.get(name) ?? [])]]));
    const placed = structure.ordersOf(account);
    const left = placed.filter((order) => {
      const others = inBook.get(order.instrument);
      return others === undefined || structure.holderOf(account, order.instrument) !== holder || taken(others, order);
    });
    if (left.length < placed.length) structure.setOrders(account, left);
  }
}

/** Takes one order like this out of the list; whether there was one. */
function taken(orders: HeldOrder[], { quantity, limitPrice }: HeldOrder): boolean {
  const place = orders.findIndex((each) => each.quantity === quantity && each.limitPrice === limitPrice);
  if (place >= 0) orders.splice(place, 1);
  return place >= 0;
}

/**
 * Open orders as they shall be from now on. Those that the model margins stand in the book too, beside others that came
 * there by other ways.
 */
function setOrders(book: PoolBook, account: string, orders: readonly OpenOrder[], instrument: string, changes: BookChanges = {}): void {
  const holder = book.structure.holderOf(account, instrument);
  const others = [...(book.view.holdings(holder).orders.get(instrument) ?? [])];
  for (const own of book.structure.ordersOf(account)) if (own.instrument === instrument) taken(others, own);
  const placed = [...others, ...orders.filter((each) => each.instrument === instrument)];
  const columns = placed.map(({ quantity, limitPrice }) => ({ account: holder, instrument, quantity, limitPrice }));
  const none = { account: holder, instrument, quantity: 0, limitPrice: 0 };
  const inBook = { orders: columns.length === 0 ? [none] : columns };
  const isMargined = book.view.context.engine.ordersMargined;
  const before = book.structure.ordersOf(account);
  book.structure.setOrders(account, orders);
  try {
    book.update(joinedChanges([changes, isMargined ? inBook : {}]), { reason: 'fill of an order', rest: 'house/clearing' });
  } catch (error) {
    // The book could not take it: nothing has changed.
    book.structure.setOrders(account, before);
    throw error;
  }
  book.refreshOrders([holder]);
}

function openOrder({ structure }: PoolBook, command: Command): { account: string; order: OpenOrder; rest: readonly OpenOrder[] } {
  const account = nameField(command, 'account');
  const id = nameField(command, 'order');
  const placed = structure.ordersOf(account);
  const order = placed.find((each) => each.id === id);
  if (order === undefined) throw denied('CommandInvalid', `${command.kind}: '${account}' has no open order '${id}'`, id);
  return { account, order, rest: placed.filter((each) => each !== order) };
}
