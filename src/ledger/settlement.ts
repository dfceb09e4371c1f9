import type { Command } from '../account/command.ts';
import type { AccountContext } from '../account/module.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { OrderChange, PositionChange } from '../engine/book-changes.ts';
import { MargridError } from '../errors.ts';
import { invalid, listField, numberField, section, textsField } from '../margin/fields.ts';
import { assignLots } from './assignment.ts';
import { averageAt } from './averaging-window.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { assignmentField, instrumentNames, noteField, priceField, type AssignmentRule } from './command-fields.ts';
import { gainPerContract, moneyness, payoffPerContract } from './contract-value.ts';
import { Deliveries, deliveryField, requireDeliverable, type Delivery } from './delivery.ts';
import { feeOf, scheduleOf, type FeeSchedule } from './fees.ts';
import { fractionOf, minorUnitsOf, negated, over, times, zero, type Fraction } from '../money/fraction.ts';
import { accountsWithOrders, forEachHolding, instrumentRow } from './holdings.ts';
import type { Payments } from './payments.ts';
import { wanted } from './whole-book.ts';

/** What holders of one instrument have, in account order. */
export interface Holders {
  readonly accounts: readonly number[];
  readonly quantities: readonly Fraction[];
  readonly entryPrices: readonly number[];
}

/** Everything about one settlement but the instrument. */
interface Terms {
  readonly price: Fraction;
  readonly delivery: Delivery;
  readonly schedule: FeeSchedule | null;
  /** Options are exercised by themselves from so much in the money on; quote currency per base unit. */
  readonly threshold: Fraction;
  /** Rows of accounts that let their long options lapse. */
  readonly abandoned: ReadonlySet<number>;
  readonly assignment: AssignmentRule;
}

/** Where the parts of a settlement go. */
interface Settling {
  readonly payments: Payments;
  readonly fees: Payments;
  readonly delivered: Deliveries;
}

/**
 * `ledger.settle`: instrument or instruments (one underlying, one price); price, or average: { startMs, endMs, stepMs,
 * timesMs, prices }; delivery, underlying; threshold, abandon, assignment; schedule. Closes every position and order in
 * the instruments, and pays what they are worth at the settlement price. Refused before expiry.
 */
export function settle(books: Bookkeeping, command: Command, context: AccountContext): void {
  const { engine, market } = context;
  const rows = instrumentNames(command).map((name) => instrumentRow(engine, name));
  const terms = termsOf(books, command, context);
  for (const row of rows) requireSettleable(market.instruments[row], terms, context);
  const holders = holdersOf(context, rows);
  const settling: Settling = {
    payments: books.payments(),
    fees: books.payments(),
    delivered: new Deliveries(books, context),
  };
  const positions: PositionChange[] = [];
  for (const row of rows) {
    settleInstrument(books, context, row, holders.get(row)!, terms, settling);
    const { name } = market.instruments[row];
    for (const account of holders.get(row)!.accounts)
      positions.push({ account: engine.accountIds[account], instrument: name, quantity: 0 });
  }
  if (terms.delivery.kind === 'physical') positions.push(...settling.delivered.positions(terms.delivery.underlying));
  const reason = noteField(command, 'reason', terms.delivery.kind === 'cash' ? 'cash settlement' : 'delivery');
  const reference = noteField(command, 'reference', '');
  const drafts = [
    { kind: 'settle', reason, reference, entries: settling.payments.entries() },
    { kind: 'fee', reason, reference, entries: settling.fees.entries() },
  ];
  books.book(context, drafts, { positions, orders: cancelledOrders(context, rows) });
}

function termsOf(books: Bookkeeping, command: Command, context: AccountContext): Terms {
  return {
    price: settlementPrice(command, context.clockMs),
    delivery: deliveryField(command, context),
    schedule: scheduleOf(books.options.feeSchedules ?? {}, command, 'schedule'),
    threshold:
      command['threshold'] === undefined
        ? zero
        : fractionOf(numberField(command, 'threshold', '', { min: 0, max: 1e12 })),
    abandoned: new Set(textsField(command, 'abandon', '').map((name) => knownClient(books, context, name))),
    assignment: assignmentField(command),
  };
}

function knownClient(books: Bookkeeping, { engine }: AccountContext, name: string): number {
  const row = books.ledger.isHouse(name) ? -1 : engine.accountRow(name);
  if (row >= 0) return row;
  throw new MargridError('AccountUnknown', `abandon: the book has no account '${name}'`, {
    column: 'abandon',
    value: name,
  });
}

/** The price given, or the average of a window that is over. Throws `MovementRefused` while it is not. */
function settlementPrice(command: Command, clockMs: number): Fraction {
  if (command['average'] === undefined) return priceField(command, 'price');
  const fields = section(command['average'], 'average');
  const time = (name: string): number =>
    numberField(fields, name, 'average', { min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
  const window = { startMs: time('startMs'), endMs: time('endMs'), stepMs: time('stepMs') };
  const { average, fixed, total } = averageAt(window, numbers(fields, 'timesMs'), numbers(fields, 'prices'), clockMs);
  if (average !== null) return fractionOf(average);
  throw new MargridError('MovementRefused', `the average is not complete: ${fixed} of ${total} prices are fixed`, {
    column: 'average',
    value: fixed,
  });
}

function numbers(fields: Record<string, unknown>, name: string): readonly number[] {
  const value = fields[name];
  if (value instanceof Float64Array) return [...value];
  return listField(fields, name, 'average').map((each, index) => {
    if (typeof each !== 'number') throw invalid(`average.${name}[${index}]`, each, 'must be a number');
    return each;
  });
}

function requireSettleable(
  instrument: Instrument,
  { delivery, abandoned }: Terms,
  { clockMs, market }: AccountContext,
): void {
  const { name, kind, expiryMs } = instrument;
  if (kind === 'spot')
    throw new MargridError('MovementRefused', `${name} is spot: it does not expire`, {
      column: 'instrument',
      value: name,
    });
  if (expiryMs !== null && clockMs < expiryMs) {
    throw new MargridError('MovementRefused', `${name} has not expired: it does at ${expiryMs}, now is ${clockMs}`, {
      column: 'instrument',
      value: name,
    });
  }
  if (delivery.kind === 'physical') requireDeliverable(instrument, market.instruments[delivery.underlying]);
  if (abandoned.size > 0 && kind !== 'option')
    throw invalid('abandon', name, 'must be left out: only options can lapse');
}

/** Holders of the instruments, by market row; empty ones for what nobody holds. */
export function holdersOf(context: AccountContext, rows: readonly number[]): ReadonlyMap<number, Holders> {
  const { market } = context;
  const lists = new Map(
    rows.map(
      (row) => [row, { accounts: [] as number[], quantities: [] as Fraction[], entryPrices: [] as number[] }] as const,
    ),
  );
  forEachHolding(context, wanted(market.instruments.length, rows), ({ account, instrument, quantity, entryPrice }) => {
    const list = lists.get(instrument)!;
    list.accounts.push(account);
    list.quantities.push(fractionOf(quantity));
    list.entryPrices.push(entryPrice);
  });
  return lists;
}

export function cancelledOrders(context: AccountContext, rows: readonly number[]): OrderChange[] {
  const { engine, market } = context;
  return accountsWithOrders(context, wanted(market.instruments.length, rows)).map(({ account, instrument }) => ({
    account: engine.accountIds[account],
    instrument: market.instruments[instrument].name,
    quantity: 0,
    limitPrice: 0,
  }));
}

function settleInstrument(
  books: Bookkeeping,
  context: AccountContext,
  row: number,
  holders: Holders,
  terms: Terms,
  settling: Settling,
): void {
  const instrument = context.market.instruments[row];
  const currency = books.ledger.currencyRow(instrument.settlementCurrency);
  const isOption = instrument.kind === 'option';
  const settled = isOption ? exercisedAt(instrument, holders, terms) : holders.quantities;
  settled.forEach((quantity, place) => {
    if (quantity.top === 0n) return;
    const account = holders.accounts[place];
    const entry = fractionOf(holders.entryPrices[place]);
    if (terms.delivery.kind === 'physical') {
      // What is bought costs the strike. A future costs its entry price: gain at settlement and price of delivery in
      // one.
      deliver(instrument, isOption ? fractionOf(instrument.strike ?? 0) : entry, quantity, (units, price) =>
        settling.delivered.buy(settling.payments, account, currency, units, price, row),
      );
    } else {
      const perContract = isOption
        ? payoffPerContract(instrument, terms.price)
        : gainPerContract(instrument, entry, terms.price);
      settling.payments.pay(account, currency, times(quantity, perContract), row);
    }
    chargeDelivery(books, instrument, quantity, terms, (amount) =>
      settling.fees.move(account, books.ledger.houseRow('house/fees'), currency, amount, row),
    );
  });
}

/** Base units bought by a holder of so many contracts: those of a long call and of a future; a put sells. */
export function deliver(
  { optionType, contractSize }: Instrument,
  price: Fraction,
  quantity: Fraction,
  buy: (units: Fraction, price: Fraction) => void,
): void {
  const units = times(quantity, fractionOf(contractSize));
  buy(optionType === 'put' ? negated(units) : units, price);
}

function chargeDelivery(
  books: Bookkeeping,
  instrument: Instrument,
  quantity: Fraction,
  { schedule, price }: Terms,
  charge: (amount: bigint) => void,
): void {
  if (schedule === null) return;
  const contracts = quantity.top < 0n ? negated(quantity) : quantity;
  const premium = instrument.kind === 'option' ? times(contracts, payoffPerContract(instrument, price)) : zero;
  const exact = feeOf(schedule.delivery, schedule.optionCap, { instrument, quantity: contracts, price, premium });
  const decimals = books.ledger.decimals[books.ledger.currencyRow(instrument.settlementCurrency)];
  charge(-minorUnitsOf(negated(exact), decimals, 'down'));
}

/**
 * Contracts exercised (longs) and assigned (shorts), signed, by holder. In the money by at least the threshold, and
 * more
 * than nothing: all of them, but for what is abandoned; so many lots fewer are assigned.
 */
function exercisedAt(
  option: Instrument,
  holders: Holders,
  { price, threshold, abandoned, assignment }: Terms,
): readonly Fraction[] {
  const inTheMoney = moneyness(option, price);
  const isExercised = inTheMoney.top > 0n && inTheMoney.top * threshold.bottom >= threshold.top * inTheMoney.bottom;
  if (!isExercised) return holders.quantities.map(() => zero);
  const isLapsing = holders.quantities.map(({ top }, place) => top > 0n && abandoned.has(holders.accounts[place]));
  if (!isLapsing.includes(true)) return holders.quantities;
  const lots = holders.quantities.map((quantity, place) =>
    lotsOf(quantity, assignment.lot, `quantity of account ${holders.accounts[place]}`),
  );
  const lapsed = lots.reduce((sum, count, place) => (isLapsing[place] ? sum + count : sum), 0n);
  const shorts = lots.flatMap((count, place) => (count < 0n ? [place] : []));
  const open = shorts.reduce((sum, place) => sum - lots[place], 0n);
  const total = open > lapsed ? open - lapsed : 0n;
  const assigned = assignLots(
    total,
    shorts.map((place) => -lots[place]),
    assignment.method,
    assignment.seed,
  );
  const settled = holders.quantities.map((quantity, place) => (isLapsing[place] ? zero : quantity));
  shorts.forEach((place, index) => (settled[place] = times({ top: -assigned[index], bottom: 1n }, assignment.lot)));
  return settled;
}

/** Whole lots of a quantity, signed. Throws `MovementRefused` if there is a fraction of a lot. */
export function lotsOf(quantity: Fraction, lot: Fraction, what: string): bigint {
  const { top, bottom } = over(quantity, lot);
  if (top % bottom === 0n) return top / bottom;
  throw new MargridError('MovementRefused', `${what} is no multiple of the lot that is assigned (assignment.lot)`, {
    column: 'assignment.lot',
  });
}
