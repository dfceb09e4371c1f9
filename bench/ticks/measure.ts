import { timingOf } from '../statistics.ts';
import type { Timing } from '../workload.ts';
import {
  compareMargins, largerOf, marginHash, requireStatuses, type Margins, type TickComparison, type TickEntrant,
} from './entrant.ts';
import type { QuoteFeed, TickQuotes } from './quotes.ts';

export interface MeasuredEntrant {
  readonly timing: Timing;
  /** Until statuses were known, of those that tell. */
  readonly statuses: Timing | null;
  /** The one that differed most. */
  readonly comparison: TickComparison;
  /** Means over the measured ticks of what the entrant told. */
  readonly told: Record<string, number>;
  /** Of its margins at its last tick with all the others: the last of a round. */
  readonly hash: string;
}

/**
 * Rounds before those that are measured: certified entrants issue most of their certificates anew at ticks 16 and 32, and
 * cost what they go on costing from then on.
 */
const warmUpRoundsMax = 5;
/** Entrants of one tick a round need no more of them than this, the last ones; slow entrants sit out all. */
const warmUpTicksMax = 3;

/**
 * One cold tick, rounds to warm up, then `runs` rounds of `ticksPerRound` ticks, in turns: the first entrant does all
 * ticks of a round one after the other, then the next one those same ticks, and so on. An engine that follows every tick
 * finds the caches as its own last tick left them, as it does where it runs alone. All others do the last tick of a
 * round only. The order stays: only the first tick of a turn feels who went before, and the first entrant is what the
 * others are compared with.
 *
 * Statuses are compared with the first entrant's at every tick, margins, of those that have them, at the last of a round.
 * `publish` is called when the first entrant has done that one.
 */
export async function measureTicks(
  entrants: readonly TickEntrant[], feed: QuoteFeed, runs: number, ticksPerRound: number, publish: (quotes: TickQuotes) => void,
): Promise<ReadonlyMap<string, MeasuredEntrant>> {
  const records = new Map<TickEntrant, EntrantRecord>(entrants.map((entrant) => [entrant, emptyRecord()]));
  const reference = referenceOf();
  const warmUpRounds = Math.min(warmUpRoundsMax, runs);
  const rounds: readonly Round[] = [
    { ticks: 1, index: 0, stage: 'cold' },
    ...Array.from({ length: warmUpRounds }, (_, index) => ({ ticks: ticksPerRound, index: index - warmUpRounds, stage: 'warm-up' }) as const),
    ...Array.from({ length: runs }, (_, index) => ({ ticks: ticksPerRound, index, stage: 'measured' }) as const),
  ];
  for (const round of rounds) {
    const quotes = Array.from({ length: round.ticks }, () => copyOf(feed()));
    for (const entrant of entrants.filter(({ every }) => takesPart(every, round))) {
      const record = records.get(entrant)!;
      const isFirst = entrant === entrants[0];
      await takeTurn(entrant, quotes, (place, elapsed, margins) => {
        const isLast = place === quotes.length - 1;
        if (isFirst) reference.keep(place, margins);
        if (isFirst && isLast) publish(quotes[place]);
        if (isLast) {
          record.comparison = largerOf(record.comparison, compareMargins(entrant, margins, reference.margins()));
          record.hash = marginHash(margins);
        } else requireStatuses(entrant, margins.status, reference.statuses[place]);
        const statuses = entrant.statusesMs?.() ?? null;
        if (round.stage === 'cold') record.cold = { whole: elapsed, statuses };
        if (round.stage !== 'measured') return;
        record.samples.push(elapsed);
        if (statuses !== null) record.statuses.push(statuses);
        if (entrant.told !== undefined) record.told.push(entrant.told());
      });
    }
  }
  return new Map([...records].map(([{ name }, record]) => [name, measuredOf(record)] as const));
}

interface Round {
  readonly ticks: number;
  /** Of the measured rounds from 0 on; of those that warm up, negative. */
  readonly index: number;
  readonly stage: 'cold' | 'warm-up' | 'measured';
}

function takesPart(every: TickEntrant['every'], { index, stage }: Round): boolean {
  if (every === 'tick' || stage === 'cold') return true;
  if (stage === 'warm-up') return every === 1 && index >= -warmUpTicksMax;
  return index % every === 0;
}

/**
 * All ticks of the round, or the last one. Who does only that one and is quick does the tick before it unmeasured: it
 * shall find its book and its code where a tick of its own has left them, as those find them that do all ticks.
 */
async function takeTurn(
  entrant: TickEntrant, quotes: readonly TickQuotes[], done: (place: number, elapsed: number, margins: Margins) => void,
): Promise<void> {
  const last = quotes.length - 1;
  const first = entrant.every === 'tick' ? 0 : last;
  if (entrant.rehearses === true && first > 0) await entrant.tick(quotes[first - 1]);
  for (let place = first; place <= last; place++) {
    const elapsed = await entrant.tick(quotes[place]);
    done(place, elapsed, await entrant.margins());
  }
}

/** What the first entrant gave in this round. */
interface Reference {
  /** By place in the round. */
  readonly statuses: readonly Uint8Array[];
  /** Of its last tick. */
  margins(): Margins;
  keep(place: number, margins: Margins): void;
}

/** Statuses are copied into the same columns in every round; margins stay where the entrant has them until it ticks again. */
function referenceOf(): Reference {
  const statuses: Uint8Array[] = [];
  let latest: Margins | null = null;
  return {
    statuses,
    margins: () => latest!,
    keep: (place, margins) => {
      latest = margins;
      statuses[place] ??= new Uint8Array(margins.status.length);
      statuses[place].set(margins.status);
    },
  };
}

/** The feed writes the quotes of a tick over those of the tick before. */
function copyOf({ asOfMs, forward, impliedVolatility, indexPrice }: TickQuotes): TickQuotes {
  return { asOfMs, forward: forward.slice(), impliedVolatility: impliedVolatility.slice(), indexPrice };
}

interface EntrantRecord {
  cold: { readonly whole: number; readonly statuses: number | null };
  readonly samples: number[];
  readonly statuses: number[];
  readonly told: Record<string, number>[];
  comparison: TickComparison | null;
  hash: string;
}

function emptyRecord(): EntrantRecord {
  return { cold: { whole: NaN, statuses: null }, samples: [], statuses: [], told: [], comparison: null, hash: '' };
}

function measuredOf({ samples, statuses, cold, comparison, told, hash }: EntrantRecord): MeasuredEntrant {
  return {
    timing: timingOf(samples, cold.whole),
    statuses: cold.statuses === null ? null : timingOf(statuses, cold.statuses),
    comparison: comparison!, told: meansOf(told), hash,
  };
}

function meansOf(rows: readonly Record<string, number>[]): Record<string, number> {
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0) / rows.length]));
}
