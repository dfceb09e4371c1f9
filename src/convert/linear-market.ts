import type { Book, CashColumns } from '../domain/book.ts';
import { dollars } from '../domain/dollar-rates.ts';
import { pairOf, type Instrument } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { bookOfInstruments, marketOfInstruments } from '../domain/chosen-instruments.ts';
import { Amounts, forEachAmount, withQuarantined, type Converted } from './converted.ts';
import { cashToSpot } from './spot-collateral.ts';

/**
 * The market and book that a venue of linear contracts would list for the same exposures (docs/COMPARE.md). Names and
 * quantities stay; what changes is the payoff:
 *
 * - an inverse future or perpetual of `contractSize` quote units becomes a linear one of `contractSize / forward` base
 *   units: the same P&L in quote currency for every price. What it has earned since its entry is paid out in coin at
 *   the forward, and its entry price becomes the forward;
 * - an inverse option becomes a linear one of the same base amount, premium in quote currency;
 * - coins, that P&L included, become a position in the coin's spot instrument (added at the index price if the market
 *   has none), so that their exposure to the price stays;
 * - margin added in coin is converted at the index price.
 */
export function linearMarket(market: Market, book: Book): Converted {
  const isInverse = market.instruments.map(({ payoff }) => payoff === 'inverse');
  const quoteOf = new Map<string, string>();
  for (const { payoff, baseCurrency, quoteCurrency } of market.instruments) {
    if (payoff === 'inverse' && !quoteOf.has(baseCurrency)) quoteOf.set(baseCurrency, quoteCurrency);
  }
  const linear: Market = {
    ...market,
    instruments: market.instruments.map((instrument, index) =>
      isInverse[index] ? linearInstrument(instrument, market.forward[index]) : instrument,
    ),
  };
  const currencies = [...new Set([...book.currencies, ...quoteOf.keys(), ...quoteOf.values()])];
  const entryPrice = book.positions.entryPrice.slice();
  const cash = new Amounts(currencies.length);
  forEachAmount(book.cash, (account, currency, amount) => cash.add(account, currency, amount));
  book.positions.instrumentIndex.forEach((index, row) => {
    const instrument = market.instruments[index];
    if (!isInverse[index] || (instrument.kind !== 'future' && instrument.kind !== 'perpetual')) return;
    const forward = market.forward[index];
    // A bad price: the engine quarantines the account for it.
    if (!(forward > 0 && forward < Infinity)) return;
    const earned = book.positions.quantity[row] * instrument.contractSize * (1 / entryPrice[row] - 1 / forward);
    entryPrice[row] = forward;
    if (earned !== 0) {
      cash.add(book.positions.accountIndex[row], currencies.indexOf(instrument.baseCurrency), earned);
    }
  });
  const paid = { ...book, currencies, positions: { ...book.positions, entryPrice }, cash: cash.columns() };
  return cashToSpot(linear, paid, quoteOf);
}

function linearInstrument(instrument: Instrument, forward: number): Instrument {
  const linear = { ...instrument, payoff: 'linear', settlementCurrency: instrument.quoteCurrency } as const;
  // With a bad price the size does not matter: whoever holds the instrument is quarantined for the price.
  if (instrument.kind === 'option' || !(forward > 0 && forward < Infinity)) return linear;
  return { ...linear, contractSize: instrument.contractSize / forward };
}

/**
 * Renames every dollar currency to one of them, 1 : 1, in instruments, index prices and cash. A spot instrument between
 * two of them is cash afterwards; who holds another instrument between two of them is quarantined. Where two pairs
 * become one (`btc_usd`, `btc_usdc`) the index price of the currency that is kept wins, else the first.
 */
export function settledIn(market: Market, book: Book, currency: string): Converted {
  const renamed = (name: string): string => (dollars.includes(name) ? currency : name);
  const instruments = market.instruments.map((instrument) => renamedInstrument(instrument, renamed));
  const kept = instruments.flatMap(({ baseCurrency, quoteCurrency }, index) =>
    baseCurrency === quoteCurrency ? [] : [index],
  );
  const { indexPrice, notes } = renamedIndexPrices(market, renamed);
  return {
    market: marketOfInstruments({ ...market, instruments, indexPrice }, kept),
    book: settledBook(market, book, { currency, renamed, kept }),
    notes,
  };
}

function renamedInstrument(instrument: Instrument, renamed: (name: string) => string): Instrument {
  const { baseCurrency, quoteCurrency, settlementCurrency } = instrument;
  return {
    ...instrument,
    baseCurrency: renamed(baseCurrency),
    quoteCurrency: renamed(quoteCurrency),
    settlementCurrency: renamed(settlementCurrency),
  };
}

function renamedIndexPrices(
  market: Market,
  renamed: (name: string) => string,
): { indexPrice: Map<string, number>; notes: string[] } {
  const indexPrice = new Map<string, number>();
  const notes: string[] = [];
  const target = (pair: string): string => {
    const at = pair.lastIndexOf('_');
    return pairOf(renamed(pair.slice(0, at).toUpperCase()), renamed(pair.slice(at + 1).toUpperCase()));
  };
  // Pairs that keep their name first: they win.
  const pairs = [...market.indexPrice.keys()].sort((a, b) => Number(target(b) === b) - Number(target(a) === a));
  for (const pair of pairs) {
    const name = target(pair);
    const price = market.indexPrice.get(pair)!;
    const [base, quote] = [name.slice(0, name.lastIndexOf('_')), name.slice(name.lastIndexOf('_') + 1)];
    if (base === quote) continue;
    const known = indexPrice.get(name);
    if (known === undefined) indexPrice.set(name, price);
    else if (known !== price) notes.push(`index price ${name} is ${known}; that of ${pair}, ${price}, is dropped`);
  }
  return { indexPrice, notes };
}

interface Renaming {
  readonly currency: string;
  readonly renamed: (name: string) => string;
  /** Instruments that are not between two dollar currencies. */
  readonly kept: readonly number[];
}

function settledBook(market: Market, book: Book, { currency, renamed, kept }: Renaming): Book {
  const currencies = [...new Set([...book.currencies.map(renamed), currency])];
  const placeOf = book.currencies.map((name) => currencies.indexOf(renamed(name)));
  const sum = (columns: CashColumns | undefined): Amounts => {
    const amounts = new Amounts(currencies.length);
    forEachAmount(columns, (account, index, amount) => amounts.add(account, placeOf[index], amount));
    return amounts;
  };
  const cash = sum(book.cash);
  const reasons = new Map<number, string>();
  const isKept = new Set(kept);
  const { positions } = book;
  positions.instrumentIndex.forEach((index, row) => {
    if (isKept.has(index)) return;
    const { name, kind, contractSize } = market.instruments[index];
    const account = positions.accountIndex[row];
    if (kind === 'spot') cash.add(account, currencies.indexOf(currency), positions.quantity[row] * contractSize);
    else if (!reasons.has(account)) reasons.set(account, `${name} is between two currencies that are ${currency} now`);
  });
  return {
    ...bookOfInstruments(book, kept),
    currencies,
    cash: cash.columns(),
    ...(book.addOns === undefined ? {} : { addOns: sum(book.addOns).columns() }),
    quarantined: withQuarantined(book, reasons),
  };
}
