import type { Command } from '../account/command.ts';
import type { AccountContext } from '../account/module.ts';
import type { Instrument } from '../domain/instrument.ts';
import { MargridError } from '../errors.ts';
import { invalid, numberField, unbounded } from '../margin/fields.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { instrumentNames, noteField, numbersByName } from './command-fields.ts';
import { gainPerContract, notionalPerContract } from './contract-value.ts';
import { fractionOf, negated, numberOf, over, times, type Fraction } from '../money/fraction.ts';
import { forEachHolding, instrumentRow } from './holdings.ts';

/** What the `fundingRate` of the market is for: eight hours. */
const quotedRateMs = 8 * 3_600_000;

/**
 * `ledger.funding`: rates (per instrument, for the interval that is paid), or none: those of the market, for
 * `intervalMs` (default eight hours); marks, or those of the last tick.
 *
 * Payment of a position = -quantity x rate x notional of one contract at the mark: longs pay shorts at a positive rate.
 * Rounded against each account; the rest goes to `house/rounding`.
 */
export function funding(books: Bookkeeping, command: Command, context: AccountContext): void {
  const { engine, market } = context;
  const given = numbersByName(command, 'rates', { min: -1, max: 1 });
  const marks = namedPrices(context, command, 'marks');
  const rows =
    given.size > 0
      ? [...given.keys()].map((name) => instrumentRow(engine, name, 'rates'))
      : rowsOfKind(market.instruments, ['perpetual']);
  const unit: (Fraction | null)[] = market.instruments.map(() => null);
  const rateOf = (row: number): Fraction =>
    given.get(market.instruments[row].name) ?? quotedRate(context, command, row);
  const isWanted = wanted(market.instruments.length, rows);
  for (const row of rows) {
    const { kind, name } = market.instruments[row];
    if (kind !== 'perpetual') throw invalid('rates', name, 'must name perpetuals');
  }
  const payments = books.payments();
  forEachHolding(context, isWanted, ({ account, instrument: row, quantity, set }) => {
    const instrument = market.instruments[row];
    const currency = requireOwnSet(context, set, instrument);
    const perContract = (unit[row] ??= negated(
      times(rateOf(row), notionalPerContract(instrument, markOf(context, marks, row))),
    ));
    payments.pay(account, currency, times(fractionOf(quantity), perContract), row);
  });
  const entries = payments.entries();
  books.bookInPlace(context, [
    {
      kind: 'funding',
      reason: noteField(command, 'reason', 'funding'),
      reference: noteField(command, 'reference', ''),
      entries,
    },
  ]);
}

/** The market's rate for the interval that is paid. Throws `ValueMissing`. */
function quotedRate({ quotes, market }: AccountContext, command: Command, row: number): Fraction {
  const intervalMs =
    command['intervalMs'] === undefined
      ? quotedRateMs
      : numberField(command, 'intervalMs', '', { min: 0, max: unbounded });
  const rate = quotes.fields?.get('fundingRate')?.[row] ?? NaN;
  if (Number.isFinite(rate)) return over(times(fractionOf(rate), fractionOf(intervalMs)), fractionOf(quotedRateMs));
  const { name } = market.instruments[row];
  throw new MargridError('ValueMissing', `rates: none given for ${name}, and the market has none`, {
    column: 'rates',
    value: name,
  });
}

/**
 * `ledger.variation`: instruments (default: all futures and perpetuals), prices (by name; default: marks of the last
 * tick). The gain since entry is paid, and the mark becomes the entry price.
 */
export function variation(books: Bookkeeping, command: Command, context: AccountContext): void {
  const { engine, market } = context;
  const isNamed = command['instrument'] !== undefined || command['instruments'] !== undefined;
  const rows = isNamed
    ? instrumentNames(command).map((name) => instrumentRow(engine, name, 'instruments'))
    : rowsOfKind(market.instruments, ['future', 'perpetual']);
  const marks = namedPrices(context, command, 'prices');
  for (const row of rows) {
    const { kind, name } = market.instruments[row];
    if (kind !== 'future' && kind !== 'perpetual')
      throw invalid('instruments', name, 'must name futures and perpetuals');
  }
  const entryPrices = engine.entryPrices.slice();
  const payments = books.payments();
  const settled: (Fraction | null)[] = market.instruments.map(() => null);
  forEachHolding(
    context,
    wanted(market.instruments.length, rows),
    ({ account, instrument: row, quantity, entryPrice, set, slot }) => {
      const instrument = market.instruments[row];
      const currency = requireOwnSet(context, set, instrument);
      const mark = (settled[row] ??= markOf(context, marks, row));
      payments.pay(
        account,
        currency,
        times(fractionOf(quantity), gainPerContract(instrument, fractionOf(entryPrice), mark)),
        row,
      );
      entryPrices[slot] = numberOf(mark);
    },
  );
  const entries = payments.entries();
  const reason = noteField(command, 'reason', 'variation settlement');
  books.bookInPlace(
    context,
    [{ kind: 'variation', reason, reference: noteField(command, 'reference', ''), entries }],
    entryPrices,
  );
}

/** Prices of a command by market row. */
function namedPrices({ engine }: AccountContext, command: Command, field: string): ReadonlyMap<number, Fraction> {
  return new Map(
    [...numbersByName(command, field)].map(([name, price]) => [instrumentRow(engine, name, field), price] as const),
  );
}

/** The price given, else the mark of the last tick. Bad data moves no money: throws `ValueMissing`. */
function markOf({ quotes, market }: AccountContext, given: ReadonlyMap<number, Fraction>, row: number): Fraction {
  const price = given.get(row);
  if (price !== undefined) return price;
  const mark = quotes.forward[row];
  if (mark > 0 && mark < Infinity) return fractionOf(mark);
  const { name } = market.instruments[row];
  throw new MargridError('ValueMissing', `${name} is held and has no mark: it is ${mark}`, {
    column: 'forward',
    value: mark,
  });
}

export function wanted(count: number, rows: readonly number[]): Uint8Array {
  const isWanted = new Uint8Array(count);
  for (const row of rows) isWanted[row] = 1;
  return isWanted;
}

function rowsOfKind(instruments: readonly Instrument[], kinds: readonly Instrument['kind'][]): number[] {
  return instruments.flatMap(({ kind }, row) => (kinds.includes(kind) ? [row] : []));
}

/** Row of the settlement currency, if the position's netting set is in it. Throws `CurrencyUnknown`. */
function requireOwnSet({ engine }: AccountContext, set: number, { name, settlementCurrency }: Instrument): number {
  const currency = engine.setKeys.currency[set];
  if (engine.currencies[currency] === settlementCurrency) return currency;
  const pooled = `the model pools accounts in ${engine.currencies[currency]}`;
  const message = `${name} settles in ${settlementCurrency}, and ${pooled}: no cash in ${settlementCurrency} there`;
  throw new MargridError('CurrencyUnknown', message, { column: 'instrument', value: name });
}
