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
