import { blackDelta, blackPrice } from '../../assembly/portable/black76.ts';
import { dollarRate } from '../domain/dollar-rates.ts';
import { timeToExpiryYears, type Market, type MarketField } from '../domain/market.ts';
import { baseUnitsOf, riskGroupOf } from '../domain/instrument.ts';
import type { Engine } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import type { AddOnParameters, ConcentrationRule, WrongWayAsset } from './add-on-parameters.ts';
import { underlyingOf, type UnderlyingRows } from './underlyings.ts';

/**
 * What the add-ons need of a tick: columns by instrument row (per contract), by underlying and by collateral. NaN where
 * an input is unknown: it reaches exactly those who hold what depends on it.
 */
export interface ContractTerms {
  /** Base units, signed. */
  readonly delta: Float64Array;
  /** Notional by delta (at least `deltaMin`) in the currency of the netting set. */
  readonly notional: Float64Array;
  /** Contracts that a position is measured against. */
  readonly measure: Float64Array;
  /** Half spread in the currency of the netting set. */
  readonly halfSpread: Float64Array;
  /** By underlying, base units that net deltas are measured against. */
  readonly underlyingMeasure: Float64Array;
  readonly dailyVolume: Float64Array;
  readonly dailyVolatility: Float64Array;
  /** Quote currency per base unit. */
  readonly price: Float64Array;
  readonly assets: readonly CollateralTerms[];
  /** US dollars per unit, by currency row of the engine. */
  readonly dollars: Float64Array;
}

export interface CollateralTerms extends WrongWayAsset {
  readonly name: string;
  /** Currency row of the engine, -1 if it has none of that name. */
  readonly currency: number;
  /** US dollars per unit. */
  readonly dollars: number;
  /** By instrument row: US dollars that one contract held long loses when the collateral falls; 0 for spot. */
  readonly loss: Float64Array;
  /** By instrument row: units of the collateral that one contract of a spot is, else 0. */
  readonly units: Float64Array;
}

export interface TermSources {
  readonly engine: Engine;
  readonly quotes: Quotes;
  readonly rows: UnderlyingRows;
  readonly parameters: AddOnParameters;
  /** Per square root of a day; NaN if unknown. */
  readonly dailyVolatility: (underlying: string) => number;
}

export function contractTerms(sources: TermSources): ContractTerms {
  const { engine, quotes, rows, parameters } = sources;
  const { market } = engine;
  const byRow = (of: (index: number, row: number) => number): Float64Array =>
    Float64Array.from(engine.rows.instrumentOf, of);
  const now: Market = { ...market, ...quotes };
  const delta = byRow((index) => deltaOf(now, index));
  const toSet = byRow((index, row) =>
    setCurrencyOf(engine, row) === market.instruments[index].baseCurrency ? 1 / quotes.forward[index] : 1,
  );
  const { deltaMin = 0, underlying = null, instrument = null } = parameters.concentration ?? {};
  const volume = (index: number): number => fieldOf(quotes, 'averageDailyVolume', index);
  const measureOf = (rule: ConcentrationRule) =>
    rule.measure === 'openInterest' ? (index: number) => openInterestOf(now, index) : volume;
  const outright = (measure: (index: number) => number): Float64Array => sumOfOutrights(sources, measure);
  const given = (sums: Float64Array): Float64Array =>
    sums.map((sum, place) => parameters.underlyings[rows.names[place]]?.averageDailyVolume ?? sum);
  const dailyVolume = given(outright(volume));
  const dollarsOf = (currency: string): number => dollarRate(now, currency)?.rate ?? NaN;
  return {
    delta,
    notional: byRow((index, row) => {
      const { contractSize } = market.instruments[index];
      const size = baseUnitsOf(market.instruments[index], quotes.forward[index]);
      return Math.max(Math.abs(delta[row]), deltaMin * (size || contractSize)) * quotes.forward[index] * toSet[row];
    }),
    measure: instrument === null ? byRow(() => NaN) : byRow(measureOf(instrument)),
    halfSpread: byRow((index, row) => halfSpreadOf(now, index, parameters) * toSet[row]),
    underlyingMeasure:
      underlying === null
        ? outright(() => NaN)
        : underlying.measure === 'averageDailyVolume'
          ? dailyVolume
          : outright(measureOf(underlying)),
    dailyVolume,
    dailyVolatility: Float64Array.from(
      rows.names,
      (name) => parameters.underlyings[name]?.dailyVolatility ?? sources.dailyVolatility(name),
    ),
    price: priceByUnderlying(sources),
    assets: Object.entries(parameters.wrongWayCollateral?.assets ?? {}).map(([name, asset]) =>
      collateralTerms(name, asset, now, engine, dollarsOf),
    ),
    dollars: Float64Array.from(engine.currencies, dollarsOf),
  };
}

/** The currency in which a row's margin is: of a pooled model the reporting currency. */
function setCurrencyOf(engine: Engine, row: number): string {
  return engine.currencies[engine.rows.groupCurrency[engine.rows.group[row]]];
}

function fieldOf(quotes: Quotes, field: MarketField, index: number): number {
  return quotes.fields?.get(field)?.[index] ?? NaN;
}

/** `Market.openInterest` has 0 where it is unknown. */
function openInterestOf(market: Market, index: number): number {
  const quoted = fieldOf(market, 'openInterest', index);
  return Number.isNaN(quoted) ? market.openInterest[index] || NaN : quoted;
}

function standardDeviationOf(market: Market, index: number): number {
  const years = timeToExpiryYears(market.instruments[index], market.asOfMs);
  return market.impliedVolatility[index] * Math.sqrt(Math.max(years, 0));
}

function deltaOf(market: Market, index: number): number {
  const instrument = market.instruments[index];
  const forward = market.forward[index];
  const size = baseUnitsOf(instrument, forward);
  if (!(forward > 0 && forward < Infinity)) return NaN;
  if (instrument.kind !== 'option') return size;
  return (
    size *
    blackDelta(
      instrument.optionType === 'call' ? 1 : -1,
      forward,
      instrument.strike!,
      standardDeviationOf(market, index),
    )
  );
}

/** Quote currency per contract. */
function halfSpreadOf(market: Market, index: number, { liquidationCost }: AddOnParameters): number {
  const instrument = market.instruments[index];
  const quoted = fieldOf(market, 'halfSpread', index);
  const assumed = (liquidationCost?.assumedHalfSpread[instrument.kind] ?? NaN) * market.forward[index];
  return (Number.isNaN(quoted) ? assumed : quoted) * baseUnitsOf(instrument, market.forward[index]);
}

/** Sum over an underlying's spots, futures and perpetuals of what is known, in base units; NaN if nothing is. */
function sumOfOutrights({ engine, quotes, rows }: TermSources, measure: (index: number) => number): Float64Array {
  const sums = new Float64Array(rows.names.length).fill(NaN);
  rows.ofRow.forEach((underlying, row) => {
    const index = engine.rows.instrumentOf[row];
    const instrument = engine.market.instruments[index];
    const amount = measure(index) * baseUnitsOf(instrument, quotes.forward[index]);
    if (instrument.kind === 'option' || Number.isNaN(amount)) return;
    sums[underlying] = (Number.isNaN(sums[underlying]) ? 0 : sums[underlying]) + amount;
  });
  return sums;
}

/** The index price of an underlying's first pair that has one. */
function priceByUnderlying({ engine, quotes, rows }: TermSources): Float64Array {
  return Float64Array.from(rows.names, (name) => {
    const pairs = engine.market.instruments
      .filter((each) => underlyingOf(each) === name)
      .map((each) => riskGroupOf(each).pair);
    return quotes.indexPrice.get(pairs.find((pair) => quotes.indexPrice.get(pair)! > 0) ?? '') ?? NaN;
  });
}

function collateralTerms(
  name: string,
  asset: WrongWayAsset,
  market: Market,
  engine: Engine,
  dollarsOf: (currency: string) => number,
): CollateralTerms {
  const currency = engine.currencies.findIndex((each) => each.toLowerCase() === name);
  const spot = market.instruments.find((each) => each.kind === 'spot' && underlyingOf(each) === name);
  const code = currency >= 0 ? engine.currencies[currency] : spot?.baseCurrency;
  const byRow = (of: (index: number) => number): Float64Array => Float64Array.from(engine.rows.instrumentOf, of);
  return {
    ...asset,
    name,
    currency,
    dollars: code === undefined ? NaN : dollarsOf(code),
    loss: byRow((index) => {
      const instrument = market.instruments[index];
      const correlation = asset.correlations[underlyingOf(instrument)] ?? 0;
      if (instrument.kind === 'spot' || correlation === 0) return 0;
      return -moveOf(market, index, 1 - correlation * asset.fall) * dollarsOf(instrument.quoteCurrency);
    }),
    units: byRow((index) => {
      const instrument = market.instruments[index];
      return instrument.kind === 'spot' && underlyingOf(instrument) === name ? instrument.contractSize : 0;
    }),
  };
}

/** What one contract gains in quote currency when its forward is `factor` times what it is; volatility stays. */
function moveOf(market: Market, index: number, factor: number): number {
  const instrument = market.instruments[index];
  const { kind, optionType, strike, contractSize } = instrument;
  const forward = market.forward[index];
  if (!(forward > 0 && forward < Infinity)) return NaN;
  if (kind !== 'option') return baseUnitsOf(instrument, forward) * forward * (factor - 1);
  const sign = optionType === 'call' ? 1 : -1;
  const v = standardDeviationOf(market, index);
  const moved = factor <= 0 ? (sign > 0 ? 0 : strike!) : blackPrice(sign, forward * factor, strike!, v);
  return contractSize * (moved - blackPrice(sign, forward, strike!, v));
}
