import { MargridError } from '../errors.ts';
import { allocate } from '../money/allocate.ts';

/** Who of the short side must deliver when fewer contracts are exercised than are open. */
export const assignmentMethods = ['pro-rata', 'random'] as const;
export type AssignmentMethod = (typeof assignmentMethods)[number];

/**
 * Assigns exercised lots to short positions: how many lots of each. `shorts` are lots > 0, in account order; lots
 * beyond
 * all shorts are refused (`OptionInvalid`).
 *
 * `pro-rata`: in proportion to the shorts, the rest to the largest remainders, of equal ones to the first.
 * `random`: as by drawing lots one by one without putting them back. Lots are numbered through in account order, and
 * Floyd's algorithm draws that many different numbers, with SplitMix64 from the seed: the same seed, the same draw.
 */
export function assignLots(
  exercised: bigint,
  shorts: readonly bigint[],
  method: AssignmentMethod,
  seed: bigint,
): bigint[] {
  const open = shorts.reduce((sum, lots) => sum + lots, 0n);
  if (exercised < 0n || exercised > open) {
    throw new MargridError('OptionInvalid', `${exercised} lots cannot be assigned to ${open} open ones`, {
      column: 'quantity',
      value: exercised.toString(),
    });
  }
  if (method === 'pro-rata') return allocate(exercised, shorts);
  return drawLots(exercised, open, shorts, seed);
}

function drawLots(exercised: bigint, open: bigint, shorts: readonly bigint[], seed: bigint): bigint[] {
  const next = splitMix64(seed);
  // Drawing those who are left out is the same draw, and shorter beyond the half.
  const isInverted = exercised * 2n > open;
  const count = isInverted ? open - exercised : exercised;
  const drawn = new Set<bigint>();
  for (let last = open - count; last < open; last++) {
    const number = below(last + 1n, next);
    drawn.add(drawn.has(number) ? last : number);
  }
  const ends: bigint[] = [];
  let end = 0n;
  for (const lots of shorts) ends.push((end += lots));
  const assigned = shorts.map(() => 0n);
  for (const number of drawn) assigned[holderOf(number, ends)]++;
  return isInverted ? shorts.map((lots, place) => lots - assigned[place]) : assigned;
}

/** First place whose end lies beyond the number. */
function holderOf(number: bigint, ends: readonly bigint[]): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > number) high = middle;
    else low = middle + 1;
  }
  return low;
}

const word = 2n ** 64n;

/** SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
function splitMix64(seed: bigint): () => bigint {
  let state = BigInt.asUintN(64, seed);
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let mixed = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    return mixed ^ (mixed >> 31n);
  };
}

/** A number in [0, bound), each equally likely: words beyond the largest multiple of the bound are thrown away. */
function below(bound: bigint, next: () => bigint): bigint {
  const end = word - (word % bound);
  let drawn = next();
  while (drawn >= end) drawn = next();
  return drawn % bound;
}
