import type { Instrument } from '../../../domain/instrument.ts';
import { timeToExpiryYears, yearMs, type Market, type MarketField } from '../../../domain/market.ts';
import type { PriceRange, TimsClass, TimsParams } from '../../../margin/tims/params.ts';
import { black76Input, black76Price, intrinsicValue } from '../../black76.ts';
import { Decimal, exact, one, zero } from '../../decimal.ts';
import { convergedTree, extrapolatedTree } from './american-tree.ts';

/** What one contract is worth now and at the valuation points of its class: reporting currency. */
export interface Contract {
  readonly instrument: Instrument;
  readonly timsClass: TimsClass;
  readonly moves: readonly Decimal[];
  /** Size times price; of futures without the entry price. */
  readonly worth: Decimal;
  readonly pnl: readonly Decimal[];
  /** Least requirement of one contract. */
  readonly minimum: Decimal;
  /** Size times forward. */
  readonly notional: Decimal;
}

/** Section A: ten points, five on each side, equally spaced multiples of the extreme; lowest first. */
export function pointsOf({ up, down }: PriceRange): readonly Decimal[] {
  const steps = [1, 2, 3, 4, 5];
  const below = steps.map((step) => exact(down).times(step).div(-5)).reverse();
  return [...below, ...steps.map((step) => exact(up).times(step).div(5))];
}

/** The class of the instrument's underlying, by symbol, or the one that stands for all others. */
export function classOfInstrument({ classes }: TimsParams, { baseCurrency }: Instrument): TimsClass | undefined {
  return classes.get(baseCurrency.toLowerCase()) ?? classes.get('*');
}

/** Sections A, B and D for one contract. */
export function contractOf(market: Market, params: TimsParams, index: number): Contract {
  const instrument = market.instruments[index];
  const timsClass = classOfInstrument(params, instrument)!;
  const moves = pointsOf(params.productTypes.get(timsClass.productType)!);
  const size = exact(instrument.contractSize);
  const forward = exact(market.forward[index]);
  const priceAt = instrument.kind === 'option' ? optionPricer(market, params, index) : (price: Decimal) => price;
  const now = priceAt(forward);
  return {
    instrument,
    timsClass,
    moves,
    worth: size.times(now),
    pnl: moves.map((move) => size.times(priceAt(forward.times(one.plus(move))).minus(now))),
    minimum: instrument.kind === 'spot' ? zero : exact(params.minimumPerContract).times(size),
    notional: size.times(forward),
  };
}

/** Section B: value of an option by its forward, at unchanged volatility. */
function optionPricer(market: Market, params: TimsParams, index: number): (forward: Decimal) => Decimal {
  const instrument = market.instruments[index];
  const optionType = instrument.optionType!;
  const strike = exact(instrument.strike!);
  const volatility = exact(market.impliedVolatility[index]);
  // The exact quotient, not the float that the engine rounds it to: of two whole numbers of milliseconds.
  const time = exact(instrument.expiryMs! - market.asOfMs).div(yearMs);
  const rate = exact(fieldOf(market, 'interestRate', index));
  if (instrument.exercise !== 'american') {
    const discount = rate.times(time).negated().exp();
    return (forward) => {
      if (time.isZero()) return intrinsicValue(forward, strike, optionType);
      return discount.times(black76Price(black76Input(forward, strike, volatility, time, optionType)));
    };
  }
  const dividendYield = exact(fieldOf(market, 'dividendYield', index));
  const perForward = dividendYield.minus(rate).times(time).exp();
  const { method, steps } = params.american;
  return (forward) => {
    const spot = forward.times(perForward);
    const input = { optionType, spot, strike, rate, dividendYield, volatility, timeToExpiryYears: time };
    return method === 'leisen-reimer' ? extrapolatedTree(input, steps) : convergedTree(input);
  };
}

export function fieldOf(market: Market, name: MarketField, index: number): number {
  return market.fields?.get(name)?.[index] ?? NaN;
}

/** Why nobody who holds the instrument can be margined; null if there is no reason. */
export function contractProblem(market: Market, params: TimsParams, index: number): string | null {
  const instrument = market.instruments[index];
  const { name, kind, payoff, baseCurrency, quoteCurrency, settlementCurrency } = instrument;
  if (kind === 'perpetual') return `${name}: TIMS has no rule for perpetuals`;
  if (payoff !== 'linear') return `${name}: TIMS has no rule for inverse contracts`;
  if (quoteCurrency !== params.reportingCurrency || settlementCurrency !== params.reportingCurrency) {
    return `${name}: quoted in ${quoteCurrency} and settled in ${settlementCurrency}, but the parameters are for ` +
      params.reportingCurrency;
  }
  if (classOfInstrument(params, instrument) === undefined) {
    return `${name}: the parameters have no section classes.${baseCurrency.toLowerCase()}`;
  }
  const isGood = (value: number): boolean => value > 0 && Number.isFinite(value);
  const needed: readonly MarketField[] =
    kind !== 'option' ? [] : instrument.exercise === 'american' ? ['interestRate', 'dividendYield'] : ['interestRate'];
  const missing = needed.find((field) => !Number.isFinite(fieldOf(market, field, index)));
  if (missing !== undefined) return `${name}: the market has no ${missing}`;
  const isBad =
    !isGood(market.forward[index]) ||
    (kind === 'option' && !isGood(market.impliedVolatility[index])) ||
    timeToExpiryYears(instrument, market.asOfMs) < 0;
  return isBad ? `a price or volatility of ${name} is bad` : null;
}
