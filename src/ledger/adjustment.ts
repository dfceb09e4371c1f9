import type { Command } from '../account/command.ts';
import type { AccountContext } from '../account/module.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { PositionChange } from '../engine/book-changes.ts';
import { MargridError } from '../errors.ts';
import { choiceField, invalid, listField, numberField, textField } from '../margin/fields.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { noteField, priceField } from './command-fields.ts';
import { fractionOf, minus, numberOf, over, times, zero, type Fraction } from '../money/fraction.ts';
import { heldBy, instrumentRow } from './holdings.ts';
import { tradedPosition } from './position-trade.ts';
import { cancelledOrders, holdersOf } from './settlement.ts';

export const adjustmentKinds = ['split', 'contract-size', 'symbol', 'special-dividend'] as const;
export type AdjustmentKind = (typeof adjustmentKinds)[number];

/** What happens to the holders of an instrument when its terms change. */
interface Terms {
  readonly kind: AdjustmentKind;
  readonly from: Instrument;
  readonly to: Instrument;
  /** New base units for one old: a split 3:2 is 3/2, a reverse split 1:10 is 1/10. */
  readonly ratio: Fraction;
  /** Per base unit, quote currency. */
  readonly dividend: Fraction;
  /** New contracts are whole multiples; null: any fraction. */
  readonly lot: Fraction | null;
  /** What a new base unit is worth where fractions of a lot are paid out, quote currency. */
  readonly cashPrice: Fraction | null;
}

const one: Fraction = { top: 1n, bottom: 1n };
/** A strike is rounded to cents: half of one either way. */
const strikeStepDefault = 0.01;
/**
 * Special dividends below so much per contract adjust nothing (OCC Information Memo 30412, adjustment policy of 2012).
 */
const dividendPerContractMin = 12.5;

/**
 * `ledger.adjust`: adjustment, instrument, to (of the new terms, in the market already); split: ratio [new, old], lot,
 * cashPrice; special-dividend: dividend. Moves all positions to the instrument of the new terms and cancels the orders
 * in the old one. Value is kept: as many base units as before (times the ratio), entry prices and strikes to match.
 *
 * A special dividend on spot has no `to`: longs receive it, shorts pay it.
 */
export function adjust(books: Bookkeeping, command: Command, context: AccountContext): void {
  const { engine, market } = context;
  const row = instrumentRow(engine, textField(command, 'instrument', ''));
  if (command['adjustment'] === 'special-dividend' && market.instruments[row].kind === 'spot') {
    payDividend(books, command, context, row);
    return;
  }
  const target = instrumentRow(engine, textField(command, 'to', ''), 'to');
  if (target === row) throw invalid('to', command['to'], 'must be another instrument');
  const terms = termsOf(command, market.instruments[row], market.instruments[target]);
  requireMatching(terms, command);
  const currency = books.ledger.currencyRow(terms.from.settlementCurrency);
  const cash = books.payments();
  const realised = books.payments();
  const positions: PositionChange[] = [];
  const holders = holdersOf(context, [row]).get(row)!;
  holders.accounts.forEach((account, place) => {
    const name = engine.accountIds[account];
    const { moved, fraction } = movedQuantity(terms, holders.quantities[place]);
    positions.push({ account: name, instrument: terms.from.name, quantity: 0 });
    if (fraction.top !== 0n)
      cash.pay(account, currency, times(times(fraction, fractionOf(terms.to.contractSize)), terms.cashPrice!), row);
    if (moved.top === 0n) return;
    const next = tradedPosition(
      terms.to,
      heldBy(engine, name, target),
      moved,
      entryAfter(terms, holders.entryPrices[place]),
    );
    positions.push({ account: name, instrument: terms.to.name, quantity: next.quantity, entryPrice: next.entryPrice });
    realised.pay(account, currency, next.realised, target);
  });
  const reference = noteField(command, 'reference', `${terms.from.name} > ${terms.to.name}`);
  const drafts = [
    { kind: 'cash-in-lieu', reason: noteField(command, 'reason', terms.kind), reference, entries: cash.entries() },
    { kind: 'realised', reason: noteField(command, 'reason', terms.kind), reference, entries: realised.entries() },
  ];
  books.book(context, drafts, { positions, orders: cancelledOrders(context, [row]) });
}

function payDividend(books: Bookkeeping, command: Command, context: AccountContext, row: number): void {
  const { name, contractSize, settlementCurrency } = context.market.instruments[row];
  const perContract = times(priceField(command, 'dividend'), fractionOf(contractSize));
  const currency = books.ledger.currencyRow(settlementCurrency);
  const payments = books.payments();
  const { accounts, quantities } = holdersOf(context, [row]).get(row)!;
  accounts.forEach((account, place) => payments.pay(account, currency, times(quantities[place], perContract), row));
  const reason = noteField(command, 'reason', 'special dividend');
  books.book(context, [
    { kind: 'dividend', reason, reference: noteField(command, 'reference', name), entries: payments.entries() },
  ]);
}

function termsOf(command: Command, from: Instrument, to: Instrument): Terms {
  const kind = choiceField(command, 'adjustment', '', adjustmentKinds);
  const lot = command['lot'] === undefined ? null : priceField(command, 'lot');
  return {
    kind,
    from,
    to,
    ratio: kind === 'split' ? ratioField(command) : one,
    dividend: kind === 'special-dividend' ? priceField(command, 'dividend') : zero,
    lot,
    cashPrice: lot === null ? null : priceField(command, 'cashPrice'),
  };
}

/** `[new, old]`: 2 for 1, 3 for 2, 1 for 10. */
function ratioField(command: Command): Fraction {
  const parts = listField(command, 'ratio', '').map((part, index) => {
    if (!Number.isSafeInteger(part) || !((part as number) > 0))
      throw invalid(`ratio[${index}]`, part, 'must be a whole number > 0');
    return BigInt(part as number);
  });
  if (parts.length === 2) return { top: parts[0], bottom: parts[1] };
  throw invalid('ratio', command['ratio'], 'must be two numbers: new for old');
}

/** Contracts after the adjustment, and the fraction of a lot that is paid out in cash. */
function movedQuantity({ from, to, ratio, lot }: Terms, quantity: Fraction): { moved: Fraction; fraction: Fraction } {
  const units = times(times(quantity, fractionOf(from.contractSize)), ratio);
  const exact = over(units, fractionOf(to.contractSize));
  if (lot === null) return { moved: exact, fraction: zero };
  const { top, bottom } = over(exact, lot);
  // Towards zero: nobody gets or owes more than there was.
  const moved = times({ top: top / bottom, bottom: 1n }, lot);
  return { moved, fraction: minus(exact, moved) };
}

/** Entry price in the new terms; a future's falls with a dividend that its price gives up. */
function entryAfter({ from, ratio, dividend }: Terms, entryPrice: number): Fraction {
  if (from.kind === 'spot' || (from.kind === 'option' && entryPrice === 0)) return zero;
  const entry = over(fractionOf(entryPrice), ratio);
  if (from.kind === 'option') return entry;
  const after = minus(entry, dividend);
  if (after.top > 0n) return after;
  throw new MargridError('MovementRefused', `an entry price of ${entryPrice} is not more than the dividend`, {
    column: 'dividend',
    value: numberOf(dividend),
  });
}

/** Throws `MovementRefused` unless the new instrument is what the adjustment makes of the old one. */
function requireMatching({ kind, from, to, ratio, dividend }: Terms, command: Command): void {
  const refuse = (column: string, value: unknown, why: string): never => {
    throw new MargridError('MovementRefused', `${to.name} is not ${from.name} after the ${kind}: ${why}`, {
      column,
      value,
    });
  };
  for (const field of [
    'kind',
    'payoff',
    'settlementCurrency',
    'quoteCurrency',
    'optionType',
    'expiryMs',
    'exercise',
  ] as const) {
    if (from[field] !== to[field])
      refuse('to', to[field], `${field} is ${String(to[field])}, not ${String(from[field])}`);
  }
  if (kind !== 'symbol' && from.baseCurrency !== to.baseCurrency)
    refuse('to', to.baseCurrency, `it is on ${to.baseCurrency}`);
  if (kind === 'split' && from.payoff === 'inverse')
    refuse('adjustment', kind, 'an inverse contract is on money, which is not split');
  const isSized = kind === 'symbol' || kind === 'special-dividend';
  if (isSized && from.contractSize !== to.contractSize)
    refuse('to', to.contractSize, `contract size is ${to.contractSize}, not ${from.contractSize}`);
  if (kind === 'special-dividend') requireAdjustable(from, dividend, command, refuse);
  if (from.strike === null) return;
  const strike = minus(over(fractionOf(from.strike), ratio), dividend);
  const difference = minus(fractionOf(to.strike ?? 0), strike);
  const step = fractionOf(
    command['strikeStep'] === undefined
      ? strikeStepDefault
      : numberField(command, 'strikeStep', '', { min: 0, max: 1e12 }),
  );
  const size = difference.top < 0n ? -difference.top : difference.top;
  if (2n * size * step.bottom > step.top * difference.bottom)
    refuse('to', to.strike, `strike is ${to.strike}, not ${numberOf(strike)}`);
}

function requireAdjustable(
  from: Instrument,
  dividend: Fraction,
  command: Command,
  refuse: (column: string, value: unknown, why: string) => never,
): void {
  if (from.kind !== 'option') return;
  const least =
    command['minimumPerContract'] === undefined
      ? dividendPerContractMin
      : numberField(command, 'minimumPerContract', '', { min: 0, max: 1e12 });
  const perContract = numberOf(times(dividend, fractionOf(from.contractSize)));
  if (perContract < least)
    refuse('dividend', perContract, `${perContract} per contract is below ${least}: no adjustment`);
}
