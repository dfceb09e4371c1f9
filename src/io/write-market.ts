import type { Market, MarketField } from '../domain/market.ts';
import { pairOf } from '../domain/instrument.ts';
import type { WriteOptions } from './atomic-file.ts';
import { fieldColumn, fieldNames } from './market-field-columns.ts';
import { nullEntry, type DictionaryColumn, type WriteColumn } from './result-table.ts';
import type { MarketColumn } from './schema.ts';
import { writeColumns } from './write-table.ts';

/**
 * Writes a market file that `readMarket` reads back to the same bits. Open interest that only `Market.openInterest` has
 * is written where it is not 0, because a 0 there may mean unknown.
 */
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
    { name: 'as_of', type: 'time', values: numbers(() => market.asOfMs) },
  ];
  if (instruments.some(({ exercise }) => exercise !== undefined)) {
    columns.push(
      dictionaryOf(
        'exercise',
        instruments.map(({ exercise }) => exercise ?? null),
      ),
    );
  }
  for (const field of fieldNames) {
    const values = fieldOf(market, field);
    if (values !== undefined) columns.push({ name: fieldColumn(field), type: 'optional f64', values });
  }
  await writeColumns(path, { columns, rowCount: instruments.length }, options);
}

function fieldOf(market: Market, field: MarketField): Float64Array | undefined {
  const values = market.fields?.get(field);
  if (values !== undefined || field !== 'openInterest' || !market.openInterest.some((contracts) => contracts !== 0)) {
    return values;
  }
  return market.openInterest.map((contracts) => (contracts === 0 ? NaN : contracts));
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
