import { dollarRate, dollars } from '../../../domain/dollar-rates.ts';
import { pairOf, type Instrument } from '../../../domain/instrument.ts';
import { timeToExpiryYears, yearMs, type Market, type MarketField } from '../../../domain/market.ts';
import type { VarParams } from '../../../margin/var/params.ts';
import { black76Delta, black76Input, black76Price, intrinsicValue } from '../../black76.ts';
import { Decimal, exact, maxOf, one, zero } from '../../decimal.ts';
import { tailLoss } from './tails.ts';

type VarSet = VarParams['sets'][number];
type Factor = VarSet['scenarios']['factors'][number];

/** One contract, in the reporting currency. */
export interface VarContract {
  readonly instrument: Instrument;
  /** Reporting currency per unit of settlement currency. */
  readonly rate: Decimal;
  /** Size times price; of an inverse future size over price. */
  readonly worth: Decimal;
  readonly delta: Decimal;
  /** Size times the price of the underlying. */
  readonly notional: Decimal;
  /** By set, then scenario. */
  readonly pnl: readonly (readonly Decimal[])[];
  readonly tailLong: Decimal;
  readonly tailShort: Decimal;
  readonly volumeShare: Decimal;
  readonly halfSpread: Decimal;
}

export function contractOf(market: Market, params: VarParams, index: number): VarContract {
  const instrument = market.instruments[index];
  const { kind, payoff, contractSize } = instrument;
  const rate = rateOf(market, instrument, params)!;
  const forward = exact(market.forward[index]);
  const size = exact(contractSize);
  const volatility = kind === 'option' ? exact(market.impliedVolatility[index]) : zero;
  const years = instrument.expiryMs === null ? zero : exact(instrument.expiryMs - market.asOfMs).div(yearMs);
  const value = worthOf(instrument, forward, volatility, years);
  const isFuture = kind === 'future' || kind === 'perpetual';
  const isInverse = payoff === 'inverse';
  const notional = (!isInverse ? size.times(forward) : kind === 'option' ? size : size.div(forward)).times(rate);
  const pnl = params.sets.map((set) => Array.from({ length: set.scenarios.count }, (_, s) => {
    const moved = worthOf(
      instrument,
      movedBy(params, set, priceFactor(set, instrument), s, forward),
      maxOf(movedBy(params, set, volatilityFactor(set, instrument), s, volatility), exact(params.volatilityMinimum)),
      maxOf(zero, years.minus(exact(set.scenarios.days?.[s] ?? 0).div(365))),
    );
    const movedRate = movedBy(params, set, currencyFactorOf(set, instrument.settlementCurrency), s, rate);
    return isFuture ? moved.minus(value).times(movedRate) : moved.times(movedRate).minus(value.times(rate));
  }));
  const first = params.sets.findIndex(({ role }) => role === 'historical');
  const { tail, scenarios } = params.sets[first];
  return {
    instrument,
    rate,
    worth: (isFuture && isInverse ? value.negated() : value).times(rate),
    delta: kind !== 'option' ? notional : notional.times(deltaOf(instrument, forward, volatility, years)),
    notional,
    pnl,
    tailLong: tailLoss(pnl[first], tail, scenarios.weights),
    tailShort: tailLoss(pnl[first].map((each) => each.negated()), tail, scenarios.weights),
    volumeShare: volumeShareOf(market, params, index, notional),
    halfSpread: halfSpreadOf(market, params, index, notional),
  };
}

/** Section B: in settlement currency; an inverse future gains as minus size over price. */
function worthOf(instrument: Instrument, price: Decimal, volatility: Decimal, years: Decimal): Decimal {
  const { kind, payoff, contractSize, strike, optionType } = instrument;
  const size = exact(contractSize);
  if (kind !== 'option') return payoff === 'inverse' ? size.negated().div(price) : size.times(price);
  const value = years.isZero()
    ? intrinsicValue(price, exact(strike!), optionType!)
    : black76Price(black76Input(price, exact(strike!), volatility, years, optionType!));
  return size.times(payoff === 'inverse' ? value.div(price) : value);
}

function deltaOf({ strike, optionType }: Instrument, forward: Decimal, volatility: Decimal, years: Decimal): Decimal {
  return black76Delta(black76Input(forward, exact(strike!), volatility, years, optionType!));
}

/** What multiplies a value in each scenario, and what is added then: of one factor of one set. */
interface Moves {
  readonly times: readonly Decimal[];
  readonly plus: readonly Decimal[];
}

/** A power takes long in decimals: once per factor. */
const knownMoves = new WeakMap<VarSet, Map<number, Moves>>();

/** Section A: a value after the move of a factor (-1: nothing moves it). */
function movedBy(params: VarParams, set: VarSet, index: number, s: number, value: Decimal): Decimal {
  if (index < 0) return value;
  const known = knownMoves.get(set) ?? new Map<number, Moves>();
  knownMoves.set(set, known);
  const moves = known.get(index) ?? movesOf(params, set, index);
  known.set(index, moves);
  return value.times(moves.times[s]).plus(moves.plus[s]);
}

function movesOf({ riskFactors }: VarParams, { role, scenarios }: VarSet, index: number): Moves {
  const factor = scenarios.factors[index];
  const floor = role === 'historical' ? riskFactors.get(nameOf(factor)) : undefined;
  const multiple = floor === undefined
    ? one
    : maxOf(one, exact(floor.floor).times(exact(floor.longRunVolatility)).div(exact(floor.volatility)))
      .times(one.plus(exact(floor.buffer)));
  const moves = Array.from({ length: scenarios.count }, (_, s) => exact(scenarios.moves[index * scenarios.count + s]));
  if (factor.change === 'absolute') return { times: moves.map(() => one), plus: moves.map((move) => move.times(multiple)) };
  const moved = moves.map((move) => (multiple.equals(one) ? one.plus(move) : one.plus(move).pow(multiple)));
  return { times: moved, plus: moves.map(() => zero) };
}

function nameOf({ kind, underlying, expiry }: Factor): string {
  return expiry === null ? `${kind}:${underlying}` : `${kind}:${underlying}@${expiry}`;
}

/** The nearest factor: of the expiry before that of all expiries, of the pair before that of the underlying. */
function nearestFactor({ scenarios }: VarSet, kind: string, { baseCurrency, quoteCurrency, expiryMs }: Instrument): number {
  const names = scenarios.factors.map(nameOf);
  const pair = pairOf(baseCurrency, quoteCurrency);
  const day = expiryMs === null ? null : new Date(expiryMs).toISOString().slice(0, 10);
  const wanted = [
    ...(day === null ? [] : [`${kind}:${pair}@${day}`, `${kind}:${baseCurrency}@${day}`]),
    `${kind}:${pair}`,
    `${kind}:${baseCurrency}`,
  ];
  return names.indexOf(wanted.find((name) => names.includes(name)) ?? '');
}

const priceFactor = (set: VarSet, instrument: Instrument): number => nearestFactor(set, 'price', instrument);
const volatilityFactor = (set: VarSet, instrument: Instrument): number => nearestFactor(set, 'volatility', instrument);

function currencyFactorOf({ scenarios }: VarSet, currency: string): number {
  return scenarios.factors.map(nameOf).indexOf(`price:${currency}`);
}

/** Null where no index price of a pair that is traded says. */
function rateOf(market: Market, { settlementCurrency }: Instrument, { reportingCurrency }: VarParams): Decimal | null {
  if (settlementCurrency === reportingCurrency) return one;
  const pairs = new Set(market.instruments.map(({ baseCurrency, quoteCurrency }) => pairOf(baseCurrency, quoteCurrency)));
  const traded = { indexPrice: new Map([...market.indexPrice].filter(([pair]) => pairs.has(pair))) };
  const [own, other] = [dollarRate(traded, settlementCurrency), dollarRate(traded, reportingCurrency)];
  return own === null || other === null ? null : exact(own.rate).div(exact(other.rate));
}

function fieldOf(market: Market, name: MarketField, index: number): number {
  return market.fields?.get(name)?.[index] ?? NaN;
}

function volumeShareOf(market: Market, params: VarParams, index: number, notional: Decimal): Decimal {
  if (params.liquidity === null) return zero;
  if (params.liquidity.volume === 'market') return one.div(exact(fieldOf(market, 'averageDailyVolume', index)));
  return notional.div(exact(termsOf(params, market.instruments[index])!.dailyVolume!));
}

function halfSpreadOf(market: Market, params: VarParams, index: number, notional: Decimal): Decimal {
  if (params.bidAsk === null) return zero;
  if (params.bidAsk.spread === 'market') {
    return notional.times(exact(fieldOf(market, 'halfSpread', index))).div(exact(market.forward[index]));
  }
  const terms = termsOf(params, market.instruments[index])!;
  return notional.times(exact(market.instruments[index].kind === 'option' ? terms.optionHalfSpread! : terms.halfSpread!));
}

export function termsOf({ underlyings }: VarParams, { baseCurrency }: Instrument) {
  return underlyings.get(baseCurrency.toLowerCase());
}

/** Why nobody who holds the instrument can be margined; null if there is no reason. */
export function contractProblem(market: Market, params: VarParams, index: number): string | null {
  const instrument = market.instruments[index];
  const { name, kind, baseCurrency, settlementCurrency } = instrument;
  if (instrument.exercise === 'american') return `${name}: american exercise is not revalued: only european options are`;
  for (const set of params.sets) {
    if (priceFactor(set, instrument) < 0) return `${name}: the set ${set.name} has no scenarios of price:${baseCurrency}`;
    if (kind === 'option' && volatilityFactor(set, instrument) < 0) {
      return `${name}: the set ${set.name} has no scenarios of volatility:${baseCurrency}`;
    }
    const isSteady = settlementCurrency === params.reportingCurrency || dollars.includes(settlementCurrency);
    if (!isSteady && currencyFactorOf(set, settlementCurrency) < 0) {
      return `${name}: the set ${set.name} has no scenarios of price:${settlementCurrency}, in which it settles`;
    }
  }
  const lacks = lackingTerm(instrument, params);
  if (lacks !== null) return `${name}: the parameters have no underlyings.${baseCurrency.toLowerCase()}.${lacks}`;
  const missing = fieldsOf(params).find((field) => !Number.isFinite(fieldOf(market, field, index)));
  if (missing !== undefined) return `${name}: the market has no ${missing}`;
  return isBad(market, params, index) ? `a price or volatility of ${name} is bad` : null;
}

function lackingTerm(instrument: Instrument, params: VarParams): string | null {
  const terms = termsOf(params, instrument);
  if (params.liquidity?.volume === 'underlying' && (terms?.dailyVolume ?? null) === null) return 'dailyVolume';
  const spread = instrument.kind === 'option' ? 'optionHalfSpread' : 'halfSpread';
  if (params.bidAsk?.spread === 'underlying' && (terms?.[spread] ?? null) === null) return spread;
  return params.concentration && (terms?.concentration ?? null) === null ? 'concentration' : null;
}

function fieldsOf({ liquidity, bidAsk }: VarParams): readonly MarketField[] {
  return [
    ...(liquidity?.volume === 'market' ? ['averageDailyVolume' as const] : []),
    ...(bidAsk?.spread === 'market' ? ['halfSpread' as const] : []),
  ];
}

function isBad(market: Market, params: VarParams, index: number): boolean {
  const instrument = market.instruments[index];
  const isGood = (value: number): boolean => value > 0 && Number.isFinite(value);
  const forward = market.forward[index];
  if (!isGood(forward) || timeToExpiryYears(instrument, market.asOfMs) < 0) return true;
  if (instrument.kind === 'option' && !isGood(market.impliedVolatility[index])) return true;
  if (rateOf(market, instrument, params) === null) return true;
  if (params.liquidity?.volume === 'market' && !(fieldOf(market, 'averageDailyVolume', index) > 0)) return true;
  if (params.bidAsk?.spread === 'market' && !(fieldOf(market, 'halfSpread', index) >= 0)) return true;
  // An absolute move may take a price to nothing.
  return params.sets.some((set) => Array.from({ length: set.scenarios.count }, (_, s) => s).some((s) =>
    !movedBy(params, set, priceFactor(set, instrument), s, exact(forward)).greaterThan(zero)));
}
