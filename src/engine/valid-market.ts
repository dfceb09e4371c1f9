import type { Instrument } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { BadInputError, MargridError, type Problem } from '../errors.ts';
import { limits } from '../limits.ts';

/** True if a position's value is its P&L since entry. */
export function isFuture({ kind }: Instrument): boolean {
  return kind === 'future' || kind === 'perpetual';
}

/**
 * What a market that was made by hand must keep to. Prices and volatilities are not checked: a bad one quarantines what
 * depends on it. Throws
 * `BadInputError` for instruments, `OptionInvalid` for the shape of the market.
 */
export function requireValidMarket(market: Market): void {
  const count = market.instruments.length;
  if (count === 0) throw new MargridError('OptionInvalid', 'the market has no instruments');
  if (!Number.isFinite(market.asOfMs))
    throw new MargridError('OptionInvalid', `market.asOfMs must be a time, got ${market.asOfMs}`);
  requireQuotes(market, count);
  const names = new Set<string>();
  const problems: Problem[] = [];
  market.instruments.forEach((instrument, index) => {
    const rule = brokenRule(instrument, names.has(instrument.name));
    if (rule !== null) {
      const message = `instrument ${instrument.name}: ${rule}`;
      problems.push({ code: 'ValueInvalid', row: index + 1, column: 'instruments', value: instrument.name, message });
    }
    names.add(instrument.name);
  });
  if (problems.length > 0) throw new BadInputError(problems.slice(0, limits.problemCountMax), problems.length);
}

/** Forwards, volatilities and index prices of a market or a tick. Throws `OptionInvalid`. */
export function requireQuotes(
  quotes: Pick<Market, 'forward' | 'impliedVolatility' | 'indexPrice' | 'fields'>,
  count: number,
): void {
  for (const column of ['forward', 'impliedVolatility'] as const) {
    if (!(quotes[column] instanceof Float64Array) || quotes[column].length !== count) {
      throw new MargridError(
        'OptionInvalid',
        `${column} must be a Float64Array of ${count} values, one per instrument`,
      );
    }
  }
  for (const [name, column] of quotes.fields ?? []) {
    if (column instanceof Float64Array && column.length === count) continue;
    throw new MargridError('OptionInvalid', `fields.${name} must be a Float64Array of ${count} values, one per instrument`);
  }
  if (!(quotes.indexPrice instanceof Map)) {
    throw new MargridError('OptionInvalid', "indexPrice must be a Map from pair ('btc_usd') to price");
  }
}

/** What is wrong with an instrument, or null. Written positively, so that NaN and undefined fail. */
function brokenRule(instrument: Instrument, isDuplicate: boolean): string | null {
  const { kind, payoff, baseCurrency, quoteCurrency, settlementCurrency, contractSize, expiryMs, strike, optionType } =
    instrument;
  if (isDuplicate) return 'its name occurs twice';
  if (!['spot', 'future', 'perpetual', 'option'].includes(kind)) return `unknown kind '${kind}'`;
  if (payoff !== 'linear' && payoff !== 'inverse') return `unknown payoff '${String(payoff)}'`;
  const settlement = payoff === 'inverse' ? baseCurrency : quoteCurrency;
  if (settlementCurrency !== settlement)
    return `an instrument of ${payoff} payoff settles in ${settlement}, not in ${settlementCurrency}`;
  if (kind === 'spot' && payoff !== 'linear') return 'spot is linear';
  if (!(contractSize > 0 && contractSize <= limits.quantityMax)) return `contractSize must be > 0, got ${contractSize}`;
  const isDated = kind === 'future' || kind === 'option';
  if (isDated !== Number.isFinite(expiryMs)) return isDated ? 'it needs an expiryMs' : `${kind} has no expiry`;
  if (kind !== 'option') return null;
  if (optionType !== 'call' && optionType !== 'put')
    return `optionType must be call or put, got '${String(optionType)}'`;
  return strike !== null && strike > 0 && strike <= limits.priceMax ? null : `strike must be > 0, got ${strike}`;
}
