import { columnName } from '../domain/column-name.ts';
import { marketFields, type MarketField } from '../domain/market.ts';
import { limits } from '../limits.ts';

type SnakeCase<Text extends string> = Text extends `${infer Head}${infer Rest}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Rest>}`
  : Text;

/** The column of a market field: `openInterest` stands in `open_interest`. */
export type FieldColumn = SnakeCase<MarketField>;

export const fieldNames = Object.keys(marketFields) as readonly MarketField[];

export function fieldColumn(field: MarketField): FieldColumn {
  return columnName(field) as FieldColumn;
}

export interface FieldRange {
  readonly min: number;
  readonly max: number;
}

/**
 * What a field may hold, by what its name says it is, so that a new field needs no entry here: a confidence is a
 * share, a price or an amount is not negative, a rate or a delta may have either sign, and so may anything else.
 */
export function fieldRange(field: MarketField): FieldRange {
  if (/confidence$/i.test(field)) return { min: 0, max: 1 };
  if (/(price|forward|spread)$/i.test(field)) return { min: 0, max: limits.priceMax };
  if (/(interest|volume)$/i.test(field)) return { min: 0, max: limits.quantityMax };
  const max = /(rate|yield|delta)$/i.test(field) ? rateMax : limits.priceMax;
  return { min: -max, max };
}

/** Ten thousand percent: beyond it a rate was written in percent, or is no rate. */
const rateMax = 100;
