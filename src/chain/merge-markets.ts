import type { Market, MarketField } from '../domain/market.ts';
import { timeToExpiryYears } from '../domain/market.ts';
import { MargridError } from '../errors.ts';

/**
 * One market of two snapshots, as of the later of the two unless `asOfMs` says otherwise.
 *
 * A market has one time. Where a snapshot was taken at another, its volatilities are rescaled so that every option
 * keeps its total standard deviation `volatility · sqrt(T)`, hence its quoted price: no price is changed by the shift
 * of the clock. (Between the close of a stock exchange on Friday and a coin exchange on Saturday that is also what
 * happened: the stock market did not move.) Throws `ExpiryPassed` if a contract would have expired by the common
 * time.
 */
export function mergeMarkets(first: Market, second: Market, asOfMs = Math.max(first.asOfMs, second.asOfMs)): Market {
  const markets = [atTime(first, asOfMs), atTime(second, asOfMs)] as const;
  const instruments = markets.flatMap((market) => [...market.instruments]);
  requireUniqueNames(instruments.map((instrument) => instrument.name));
  const fields = mergeFields(markets);
  return {
    asOfMs,
    instruments,
    forward: concatenate(markets.map((market) => market.forward)),
    impliedVolatility: concatenate(markets.map((market) => market.impliedVolatility)),
    indexPrice: mergeIndexPrices(first.indexPrice, second.indexPrice),
    openInterest: concatenate(markets.map((market) => market.openInterest)),
    ...(fields.size === 0 ? {} : { fields }),
  };
}

/** Every field that one of the markets has; NaN where the other has it not. */
function mergeFields(markets: readonly Market[]): Map<MarketField, Float64Array> {
  const names = new Set(markets.flatMap((market) => [...(market.fields?.keys() ?? [])]));
  const columnOf = (market: Market, name: MarketField): Float64Array =>
    market.fields?.get(name) ?? new Float64Array(market.instruments.length).fill(NaN);
  const joined = (name: MarketField): Float64Array => concatenate(markets.map((market) => columnOf(market, name)));
  return new Map([...names].map((name) => [name, joined(name)] as const));
}

function atTime(market: Market, asOfMs: number): Market {
  if (asOfMs === market.asOfMs) return market;
  const impliedVolatility = market.impliedVolatility.map((volatility, index) => {
    const instrument = market.instruments[index];
    if (instrument.expiryMs === null) return volatility;
    const years = timeToExpiryYears(instrument, asOfMs);
    if (!(years > 0)) {
      const message = `${instrument.name} has expired by the common time ${new Date(asOfMs).toISOString()}`;
      throw new MargridError('ExpiryPassed', message, { value: instrument.name });
    }
    return volatility * Math.sqrt(timeToExpiryYears(instrument, market.asOfMs) / years);
  });
  return { ...market, asOfMs, impliedVolatility };
}

function requireUniqueNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new MargridError('InstrumentDuplicate', `both markets have ${name}`, { value: name });
    seen.add(name);
  }
}

function mergeIndexPrices(first: Market['indexPrice'], second: Market['indexPrice']): Map<string, number> {
  for (const [pair, price] of second) {
    const other = first.get(pair);
    if (other !== undefined && other !== price) {
      const message = `the markets disagree on the index price of ${pair}: ${other} and ${price}`;
      throw new MargridError('ValueInvalid', message, { value: price });
    }
  }
  return new Map([...first, ...second]);
}

function concatenate(columns: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(columns.reduce((count, column) => count + column.length, 0));
  let offset = 0;
  for (const column of columns) {
    all.set(column, offset);
    offset += column.length;
  }
  return all;
}
