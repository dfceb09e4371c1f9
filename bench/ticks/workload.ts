import { availableParallelism } from 'node:os';
import { entrantReport } from '../entrant.ts';
import { accountsOf, meanPositions, roundsOf, seedOf } from '../parameters.ts';
import type { EntrantReport, Outcome, Parameters, ParameterSpec, Workload } from '../workload.ts';
import { loadTickBook, type BookKind } from './books.ts';
import { certifiedEntrants, threadsText, type CertifiedDetails } from './certified.ts';
import { engineEntrant, oneThreadEntrants } from './engines.ts';
import type { TickEntrant } from './entrant.ts';
import { measureTicks, type MeasuredEntrant } from './measure.ts';
import { otherLanguages } from './other-languages.ts';
import { crashFeed, walkFeed } from './quotes.ts';

interface TickKind {
  readonly name: string;
  readonly title: string;
  readonly book: BookKind;
  /** Basis points: standard deviation of a tick, or the fall of a crash. */
  readonly move: ParameterSpec;
  readonly isCrash: boolean;
}

/** Of certified entrants one tick says little: now and then they take a new reference market. */
const walkTicksPerRound = 10;
/** Prices rise again, and fall. */
const crashTicksPerRound = 2;

function walkMove(full: number): ParameterSpec {
  return { full, smoke: full, least: 0, meaning: 'basis points a tick, standard deviation' };
}

const kinds: readonly TickKind[] = [
  {
    name: 'tick-retail',
    title: 'ordinary ticks of a retail book: most accounts hold one to three perpetuals or futures',
    book: 'retail',
    move: walkMove(3),
    isCrash: false,
  },
  { name: 'tick-options', title: 'ordinary ticks of a book of option positions', book: 'options', move: walkMove(3), isCrash: false },
  { name: 'tick-ordinary', title: 'ordinary ticks of the whole book: a random walk', book: 'mixed', move: walkMove(3), isCrash: false },
  { name: 'tick-ordinary-10bp', title: 'the same, three times as restless', book: 'mixed', move: walkMove(10), isCrash: false },
  {
    name: 'tick-crash',
    title: 'a crash: every account must be evaluated at every tick',
    book: 'mixed',
    move: { full: 2_000, smoke: 2_000, least: 1, meaning: 'basis points that all prices fall, and rise again' },
    isCrash: true,
  },
];

export const tickWorkloads: readonly Workload[] = kinds.map((kind) => ({
  name: kind.name,
  title: kind.title,
  parameters: {
    accounts: accountsOf(1_000_000, 300),
    ...(kind.book === 'retail' ? {} : { positions: meanPositions }),
    instruments: { full: 13_126, smoke: 300, least: 100, meaning: 'of the built-in market, at most: fewer options' },
    workers: { full: Math.max(availableParallelism(), 2), smoke: 2, least: 2, meaning: 'worker threads; one is measured too' },
    move: kind.move,
    seed: seedOf('book and walk'),
    runs: roundsOf(9, 'rounds: ten ticks (two of a crash), for most entrants one of them'),
  },
  run: (parameters, progress) => run(kind, parameters, progress),
}));

async function run(kind: TickKind, parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const { workers, move, seed, runs } = parameters;
  const open: { close(): Promise<void> }[] = [];
  progress('generating the book');
  const tickBook = await loadTickBook(kind.book, parameters, workers);
  const { engine, market } = tickBook;
  open.push(engine);
  try {
    progress('loading the other engines');
    const margrid = engineEntrant('margrid', `WASM SIMD, ${threadsText(workers)}`, engine, 'tick');
    const oneWorker = tickBook.create({ workers: 1, kernels: 'wasm' });
    open.push(oneWorker);
    const host = tickBook.create({ workers: 0, kernels: 'wasm' });
    open.push(host);
    const certified = await certifiedEntrants(tickBook, [workers, 1]);
    open.push(...certified);
    progress('starting the other languages');
    const others = otherLanguages(host);
    open.push({ close: async () => others.files.remove() }, ...others.entrants);
    for (const entrant of others.entrants) await entrant.ready?.();
    const entrants: readonly TickEntrant[] = [
      margrid,
      engineEntrant('margrid-one-worker', 'margrid with one worker thread', oneWorker, 1),
      ...certified,
      ...oneThreadEntrants(host, engine.arena),
      ...others.entrants,
    ];
    progress(`measuring ${entrants.length} entrants in turn`);
    const feed = kind.isCrash ? crashFeed(market, move) : walkFeed(market, move, seed);
    const ticksPerRound = kind.isCrash ? crashTicksPerRound : walkTicksPerRound;
    const measured = await measureTicks(entrants, feed, runs, ticksPerRound, () => others.files.publish(engine.arena));
    const own = measured.get('margrid')!.timing;
    return {
      ...own,
      versions: others.versions,
      hash: measured.get('margrid')!.hash,
      note: margrid.note,
      throughput: { perSecond: (parameters.accounts / own.median) * 1_000, unit: 'accounts' },
      entrants: reportsOf(entrants.slice(1), measured, own.median),
      missing: others.missing,
      details: {
        nettingSets: engine.nettingSetCount,
        positions: engine.positionCount,
        instruments: market.instruments.length,
        scenarios: engine.arena.plan.counts.scenarioCount,
        meanMs: mean(own.samples),
        certified: certifiedDetails(certified, measured),
      },
    };
  } finally {
    for (const each of open.reverse()) await each.close();
  }
}

function reportsOf(
  entrants: readonly TickEntrant[], measured: ReadonlyMap<string, MeasuredEntrant>, median: number,
): Record<string, EntrantReport> {
  const reports: Record<string, EntrantReport> = {};
  for (const { name, note, label } of entrants) {
    const { timing, comparison, hash } = measured.get(name)!;
    const { verified, ...equality } = comparison;
    const every = `${verified} at every tick`;
    reports[name] = { ...entrantReport(timing, median, hash, equality, note, label), verified: every };
  }
  return reports;
}

/** Ticks that issue certificates are dear: beside medians, means say what a run of ticks costs. */
function certifiedDetails(
  entrants: readonly TickEntrant[], measured: ReadonlyMap<string, MeasuredEntrant>,
): Record<string, CertifiedDetails> {
  return Object.fromEntries(
    entrants.map(({ name }) => {
      const { told, timing, statuses } = measured.get(name)!;
      const known = { ...statuses!, meanMs: mean(statuses!.samples) };
      return [name, { meanMs: mean(timing.samples), evaluatedShare: told['evaluatedShare'], statuses: known }] as const;
    }),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
