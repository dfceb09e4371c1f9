import { timingOf } from '../statistics.ts';
import type { Timing } from '../workload.ts';
import { compareMargins, type Margins, type TickComparison, type TickEntrant } from './entrant.ts';
import type { QuoteFeed, TickQuotes } from './quotes.ts';

export interface MeasuredEntrant {
  readonly timing: Timing;
  readonly comparison: TickComparison;
  /** Means over the rounds of what the entrant told. */
  readonly told: Record<string, number>;
}

/** Ticks before the rounds; each entrant that runs in every round runs in them too. */
const warmUpTicks = 3;

/**
 * One cold tick, ticks to warm up, then `runs` rounds. All entrants are at the same tick at the same time, each tick is
 * a new one, and after each the statuses (margins, of those that have them) are compared with those of the first.
 * `publish` is called when the first has ticked.
 */
export async function measureTicks(
  entrants: readonly TickEntrant[], feed: QuoteFeed, runs: number, publish: (quotes: TickQuotes) => void,
): Promise<ReadonlyMap<string, MeasuredEntrant>> {
  const cold = new Map<string, number>();
  const samples = new Map<string, number[]>(entrants.map(({ name }) => [name, []]));
  const comparisons = new Map<string, TickComparison>();
  const told = new Map<string, Record<string, number>[]>(entrants.map(({ name }) => [name, []]));
  const warmUp = Math.min(warmUpTicks, runs);
  for (let tick = 0; tick < 1 + warmUp + runs; tick++) {
    const round = tick - 1 - warmUp;
    const quotes = feed();
    let reference: Margins | null = null;
    for (const [index, entrant] of entrants.entries()) {
      const { name, every } = entrant;
      if (tick > 0 && every > 1 && (round < 0 || round % every !== 0)) continue;
      const elapsed = await entrant.tick(quotes);
      if (index === 0) publish(quotes);
      const margins = await entrant.margins();
      reference ??= margins;
      comparisons.set(name, compareMargins(entrant, margins, reference));
      if (tick === 0) cold.set(name, elapsed);
      if (round < 0) continue;
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
      },
    ]),
  );
}

function meansOf(rows: readonly Record<string, number>[]): Record<string, number> {
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0) / rows.length]));
}
