/**
 * Resolves a raw chain to a market: forwards, implied volatilities, and a reason for every row that is left out.
 *
 * An option row stays if the volatility of its strike is known, even if its own quote is bad: the volatility comes from
 * the out-of-the-money side of the strike (see `strike-volatility.ts`).
 */
import type { Instrument } from '../domain/instrument.ts';
import { pairOf } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { yearMs } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { Chain, FutureQuote, OpenInterestUnit, OptionQuote } from './chain.ts';
import type { DropReason } from './drop-reason.ts';
import { resolveForward } from './expiry-forward.ts';
import type { ExpiryForward } from './expiry-forward.ts';
import { futureName, optionName, perpetualName } from './instrument-name.ts';
import { impliedVolatilityMax, impliedVolatilityMin } from './quality-thresholds.ts';
import { quoteDefect, twoSidedQuote } from './quote-quality.ts';
import { smileOutliers } from './smile-outliers.ts';
import { groupByStrike, rowsOfStrike } from './strike-quotes.ts';
import type { ExpiryQuotes } from './strike-quotes.ts';
import { outOfTheMoneyType, strikeVolatility } from './strike-volatility.ts';
import type { StrikeVolatility } from './strike-volatility.ts';

export interface ChainResolution {
  readonly market: Market;
  /** Futures and options of the chain; `kept` plus all of `dropped`. */
  readonly rows: number;
  readonly kept: number;
  readonly dropped: ReadonlyMap<DropReason, number>;
  /** Option rows among the kept ones whose own quote has a defect, priced from the other side of their strike. */
  readonly keptFromOtherSide: number;
  /** One per expiry that has options and had not expired, usable or not. */
  readonly forwards: readonly ExpiryForward[];
}

/** One row of the market to be. */
interface MarketRow {
  readonly instrument: Instrument;
  readonly forward: number;
  readonly impliedVolatility: number;
  /** Contracts; NaN where unknown. */
  readonly openInterest: number;
  /** Of an option whose own quote is good, its mid in quote currency per base unit; else NaN. */
  readonly markPrice: number;
}

/** A row of the chain, resolved: exactly one of the two is set. */
interface ResolvedRow {
  readonly kept: MarketRow | null;
  readonly dropped: DropReason | null;
}

export function resolveChain(chain: Chain): ChainResolution {
  const spot = spotOf(chain);
  const futures = chain.futures.map((future) => resolveFuture(chain, future));
  const liveOptions = chain.options.filter((option) => option.expiryMs > chain.asOfMs);
  const expired = chain.options.length - liveOptions.length;
  const expiries = groupByStrike(liveOptions);
  const forwards = expiries.map((expiry) =>
    resolveForward(expiry, { payoff: chain.payoff, spot, futureMid: futureMidOf(chain, expiry.expiryMs) }));
  const options = expiries.flatMap((expiry, index) => resolveExpiry(chain, expiry, forwards[index], spot));
  const keptRows = [...futures, ...options].flatMap(({ kept }) => (kept === null ? [] : [kept]));
  const isDefective = (option: OptionQuote): boolean => quoteDefect(option) !== null;
  const keptFromOtherSide = options.filter(({ kept, option }) => kept !== null && isDefective(option)).length;
  const resolution: ChainResolution = {
    market: marketOf(chain, spot, keptRows),
    rows: chain.futures.length + chain.options.length,
    kept: keptRows.length,
    dropped: countDropped([...futures, ...options], expired),
    keptFromOtherSide,
    forwards,
  };
  assertEveryRowCounted(resolution);
  return resolution;
}

/** The spot price of the file; without one the mid of the perpetual, which funding ties to the index. */
function spotOf(chain: Chain): number {
  if (chain.spotPrice !== null) return chain.spotPrice;
  const mid = futureMidOf(chain, null);
  if (mid !== null) return mid;
  const message = `${chain.file}: needs a spotPrice or a perpetual with a bid and an ask`;
  throw new MargridError('ValueMissing', message, { file: chain.file, column: 'spotPrice' });
}

function futureMidOf(chain: Chain, expiryMs: number | null): number | null {
  const future = chain.futures.find((candidate) => candidate.expiryMs === expiryMs);
  return future === undefined ? null : twoSidedQuote(future)?.mid ?? null;
}

function resolveFuture(chain: Chain, future: FutureQuote): ResolvedRow {
  const { expiryMs } = future;
  if (expiryMs !== null && expiryMs <= chain.asOfMs) return { kept: null, dropped: 'expired' };
  const defect = quoteDefect(future);
  if (defect !== null) return { kept: null, dropped: defect };
  const mid = twoSidedQuote(future)!.mid;
  const instrument: Instrument = {
    name: expiryMs === null ? perpetualName(chain.baseCurrency) : futureName(chain.baseCurrency, expiryMs),
    kind: expiryMs === null ? 'perpetual' : 'future',
    ...commonTerms(chain),
    contractSize: chain.contractSize.future,
    expiryMs,
    strike: null,
    optionType: null,
  };
  const contractWorth = chain.payoff === 'inverse' ? chain.contractSize.future : chain.contractSize.future * mid;
  const openInterest = contractsOutstanding(future.openInterest, chain.openInterestUnit.future, contractWorth);
  return { kept: { instrument, forward: mid, impliedVolatility: NaN, openInterest, markPrice: NaN }, dropped: null };
}

type ResolvedOption = ResolvedRow & { readonly option: OptionQuote };

function resolveExpiry(chain: Chain, expiry: ExpiryQuotes, curve: ExpiryForward, spot: number): ResolvedOption[] {
  if (curve.defect !== null) {
    return expiry.strikes.flatMap(rowsOfStrike).map((option) => ({ option, kept: null, dropped: curve.defect }));
  }
  const timeToExpiryYears = (expiry.expiryMs - chain.asOfMs) / yearMs;
  const strikes = expiry.strikes
    .map((strike) => strikeVolatility(strike, curve, chain.payoff))
    .map((strike) => withinVolatilityBand(strike, timeToExpiryYears));
  return withoutOutliers(strikes).flatMap((strike) => rowsOfStrike(strike.strike).map((option) => {
    if (strike.defect !== null) {
      return { option, kept: null, dropped: reasonOfRow(option, strike.defect, curve.forward) };
    }
    const impliedVolatility = strike.standardDeviation / Math.sqrt(timeToExpiryYears);
    const kept = optionRow(chain, option, { forward: curve.forward, impliedVolatility, spot });
    return { option, kept, dropped: null };
  }));
}

function withinVolatilityBand(strike: StrikeVolatility, timeToExpiryYears: number): StrikeVolatility {
  if (strike.defect !== null) return strike;
  const volatility = strike.standardDeviation / Math.sqrt(timeToExpiryYears);
  const isInBand = volatility >= impliedVolatilityMin && volatility <= impliedVolatilityMax;
  return isInBand ? strike : { ...strike, defect: 'volatility-out-of-band' };
}

function withoutOutliers(strikes: readonly StrikeVolatility[]): StrikeVolatility[] {
  const usable = strikes.filter((strike) => strike.defect === null);
  const flags = smileOutliers(usable.map((strike) => strike.standardDeviation));
  const outliers = new Set(usable.filter((_strike, index) => flags[index]));
  return strikes.map((strike) => (outliers.has(strike) ? { ...strike, defect: 'off-the-smile' } : strike));
}

/** A bad quote is the reason of its own row; the row across only lost the side that its volatility comes from. */
function reasonOfRow(option: OptionQuote, defect: DropReason, forward: number): DropReason {
  const concernsBothRows = defect === 'strike-fails-parity' || defect === 'off-the-smile'
    || defect === 'volatility-out-of-band';
  const isOutOfTheMoney = option.optionType === outOfTheMoneyType(option.strike, forward);
  return concernsBothRows || isOutOfTheMoney ? defect : 'other-side-unusable';
}

interface OptionNumbers {
  readonly forward: number;
  readonly impliedVolatility: number;
  readonly spot: number;
}

function optionRow(chain: Chain, option: OptionQuote, { forward, impliedVolatility, spot }: OptionNumbers): MarketRow {
  const { expiryMs, strike, optionType } = option;
  const instrument: Instrument = {
    name: optionName(chain.baseCurrency, expiryMs, strike, optionType),
    kind: 'option',
    ...commonTerms(chain),
    contractSize: chain.contractSize.option,
    expiryMs,
    strike,
    optionType,
  };
  const contractWorth = chain.contractSize.option * spot;
  const openInterest = contractsOutstanding(option.openInterest, chain.openInterestUnit.option, contractWorth);
  return { instrument, forward, impliedVolatility, openInterest, markPrice: markPriceOf(chain, option, forward) };
}

/** As quoted, so discounted where the venue's quotes are: unlike the engine's value, which is a forward value. */
function markPriceOf(chain: Chain, option: OptionQuote, forward: number): number {
  if (quoteDefect(option) !== null) return NaN;
  const { mid } = twoSidedQuote(option)!;
  return chain.payoff === 'inverse' ? mid * forward : mid;
}

function commonTerms(chain: Chain) {
  const { payoff, baseCurrency, quoteCurrency, settlementCurrency } = chain;
  return { payoff, baseCurrency, quoteCurrency, settlementCurrency };
}

/** `contractWorth` in quote currency. */
function contractsOutstanding(openInterest: number | null, unit: OpenInterestUnit, contractWorth: number): number {
  if (openInterest === null) return NaN;
  return unit === 'contracts' ? openInterest : openInterest / contractWorth;
}

function marketOf(chain: Chain, spot: number, rows: readonly MarketRow[]): Market {
  return {
    asOfMs: chain.asOfMs,
    instruments: rows.map((row) => row.instrument),
    forward: Float64Array.from(rows, (row) => row.forward),
    impliedVolatility: Float64Array.from(rows, (row) => row.impliedVolatility),
    indexPrice: new Map([[pairOf(chain.baseCurrency, chain.quoteCurrency), spot]]),
    openInterest: Float64Array.from(rows, (row) => (Number.isNaN(row.openInterest) ? 0 : row.openInterest)),
    fields: new Map([
      ['markPrice', Float64Array.from(rows, (row) => row.markPrice)],
      ['openInterest', Float64Array.from(rows, (row) => row.openInterest)],
    ]),
  };
}

function countDropped(rows: readonly ResolvedRow[], expired: number): Map<DropReason, number> {
  const counts = new Map<DropReason, number>();
  if (expired > 0) counts.set('expired', expired);
  for (const { dropped } of rows) {
    if (dropped !== null) counts.set(dropped, (counts.get(dropped) ?? 0) + 1);
  }
  return counts;
}

function assertEveryRowCounted(resolution: ChainResolution): void {
  const dropped = [...resolution.dropped.values()].reduce((sum, count) => sum + count, 0);
  if (resolution.kept + dropped !== resolution.rows) {
    throw new MargridError('EngineState', `${resolution.kept} rows kept and ${dropped} dropped of ${resolution.rows}`);
  }
}
