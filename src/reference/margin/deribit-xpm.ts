import { riskGroupOf } from '../../domain/instrument.ts';
import type { Market } from '../../domain/market.ts';
import type { DeribitXpmParams } from '../../margin/deribit-xpm/params.ts';
import { exact, zero, type Decimal } from '../decimal.ts';
import { Memo } from '../memo.ts';
import type { ReferenceModel } from './account.ts';
import { CoinMatrix } from './deribit/coin-matrix.ts';
import {
  badPrice,
  equityCurrencyOf,
  holdingOf,
  isPositive,
  needsStablePrice,
  noStablePrice,
  orderReason,
  reportingCurrency,
  spotReason,
  unlistedReason,
} from './deribit/holding.ts';
import { xpmAccount, xpmPosition, type EquityTerms } from './deribit/xpm-account.ts';

/** Deribit portfolio margin, cross collateral, in decimals: docs/models/deribit-xpm.md. */
export const referenceDeribitXpm: ReferenceModel<DeribitXpmParams> = (market, params) => {
  const matrices = new Memo<string, CoinMatrix>();
  const matrixOf = (coin: string): CoinMatrix =>
    matrices.get(coin, () => {
      const pair = params.pairs.get(`${coin}_usd`)!;
      const currency = params.currencies.get(coin)!.matrix!;
      return new CoinMatrix(coin, currency, pair, coinIndex(market, coin), params.bucketsCount);
    });
  const termsOf = (currency: string): EquityTerms => {
    const found = params.currencies.get(currency);
    const bucket = found?.bucket ?? null;
    return { haircut: exact(found?.haircut ?? 0), matrix: bucket === null ? null : matrixOf(bucket) };
  };
  return ({ positions, orders, cash }) => {
    if (orders.length > 0) return new Map([[reportingCurrency, { refusal: orderReason('deribit-xpm') }]]);
    const problems = positions.map(({ instrumentIndex }) => problemOf(market, params, instrumentIndex));
    const refusal = problems.find((each) => each !== null) ?? null;
    if (refusal !== null) return new Map([[reportingCurrency, { refusal }]]);
    const held = positions.map((position) => {
      const holding = holdingOf(market, position);
      const { kind, baseCurrency } = holding.instrument;
      const matrix = kind === 'spot' ? null : matrixOf(baseCurrency.toLowerCase());
      return xpmPosition(holding, matrix, market.impliedVolatility[position.instrumentIndex]);
    });
    const amount = exact(cash.get(reportingCurrency) ?? 0);
    return new Map([[reportingCurrency, xpmAccount(held, amount, termsOf, params.mmFactor)]]);
  };
};

/**
 * USD per coin: the index against USD where an instrument has that pair, else that of the pair, first in the alphabet,
 * whose quote currency has a stable price; 0 if there is none.
 */
function coinIndex(market: Market, coin: string): Decimal {
  const groups = market.instruments.map((instrument, index) => ({ ...riskGroupOf(instrument), index }));
  if (groups.some(({ pair }) => pair === `${coin}_usd`)) {
    const price = market.indexPrice.get(`${coin}_usd`);
    return isPositive(price) ? exact(price!) : zero;
  }
  const stablePrice = market.fields?.get('stablePrice');
  const usable = groups.filter(
    ({ baseCurrency, index }) => baseCurrency.toLowerCase() === coin && isPositive(stablePrice?.[index]),
  );
  const [first] = usable.sort((a, b) => (a.pair < b.pair ? -1 : a.pair > b.pair ? 1 : 0));
  if (first === undefined) return zero;
  const price = market.indexPrice.get(first.pair);
  return isPositive(price) ? exact(price!).times(exact(stablePrice![first.index])) : zero;
}

function problemOf(market: Market, params: DeribitXpmParams, index: number): string | null {
  const instrument = market.instruments[index];
  const { name } = instrument;
  const refusal = refusalOf(params, market, index);
  if (refusal !== null) return `${name}: ${refusal}`;
  if (needsStablePrice(instrument)) {
    const stablePrice = market.fields?.get('stablePrice')?.[index];
    if (stablePrice === undefined || !Number.isFinite(stablePrice)) return noStablePrice(name);
    if (!isPositive(stablePrice)) return badPrice(name);
  }
  const isTimely = instrument.expiryMs === null || instrument.expiryMs >= market.asOfMs;
  const hasIndex = isPositive(market.indexPrice.get(riskGroupOf(instrument).pair));
  const bucket = params.currencies.get(equityCurrencyOf(instrument))?.bucket ?? null;
  const coin = instrument.kind === 'spot' ? bucket : instrument.baseCurrency.toLowerCase();
  const hasCoinIndex = coin === null || coinIndex(market, coin).greaterThan(zero);
  const isPriced = instrument.kind !== 'option' || isPositive(market.impliedVolatility[index]);
  const isGood = isPositive(market.forward[index]) && isTimely && hasIndex && hasCoinIndex && isPriced;
  return isGood ? null : badPrice(name);
}

function refusalOf(params: DeribitXpmParams, market: Market, index: number): string | null {
  const instrument = market.instruments[index];
  const { kind, baseCurrency } = instrument;
  const problem = kind === 'spot' ? spotReason(instrument) : unlistedReason(instrument);
  if (problem !== null) return problem;
  const coin = baseCurrency.toLowerCase();
  const missing = (section: string): string => `the parameters have no section ${section}`;
  if (kind !== 'spot') {
    if (!params.currencies.has(coin)) return missing(`currency.${coin}`);
    if (params.currencies.get(coin)!.matrix === null) return missing(`currency.${coin} with a risk matrix`);
    if (!params.pairs.has(`${coin}_usd`)) return missing(`currency_pair.${coin}_usd`);
  }
  const currency = equityCurrencyOf(instrument);
  const isKnown = currency === reportingCurrency.toLowerCase() || params.currencies.has(currency);
  return isKnown ? null : missing(`currency.${currency}`);
}
