import type { ClassPosition, OptionLeg, Purpose } from './class-position.ts';
import {
  boxRequirement, boxValue, collar, conversion, coveredCall, coveredPut, protectiveCall, protectivePut,
  reverseConversion, shortCombination, stockRate, type StockRules,
} from './rules.ts';
import { toUnits } from './class-position.ts';

/** Strategies with a requirement of their own; everything else of options alone is a spread. */
export type ColumnKind =
  | 'short combination'
  | 'covered call'
  | 'covered put'
  | 'protective put'
  | 'protective call'
  | 'collar'
  | 'conversion'
  | 'reverse conversion'
  | 'long box';

/** A strategy that the class could form: one contract of each leg and `shares` of the stock. */
export interface Column {
  readonly kind: ColumnKind;
  /** Indexes of option legs. */
  readonly legs: readonly number[];
  readonly shares: number;
  /** Units per strategy. */
  readonly requirement: number;
  /** What the strategy counts in equity, units; zero but for the long box. */
  readonly value: number;
  /** Change of the total requirement against leaving its parts alone, units: negative. */
  readonly saving: number;
}

/** Requirement less loan value of one contract that is left alone. */
export function aloneCost(leg: OptionLeg): number {
  return leg.count < 0 ? leg.naked : -leg.loanValue;
}

interface Found {
  readonly kind: ColumnKind;
  readonly legs: readonly number[];
  readonly shares: number;
  readonly requirement: number;
  readonly value?: number;
}

/** Every strategy that costs less than its parts alone, in the order of its legs. */
export function columnsOf(position: ClassPosition, rules: StockRules, purpose: Purpose): Column[] {
  const { options, shares, price } = position;
  const found = [...combinations(options), ...boxes(options, rules)];
  if (shares > 0) found.push(...withLongStock(position, rules, purpose));
  if (shares < 0) found.push(...withShortStock(position, rules, purpose));
  const perShare = stockRate(rules, purpose, price, shares > 0);
  return found
    .map((each) => {
      const value = each.value ?? 0;
      let alone = toUnits(Math.abs(each.shares) * perShare);
      for (const leg of each.legs) alone += aloneCost(options[leg]);
      return { ...each, value, saving: each.requirement - value - alone };
    })
    .filter((column) => column.saving < 0);
}

/** Calls short, puts short, calls long, puts long: indexes. */
function indexesOf(options: readonly OptionLeg[], isCall: boolean, isLong: boolean): number[] {
  const indexes: number[] = [];
  options.forEach((leg, index) => {
    if (leg.isCall === isCall && leg.count > 0 === isLong) indexes.push(index);
  });
  return indexes;
}

function* combinations(options: readonly OptionLeg[]): Generator<Found> {
  const puts = indexesOf(options, false, false);
  for (const call of indexesOf(options, true, false)) {
    for (const put of puts) {
      const [callLeg, putLeg] = [options[call], options[put]];
      if (callLeg.pool !== putLeg.pool) continue;
      yield { kind: 'short combination', legs: [call, put], shares: 0, requirement: shortCombination(callLeg, putLeg) };
    }
  }
}

function* withLongStock({ options, price, shares }: ClassPosition, rules: StockRules, purpose: Purpose): Generator<Found> {
  const fits = (leg: number): boolean => options[leg].size <= shares;
  const puts = indexesOf(options, false, true).filter(fits);
  const calls = indexesOf(options, true, false).filter(fits);
  for (const call of calls) {
    const leg = options[call];
    const requirement = coveredCall(rules, purpose, price, leg);
    yield { kind: 'covered call', legs: [call], shares: leg.size, requirement };
  }
  if (purpose === 'initial') return;
  for (const put of puts) {
    const putLeg = options[put];
    const requirement = protectivePut(rules, price, putLeg);
    yield { kind: 'protective put', legs: [put], shares: putLeg.size, requirement };
    for (const call of calls) yield* collarOf(options, put, call, rules, price);
  }
}

function* collarOf(
  options: readonly OptionLeg[], put: number, call: number, rules: StockRules, price: number,
): Generator<Found> {
  const [putLeg, callLeg] = [options[put], options[call]];
  if (putLeg.pool !== callLeg.pool || putLeg.expiry !== callLeg.expiry || putLeg.strike > callLeg.strike) return;
  const legs = [put, call];
  const shares = putLeg.size;
  if (putLeg.strike === callLeg.strike) {
    yield { kind: 'conversion', legs, shares, requirement: conversion(rules, price, callLeg) };
  } else {
    yield { kind: 'collar', legs, shares, requirement: collar(rules, price, putLeg, callLeg) };
  }
}

function* withShortStock({ options, price, shares }: ClassPosition, rules: StockRules, purpose: Purpose): Generator<Found> {
  const fits = (leg: number): boolean => options[leg].size <= -shares;
  const puts = indexesOf(options, false, false).filter(fits);
  const calls = indexesOf(options, true, true).filter(fits);
  for (const put of puts) {
    const leg = options[put];
    yield { kind: 'covered put', legs: [put], shares: -leg.size, requirement: coveredPut(rules, purpose, price, leg) };
  }
  if (purpose === 'initial') return;
  for (const call of calls) {
    const callLeg = options[call];
    const lot = -callLeg.size;
    yield { kind: 'protective call', legs: [call], shares: lot, requirement: protectiveCall(rules, price, callLeg) };
    for (const put of puts) {
      const putLeg = options[put];
      if (putLeg.pool !== callLeg.pool || putLeg.expiry !== callLeg.expiry || putLeg.strike !== callLeg.strike) continue;
      const requirement = reverseConversion(rules, price, putLeg);
      yield { kind: 'reverse conversion', legs: [put, call], shares: lot, requirement };
    }
  }
}

/** Long box: long call and short put at the lower exercise price, short call and long put at the higher, one expiry. */
function* boxes(options: readonly OptionLeg[], rules: StockRules): Generator<Found> {
  if (!options.some((leg) => leg.isCashSettledEuropean)) return;
  const longCalls = indexesOf(options, true, true);
  const shortPuts = indexesOf(options, false, false);
  const shortCalls = indexesOf(options, true, false);
  const longPuts = indexesOf(options, false, true);
  for (const longCall of longCalls) {
    const low = options[longCall];
    const shortPut = shortPuts.find((put) => isSameSeries(options[put], low));
    if (shortPut === undefined || !low.isCashSettledEuropean) continue;
    for (const shortCall of shortCalls) {
      const high = options[shortCall];
      const longPut = longPuts.find((put) => isSameSeries(options[put], high));
      if (longPut === undefined || high.strike <= low.strike || !isSameExpiry(low, high)) continue;
      const width = high.strike - low.strike;
      const mark = low.mark - high.mark + options[longPut].mark - options[shortPut].mark;
      const legs = [longCall, shortPut, shortCall, longPut];
      yield { kind: 'long box', legs, shares: 0, requirement: boxRequirement(rules, width), value: boxValue(mark, width) };
    }
  }
}

const isSameExpiry = (a: OptionLeg, b: OptionLeg): boolean => a.expiry === b.expiry && a.pool === b.pool;
const isSameSeries = (a: OptionLeg, b: OptionLeg): boolean => isSameExpiry(a, b) && a.strike === b.strike;
