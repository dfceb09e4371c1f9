import {
  SHAPE_AMERICAN, SHAPE_EUROPEAN, SHAPE_GAIN, SHAPE_INVERSE_GAIN, SHAPE_WORTH,
} from '../../assembly/portable/scenario-layout.ts';
import type { Instrument } from '../domain/instrument.ts';
import { timeToExpiryYears, type Market, type MarketField } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { scenarioLabel, type ScenarioSet } from '../scenario/scenario-set.ts';
import { rateNow } from './currency-rate.ts';
import { isRateKnown } from './reporting-currency.ts';
import { currencyFactor, instrumentFactors, movedValue, type InstrumentFactors, type UnmatchedPolicy } from './shocks.ts';

/**
 * What the scenario kernels must know of instruments, in columns: plain data that threads may share. One element per
 * instrument.
 */
export interface InstrumentColumns {
  readonly count: number;
  /** SHAPE_… of assembly/portable/scenario-layout.ts. */
  readonly shape: Uint8Array;
  /** Options: 1 call, -1 put; others 0. */
  readonly sign: Int8Array;
  /** 1 if settled in the base coin. */
  readonly inverse: Uint8Array;
  readonly contractSize: Float64Array;
  /** Quote currency per base unit. */
  readonly forward: Float64Array;
  readonly strike: Float64Array;
  /** Per square root of a year. */
  readonly volatility: Float64Array;
  /** Time to expiry, ACT/365; 0 without an expiry and after it. */
  readonly years: Float64Array;
  /** American options: continuous, per year; 0 for others. */
  readonly interestRate: Float64Array;
  readonly dividendYield: Float64Array;
  /** Currency of the P&L per unit of the settlement currency, now. */
  readonly currencyRate: Float64Array;
  /** Rows of `ScenarioSet.factors`, -1: nothing moves it. */
  readonly priceFactor: Int32Array;
  readonly volatilityFactor: Int32Array;
  readonly currencyFactor: Int32Array;
}

/** Empty columns; shared memory if other threads are to read them. */
export function allocateColumns(count: number, shared = false): InstrumentColumns {
  const bytes = (each: number): ArrayBufferLike => shared
    ? new SharedArrayBuffer(count * each)
    : new ArrayBuffer(count * each);
  const floats = (): Float64Array => new Float64Array(bytes(8));
  const words = (): Int32Array => new Int32Array(bytes(4));
  return {
    count, shape: new Uint8Array(bytes(1)), sign: new Int8Array(bytes(1)), inverse: new Uint8Array(bytes(1)),
    contractSize: floats(), forward: floats(), strike: floats(), volatility: floats(), years: floats(),
    interestRate: floats(), dividendYield: floats(), currencyRate: floats(),
    priceFactor: words(), volatilityFactor: words(), currencyFactor: words(),
  };
}

/** The same columns in shared memory. */
export function sharedColumns(columns: InstrumentColumns): InstrumentColumns {
  if (columns.forward.buffer instanceof SharedArrayBuffer) return columns;
  const copy = allocateColumns(columns.count, true);
  for (const [name, column] of Object.entries(columns)) {
    if (typeof column !== 'number') (copy[name as keyof InstrumentColumns] as Float64Array).set(column as Float64Array);
  }
  return copy;
}

/**
 * Refuses columns that the kernels cannot value, now or in a scenario: `ValueOutOfRange`, `ScenarioInvalid`.
 * Instruments are named by their row. Returns the columns themselves.
 */
export function requireColumns(columns: InstrumentColumns, scenarios: ScenarioSet): InstrumentColumns {
  const extremes = new FactorExtremes(scenarios);
  for (let row = 0; row < columns.count; row++) {
    const isOption = columns.shape[row] === SHAPE_EUROPEAN || columns.shape[row] === SHAPE_AMERICAN;
    requireAt(columns.shape[row] <= SHAPE_AMERICAN, row, 'shape', columns.shape[row]);
    for (const name of ['forward', 'contractSize', 'currencyRate'] as const) {
      requirePositive(columns[name][row], row, name);
    }
    for (const name of ['priceFactor', 'volatilityFactor', 'currencyFactor'] as const) {
      requireAt(
        columns[name][row] >= -1 && columns[name][row] < scenarios.factors.length, row, name, columns[name][row],
      );
    }
    extremes.requireMoved(`instrument ${row}`, 'price', columns.priceFactor[row], columns.forward[row]);
    extremes.requireMoved(`instrument ${row}`, 'rate', columns.currencyFactor[row], columns.currencyRate[row]);
    if (!isOption) continue;
    for (const name of ['strike', 'volatility'] as const) requirePositive(columns[name][row], row, name);
    requireAt(columns.years[row] >= 0 && columns.years[row] < Infinity, row, 'years', columns.years[row]);
    requireAt(Math.abs(columns.sign[row]) === 1, row, 'sign', columns.sign[row]);
    for (const name of ['interestRate', 'dividendYield'] as const) {
      requireAt(Number.isFinite(columns[name][row]), row, name, columns[name][row]);
    }
    extremes.requireMoved(`instrument ${row}`, 'volatility', columns.volatilityFactor[row], columns.volatility[row]);
  }
  return columns;
}

function requirePositive(value: number, row: number, name: string): void {
  requireAt(value > 0 && value < Infinity, row, name, value);
}

function requireAt(isGood: boolean, row: number, name: string, value: number): void {
  if (isGood) return;
  throw new MargridError('ValueOutOfRange', `the ${name} of instrument ${row} cannot be ${value}`, {
    row: row + 1, column: name, value,
  });
}

/** Columns of chosen instruments of a market, in this order, and what no factor moves. */
export interface CompiledInstruments {
  readonly columns: InstrumentColumns;
  /** Names of instruments that a factor is missing for (policy `hold`). */
  readonly held: readonly string[];
}

export interface CompileOptions {
  /** Currency of the P&L. */
  readonly currency: string;
  readonly unmatched: UnmatchedPolicy;
  readonly shared?: boolean;
}

/** Columns of instruments of a market, in the order of `rows`. Throws what `InstrumentCompiler.write` throws. */
export function compileInstruments(
  market: Market,
  scenarios: ScenarioSet,
  rows: ArrayLike<number>,
  options: CompileOptions,
): CompiledInstruments {
  const columns = allocateColumns(rows.length, options.shared);
  const compiler = new InstrumentCompiler(market, scenarios, options);
  const held: string[] = [];
  for (let at = 0; at < rows.length; at++) {
    if (!compiler.write(columns, at, rows[at])) held.push(market.instruments[rows[at]].name);
  }
  return { columns, held };
}

/** Matches instruments with factors, one by one, and refuses what cannot be valued, now or in any scenario. */
export class InstrumentCompiler {
  readonly #market: Market;
  readonly #factors: FactorCache;
  readonly #rates: CurrencyRates;
  readonly #extremes: FactorExtremes;

  constructor(market: Market, scenarios: ScenarioSet, { currency, unmatched }: CompileOptions) {
    this.#market = market;
    this.#factors = new FactorCache(scenarios, unmatched);
    this.#rates = new CurrencyRates(market, scenarios, currency, unmatched);
    this.#extremes = new FactorExtremes(scenarios);
  }

  /**
   * Writes instrument `row` of the market to place `at`; false if no factor moves its price or volatility. Throws
   * `FactorMissing`, `ValueOutOfRange`, `ValueMissing` (American options without rate or yield), `CurrencyUnknown`,
   * `ScenarioInvalid`.
   */
  write(columns: InstrumentColumns, at: number, row: number): boolean {
    const market = this.#market;
    const instrument = market.instruments[row];
    const isOption = instrument.kind === 'option';
    const matched = this.#factors.of(instrument);
    const forward = requireGood(instrument, 'price', market.forward[row]);
    const volatility = isOption ? requireGood(instrument, 'volatility', market.impliedVolatility[row]) : 0;
    this.#extremes.requireMoved(instrument.name, 'price', matched.price, forward);
    if (isOption) this.#extremes.requireMoved(instrument.name, 'volatility', matched.volatility, volatility);
    const settlement = this.#rates.of(instrument.settlementCurrency);
    this.#extremes.requireMoved(instrument.settlementCurrency, 'rate', settlement.factor, settlement.rate);
    writeInstrument(columns, at, instrument);
    columns.forward[at] = forward;
    columns.volatility[at] = volatility;
    columns.years[at] = Math.max(0, timeToExpiryYears(instrument, market.asOfMs));
    columns.currencyRate[at] = settlement.rate;
    columns.priceFactor[at] = matched.price;
    columns.volatilityFactor[at] = matched.volatility;
    columns.currencyFactor[at] = settlement.factor;
    const isAmerican = columns.shape[at] === SHAPE_AMERICAN;
    columns.interestRate[at] = isAmerican ? americanField(market, 'interestRate', row) : 0;
    columns.dividendYield[at] = isAmerican ? americanField(market, 'dividendYield', row) : 0;
    return matched.price >= 0 && (!isOption || matched.volatility >= 0);
  }

  /** P&L of one unit of a currency: what it is worth now and the factor that moves it. */
  currency(currency: string): CurrencyRate {
    const rate = this.#rates.of(currency);
    this.#extremes.requireMoved(currency, 'rate', rate.factor, rate.rate);
    return rate;
  }
}

function writeInstrument(columns: InstrumentColumns, at: number, instrument: Instrument): void {
  columns.shape[at] = shapeOf(instrument);
  columns.inverse[at] = instrument.payoff === 'inverse' ? 1 : 0;
  columns.contractSize[at] = instrument.contractSize;
  columns.sign[at] = instrument.optionType === null ? 0 : instrument.optionType === 'call' ? 1 : -1;
  columns.strike[at] = instrument.strike ?? 0;
}

function shapeOf({ kind, payoff, exercise }: Instrument): number {
  if (kind === 'option') return exercise === 'american' ? SHAPE_AMERICAN : SHAPE_EUROPEAN;
  if (kind === 'spot') return SHAPE_WORTH;
  return payoff === 'inverse' ? SHAPE_INVERSE_GAIN : SHAPE_GAIN;
}

function requireGood(instrument: Instrument, name: string, value: number): number {
  if (value > 0 && value < Infinity) return value;
  throw new MargridError('ValueOutOfRange', `the ${name} of ${instrument.name} must be > 0 and finite, got ${value}`, {
    column: name, value,
  });
}

/** A quote that an American option needs. Throws `ValueMissing`. */
export function americanField(market: Market, field: MarketField, row: number): number {
  const value = market.fields?.get(field)?.[row] ?? NaN;
  if (Number.isFinite(value)) return value;
  throw new MargridError(
    'ValueMissing', `the American option ${market.instruments[row].name} needs ${field}, got ${value}`,
    { column: field, value },
  );
}

/** Factors by what they depend on: pair, expiry and whether it is an option. */
class FactorCache {
  readonly #known = new Map<string, InstrumentFactors>();

  readonly #scenarios: ScenarioSet;
  readonly #unmatched: UnmatchedPolicy;

  constructor(scenarios: ScenarioSet, unmatched: UnmatchedPolicy) {
    this.#scenarios = scenarios;
    this.#unmatched = unmatched;
  }

  of(instrument: Instrument): InstrumentFactors {
    const { baseCurrency, quoteCurrency, expiryMs, kind } = instrument;
    const key = `${baseCurrency}|${quoteCurrency}|${expiryMs}|${kind === 'option'}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = instrumentFactors(this.#scenarios, instrument, this.#unmatched);
    this.#known.set(key, found);
    return found;
  }
}

/** What a unit of a currency is worth now, and the factor that moves it. */
export interface CurrencyRate {
  readonly rate: number;
  readonly factor: number;
}

class CurrencyRates {
  readonly #known = new Map<string, CurrencyRate>();

  readonly #market: Market;
  readonly #scenarios: ScenarioSet;
  readonly #currency: string;
  readonly #unmatched: UnmatchedPolicy;

  /** Rates into `currency`. */
  constructor(market: Market, scenarios: ScenarioSet, currency: string, unmatched: UnmatchedPolicy) {
    this.#unmatched = unmatched;
    this.#market = market;
    this.#scenarios = scenarios;
    this.#currency = currency;
  }

  /** Throws `CurrencyUnknown`, `FactorMissing` for a currency that is no dollar and that nothing moves. */
  of(currency: string): CurrencyRate {
    const known = this.#known.get(currency);
    if (known !== undefined) return known;
    const factor = currency === this.#currency ? -1 : currencyFactor(this.#scenarios, currency);
    const rate = { rate: rateNow(this.#market, currency, this.#currency), factor };
    if (this.#unmatched === 'refuse' && !isRateKnown(this.#scenarios, currency, this.#currency)) {
      throw new MargridError('FactorMissing', `no scenario moves the rate of ${currency}: there is no price:${currency}`, {
        column: 'price', value: currency,
      });
    }
    this.#known.set(currency, rate);
    return rate;
  }
}

/** The least and the greatest move of each factor: whether any scenario breaks a value is then one comparison. */
export class FactorExtremes {
  readonly #least: Int32Array;
  readonly #greatest: Int32Array;
  readonly #scenarios: ScenarioSet;

  constructor(scenarios: ScenarioSet) {
    const { factors, count, moves } = scenarios;
    this.#scenarios = scenarios;
    this.#least = new Int32Array(factors.length);
    this.#greatest = new Int32Array(factors.length);
    for (let factor = 0; factor < factors.length; factor++) {
      const first = factor * count;
      for (let s = 1; s < count; s++) {
        if (moves[first + s] < moves[first + this.#least[factor]]) this.#least[factor] = s;
        if (moves[first + s] > moves[first + this.#greatest[factor]]) this.#greatest[factor] = s;
      }
    }
  }

  /** Throws `ScenarioInvalid` if a scenario makes the value zero, negative or infinite. */
  requireMoved(of: string, name: string, factor: number, value: number): void {
    if (factor < 0) return;
    for (const scenario of [this.#least[factor], this.#greatest[factor]]) {
      const moved = movedValue(this.#scenarios, factor, scenario, value);
      if (moved > 0 && moved < Infinity) continue;
      throw new MargridError(
        'ScenarioInvalid',
        `scenario ${scenarioLabel(this.#scenarios, scenario)} makes the ${name} of ${of} ${moved}: ` +
          'it must stay > 0 and finite',
        { row: scenario + 1, column: of, value: moved },
      );
    }
  }
}
