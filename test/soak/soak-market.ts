import type { Instrument, OptionType } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { between, pick } from '../support/seeded-random.ts';

/** Generated markets and parameters: ordinary ones and extreme ones, several risk groups, options of every tenor. */
export const startMs = Date.UTC(2026, 7, 1, 18);
const minuteMs = 60_000;
const dayMs = 86_400_000;

export interface SoakMarket {
  readonly market: Market;
  readonly params: object;
  /** Others of the same kind, for the same market. */
  readonly otherParams: (random: () => number) => object;
}

interface Underlying {
  readonly base: string;
  readonly quote: string;
  readonly isInverse: boolean;
  readonly spot: number;
}

const listed: readonly Underlying[] = [
  { base: 'BTC', quote: 'USD', isInverse: true, spot: 62_650 },
  { base: 'ETH', quote: 'USD', isInverse: true, spot: 3_100 },
  { base: 'SPX', quote: 'USD', isInverse: false, spot: 7_490 },
  { base: 'SOL', quote: 'USDC', isInverse: false, spot: 172 },
  { base: 'XRP', quote: 'USDC', isInverse: false, spot: 0.52 },
];

/** Minutes to expiry: from nearly none to years, both vega powers, the pivots of 1 and 30 days. */
const tenors: readonly number[] = [
  2, 45, 350, 1_000, 1_440, 1_500, 2_900, 10 * 1_440, 29.9 * 1_440, 30 * 1_440, 95 * 1_440, 400 * 1_440,
];
const moneyness: readonly number[] = [0.02, 0.4, 0.75, 0.9, 0.97, 1, 1.01, 1.06, 1.2, 1.7, 12];

/** `many`: forty small underlyings of one settlement currency besides. */
export function soakMarket(random: () => number, isExtreme: boolean, many: boolean): SoakMarket {
  const small = Array.from({ length: many ? 40 : 0 }, (_, index): Underlying => ({
    base: `C${index}`, quote: 'USDC', isInverse: false, spot: Math.exp(between(random, -6, 6)),
  }));
  const chosen = [...listed.filter(() => random() < 0.6), ...small];
  const underlyings = chosen.length > 0 ? chosen : [listed[0]];
  const quoted = underlyings.flatMap((each) => chain(each, random, isExtreme));
  const params = soakParams(underlyings, random, isExtreme);
  const market: Market = {
    asOfMs: startMs,
    instruments: quoted.map(({ instrument }) => instrument),
    forward: Float64Array.from(quoted, ({ forward }) => forward),
    impliedVolatility: Float64Array.from(quoted, ({ volatility }) => volatility),
    indexPrice: new Map(underlyings.map((each) => [pairName(each), each.spot] as const)),
    openInterest: new Float64Array(quoted.length),
  };
  return { market, params, otherParams: (other) => soakParams(underlyings, other, isExtreme) };
}

function soakParams(underlyings: readonly Underlying[], random: () => number, isExtreme: boolean): object {
  return {
    general: {
      timestamp: 1_718_619_740_501, mm_factor: pick(random, [0.8, 0.8, 1, 0.5]), buckets_count: pick(random, [4, 4, 2, 5]),
      vol_scenarios_count: 3,
    },
    currency: Object.fromEntries(underlyings.map(({ base }) => [base.toLowerCase(), currencyParams(random)])),
    currency_pair: Object.fromEntries(underlyings.map((each) => [pairName(each), pairParams(random, isExtreme)])),
  };
}

function pairName({ base, quote }: Underlying): string {
  return `${base}_${quote}`.toLowerCase();
}

function currencyParams(random: () => number): object {
  return {
    min_annualised_move: pick(random, [0.01, 0, 0.003, 0.05]), annualised_move_risk: pick(random, [0.075, 0.3, 0, 2]),
    pnl_offset: pick(random, [0, 0.6]), correlation_set: false, equity_side_impact: 'both', haircut: 0,
    extended_dampener: pick(random, [100_000, 0, 500, 20_000]), max_offsetable_pnl: 0,
  };
}

function pairParams(random: () => number, isExtreme: boolean): object {
  return {
    price_range: pick(random, [0.16, 0.08, 0.3]), m_inc: pick(random, [5e-5, 0.01, 1e-3]),
    delta_total_liq_shock_threshold: pick(random, [20_000_000, 100_000, 2_000, 0]), max_delta_shock: pick(random, [0.1, 0.02]),
    min_volatility_for_shock_up: pick(random, [0.5, 0.25, 0, 1.2]),
    volatility_range_up: pick(random, [0.5, 0.5, 2]),
    // With short tenors the shock down reaches -100%: nothing bounds what time does to it.
    volatility_range_down: isExtreme ? pick(random, [0.25, 0.36, 0.9, 1]) : 0.25,
    extended_table_factor: pick(random, [1, 1, 0.5]),
    short_term_vega_power: pick(random, [0.3, 0.5, 0]), long_term_vega_power: pick(random, [0.13, 0.5]),
  };
}

interface Quoted {
  readonly instrument: Instrument;
  readonly forward: number;
  readonly volatility: number;
}

function chain(underlying: Underlying, random: () => number, isExtreme: boolean): Quoted[] {
  const { base, quote, isInverse, spot } = underlying;
  const isSmall = base.startsWith('C');
  const terms = {
    baseCurrency: base, quoteCurrency: quote, settlementCurrency: isInverse ? base : quote,
    payoff: isInverse ? 'inverse' : 'linear',
  } as const;
  const none = { strike: null, optionType: null } as const;
  const contractSize = isInverse ? 10 : 1;
  const quoted: Quoted[] = [{
    instrument: { ...terms, ...none, name: `${base}-PERPETUAL`, kind: 'perpetual', contractSize, expiryMs: null },
    forward: spot * 1.0003, volatility: NaN,
  }];
  if (!isInverse) {
    const spotTerms = { ...terms, ...none, name: `${base}-SPOT`, kind: 'spot', contractSize, expiryMs: null } as const;
    quoted.push({ instrument: spotTerms, forward: spot, volatility: NaN });
  }
  for (const minutes of tenors.filter(() => random() < (isSmall ? 0.05 : 0.45))) {
    const expiryMs = startMs + Math.round(minutes * minuteMs);
    const forward = spot * (1 + (0.0004 * minutes * minuteMs) / dayMs);
    const future = { ...terms, ...none, name: `${base}-F${minutes}`, kind: 'future', contractSize, expiryMs } as const;
    quoted.push({ instrument: future, forward, volatility: NaN });
    const level = isExtreme ? pick(random, [0.03, 0.3, 0.8, 4]) : between(random, 0.3, 0.9);
    const ratios = isExtreme ? moneyness : moneyness.slice(2, 10);
    for (const ratio of ratios.filter(() => random() < 0.5)) {
      for (const optionType of ['call', 'put'] as readonly OptionType[]) {
        quoted.push({
          instrument: {
            ...terms, name: `${base}-${minutes}-${ratio}-${optionType}`, kind: 'option', contractSize: isInverse ? 1 : 0.5,
            expiryMs, strike: ratio === 1 ? forward : spot * ratio, optionType,
          },
          forward, volatility: level * (1 + 0.4 * Math.min(Math.abs(Math.log(ratio)), 2)),
        });
      }
    }
  }
  return quoted;
}
