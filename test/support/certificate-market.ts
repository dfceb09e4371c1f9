import type { Instrument, OptionType } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { between, pick, seededRandom } from './seeded-random.ts';
import { params as shippedParams, type Row } from './synthetic-book.ts';

export const certificateAsOfMs = Date.UTC(2026, 7, 1, 18);
const dayMs = 86_400_000;

interface Params {
  readonly general: object;
  readonly currency: Readonly<Record<string, object>>;
  readonly currency_pair: Readonly<Record<string, object>>;
}

/**
 * Shipped parameters with a second linear pair. `isShocked`: delta shock from 100,000 USD of delta on, steep enough to
 * reach its cap in books of a few coins.
 */
export function certificateParams(isShocked: boolean): Params {
  const { general, currency, currency_pair: pairs } = shippedParams as Params;
  const shock = isShocked ? { delta_total_liq_shock_threshold: 100_000, m_inc: 0.01 } : {};
  return {
    general,
    currency: { ...currency, eth: { ...currency.btc, annualised_move_risk: 0.3, extended_dampener: 3_000 } },
    currency_pair: {
      btc_usd: { ...pairs.btc_usd, ...shock },
      spx_usd: { ...pairs.spx_usd, ...shock },
      eth_usd: { ...pairs.btc_usd, ...shock, price_range: 0.2, min_volatility_for_shock_up: 0.7 },
    },
  };
}

interface Quoted {
  readonly instrument: Instrument;
  readonly forward: number;
  readonly volatility: number;
}

function chain(base: string, isInverse: boolean, size: number, optionSize: number, spot: number): Quoted[] {
  const terms = {
    baseCurrency: base, quoteCurrency: 'USD', settlementCurrency: isInverse ? base : 'USD',
    payoff: isInverse ? 'inverse' : 'linear',
  } as const;
  const none = { strike: null, optionType: null } as const;
  const quoted: Quoted[] = [{
    instrument: { ...terms, ...none, name: `${base}-PERPETUAL`, kind: 'perpetual', contractSize: size, expiryMs: null },
    forward: spot * 1.0003, volatility: NaN,
  }];
  if (!isInverse) {
    quoted.push({
      instrument: { ...terms, ...none, name: `${base}-SPOT`, kind: 'spot', contractSize: size, expiryMs: null },
      forward: spot, volatility: NaN,
    });
  }
  // 24 to 40 days, and half a year: the vega power changes at 30 days; roll shocks are above their minimum in the last.
  for (const [place, days] of [4, 26, 200].entries()) {
    const expiryMs = certificateAsOfMs + days * dayMs;
    const forward = spot * (1 + 0.0004 * days);
    quoted.push({
      instrument: { ...terms, ...none, name: `${base}-F${place}`, kind: 'future', contractSize: size, expiryMs },
      forward, volatility: NaN,
    });
    for (const ratio of [0.8, 0.95, 1.02, 1.3]) {
      for (const optionType of ['call', 'put'] as readonly OptionType[]) {
        const strike = Math.round(spot * ratio);
        quoted.push({
          instrument: {
            ...terms, name: `${base}-${place}-${strike}-${optionType}`, kind: 'option', contractSize: optionSize,
            expiryMs, strike, optionType,
          },
          // The floor of the shock up, 0.5 or 0.7, binds for some and not for others.
          forward, volatility: 0.28 + 0.3 * Math.abs(Math.log(ratio)) + 0.06 * place,
        });
      }
    }
  }
  return quoted;
}

/** BTC settled in coin; ETH and SPX settled in USD: two risk groups of one netting set. */
export function certificateMarket(): Market {
  const quoted = [
    ...chain('BTC', true, 10, 1, 62_650), ...chain('ETH', false, 1, 1, 3_100), ...chain('SPX', false, 1, 10, 7_490),
  ];
  return {
    asOfMs: certificateAsOfMs,
    instruments: quoted.map(({ instrument }) => instrument),
    forward: Float64Array.from(quoted, ({ forward }) => forward),
    impliedVolatility: Float64Array.from(quoted, ({ volatility }) => volatility),
    indexPrice: new Map([['btc_usd', 62_650], ['eth_usd', 3_100], ['spx_usd', 7_490]]),
    openInterest: new Float64Array(quoted.length),
  };
}

export type BookKind = 'perpetual' | 'hedge' | 'spread' | 'options' | 'mixed' | 'groups';

/** One account per kind in turn, each in one netting set. Sizes are around a few coins' worth. */
export function certificateRows(market: Market, kinds: readonly BookKind[], seed: number): Row[] {
  const random = seededRandom(seed);
  return kinds.flatMap((kind, account) => {
    const bases = kind === 'groups' ? ['ETH', 'SPX'] : [pick(random, ['BTC', 'BTC', 'ETH'])];
    return bases.flatMap((base) => holdings(market, kind, base, random).map((row) => ({ account, ...row })));
  });
}

function holdings(market: Market, kind: BookKind, base: string, random: () => number): Omit<Row, 'account'>[] {
  const own = market.instruments.flatMap((each, index) => (each.baseCurrency === base ? [index] : []));
  const futures = own.filter((index) => ['perpetual', 'future'].includes(market.instruments[index].kind));
  const options = own.filter((index) => market.instruments[index].kind === 'option');
  const coins = Math.exp(between(random, -3, 3));
  const row = (instrument: number, share: number): Omit<Row, 'account'> => {
    const { kind: type, payoff, contractSize } = market.instruments[instrument];
    const perCoin = (type === 'option' || payoff === 'linear' ? 1 : market.forward[instrument]) / contractSize;
    return { instrument, quantity: coins * share * perCoin, entryPrice: market.forward[instrument] };
  };
  const some = (from: readonly number[], count: number): number[] =>
    [...new Set(Array.from({ length: count }, () => pick(random, from)))];
  const sign = random() < 0.5 ? 1 : -1;
  if (kind === 'perpetual') return [row(futures[0], sign)];
  if (kind === 'hedge') {
    return [row(futures[0], sign), row(pick(random, futures.slice(1)), -sign * between(random, 0.8, 1.1))];
  }
  if (kind === 'spread') {
    // Long and short options of one expiry, nearly boxes: calls against puts, and one strike against the next.
    const expiryMs = market.instruments[pick(random, options)].expiryMs;
    return options.filter((index) => market.instruments[index].expiryMs === expiryMs)
      .map((index, place) => row(index, sign * [1, -1, -1, 1][place % 4] * between(random, 0.97, 1.03)));
  }
  const held = some(options, 1 + Math.floor(random() * 8)).map((index) => row(index, between(random, -1, 1)));
  if (kind === 'options') return held;
  const linear = own.filter((index) => market.instruments[index].kind !== 'option');
  return [...held, ...some(linear, 1 + Math.floor(random() * 3)).map((index) => row(index, between(random, -1, 1)))];
}
