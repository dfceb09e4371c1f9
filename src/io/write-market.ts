import type { Market } from '../domain/market.ts';
import { pairOf } from '../domain/instrument.ts';
import type { WriteOptions } from './atomic-file.ts';
import { nullEntry, type DictionaryColumn, type WriteColumn } from './result-table.ts';
import type { MarketColumn } from './schema.ts';
import { writeColumns } from './write-table.ts';

/** Writes a market file that `readMarket` reads back to the same bits. */
export async function writeMarket(path: string, market: Market, options: WriteOptions = {}): Promise<void> {
  const { instruments } = market;
  const numbers = (of: (index: number) => number): Float64Array =>
    Float64Array.from(instruments, (_, index) => of(index));
  const columns: (WriteColumn & { readonly name: MarketColumn })[] = [
    { name: 'instrument', type: 'string', values: instruments.map(({ name }) => name) },
    dictionaryOf(
      'kind',
      instruments.map(({ kind }) => kind),
    ),
    dictionaryOf(
      'payoff',
      instruments.map(({ payoff }) => payoff),
    ),
    dictionaryOf(
      'base_currency',
      instruments.map(({ baseCurrency }) => baseCurrency),
    ),
    dictionaryOf(
      'quote_currency',
      instruments.map(({ quoteCurrency }) => quoteCurrency),
    ),
    dictionaryOf(
      'settlement_currency',
      instruments.map(({ settlementCurrency }) => settlementCurrency),
    ),
    { name: 'contract_size', type: 'f64', values: numbers((index) => instruments[index].contractSize) },
    { name: 'expiry', type: 'time', values: numbers((index) => instruments[index].expiryMs ?? NaN) },
    { name: 'strike', type: 'optional f64', values: numbers((index) => instruments[index].strike ?? NaN) },
    dictionaryOf(
      'option_type',
      instruments.map(({ optionType }) => optionType),
    ),
    { name: 'index_price', type: 'f64', values: numbers((index) => indexPriceOf(market, index)) },
    { name: 'forward', type: 'f64', values: market.forward },
    { name: 'implied_volatility', type: 'optional f64', values: market.impliedVolatility },
    { name: 'open_interest', type: 'f64', values: market.openInterest },
    { name: 'as_of', type: 'time', values: numbers(() => market.asOfMs) },
  ];
  await writeColumns(path, { columns, rowCount: instruments.length }, options);
}

function indexPriceOf(market: Market, index: number): number {
  const { baseCurrency, quoteCurrency } = market.instruments[index];
  return market.indexPrice.get(pairOf(baseCurrency, quoteCurrency)) ?? NaN;
}

function dictionaryOf<Name extends MarketColumn>(
  name: Name,
  values: readonly (string | null)[],
): DictionaryColumn & { readonly name: Name } {
  const entries = new Map<string, number>();
  const indexes = Int32Array.from(values, (value) => {
    if (value === null) return nullEntry;
    const entry = entries.get(value) ?? entries.size;
    entries.set(value, entry);
    return entry;
  });
  return { name, type: 'dictionary', values: indexes, dictionary: [...entries.keys()] };
}
