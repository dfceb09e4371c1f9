import type { OptionLeg } from './class-position.ts';

/**
 * Options that may stand in one spread: short ones that expire on or before the expiry of every long one, of one pool.
 *
 * One group per date suffices. Loss is subadditive (the greatest of sums is at most the sum of the greatest), so two
 * spreads whose options may stand together cost no less than the spread of both; and every spread fits into the group of
 * the last expiry of its short options.
 */
export interface SpreadGroup {
  /** Indexes of option legs. */
  readonly legs: readonly number[];
  /** Exercise prices of the group, ascending, units. */
  readonly strikes: readonly number[];
  /** Greatest common divisor of their differences, units: losses are whole multiples of it. */
  readonly step: number;
}

export function spreadGroupsOf(options: readonly OptionLeg[]): SpreadGroup[] {
  const groups: SpreadGroup[] = [];
  const pools = [...new Set(options.map((leg) => leg.pool))];
  for (const pool of pools) {
    let longsOfLast = '';
    for (const date of shortExpiries(options, pool)) {
      const legs = membersOf(options, pool, date);
      const longs = legs.filter((leg) => options[leg].count > 0).join();
      if (longs === '' || longs === longsOfLast) continue;
      longsOfLast = longs;
      const strikes = [...new Set(legs.map((leg) => options[leg].strike))].sort((a, b) => a - b);
      groups.push({ legs, strikes, step: stepOf(strikes) });
    }
  }
  return groups;
}

/** Latest first: of two dates with the same long options the later one admits more short ones. */
function shortExpiries(options: readonly OptionLeg[], pool: number): number[] {
  const shorts = options.filter((leg) => leg.pool === pool && leg.count < 0);
  return [...new Set(shorts.map((leg) => leg.expiry))].sort((a, b) => b - a);
}

/** Legs of a type only if the group has both sides of it. */
function membersOf(options: readonly OptionLeg[], pool: number, date: number): number[] {
  const legs = options.map((_, index) => index).filter((index) => {
    const leg = options[index];
    return leg.pool === pool && (leg.count < 0 ? leg.expiry <= date : leg.expiry >= date);
  });
  return legs.filter((index) => {
    const leg = options[index];
    return legs.some((other) => options[other].isCall === leg.isCall && options[other].count < 0 !== leg.count < 0);
  });
}

function stepOf(strikes: readonly number[]): number {
  let step = 0;
  for (const strike of strikes) step = greatestCommonDivisor(strike - strikes[0], step);
  return step === 0 ? 1 : step;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
