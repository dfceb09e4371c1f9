import { marketFields, type Market, type MarketField } from '../domain/market.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { BadInputError, type Problem } from '../errors.ts';
import type { PriceChange, QuoteChange } from './command.ts';

/** Rows by quote, and pairs, that a change names; a row set is null if the whole column was given. */
export interface Quoted {
  readonly rows: ReadonlyMap<string, ReadonlySet<number> | null>;
  readonly pairs: ReadonlySet<string>;
}

/**
 * The quotes after a change: copies where something changed, the old columns elsewhere. A price that is no number is
 * taken as it is: the engine quarantines what depends on it. Throws `BadInputError` for names that the market does not
 * have and columns of another length.
 */
export function changedQuotes(old: Quotes, change: QuoteChange, market: Market, rowOf: ReadonlyMap<string, number>, asOfMs: number): { quotes: Quotes; quoted: Quoted } {
  const problems: Problem[] = [];
  const quoted = new Map<string, ReadonlySet<number> | null>();
  requireObject(change, 'quotes');
  const apply = (name: string, column: Float64Array, prices: PriceChange | undefined): Float64Array => {
    if (prices === undefined) return column;
    requireObject(prices, name);
    const rows = new Set<number>();
    quoted.set(name, prices instanceof Float64Array ? null : rows);
    if (prices instanceof Float64Array) {
      if (prices.length !== market.instruments.length) {
        const message = `must have ${market.instruments.length} prices, one per instrument, got ${prices.length}`;
        problems.push({ code: 'ValueInvalid', column: name, value: prices.length, message });
      }
      return prices.slice();
    }
    const next = column.slice();
    for (const [instrument, price] of Object.entries(prices)) {
      const row = rowOf.get(instrument);
      if (row === undefined) problems.push({ code: 'InstrumentUnknown', column: name, value: instrument, message: `the market has no instrument '${instrument}'` });
      else if (price !== null && typeof price !== 'number') problems.push({ code: 'ValueInvalid', column: `${name}.${instrument}`, value: price, message: `must be a number or null, got ${String(price)}` });
      else {
        rows.add(row);
        next[row] = price ?? NaN;
      }
    }
    return next;
  };
  const indexPrice = new Map(old.indexPrice);
  requireObject(change.indexPrice ?? {}, 'indexPrice');
  requireObject(change.fields ?? {}, 'fields');
  for (const [pair, price] of Object.entries(change.indexPrice ?? {})) {
    if (!indexPrice.has(pair)) problems.push({ code: 'InstrumentUnknown', column: 'indexPrice', value: pair, message: `the market has no index '${pair}'` });
    else if (price !== null && typeof price !== 'number') problems.push({ code: 'ValueInvalid', column: `indexPrice.${pair}`, value: price, message: `must be a number or null, got ${String(price)}` });
    else indexPrice.set(pair, price ?? NaN);
  }
  const fields = new Map(old.fields ?? []);
  for (const [field, prices] of Object.entries(change.fields ?? {})) {
    if (!Object.hasOwn(marketFields, field)) problems.push({ code: 'ValueInvalid', column: 'fields', value: field, message: `there is no quote '${field}'` });
    else fields.set(field as MarketField, apply(field, fields.get(field as MarketField) ?? new Float64Array(market.instruments.length).fill(NaN), prices));
  }
  const quotes: Quotes = {
    asOfMs,
    forward: apply('forward', old.forward, change.forward),
    impliedVolatility: apply('impliedVolatility', old.impliedVolatility, change.impliedVolatility),
    indexPrice,
    fields,
  };
  if (problems.length > 0) throw new BadInputError(problems);
  return { quotes, quoted: { rows: quoted, pairs: new Set(Object.keys(change.indexPrice ?? {})) } };
}

function requireObject(value: unknown, column: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  const message = `must be an object of prices by name, got ${JSON.stringify(value) ?? 'nothing'}`;
  throw new BadInputError([{ code: 'ValueInvalid', column, value, message }]);
}
