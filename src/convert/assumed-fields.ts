<<<<<<< HEAD
import { marketFields, type Market, type MarketField } from '../domain/market.ts';
import { MargridError } from '../errors.ts';

/**
 * A value for every instrument whose quote the market does not have: a stated assumption, never made by itself. Quotes
 * that exist stay.
 */
export function withAssumedFields(market: Market, assumed: ReadonlyMap<MarketField, number>): Market {
  if (assumed.size === 0) return market;
  const fields = new Map(market.fields ?? []);
  for (const [name, value] of assumed) {
    const quoted = fields.get(name) ?? new Float64Array(market.instruments.length).fill(NaN);
    fields.set(name, quoted.map((each) => (Number.isNaN(each) ? value : each)));
  }
  return { ...market, fields };
}

/** `interest_rate=0.04` as field and value. Throws `OptionInvalid`. */
export function parseAssumption(text: string): readonly [MarketField, number] {
  const [column, number = '', ...rest] = text.split('=');
  const name = column.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  const value = Number(number);
  const isKnown = Object.hasOwn(marketFields, name);
  if (isKnown && rest.length === 0 && number.trim() !== '' && Number.isFinite(value)) return [name as MarketField, value];
  const known = Object.keys(marketFields).map((each) => each.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  throw new MargridError(
    'OptionInvalid',
    `--assume must be a field and a number, like interest_rate=0.04, got '${text}'; fields: ${known.join(', ')}`,
    { column: '--assume', value: text },
  );
}
=======
import type { Market, MarketField } from '../domain/market.ts';

/** The market with a value for each of these fields wherever it has none: what the caller takes upon himself to assume. */
export function withAssumedFields(market: Market, assumed: ReadonlyMap<MarketField, number>): Market {
  if (assumed.size === 0) return market;
  const fields = new Map(market.fields ?? []);
  for (const [field, value] of assumed) {
    const known = fields.get(field) ?? new Float64Array(market.instruments.length).fill(NaN);
    fields.set(field, known.map((each) => (Number.isNaN(each) ? value : each)));
  }
  return { ...market, fields };
}
>>>>>>> m-surfaces
