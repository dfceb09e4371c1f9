import type { Command } from '../account/command.ts';
import type { AccountContext } from '../account/module.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { PositionChange } from '../engine/book-changes.ts';
import { MargridError } from '../errors.ts';
import { textField } from '../margin/fields.ts';
import { assignLots } from './assignment.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { assignmentField, noteField, priceField, quantityField, type AssignmentRule } from './command-fields.ts';
import { moneyness, payoffPerContract } from './contract-value.ts';
import { Deliveries, deliveryField, requireDeliverable } from './delivery.ts';
import { fractionOf, minus, negated, numberOf, times, type Fraction } from '../money/fraction.ts';
import { heldBy, instrumentRow } from './holdings.ts';
import { deliver, holdersOf, lotsOf, type Holders } from './settlement.ts';

/**
 * `ledger.exercise`: account, instrument, quantity; delivery `physical` (underlying) or `cash` (price, on which the
 * option must be in the money); assignment. The holder's long and the shorts that are assigned go down together. Early
 * exercise is for American options; what the shorts of the book cannot take, `house/clearing` does.
 */
export function exercise(books: Bookkeeping, command: Command, context: AccountContext): void {
  const { engine, market } = context;
  const account = textField(command, 'account', '');
  const row = instrumentRow(engine, textField(command, 'instrument', ''));
  const option = market.instruments[row];
  requireExercisable(option, context.clockMs);
  const quantity = quantityField(command, 'quantity');
  books.row(context, account);
  const held = heldBy(engine, account, row);
  if (numberOf(minus(fractionOf(held.quantity), quantity)) < 0) {
    throw new MargridError(
      'BalanceInsufficient',
      `${account} is long ${held.quantity} ${option.name}, less than ${numberOf(quantity)}`,
      {
        column: 'quantity',
        value: numberOf(quantity),
      },
    );
  }
  const delivery = deliveryField(command, context);
  if (delivery.kind === 'physical') requireDeliverable(option, market.instruments[delivery.underlying]);
  const changes = exercised(
    holdersOf(context, [row]).get(row)!,
    engine.accountRow(account),
    quantity,
    assignmentField(command),
  );
  const perContract = delivery.kind === 'cash' ? inTheMoneyPayoff(option, priceField(command, 'price')) : null;
  const currency = books.ledger.currencyRow(option.settlementCurrency);
  const payments = books.payments();
  const delivered = new Deliveries(books, context);
  const positions: PositionChange[] = [];
  for (const { account: holder, before, contracts, entryPrice } of changes) {
    if (perContract !== null) payments.pay(holder, currency, times(contracts, perContract), row);
    else {
      deliver(option, fractionOf(option.strike ?? 0), contracts, (units, price) =>
        delivered.buy(payments, holder, currency, units, price, row),
      );
    }
    positions.push({
      account: engine.accountIds[holder],
      instrument: option.name,
      quantity: numberOf(minus(before, contracts)),
      entryPrice,
    });
  }
  if (delivery.kind === 'physical') positions.push(...delivered.positions(delivery.underlying));
  const draft = {
    kind: 'exercise',
    reason: noteField(command, 'reason', 'exercise'),
    reference: noteField(command, 'reference', option.name),
  };
  books.book(context, [{ ...draft, entries: payments.entries() }], { positions });
}

function requireExercisable({ name, kind, exercise: style, expiryMs }: Instrument, clockMs: number): void {
  const refuse = (why: string): never => {
    throw new MargridError('MovementRefused', `${name} ${why}`, { column: 'instrument', value: name });
  };
  if (kind !== 'option') refuse('is no option');
  if (expiryMs !== null && clockMs >= expiryMs) refuse('has expired: ledger.settle exercises it');
  if (style !== 'american') refuse('is European: it cannot be exercised before it expires');
}

function inTheMoneyPayoff(option: Instrument, price: Fraction): Fraction {
  if (moneyness(option, price).top > 0n) return payoffPerContract(option, price);
  throw new MargridError('MovementRefused', `${option.name} is not in the money: exercise would pay nothing`, {
    column: 'price',
    value: numberOf(price),
  });
}

interface Exercised {
  readonly account: number;
  readonly before: Fraction;
  /** Contracts that are exercised, > 0, or assigned, < 0. */
  readonly contracts: Fraction;
  readonly entryPrice: number;
}

/** The exerciser, and every short that is assigned something, in account order. */
function exercised(
  holders: Holders,
  exerciser: number,
  quantity: Fraction,
  { method, seed, lot }: AssignmentRule,
): Exercised[] {
  const { accounts, quantities, entryPrices } = holders;
  const shorts = accounts.flatMap((_, place) => (quantities[place].top < 0n ? [place] : []));
  const lots = shorts.map((place) => lotsOf(negated(quantities[place]), lot, `short of account ${accounts[place]}`));
  const open = lots.reduce((sum, count) => sum + count, 0n);
  const wantedLots = lotsOf(quantity, lot, 'quantity');
  const assigned = assignLots(wantedLots < open ? wantedLots : open, lots, method, seed);
  const assignedAt = new Map(shorts.map((place, index) => [place, assigned[index]] as const));
  return accounts.flatMap((account, place): Exercised[] => {
    const taken = assignedAt.get(place) ?? 0n;
    const before = quantities[place];
    const entryPrice = entryPrices[place];
    if (account === exerciser) return [{ account, before, contracts: quantity, entryPrice }];
    return taken === 0n ? [] : [{ account, before, contracts: times({ top: -taken, bottom: 1n }, lot), entryPrice }];
  });
}
