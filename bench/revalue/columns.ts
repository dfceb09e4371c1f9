import { FLAG_BITS, FLAG_END_EXPIRY, FLAG_END_GROUP } from '../../assembly/portable/layout.ts';
import { Arena, planArena, type ArenaPlan } from '../../src/columns/arena.ts';
import { cellCountOf, noModelCounts } from '../../src/columns/schema.ts';
import { writeContext } from '../../src/engine/tick-inputs.ts';
import { RandomStream } from '../../src/generate/random.ts';

export interface RevalueSize {
  readonly accounts: number;
  readonly positions: number;
  readonly scenarios: number;
  readonly instruments: number;
  readonly seed: number;
}

/** Streams of one seed; those of the book generator are 1 and 2. */
const positionStream = 101;
const riskStream = 102;

/** One risk group, one expiry, one currency: the inner loop and nothing else. */
export function planRevalue(size: RevalueSize, scratchCount: number, heapBase: number): ArenaPlan {
  return planArena(
    {
      scenarioCount: size.scenarios,
      instrumentCount: size.instruments,
      expiryCount: 1,
      groupCount: 1,
      currencyCount: 1,
      nettingSetCapacity: size.accounts,
      positionCapacity: size.accounts * size.positions,
      model: noModelCounts,
    },
    scratchCount,
    heapBase,
  );
}

/** Synthetic book and risk array, the same for every entrant: written once, copied for the others. */
export function writeRevalueColumns(arena: Arena, size: RevalueSize): void {
  arena.seal();
  writeContext(arena);
  writeRiskRows(arena, size);
  writePositions(arena, size);
}

/** Profit and loss uniform in [-100, 100); the padding repeats the last scenario, as in every risk array. */
function writeRiskRows(arena: Arena, { scenarios, instruments, seed }: RevalueSize): void {
  const rows = arena.views.riskArray.row;
  const cellCount = cellCountOf(scenarios);
  const random = new RandomStream();
  for (let instrument = 0; instrument < instruments; instrument++) {
    random.restart(seed, instrument, riskStream);
    const row = instrument * cellCount;
    for (let cell = 0; cell < scenarios; cell++) rows[row + cell] = random.nextFineFraction() * 200 - 100;
    rows.fill(rows[row + scenarios - 1], row + scenarios, row + cellCount);
  }
}

/**
 * Exactly `positions` per account, sorted by row as in a real book. Position k is drawn from the k-th of equal
 * shares of the instruments: distinct as long as there are as many instruments as positions, and all instruments are
 * held equally often.
 */
function writePositions(arena: Arena, { accounts, positions, instruments, seed }: RevalueSize): void {
  const { nettingSet, position } = arena.views;
  const random = new RandomStream();
  for (let account = 0; account < accounts; account++) {
    random.restart(seed, account, positionStream);
    const first = account * positions;
    nettingSet.account[account] = account;
    nettingSet.firstPosition[account] = first;
    nettingSet.positionCount[account] = positions;
    for (let held = 0; held < positions; held++) {
      const instrument = Math.floor(((held + random.nextFraction()) * instruments) / positions);
      const last = held === positions - 1;
      position.row[first + held] = (instrument << FLAG_BITS) | (last ? FLAG_END_EXPIRY | FLAG_END_GROUP : 0);
      // Tenths of a contract, long or short, never zero.
      const size = (1 + random.nextIndex(1_000)) / 10;
      position.quantity[first + held] = random.nextFraction() < 0.5 ? -size : size;
    }
  }
}

/** The same columns in a buffer of their own, so that no entrant overwrites another's results. */
export function copyColumns(arena: Arena): Arena {
  const buffer = new ArrayBuffer(arena.plan.end);
  new Uint8Array(buffer).set(new Uint8Array(arena.buffer, 0, arena.plan.end));
  return new Arena(arena.plan, buffer);
}
