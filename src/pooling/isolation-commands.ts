import type { Command } from '../account/command.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import { changesTo, isEmpty, joinedChanges, noHoldings, type AccountHoldings } from './account-holdings.ts';
import { isolatedName } from './account-structure.ts';
import { denied, instrumentField, minorField, nameField } from './command-fields.ts';
import { netHoldings } from './net-holdings.ts';
import { requireOwn } from './pool-commands.ts';
import type { PoolBook } from './pool-book.ts';

/**
 * `mode.isolate` {account, instrument, collateral}: the position, its orders and the collateral move to an engine
 * account of their own; both must be covered afterwards.
 */
export function isolate(book: PoolBook, command: Command): void {
  const { account, instrument, holder, currency } = isolationOf(book, command);
  if (book.structure.isolatedOf(account).includes(instrument)) {
    throw denied('CommandInvalid', `mode.isolate: '${account}' holds ${instrument} isolated already`, instrument);
  }
  const before = book.view.holdings(account);
  if (!isEmpty(book.view.holdings(holder)))
    throw denied('CommandInvalid', `mode.isolate: the name '${holder}' is taken`, holder);
  const moved: AccountHoldings = {
    ...noHoldings,
    positions: only(before.positions, instrument),
    orders: only(before.orders, instrument),
  };
  const left: AccountHoldings = {
    ...before,
    positions: without(before.positions, instrument),
    orders: without(before.orders, instrument),
  };
  const changes = joinedChanges([
    changesTo(account, before, left),
    changesTo(holder, noHoldings, moved),
    book.cashMove(account, holder, currency, minorField(command, 'collateral')),
  ]);
  finish(book, [book.structure.poolOf(account) ?? account, holder], currency, changes);
  book.structure.setIsolated(account, instrument, true);
  book.refreshOrders([account, holder]);
}

/** `mode.cross` {account, instrument}: the isolated position and its collateral come back. */
export function cross(book: PoolBook, command: Command): void {
  const { account, instrument, holder, currency } = isolatedOf(book, command);
  const before = book.view.holdings(account);
  const isolated = book.view.holdings(holder);
  const terms = { market: book.view.context.market, reportingCurrency: book.view.context.engine.pooledCurrency };
  const changes = joinedChanges([
    changesTo(account, before, netHoldings([before, isolated], terms)),
    changesTo(holder, isolated, noHoldings),
  ]);
  finish(book, [book.structure.poolOf(account) ?? account], currency, changes);
  book.structure.setIsolated(account, instrument, false);
  book.refreshOrders([account, holder]);
}

/** `mode.addIsolatedMargin` {account, instrument, amount}. */
export function addIsolatedMargin(book: PoolBook, command: Command): void {
  const { account, holder, currency } = isolatedOf(book, command);
  finish(
    book,
    [book.structure.poolOf(account) ?? account],
    currency,
    book.cashMove(account, holder, currency, minorField(command, 'amount')),
  );
}

/** `mode.removeIsolatedMargin` {account, instrument, amount}. */
export function removeIsolatedMargin(book: PoolBook, command: Command): void {
  const { account, holder, currency } = isolatedOf(book, command);
  finish(book, [holder], currency, book.cashMove(holder, account, currency, minorField(command, 'amount')));
}

interface Isolation {
  readonly account: string;
  readonly instrument: string;
  /** Engine account of the isolated position. */
  readonly holder: string;
  /** Currency of its collateral. */
  readonly currency: string;
}

function isolationOf(book: PoolBook, command: Command): Isolation {
  const account = nameField(command, 'account');
  const instrument = instrumentField(command, book.view.context.market);
  if (book.view.context.engine.accountRow(account) < 0)
    throw denied('AccountUnknown', `the book has no account '${account}'`, account);
  requireOwn(book, account);
  return { account, instrument, holder: isolatedName(account, instrument), currency: book.view.currencyOf(instrument) };
}

function isolatedOf(book: PoolBook, command: Command): Isolation {
  const isolation = isolationOf(book, command);
  if (book.structure.isolatedOf(isolation.account).includes(isolation.instrument)) return isolation;
  throw denied(
    'CommandInvalid',
    `${command.kind}: '${isolation.account}' does not hold ${isolation.instrument} isolated`,
    isolation.instrument,
  );
}

/** Checks that the payers are covered after the changes, then makes them. */
function finish(book: PoolBook, payers: readonly string[], currency: string, changes: BookChanges): void {
  book.requireCovered(payers, currency, book.withPools(changes));
  book.update(changes);
}

function only<T>(map: ReadonlyMap<string, T>, name: string): ReadonlyMap<string, T> {
  const found = map.get(name);
  return found === undefined ? new Map() : new Map([[name, found]]);
}

function without<T>(map: ReadonlyMap<string, T>, name: string): ReadonlyMap<string, T> {
  const rest = new Map(map);
  rest.delete(name);
  return rest;
}
