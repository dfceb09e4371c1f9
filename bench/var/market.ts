import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { RandomStream } from '../../src/generate/random.ts';
import type { RiskFactor, ScenarioSet } from '../../src/scenario/scenario-set.ts';

const asOfMs = Date.UTC(2026, 1, 16);
const dayMs = 24 * 3600 * 1000;
const expiryDays = [2, 7, 14, 30, 60, 90, 180, 330];
/** Stream of a seed that no other workload uses. */
const scenarioStream = 104;

interface Underlying {
  readonly base: string;
  readonly payoff: 'linear' | 'inverse';
  readonly quote: string;
  readonly price: number;
  readonly volatility: number;
}

/** Coin-margined and dollar-margined options and futures, as crypto venues list them, and an index. */
const underlyings: readonly Underlying[] = [
  { base: 'BTC', payoff: 'inverse', quote: 'USD', price: 60_000, volatility: 0.5 },
  { base: 'ETH', payoff: 'inverse', quote: 'USD', price: 3_000, volatility: 0.65 },
  { base: 'SOL', payoff: 'linear', quote: 'USDC', price: 150, volatility: 0.8 },
  { base: 'SPX', payoff: 'linear', quote: 'USD', price: 6_000, volatility: 0.18 },
];

/** `count` instruments: per underlying and expiry one future to every ten options, and one perpetual. */
export function varMarket(count: number): Market {
  const listed = underlyings.map((underlying, index) => {
    const share = Math.floor(((index + 1) * count) / underlyings.length) - Math.floor((index * count) / underlyings.length);
    return Array.from({ length: share }, (_, place) => instrumentOf(underlying, place));
  });
  const instruments = listed.flat();
  const of = ({ baseCurrency }: Instrument): Underlying => underlyings.find(({ base }) => base === baseCurrency)!;
  const pairs = underlyings.map(({ base, quote, price }) => [`${base}_${quote}`.toLowerCase(), price] as const);
  return {
    asOfMs,
    instruments,
    forward: Float64Array.from(instruments, (each) => of(each).price * (1 + 0.04 * (((each.expiryMs ?? asOfMs) - asOfMs) / dayMs / 365))),
    impliedVolatility: Float64Array.from(instruments, (each) => {
      const { price, volatility } = of(each);
      return each.strike === null ? NaN : volatility * (1 + 0.4 * Math.abs(each.strike / price - 1));
    }),
    indexPrice: new Map(pairs),
    openInterest: new Float64Array(count),
  };
}

function instrumentOf({ base, payoff, quote, price }: Underlying, place: number): Instrument {
  const days = expiryDays[place % expiryDays.length];
  const rung = Math.floor(place / expiryDays.length);
  const kind = place === 0 ? 'perpetual' : rung % 11 === 0 ? 'future' : 'option';
  const shared = {
    name: `${base}-${place}`, kind, payoff, baseCurrency: base, quoteCurrency: quote,
    settlementCurrency: payoff === 'inverse' ? base : quote,
  } as const;
  const expiryMs = kind === 'perpetual' ? null : asOfMs + days * dayMs;
  if (kind !== 'option') return { ...shared, contractSize: payoff === 'inverse' ? 10 : 1, expiryMs, strike: null, optionType: null };
  const step = Math.floor(rung / 2) % 41;
  const strike = Math.round(price * (1 + 0.025 * ((step % 2 === 0 ? 1 : -1) * Math.ceil(step / 2))));
  return { ...shared, contractSize: 1, expiryMs, strike, optionType: rung % 2 === 0 ? 'call' : 'put' };
}

/**
 * Days as in a history: one move of the market and one of each underlying, calm and wild times taking turns; volatility
 * moves against the price. All by 32-bit integer streams and the four operations.
 */
export function varScenarios(count: number, seed: number): ScenarioSet {
  const factors: RiskFactor[] = underlyings.flatMap(({ base }) =>
    (['price', 'volatility'] as const).map((kind) => ({ kind, underlying: base, expiry: null, change: 'relative' as const })));
  const moves = new Float64Array(factors.length * count);
  const random = new RandomStream();
  let wildness = 1;
  for (let scenario = 0; scenario < count; scenario++) {
    random.restart(seed, scenario, scenarioStream);
    wildness = 0.97 * wildness + 0.03 * (random.nextFraction() < 0.03 ? 12 : 0.66);
    const common = bell(random);
    underlyings.forEach(({ volatility }, index) => {
      const size = wildness * volatility * 0.052;
      const move = size * (0.7 * common + 0.7 * bell(random));
      moves[2 * index * count + scenario] = Math.max(move, -0.6);
      moves[(2 * index + 1) * count + scenario] = Math.max(wildness * 0.04 * bell(random) - 0.8 * move, -0.6);
    });
  }
  return { factors, count, moves };
}

/** Sum of six uniform numbers less its mean: variance 1/2, no logarithm. */
function bell(random: RandomStream): number {
  let sum = -3;
  for (let i = 0; i < 6; i++) sum += random.nextFineFraction();
  return sum;
}
