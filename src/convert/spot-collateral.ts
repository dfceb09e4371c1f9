import type { Book } from '../domain/book.ts';
import { pairOf, type Instrument } from '../domain/instrument.ts';
import { indexPriceOf } from '../domain/index-price.ts';
import type { Market, MarketField } from '../domain/market.ts';
import { Amounts, forEachAmount, withAddedPositions, withQuarantined, type Converted } from './converted.ts';

/**
 * Turns the cash that a pooled account holds in other currencies than the reporting one into positions in spot
 * instruments, which is how such a model sees collateral. A spot instrument that the market lacks is added: contract
 * size 1, forward = index price of the pair. Margin added in another currency is converted at that price. An account
 * with an amount in a currency that has no index price against the reporting one is quarantined with that reason: no
 * price is invented.
 */
export function withSpotCollateral(market: Market, book: Book, reportingCurrency: string): Converted {
  const quoteOf = new Map(
    book.currencies.filter((name) => name !== reportingCurrency).map((name) => [name, reportingCurrency] as const),
  );
  return cashToSpot(market, book, quoteOf);
}

/** The same for chosen currencies, each against a currency of its own. */
export function cashToSpot(market: Market, book: Book, quoteOf: ReadonlyMap<string, string>): Converted {
  const used = usedCurrencies(book);
  const spots = new SpotInstruments(market);
  const spotOf = new Map<number, SpotPlace | null>();
  book.currencies.forEach((name, index) => {
    const quote = quoteOf.get(name);
    if (quote !== undefined && used.has(index)) spotOf.set(index, spots.find(name, quote));
  });
  if (spotOf.size === 0) return { market, book, notes: [] };
  const currencies = [...new Set([...book.currencies, ...quoteOf.values()])];
  const cash = new Amounts(currencies.length);
  const addOns = new Amounts(currencies.length);
  const held = new Amounts(market.instruments.length + spots.addedCount);
  const reasons = new Map<number, string>();
  const refuse = (account: number, currency: number): void => {
    const name = book.currencies[currency];
    const pair = pairOf(name, quoteOf.get(name)!);
    if (!reasons.has(account)) reasons.set(account, `cash or add-on in ${name}: the market has no index price ${pair}: add a spot row of that pair`);
  };
  forEachAmount(book.cash, (account, currency, amount) => {
    const spot = spotOf.get(currency);
    if (spot === undefined || amount === 0) {
      if (!quoteOf.has(book.currencies[currency])) cash.add(account, currency, amount);
    } else if (spot === null) refuse(account, currency);
    else held.add(account, spot.instrument, amount / spot.contractSize);
  });
  forEachAmount(book.addOns, (account, currency, amount) => {
    const spot = spotOf.get(currency);
    if (spot === undefined || amount === 0) addOns.add(account, currency, amount);
    else if (spot === null) refuse(account, currency);
    else addOns.add(account, currencies.indexOf(quoteOf.get(book.currencies[currency])!), amount * spot.price);
  });
  return {
    market: spots.market(),
    book: {
      ...book,
      currencies,
      positions: withAddedPositions(book.positions, held.columns()),
      cash: cash.columns(),
      ...(book.addOns === undefined ? {} : { addOns: addOns.columns() }),
      quarantined: withQuarantined(book, reasons),
    },
    notes: spots.notes(),
  };
}

function usedCurrencies(book: Book): Set<number> {
  const used = new Set<number>();
  for (const columns of [book.cash, book.addOns]) {
    forEachAmount(columns, (_account, currency, amount) => {
      if (amount !== 0) used.add(currency);
    });
  }
  return used;
}

interface SpotPlace {
  readonly instrument: number;
  readonly contractSize: number;
  /** Index price, quote currency per unit. */
  readonly price: number;
}

/** The spot instruments of a market, and those that have to be added. */
class SpotInstruments {
  readonly #market: Market;
  readonly #added: Instrument[] = [];
  readonly #prices: number[] = [];
  readonly #names: ReadonlySet<string>;

  constructor(market: Market) {
    this.#market = market;
    this.#names = new Set(market.instruments.map(({ name }) => name));
  }

  get addedCount(): number {
    return this.#added.length;
  }

  /** The spot instrument of a pair; null if the market has neither it nor an index price to make it of. */
  find(base: string, quote: string): SpotPlace | null {
    const price = indexPriceOf(this.#market, base, quote);
    const known = this.#market.instruments.findIndex(
      (each) => each.kind === 'spot' && each.baseCurrency === base && each.quoteCurrency === quote,
    );
    if (known >= 0) {
      const forward = this.#market.forward[known];
      const { contractSize } = this.#market.instruments[known];
      return { instrument: known, contractSize, price: price ?? forward };
    }
    if (price === null) return null;
    const instrument = this.#market.instruments.length + this.#added.length;
    this.#added.push(spotInstrument(this.#freeName(`${base}_${quote}`), base, quote));
    this.#prices.push(price);
    return { instrument, contractSize: 1, price };
  }

  #freeName(name: string): string {
    return this.#names.has(name) ? this.#freeName(`${name}-SPOT`) : name;
  }

  market(): Market {
    const { instruments, forward, impliedVolatility, openInterest, indexPrice, fields } = this.#market;
    if (this.#added.length === 0) return this.#market;
    const none = this.#added.map(() => NaN);
    const prices = this.#added.map(
      ({ baseCurrency, quoteCurrency }, place) => [pairOf(baseCurrency, quoteCurrency), this.#prices[place]] as const,
    );
    return {
      ...this.#market,
      instruments: [...instruments, ...this.#added],
      forward: joined(forward, this.#prices),
      impliedVolatility: joined(impliedVolatility, none),
      openInterest: joined(openInterest, none.map(() => 0)),
      indexPrice: new Map([...indexPrice, ...prices]),
      ...(fields === undefined ? {} : { fields: this.#fields(fields) }),
    };
  }

  /** What belongs to the pair stands on the added instrument too; the rest is unknown there. */
  #fields(fields: ReadonlyMap<MarketField, Float64Array>): Map<MarketField, Float64Array> {
    const valueOf = (field: MarketField, { baseCurrency, quoteCurrency }: Instrument): number => {
      // The forward of an added instrument is the index price: so is the confidence in it.
      const source = field === 'confidence' ? 'indexConfidence' : field;
      const column = fields.get(source);
      if (column === undefined || (source !== 'indexConfidence' && source !== 'stablePrice')) return NaN;
      const row = this.#market.instruments.findIndex(
        (each, index) =>
          each.quoteCurrency === quoteCurrency &&
          (source === 'stablePrice' || each.baseCurrency === baseCurrency) &&
          !Number.isNaN(column[index]),
      );
      return row < 0 ? NaN : column[row];
    };
    return new Map(
      [...fields].map(([field, column]) => [
        field,
        joined(column, this.#added.map((instrument) => valueOf(field, instrument))),
      ]),
    );
  }

  notes(): string[] {
    return this.#added.map(
      ({ name }, place) => `spot instrument ${name} added at the index price ${this.#prices[place]}`,
    );
  }
}

function spotInstrument(name: string, baseCurrency: string, quoteCurrency: string): Instrument {
  return {
    name,
    kind: 'spot',
    payoff: 'linear',
    baseCurrency,
    quoteCurrency,
    settlementCurrency: quoteCurrency,
    contractSize: 1,
    expiryMs: null,
    strike: null,
    optionType: null,
  };
}

function joined(column: Float64Array, more: readonly number[]): Float64Array {
  return Float64Array.from([...column, ...more]);
}
