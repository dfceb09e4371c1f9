import type { Command } from '../account/command.ts';
import type { AccountContext } from '../account/module.ts';
import { pairOf, type Instrument } from '../domain/instrument.ts';
import type { PositionChange } from '../engine/book-changes.ts';
import { MargridError } from '../errors.ts';
import { choiceField, invalid, numberField, textField, unbounded } from '../margin/fields.ts';
import type { Bookkeeping, Draft, NamedEntry } from './bookkeeping.ts';
import { noteField, priceField, quantityField } from './command-fields.ts';
import { feeOf, scheduleOf, tradeRate, type ChargedTrade, type FeeSchedule } from './fees.ts';
import { fractionOf, minorUnitsOf, negated, times, zero, type Fraction } from '../money/fraction.ts';
import { heldBy, instrumentRow } from './holdings.ts';
import { tradedPosition } from './position-trade.ts';

/** Stands for the market outside, in a book that does not hold both sides. Has no positions. */
const clearing = 'house/clearing';

const sides = ['buyer', 'seller'] as const;

/** A trade as its command tells it. */
interface Fill {
  readonly row: number;
  readonly instrument: Instrument;
  readonly buyer: string;
  readonly seller: string;
  readonly quantity: Fraction;
  readonly price: Fraction;
  readonly reason: string;
  readonly reference: string;
  /** Side that was in the book first; null: no fees by liquidity, both are takers. */
  readonly maker: (typeof sides)[number] | null;
  readonly schedule: FeeSchedule | null;
  /** What an option is on, for its fee. */
  readonly underlyingPrice: Fraction;
  readonly volumes: Readonly<Record<(typeof sides)[number], number>>;
}

/**
 * `ledger.fill`: instrument, buyer, seller, quantity, price; maker (`buyer`, `seller`), schedule, buyerVolume,
 * sellerVolume, indexPrice. Both positions change; options and spot are paid for; gains on what is closed are realised
 * against `house/clearing`; fees go to `house/fees`.
 *
 * Price: quote currency per base unit, of an inverse option settlement currency (coin) per base unit, as venues quote
 * it.
 */
export function fill(books: Bookkeeping, command: Command, context: AccountContext): void {
  const trade = fillOf(books, command, context);
  const { row, instrument, reason, reference, quantity, price } = trade;
  const currency = books.ledger.currencyRow(instrument.settlementCurrency);
  const realised = books.payments();
  const positions: PositionChange[] = [];
  for (const side of sides) {
    const account = trade[side];
    if (account === clearing) continue;
    const signed = side === 'buyer' ? quantity : negated(quantity);
    const next = tradedPosition(instrument, heldBy(context.engine, account, row), signed, price);
    positions.push({ account, instrument: instrument.name, quantity: next.quantity, entryPrice: next.entryPrice });
    realised.pay(books.row(context, account), currency, next.realised, row);
  }
  const drafts: Draft[] = [
    { kind: 'premium', reason, reference, entries: books.entriesOf(context, premiumEntries(books, trade)) },
    { kind: 'realised', reason, reference, entries: realised.entries() },
    {
      kind: 'fee',
      reason,
      reference,
      entries: books.entriesOf(
        context,
        sides.flatMap((side) => feeEntries(books, trade, side)),
      ),
    },
  ];
  books.book(context, drafts, { positions });
}

function fillOf(books: Bookkeeping, command: Command, context: AccountContext): Fill {
  const name = textField(command, 'instrument', '');
  const row = instrumentRow(context.engine, name);
  const instrument = context.market.instruments[row];
  const buyer = textField(command, 'buyer', '');
  const seller = textField(command, 'seller', '');
  if (buyer === seller) throw invalid('seller', seller, 'must be another account than the buyer');
  for (const side of sides) {
    const account = side === 'buyer' ? buyer : seller;
    if (account !== clearing && books.ledger.isHouse(account))
      throw invalid(side, account, `must be a client or ${clearing}`);
  }
  const { expiryMs } = instrument;
  if (expiryMs !== null && context.clockMs >= expiryMs) {
    throw new MargridError('MovementRefused', `${name} has expired: it no longer trades`, {
      column: 'instrument',
      value: name,
    });
  }
  const schedule = scheduleOf(books.options.feeSchedules ?? {}, command, 'schedule');
  const volume = (field: string): number =>
    command[field] === undefined ? 0 : numberField(command, field, '', { min: 0, max: unbounded });
  const price = priceField(command, 'price');
  return {
    row,
    instrument,
    buyer,
    seller,
    quantity: quantityField(command, 'quantity'),
    price,
    reason: noteField(command, 'reason', 'trade'),
    reference: noteField(command, 'reference', name),
    maker: command['maker'] === undefined ? null : choiceField(command, 'maker', '', sides),
    schedule,
    underlyingPrice:
      schedule === null || instrument.kind !== 'option' ? price : indexPrice(command, context, instrument),
    volumes: { buyer: volume('buyerVolume'), seller: volume('sellerVolume') },
  };
}

/** Price of what an option is on: the command's, else that of the last tick. Throws `ValueMissing`. */
function indexPrice(
  command: Command,
  { quotes }: AccountContext,
  { baseCurrency, quoteCurrency, payoff }: Instrument,
): Fraction {
  if (command['indexPrice'] !== undefined) return priceField(command, 'indexPrice');
  const index = quotes.indexPrice.get(pairOf(baseCurrency, quoteCurrency)) ?? NaN;
  if (index > 0 && index < Infinity) return fractionOf(index);
  // The fee of an inverse option is a number of coins: it needs no price.
  if (payoff === 'inverse') return fractionOf(1);
  throw new MargridError('ValueMissing', `indexPrice: the fee needs it, and the market has none for ${baseCurrency}`, {
    column: 'indexPrice',
  });
}

/** What the buyer pays for: options and spot, quantity x size x price. Futures cost nothing. */
function paidFor({ instrument, quantity, price }: Fill): Fraction {
  const isPaid = instrument.kind === 'option' || instrument.kind === 'spot';
  return isPaid ? times(times(quantity, fractionOf(instrument.contractSize)), price) : zero;
}

/** The buyer pays the seller: one amount, rounded once to the nearest. */
function premiumEntries(books: Bookkeeping, trade: Fill): NamedEntry[] {
  const currency = trade.instrument.settlementCurrency;
  const decimals = books.ledger.decimals[books.ledger.currencyRow(currency)];
  const amount = minorUnitsOf(paidFor(trade), decimals, 'nearest');
  return [
    { account: trade.buyer, currency, amount: -amount },
    { account: trade.seller, currency, amount },
  ];
}

function feeEntries(books: Bookkeeping, trade: Fill, side: (typeof sides)[number]): NamedEntry[] {
  const { schedule, instrument, quantity, maker, volumes } = trade;
  if (schedule === null || trade[side] === clearing) return [];
  const liquidity = maker === side ? 'maker' : 'taker';
  const charged: ChargedTrade = { instrument, quantity, price: trade.underlyingPrice, premium: paidFor(trade) };
  const exact = feeOf(tradeRate(schedule, liquidity, volumes[side]), schedule.optionCap, charged);
  const currency = instrument.settlementCurrency;
  // Against the account: fees are rounded up, rebates down.
  const amount = minorUnitsOf(negated(exact), books.ledger.decimals[books.ledger.currencyRow(currency)], 'down');
  return [
    { account: trade[side], currency, amount },
    { account: 'house/fees', currency, amount: -amount },
  ];
}
