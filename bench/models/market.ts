import type { Instrument, InstrumentKind, Payoff } from '../../src/domain/instrument.ts';
import { marketFields, yearMs, type Market, type MarketField } from '../../src/domain/market.ts';
import type { MarginModel } from '../../src/margin/model.ts';
import type { SpanParams } from '../../src/margin/span/parameters.ts';
import { spanMarket } from '../../src/span/span-market.ts';

const asOfMs = Date.UTC(2026, 1, 16);
const dayMs = 24 * 3600 * 1000;
const expiryDays = [2, 7, 14, 30, 60, 90, 180, 330];
const strikeSteps = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5];

interface Underlying {
  readonly base: string;
  readonly price: number;
  readonly volatility: number;
}

const coins: readonly Underlying[] = [
  { base: 'BTC', price: 60_000, volatility: 0.5 },
  { base: 'ETH', price: 3_000, volatility: 0.65 },
];
const equities: readonly Underlying[] = [
  { base: 'SPX', price: 6_000, volatility: 0.18 },
  { base: 'XYZ', price: 100, volatility: 0.35 },
];

/** Plausible values of the further quotes; what a model does not ask for, it does not see. */
const fieldValues: Readonly<Record<MarketField, number>> = {
  ...(Object.fromEntries(Object.keys(marketFields).map((name) => [name, 1])) as Record<MarketField, number>),
  interestRate: 0.04,
  dividendYield: 0.01,
  fundingRate: 0.0001,
  openInterest: 1_000_000,
};

/** Candidate markets: coins settled in a dollar currency or in the coin, shares and indices. */
const candidates: readonly (() => Listing[])[] = [
  () => coins.flatMap((coin) => listingsOf(coin, 'linear', 'USDC', 1)),
  () => coins.flatMap((coin) => listingsOf(coin, 'linear', 'USDT', 1)),
  () => coins.flatMap((coin) => listingsOf(coin, 'inverse', 'USD', 1)),
  () => coins.flatMap((coin) => listingsOf(coin, 'linear', 'USD', 1)),
  () => equities.flatMap((equity) => listingsOf(equity, 'linear', 'USD', 100)),
];

interface Listing {
  readonly instrument: Instrument;
  readonly forward: number;
  readonly volatility: number;
}

/**
 * The candidate of which the model margins most instruments, without those that it refuses. SPAN margins what its
 * risk-parameter file lists, so that file is its market.
 */
export function marketFor(model: MarginModel<unknown>, params: unknown): Market {
  if (model.name === 'span') return spanMarket(params as SpanParams).market;
  const accepted = candidates.map((listings) => listings().filter(({ instrument }) => isMargined(model, params, instrument)));
  const best = accepted.reduce((left, right) => (right.length > left.length ? right : left));
  return marketOf(best);
}

function isMargined(model: MarginModel<unknown>, params: unknown, instrument: Instrument): boolean {
  return model.kind === 'portable' && model.refusal(instrument, params) === null;
}

function listingsOf(underlying: Underlying, payoff: Payoff, quote: string, optionSize: number): Listing[] {
  const { base, price, volatility } = underlying;
  const isInverse = payoff === 'inverse';
  const settlement = isInverse ? base : quote;
  const instrument = (kind: InstrumentKind, name: string, rest: Partial<Instrument>): Instrument => ({
    name: `${base}_${quote}-${name}`,
    kind,
    payoff,
    baseCurrency: base,
    quoteCurrency: quote,
    settlementCurrency: settlement,
    contractSize: isInverse ? 10 : 1,
    expiryMs: null,
    strike: null,
    optionType: null,
    ...rest,
  });
  const listings: Listing[] = [{ instrument: instrument('perpetual', 'PERP', {}), forward: price, volatility: NaN }];
  if (!isInverse) listings.push({ instrument: instrument('spot', 'SPOT', {}), forward: price, volatility: NaN });
  for (const days of expiryDays) {
    const expiryMs = asOfMs + days * dayMs;
    const forward = price * (1 + 0.04 * (days / 365));
    listings.push({ instrument: instrument('future', `${days}D`, { expiryMs }), forward, volatility: NaN });
    for (const step of strikeSteps) {
      const strike = Math.round(price * (1 + 0.06 * step));
      for (const optionType of ['call', 'put'] as const) {
        const contractSize = isInverse ? 1 : optionSize;
        const name = `${days}D-${strike}-${optionType === 'call' ? 'C' : 'P'}`;
        const option = instrument('option', name, { expiryMs, strike, optionType, contractSize });
        listings.push({ instrument: option, forward, volatility: volatility * (1 + 0.01 * Math.abs(step)) });
      }
    }
  }
  return listings;
}

function marketOf(listings: readonly Listing[]): Market {
  const names = Object.keys(marketFields) as MarketField[];
  const column = (name: MarketField): Float64Array =>
    Float64Array.from(listings, (listing) => (name === 'markPrice' ? markOf(listing) : name === 'twapPrice' ? listing.forward : fieldValues[name]));
  const pairs = listings.map(({ instrument: { baseCurrency, quoteCurrency } }) => {
    const { price } = [...coins, ...equities].find(({ base }) => base === baseCurrency)!;
    return [`${baseCurrency}_${quoteCurrency}`.toLowerCase(), price] as const;
  });
  return {
    asOfMs,
    instruments: listings.map(({ instrument }) => instrument),
    forward: Float64Array.from(listings, ({ forward }) => forward),
    impliedVolatility: Float64Array.from(listings, ({ volatility }) => volatility),
    indexPrice: new Map(pairs),
    openInterest: new Float64Array(listings.length),
    fields: new Map(names.map((name) => [name, column(name)] as const)),
  };
}

/** Close enough to a market price for a benchmark: intrinsic value and the time value at the money. */
function markOf({ instrument: { strike, optionType, expiryMs }, forward, volatility }: Listing): number {
  if (strike === null || expiryMs === null) return forward;
  const intrinsic = Math.max(optionType === 'call' ? forward - strike : strike - forward, 0);
  return Math.round((intrinsic + 0.4 * forward * volatility * Math.sqrt((expiryMs - asOfMs) / yearMs)) * 100) / 100;
}
