import { timingOf } from '../statistics.ts';
import type { Timing } from '../workload.ts';
import { compareMargins, marginHash, type Margins, type TickComparison, type TickEntrant } from './entrant.ts';
import type { QuoteFeed, TickQuotes } from './quotes.ts';

export interface MeasuredEntrant {
  readonly timing: Timing;
  readonly comparison: TickComparison;
  /** Means over the rounds of what the entrant told. */
  readonly told: Record<string, number>;
  /** Of its margins at its last tick with all the others: the first of a round. */
  readonly hash: string;
}

/** Rounds before those that are measured; slow entrants sit them out. */
const warmUpRounds = 3;

/**
 * One cold tick, rounds to warm up, then `runs` rounds of `ticksPerRound` ticks. In the first tick of a round all
 * entrants take part, in the others those that follow every tick: what they do now depends on the ticks before. All are
 * at the same tick at the same time, each tick is a new one, and after each the statuses (margins, of those that have
 * them) are compared with those of the first entrant. `publish` is called when that one has ticked.
 */
export async function measureTicks(
  entrants: readonly TickEntrant[], feed: QuoteFeed, runs: number, ticksPerRound: number, publish: (quotes: TickQuotes) => void,
): Promise<ReadonlyMap<string, MeasuredEntrant>> {
  const cold = new Map<string, number>();
  const samples = new Map<string, number[]>(entrants.map(({ name }) => [name, []]));
  const comparisons = new Map<string, TickComparison>();
  const told = new Map<string, Record<string, number>[]>(entrants.map(({ name }) => [name, []]));
  const hashes = new Map<string, string>();
  const warmUpTicks = Math.min(warmUpRounds, runs);
  for (let tick = 0; tick < 1 + warmUpTicks + runs * ticksPerRound; tick++) {
    const place = tick - 1 - warmUpTicks;
    const quotes = feed();
    let reference: Margins | null = null;
    for (const [index, entrant] of entrants.entries()) {
      const { name, every } = entrant;
      if (tick > 0 && !takesPart(every, place, ticksPerRound)) continue;
      const elapsed = await entrant.tick(quotes);
      if (index === 0) publish(quotes);
      const margins = await entrant.margins();
      reference ??= margins;
      comparisons.set(name, compareMargins(entrant, margins, reference));
      if (tick === 0) cold.set(name, elapsed);
      if (place < 0 || place % ticksPerRound === 0) hashes.set(name, marginHash(margins));
      if (place < 0) continue;
      samples.get(name)!.push(elapsed);
      if (entrant.told !== undefined) told.get(name)!.push(entrant.told());
    }
  }
  return new Map(
    entrants.map(({ name }) => [
      name,
      {
        timing: timingOf(samples.get(name)!, cold.get(name)!),
        comparison: comparisons.get(name)!,
        told: meansOf(told.get(name)!),
        hash: hashes.get(name)!,
      },
    ]),
  );
}

/** `place`: ticks since the measured rounds began; negative while warming up, where every tick is a round. */
function takesPart(every: TickEntrant['every'], place: number, ticksPerRound: number): boolean {
  if (every === 'tick') return true;
  if (place < 0) return every === 1;
  return place % (every * ticksPerRound) === 0;
}

function meansOf(rows: readonly Record<string, number>[]): Record<string, number> {
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0) / rows.length]));
}
