import type { Command } from '../account/command.ts';
import type { AccountContext } from '../account/module.ts';
import { HEALTHY, levelNames } from '../account/status.ts';
import { MargridError } from '../errors.ts';
import { choiceField, invalid, numberField, textField, unbounded } from '../margin/fields.ts';
import type { MinorUnits } from '../money/minor-units.ts';
import type { Bookkeeping, Movement } from './bookkeeping.ts';
import { minorField, noteField, priceField, quantityField } from './command-fields.ts';
import { feeOf, scheduleOf, tradeRate } from './fees.ts';
import { instrumentRow } from './holdings.ts';
import { fractionOf, minorUnitsOf, negated, times, zero } from '../money/fraction.ts';

/** House accounts that may owe: the world outside, and what only carries what others have not paid yet. */
const mayOwe = new Set(['external', 'house/rounding', 'house/clearing']);

/** `ledger.deposit`: account, currency, amount. Opens an account that the book does not know. */
export function deposit(books: Bookkeeping, command: Command, context: AccountContext): void {
  const movement = movementOf(books, command, 'deposit', 'external', clientName(books, command, 'account'));
  requireAllowed(books, movement, context);
  move(books, command, movement, context);
}

/** `ledger.withdraw`: account, currency, amount. Refused beyond cash and free margin. */
export function withdraw(books: Bookkeeping, command: Command, context: AccountContext): void {
  const movement = movementOf(books, command, 'withdraw', clientName(books, command, 'account'), 'external');
  requireAllowed(books, movement, context);
  requireFree(books, movement, context);
  move(books, command, movement, context);
}

/** `ledger.transfer`: from, to, currency, amount. Of a client as a withdrawal; of the house what is there. */
export function transfer(books: Bookkeeping, command: Command, context: AccountContext): void {
  const from = textField(command, 'from', '');
  const to = textField(command, 'to', '');
  if (from === to) throw invalid('to', to, 'must be another account than the one it comes from');
  const movement = movementOf(books, command, 'transfer', from, to);
  requireAllowed(books, movement, context);
  if (books.ledger.isHouse(from)) requireHouseCash(books, movement);
  else requireFree(books, movement, context);
  if (!books.ledger.isHouse(to) && context.engine.accountRow(to) < 0) throw unknownAccount('to', to);
  move(books, command, movement, context);
}

/**
 * `ledger.fee`: `amount` minor units of `currency` as they are, or by a schedule: instrument, quantity, price,
 * liquidity, schedule, and volume if it has tiers; of an option also premium (per base unit, settlement currency).
 */
export function fee(books: Bookkeeping, command: Command, context: AccountContext): void {
  const account = clientName(books, command, 'account');
  if (context.engine.accountRow(account) < 0) throw unknownAccount('account', account);
  const to = noteField(command, 'to', 'house/fees');
  if (!books.ledger.isHouse(to)) throw invalid('to', to, 'must be a house account');
  const { currency, amount, reference } =
    command['amount'] === undefined ? scheduled(books, command, context) : plain(books, command);
  const entries = books.entriesOf(context, [
    { account, currency, amount: -amount },
    { account: to, currency, amount },
  ]);
  books.book(context, [
    {
      kind: 'fee',
      reason: noteField(command, 'reason', 'fee'),
      reference: noteField(command, 'reference', reference),
      entries,
    },
  ]);
}

interface Charge {
  readonly currency: string;
  /** > 0 is paid, < 0 a rebate. */
  readonly amount: MinorUnits;
  readonly reference: string;
}

function plain(books: Bookkeeping, command: Command): Charge {
  return { currency: currencyName(books, command), amount: minorField(command, 'amount'), reference: '' };
}

function scheduled(books: Bookkeeping, command: Command, context: AccountContext): Charge {
  const schedule = scheduleOf(books.options.feeSchedules ?? {}, command, 'schedule');
  if (schedule === null) throw invalid('schedule', undefined, 'must name a fee schedule, or amount the fee');
  const name = textField(command, 'instrument', '');
  const instrument = context.market.instruments[instrumentRow(context.engine, name)];
  const liquidity = choiceField(command, 'liquidity', '', ['maker', 'taker'] as const);
  const volume = command['volume'] === undefined ? 0 : numberField(command, 'volume', '', { min: 0, max: unbounded });
  const quantity = quantityField(command, 'quantity');
  const perUnit = instrument.kind === 'option' ? priceField(command, 'premium') : zero;
  const premium = times(times(quantity, perUnit), fractionOf(instrument.contractSize));
  const trade = { instrument, quantity, price: priceField(command, 'price'), premium };
  const exact = feeOf(tradeRate(schedule, liquidity, volume), schedule.optionCap, trade);
  const currency = instrument.settlementCurrency;
  const decimals = books.ledger.decimals[books.ledger.currencyRow(currency)];
  return { currency, amount: -minorUnitsOf(negated(exact), decimals, 'down'), reference: name };
}

/** `ledger.correct`: posting (its number), reason. Money only: positions are corrected by a fill the other way. */
export function correct(books: Bookkeeping, command: Command, context: AccountContext): void {
  const number = numberField(command, 'posting', '', { min: 1, max: Number.MAX_SAFE_INTEGER });
  const reason = textField(command, 'reason', '');
  const entries = books.ledger.reversalOf(number);
  books.book(context, [{ kind: 'correct', reason, reference: `posting ${number}`, entries }]);
  books.ledger.markCorrected(number);
}

function move(
  books: Bookkeeping,
  command: Command,
  { kind, from, to, currency, amount }: Movement,
  context: AccountContext,
): void {
  const entries = books.entriesOf(context, [
    { account: from, currency, amount: -amount },
    { account: to, currency, amount },
  ]);
  books.book(context, [
    { kind, reason: noteField(command, 'reason', kind), reference: noteField(command, 'reference', ''), entries },
  ]);
}

function movementOf(books: Bookkeeping, command: Command, kind: Movement['kind'], from: string, to: string): Movement {
  return { kind, from, to, currency: currencyName(books, command), amount: minorField(command, 'amount') };
}

function currencyName(books: Bookkeeping, command: Command): string {
  const currency = textField(command, 'currency', '');
  books.ledger.currencyRow(currency);
  return currency;
}

function clientName(books: Bookkeeping, command: Command, field: string): string {
  const name = textField(command, field, '');
  if (books.ledger.isHouse(name)) throw invalid(field, name, 'must be a client, not an account of the house');
  return name;
}

function unknownAccount(column: string, value: string): MargridError {
  return new MargridError('AccountUnknown', `${column}: the book has no account '${value}'`, { column, value });
}

function requireAllowed({ options }: Bookkeeping, movement: Movement, context: AccountContext): void {
  const reason = options.forbids?.(movement, context) ?? null;
  if (reason === null) return;
  const { kind, from, to } = movement;
  throw new MargridError('MovementRefused', `${kind} from ${from} to ${to}: ${reason}`, { column: 'to', value: to });
}

function requireHouseCash({ ledger }: Bookkeeping, { from, currency, amount }: Movement): void {
  const balance = ledger.balance(ledger.houseRow(from), ledger.currencyRow(currency));
  if (mayOwe.has(from) || balance >= amount) return;
  throw new MargridError('BalanceInsufficient', `${from} has ${balance} minor units of ${currency}, not ${amount}`, {
    column: 'amount',
    value: amount.toString(),
  });
}

/**
 * A client may take what is in cash and not needed as initial margin, if the netting set is healthy and stays so: at
 * the prices of the last tick, with the book as it is now, and with what the adjustments added at that tick.
 */
function requireFree(
  books: Bookkeeping,
  { from, currency, amount }: Movement,
  context: AccountContext,
): void {
  const { engine } = context;
  const { ledger } = books;
  const account = engine.accountRow(from);
  if (account < 0) throw unknownAccount('from', from);
  const refuse = (message: string): never => {
    throw new MargridError('BalanceInsufficient', `${from}: ${message}`, {
      column: 'amount',
      value: amount.toString(),
    });
  };
  const row = ledger.currencyRow(currency);
  const balance = ledger.balance(account, row);
  if (balance < amount) refuse(`has ${balance} minor units of ${currency} in cash, not ${amount}`);
  const { first, end } = engine.resultRange(from);
  const set = Array.from({ length: end - first }, (_, index) => first + index).find(
    (each) => engine.setKeys.currency[each] === row,
  );
  if (set === undefined) return refuse(`holds nothing in ${currency}`);
  const level = context.level[set];
  if (level !== HEALTHY) refuse(`is ${levelNames[level]} in ${currency}: nothing may leave`);
  const after = engine.preview(from, {
    cash: [{ account: from, currency, amount: ledger.amountAfter(account, row, -amount) }],
  });
  const left = after.find((each) => each.currency === currency);
  // Nothing is left of the set: nothing is needed either.
  if (left === undefined) return;
  const added = context.added(set);
  const marginBalance = left.equity + added.balance;
  const initialMargin = left.initialMargin + added.initialMargin;
  const needed = initialMargin * Math.max(books.options.restrictedBelow ?? 1, 1);
  if (marginBalance >= needed) return;
  const need = `${needed} needed for an initial margin of ${initialMargin}`;
  const what = `a margin balance of ${marginBalance} ${currency}, ${need}`;
  refuse(Number.isNaN(marginBalance - needed) ? `its margin in ${currency} is not known` : `would have ${what}`);
}
