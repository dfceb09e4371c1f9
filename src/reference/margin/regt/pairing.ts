import { Decimal, exact, maxOf, minOf, one, zero } from '../../decimal.ts';
import { unitsOf, type ClassHolding, type OptionHolding, type StockRates } from './holdings.ts';
import { solveIntegerProgram } from './integer-program.ts';

export type Purpose = 'initial' | 'maintenance';

/** A strategy with a rule of its own: one contract of each option, and stock. */
export interface Strategy {
  readonly name: string;
  readonly part: 'naked' | 'boxes' | 'hedgedStock';
  /** Indexes of the class's options. */
  readonly options: readonly number[];
  /** Shares without sign. */
  readonly shares: Decimal;
  readonly requirement: bigint;
  /** What it counts in equity. */
  readonly value: bigint;
}

/** Options that are one spread, contracts by index. */
export interface Spread {
  readonly contracts: readonly { readonly option: number; readonly contracts: bigint }[];
  readonly loss: bigint;
  /** Exercise price at which it is lost; null if nothing is. */
  readonly worstStrike: Decimal | null;
}

export interface Paired {
  readonly strategies: readonly { readonly strategy: Strategy; readonly times: bigint }[];
  readonly spreads: readonly Spread[];
  /** Contracts by option, and shares, that stand alone. */
  readonly aloneContracts: readonly bigint[];
  readonly aloneShares: Decimal;
  readonly aloneStock: bigint;
}

const costAlone = (option: OptionHolding): bigint =>
  option.isLong ? (option.isLongTerm ? option.aloneLong - option.mark : 0n) : option.naked;

/** The pairing of least requirement less what counts in equity. */
export function pair(held: ClassHolding, purpose: Purpose): Paired {
  const { options } = held;
  // What saves nothing is left out: of two pairings with one requirement the simpler one.
  const strategies = strategiesOf(held, purpose).filter((strategy) => costOf(held, strategy, purpose) < 0n);
  const dates = spreadDates(options);
  const strikes = [...new Set(options.map(({ strikeUnits }) => strikeUnits))];
  // Losses are whole multiples of the greatest common divisor of the differences between exercise prices.
  const step = strikes.reduce((divisor, strike) => greatestCommonDivisor(divisor, strike - strikes[0]), 0n) || 1n;
  const count = strategies.length + dates.length * options.length + dates.length;
  const spreadAt = (date: number, option: number): number => strategies.length + date * options.length + option;
  const lossAt = (date: number): number => strategies.length + dates.length * options.length + date;
  const cost = new Array<bigint>(count).fill(0n);
  const emptyRow = (): bigint[] => new Array<bigint>(count).fill(0n);
  const used = options.map(emptyRow);
  const stockRow = emptyRow();
  strategies.forEach((strategy, at) => {
    cost[at] = costOf(held, strategy, purpose);
    for (const option of strategy.options) used[option][at] = 1n;
    stockRow[at] = unitsOf(strategy.shares);
  });
  const balanced: bigint[][] = [];
  const losses: bigint[][] = [];
  dates.forEach((date, at) => {
    const members = options.map((option, index) => ({ option, index })).filter(({ option }) => isMember(option, date));
    cost[lossAt(at)] = step;
    for (const { option, index } of members) {
      cost[spreadAt(at, index)] = -costAlone(option);
      used[index][spreadAt(at, index)] = 1n;
    }
    for (const isCall of [true, false]) {
      const row = emptyRow();
      for (const { option, index } of members) if (option.isCall === isCall) row[spreadAt(at, index)] = option.isLong ? 1n : -1n;
      balanced.push(row);
    }
    for (const strike of strikes) {
      const row = emptyRow();
      for (const { option, index } of members) row[spreadAt(at, index)] = (option.isLong ? -1n : 1n) * (intrinsic(option, strike) / step);
      row[lossAt(at)] = -1n;
      losses.push(row);
    }
  });
  const atMost = [
    ...used.map((row, index) => ({ row, bound: options[index].contracts })),
    { row: stockRow, bound: unitsOf(held.shares.abs().floor()) },
    ...losses.map((row) => ({ row, bound: 0n })),
  ];
  const { values } = solveIntegerProgram({ cost, atMost, balanced });
  const spreads = dates.map((_, at) => spreadOf(options, options.map((__, index) => values[spreadAt(at, index)])));
  const aloneContracts = options.map(({ contracts }, index) => used[index].reduce((left, each, at) => left - each * values[at], contracts));
  const aloneShares = strategies.reduce((left, { shares }, at) => left.minus(shares.times(values[at].toString())), held.shares.abs());
  return {
    strategies: strategies.map((strategy, at) => ({ strategy, times: values[at] })).filter(({ times }) => times > 0n),
    spreads: spreads.filter(({ contracts }) => contracts.length > 0),
    aloneContracts,
    aloneShares,
    aloneStock: unitsOf(aloneShares.times(stockRate(held.stock, purpose, held.price, held.shares.gt(0)))),
  };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  if (b < 0n) return greatestCommonDivisor(a, -b);
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/** What a strategy adds to the requirement of its parts alone. */
function costOf(held: ClassHolding, { options, shares, requirement, value }: Strategy, purpose: Purpose): bigint {
  const stockAlone = unitsOf(shares.times(stockRate(held.stock, purpose, held.price, held.shares.gt(0))));
  return options.reduce((sum, option) => sum - costAlone(held.options[option]), requirement - value - stockAlone);
}

/** Pool and last expiry of the short options of a spread. */
interface SpreadDate {
  readonly pool: string;
  readonly expiryMs: number;
}

const poolOf = ({ size, isEuropean }: OptionHolding): string => `${size.toString()} ${String(isEuropean)}`;

function spreadDates(options: readonly OptionHolding[]): SpreadDate[] {
  const keys = new Map<string, SpreadDate>();
  for (const option of options) {
    if (!option.isLong) keys.set(`${poolOf(option)} ${option.expiryMs}`, { pool: poolOf(option), expiryMs: option.expiryMs });
  }
  return [...keys.values()];
}

function isMember(option: OptionHolding, { pool, expiryMs }: SpreadDate): boolean {
  return poolOf(option) === pool && (option.isLong ? option.expiryMs >= expiryMs : option.expiryMs <= expiryMs);
}

function intrinsic({ isCall, strikeUnits }: OptionHolding, at: bigint): bigint {
  const value = isCall ? at - strikeUnits : strikeUnits - at;
  return value > 0n ? value : 0n;
}

function spreadOf(options: readonly OptionHolding[], counts: readonly bigint[]): Spread {
  let loss = 0n;
  let worstStrike: Decimal | null = null;
  options.forEach(({ strikeUnits, strike }, at) => {
    if (counts[at] === 0n) return;
    const lost = options.reduce((sum, option, index) => sum + (option.isLong ? -1n : 1n) * counts[index] * intrinsic(option, strikeUnits), 0n);
    if (lost > loss) [loss, worstStrike] = [lost, strike];
  });
  const contracts = counts.flatMap((count, option) => (count === 0n ? [] : [{ option, contracts: count }]));
  return { contracts, loss, worstStrike };
}

/** US dollars per share. */
export function stockRate(stock: StockRates, purpose: Purpose, price: Decimal, isLong: boolean): Decimal {
  const rate = (value: number): Decimal => exact(value);
  if (isLong) {
    const maintenance = minOf(rate(stock.longMaintenance).times(stock.leverage), one);
    return (purpose === 'initial' ? maxOf(rate(stock.longInitial), maintenance) : maintenance).times(price);
  }
  const isLow = price.lt(rate(stock.lowPrice));
  const share = isLow ? rate(stock.lowPriceRate) : rate(stock.shortMaintenance).times(stock.leverage);
  const maintenance = maxOf(share.times(price), rate(isLow ? stock.lowPriceMinimum : stock.shortMinimum));
  return purpose === 'initial' ? maxOf(rate(stock.shortInitial).times(price), maintenance) : maintenance;
}

function strategiesOf(held: ClassHolding, purpose: Purpose): Strategy[] {
  return [...combinations(held.options), ...boxes(held), ...withStock(held, purpose)];
}

function* combinations(options: readonly OptionHolding[]): Generator<Strategy> {
  for (const [c, call] of options.entries()) {
    for (const [p, put] of options.entries()) {
      if (call.isLong || put.isLong || !call.isCall || put.isCall || poolOf(call) !== poolOf(put)) continue;
      const requirement = call.naked >= put.naked ? call.naked + put.mark : put.naked + call.mark;
      yield { name: 'short combination', part: 'naked', options: [c, p], shares: zero, requirement, value: 0n };
    }
  }
}

function* boxes({ options, stock }: ClassHolding): Generator<Strategy> {
  const all = [...options.entries()].filter(([, option]) => option.isCashSettled);
  const isSame = (a: OptionHolding, b: OptionHolding): boolean => a.expiryMs === b.expiryMs && poolOf(a) === poolOf(b);
  for (const [lc, longCall] of all.filter(([, { isCall, isLong }]) => isCall && isLong)) {
    for (const [sc, shortCall] of all.filter(([, { isCall, isLong }]) => isCall && !isLong)) {
      if (!isSame(longCall, shortCall) || shortCall.strikeUnits <= longCall.strikeUnits) continue;
      for (const [lp, longPut] of all.filter(([, { isCall, isLong }]) => !isCall && isLong)) {
        for (const [sp, shortPut] of all.filter(([, { isCall, isLong }]) => !isCall && !isLong)) {
          if (!isSame(longCall, longPut) || !isSame(longCall, shortPut)) continue;
          if (longPut.strikeUnits !== shortCall.strikeUnits || shortPut.strikeUnits !== longCall.strikeUnits) continue;
          const width = shortCall.strikeUnits - longCall.strikeUnits;
          const mark = longCall.mark - shortCall.mark + longPut.mark - shortPut.mark;
          const value = mark < 0n ? 0n : mark < width ? mark : width;
          const requirement = unitsOf(new Decimal(width.toString()).div(10_000).times(exact(stock.boxRate)));
          yield { name: 'long box', part: 'boxes', options: [lc, sp, sc, lp], shares: zero, requirement, value };
        }
      }
    }
  }
}

/** Stock with one or two options of one contract size each. */
function* withStock(held: ClassHolding, purpose: Purpose): Generator<Strategy> {
  const { options, shares } = held;
  if (shares.isZero()) return;
  for (const [at, option] of options.entries()) {
    const single = withOne(held, option, purpose);
    if (single !== null) yield strategyWithStock(single, [at], option.size);
    for (const [other, second] of options.entries()) {
      if (purpose === 'initial' || option.isCall || !second.isCall || poolOf(option) !== poolOf(second)) continue;
      const double = withTwo(held, option, second);
      if (double !== null) yield strategyWithStock(double, [at, other], option.size);
    }
  }
}

interface PerShare {
  readonly name: string;
  readonly amount: Decimal;
}

function strategyWithStock({ name, amount }: PerShare, options: readonly number[], size: Decimal): Strategy {
  return { name, part: 'hedgedStock', options, shares: size, requirement: unitsOf(amount.times(size)), value: 0n };
}

function withOne({ price, shares, stock }: ClassHolding, { isCall, isLong, strike }: OptionHolding, purpose: Purpose): PerShare | null {
  const isStockLong = shares.gt(0);
  const protectedAmount = exact(stock.protectedRate).times(strike);
  const alone = stockRate(stock, purpose, price, isStockLong);
  if (isStockLong && isCall && !isLong) {
    const counted = stockRate(stock, purpose, minOf(price, strike), true);
    return { name: 'covered call', amount: counted.plus(maxOf(price.minus(strike), zero)) };
  }
  if (!isStockLong && !isCall && !isLong) {
    const counted = stockRate(stock, purpose, maxOf(price, strike), false);
    return { name: 'covered put', amount: counted.plus(maxOf(strike.minus(price), zero)) };
  }
  if (purpose === 'initial' || !isLong) return null;
  if (isStockLong && !isCall) return { name: 'protective put', amount: minOf(protectedAmount.plus(maxOf(price.minus(strike), zero)), alone) };
  if (!isStockLong && isCall) return { name: 'protective call', amount: minOf(protectedAmount.plus(maxOf(strike.minus(price), zero)), alone) };
  return null;
}

/** Maintenance of stock with a put and a call. */
function withTwo({ price, shares, stock }: ClassHolding, put: OptionHolding, call: OptionHolding): PerShare | null {
  if (put.expiryMs !== call.expiryMs) return null;
  const protectedAmount = exact(stock.protectedRate).times(put.strike);
  const isOneStrike = put.strikeUnits === call.strikeUnits;
  if (shares.gt(0) && put.isLong && !call.isLong) {
    const above = maxOf(price.minus(call.strike), zero);
    if (isOneStrike) return { name: 'conversion', amount: protectedAmount.plus(above) };
    if (put.strikeUnits > call.strikeUnits) return null;
    const collared = minOf(protectedAmount.plus(maxOf(price.minus(put.strike), zero)), exact(stock.collarCallRate).times(call.strike));
    return { name: 'collar', amount: collared.plus(above) };
  }
  if (shares.lt(0) && !put.isLong && call.isLong && isOneStrike) {
    return { name: 'reverse conversion', amount: protectedAmount.plus(maxOf(put.strike.minus(price), zero)) };
  }
  return null;
}
