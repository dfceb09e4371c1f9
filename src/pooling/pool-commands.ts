import type { Command } from '../account/command.ts';
import { BANKRUPT, LIQUIDATION, MARGIN_CALL, POOLED, QUARANTINED } from '../account/status.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import { allocate } from '../money/allocate.ts';
import { amountOf, minorOf } from '../money/minor-units.ts';
import { withLeg } from '../whatif/legs.ts';
import { changesTo, isEmpty, joinedChanges } from './account-holdings.ts';
import { accountClasses, poolMargins } from './account-structure.ts';
import { denied, instrumentField, minorField, nameField, namesField, priceField, quantityField, wordField } from './command-fields.ts';
import type { PoolBook } from './pool-book.ts';
import type { OpenOrder } from './worst-fills.ts';

/** `accounts.classify` {account, class}: house or client. */
export function classify({ structure }: PoolBook, command: Command): void {
  structure.classify(nameField(command, 'account'), wordField(command, 'class', accountClasses));
}

/** `accounts.transfer` {from, to, currency, amount}: cash between accounts of one class; the payer stays covered. */
export function transfer(book: PoolBook, command: Command): void {
  const from = nameField(command, 'from');
  const to = nameField(command, 'to');
  const currency = nameField(command, 'currency');
  const minor = minorField(command, 'amount');
  for (const account of [from, to]) requireOwn(book, account);
  if (from === to) throw denied('CommandInvalid', `accounts.transfer: '${from}' cannot pay itself`, to);
  book.structure.requireOneClass([from, to]);
  const changes = book.cashMove(from, to, currency, minor);
  book.requireCovered([book.structure.poolOf(from) ?? from], currency, book.withPools(changes));
  book.update(changes);
}

/** `pool.form` {pool, members, margin?}: several accounts under one requirement. */
export function formPool(book: PoolBook, command: Command): void {
  const { structure, view } = book;
  const pool = nameField(command, 'pool');
  const members = namesField(command, 'members');
  const margin = wordField(command, 'margin', poolMargins, 'net');
  if (structure.isPool(pool)) throw denied('PoolInvalid', `pool '${pool}' exists already`, pool);
  if (structure.poolOf(pool) !== null || structure.ordersOf(pool).length > 0 || !isEmpty(view.holdings(pool))) {
    throw denied('PoolInvalid', `'${pool}' is an account that holds something or belongs to a pool: a pool needs a name of its own`, pool);
  }
  for (const member of members) requireMember(book, member);
  structure.requirePoolable(pool, members, margin);
  setMembers(book, pool, members, margin);
}

/** `pool.join` {pool, member}: one more, at the end of the member order. */
export function joinPool(book: PoolBook, command: Command): void {
  const { pool, members, margin } = freePoolField(book, command);
  const member = nameField(command, 'member');
  if (members.includes(member)) throw denied('PoolInvalid', `account '${member}' is in pool '${pool}' already`, member);
  requireMember(book, member);
  book.structure.requirePoolable(pool, [...members, member], margin);
  setMembers(book, pool, [...members, member], margin);
}

/** `pool.leave` {pool, member}: whoever leaves and those who stay must be covered by themselves. The last one dissolves it. */
export function leavePool(book: PoolBook, command: Command): void {
  const { pool, members, margin } = freePoolField(book, command);
  const member = nameField(command, 'member');
  if (!members.includes(member)) throw denied('PoolInvalid', `account '${member}' is not in pool '${pool}'`, member);
  const rest = members.filter((each) => each !== member);
  const changes = book.poolChanges(pool, rest);
  const payers = rest.length === 0 ? [member] : [member, pool];
  const own = book.structure.ordersOf(member).filter(({ instrument }) => !book.structure.isolatedOf(member).includes(instrument));
  const ordersOn = (each: string): readonly OpenOrder[] => (each === member ? own : book.structure.ordersOn(each).filter((order) => !own.includes(order)));
  for (const currency of book.view.context.engine.currencies) book.requireCovered(payers, currency, changes, { members: rest, ordersOn });
  setMembers(book, pool, rest, margin);
}

/**
 * `pool.dissolve` {pool}: every member stands by itself again. Also if the pool is bankrupt: nobody can save it, and the
 * waterfall takes its members one by one.
 */
export function dissolvePool(book: PoolBook, command: Command): void {
  const { pool, margin } = isBankrupt(book, command) ? poolField(book, command) : freePoolField(book, command);
  setMembers(book, pool, [], margin);
}

/**
 * `pool.trade` {pool, instrument, quantity, price}: a trade that reduces the pool's members, as a liquidation of the
 * pool does. Divided among the members on the other side, pro rata to their positions, in whole contracts if the
 * quantity and their positions are, else in hundred-millionths; the members trade, the pool follows.
 */
export function tradePool(book: PoolBook, command: Command): void {
  const { members, pool } = poolField(book, command);
  const instrument = instrumentField(command, book.view.context.market);
  const quantity = quantityField(command);
  const price = priceField(command, 'price');
  const shares = tradeShares(book, pool, instrument, quantity);
  const trades = members.flatMap((member, place) => tradeOf(book, member, instrument, shares[place], price));
  const source = { reason: `trade of pool '${pool}'`, rest: 'house/clearing' } as const;
  book.update(joinedChanges(trades), source);
}

/**
 * Contracts that each member trades of a trade of their pool, in member order. Throws `PoolInvalid` unless it reduces
 * them.
 */
export function tradeShares(book: PoolBook, pool: string, instrument: string, quantity: number): number[] {
  const members = book.structure.membersOf(pool);
  const held = members.map((member) => book.view.holdings(member).positions.get(instrument)?.quantity ?? 0);
  const decimals = [quantity, ...held].every(Number.isInteger) ? 0 : fineDecimals;
  const weights = held.map((each) => (Math.sign(each) === -Math.sign(quantity) ? minorOf(Math.abs(each), decimals, 'down') : 0n));
  const size = minorOf(Math.abs(quantity), decimals, 'nearest');
  const most = weights.reduce((sum, weight) => sum + weight, 0n);
  if (size === 0n || size > most) {
    const message = `a trade of pool '${pool}' may only reduce its members, who can trade ${amountOf(most, decimals)} contracts of ${instrument} that way`;
    throw denied('PoolInvalid', message, quantity);
  }
  return allocate(size, weights).map((share) => Math.sign(quantity) * amountOf(share, decimals));
}

/** Parts of a contract that a pool's trade is divided in: 10^-8. */
const fineDecimals = 8;

function tradeOf(book: PoolBook, member: string, instrument: string, quantity: number, price: number): BookChanges[] {
  if (quantity === 0) return [];
  const before = book.view.holdings(member);
  const after = withLeg(before, { kind: 'trade', instrument, quantity, price }, book.view.terms);
  return [changesTo(member, before, { ...before, ...after })];
}

function setMembers(book: PoolBook, pool: string, members: readonly string[], margin: 'net' | 'gross'): void {
  const { structure, view } = book;
  const before = structure.membersOf(pool);
  const marginBefore = structure.pools.get(pool)?.margin ?? margin;
  const changes = book.poolChanges(pool, members);
  // First: others must know that what the pool now has is the members'.
  structure.setPool(pool, members, margin);
  try {
    view.context.update(changes);
  } catch (error) {
    structure.setPool(pool, before, marginBefore);
    throw error;
  }
  book.refreshOrders([...before, ...members, pool]);
  view.context.emit('pool', { pool, members, margin });
}

function poolField({ structure }: PoolBook, command: Command): { pool: string; members: readonly string[]; margin: 'net' | 'gross' } {
  const pool = nameField(command, 'pool');
  const found = structure.pools.get(pool);
  if (found !== undefined) return { pool, ...found };
  throw denied('PoolInvalid', `there is no pool '${pool}'`, pool);
}

/** A pool whose members may change: in no state whose deadline or liquidation they would leave behind. */
function freePoolField(book: PoolBook, command: Command): ReturnType<typeof poolField> {
  const found = poolField(book, command);
  const closed = closedState(book, found.pool);
  if (closed === null) return found;
  throw denied('PoolInvalid', `pool '${found.pool}' is ${closed}: nobody joins, leaves or dissolves it`, found.pool);
}

function isBankrupt(book: PoolBook, command: Command): boolean {
  return closedState(book, poolField(book, command).pool) === closedStates.get(BANKRUPT);
}

/** An account that can join: known, and in no state in which others must not answer for it. */
function requireMember(book: PoolBook, member: string): void {
  if (book.view.context.engine.accountRow(member) < 0) throw denied('AccountUnknown', `the book has no account '${member}'`, member);
  const closed = closedState(book, member);
  if (closed !== null) throw denied('PoolInvalid', `account '${member}' is ${closed}: it cannot be pooled`, member);
}

const closedStates: ReadonlyMap<number, string> = new Map([
  [MARGIN_CALL, 'under a margin call'], [LIQUIDATION, 'in liquidation'], [BANKRUPT, 'bankrupt'], [QUARANTINED, 'quarantined'],
]);

/** A level of one of the account's netting sets that bars it from pools, in words; of a member, that which it returns to. */
function closedState({ view }: PoolBook, account: string): string | null {
  const { engine, level, levelBefore } = view.context;
  if (engine.accountRow(account) < 0) return null;
  const { first, end } = engine.resultRange(account);
  for (let set = first; set < end; set++) {
    const closed = closedStates.get(level[set] === POOLED ? levelBefore[set] : level[set]);
    if (closed !== undefined) return closed;
  }
  return null;
}

/** An account that stands for itself: no pool, no isolated position. */
export function requireOwn({ structure }: PoolBook, account: string): void {
  if (structure.isPool(account)) throw denied('PoolInvalid', `'${account}' is a pool: its members act, it follows`, account);
  if (structure.ownerOf(account) !== account) throw denied('PoolInvalid', `'${account}' is an isolated position of '${structure.ownerOf(account)}'`, account);
}
