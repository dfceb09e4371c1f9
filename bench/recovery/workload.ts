import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TickCommand } from '../../src/account/command.ts';
import type { Market } from '../../src/domain/market.ts';
import { importBuilt } from '../built-package.ts';
import { accountsOf, meanPositions, roundsOf, seedOf, workersOf } from '../parameters.ts';
import { median, timingOf } from '../statistics.ts';
import { loadBuiltEngine } from '../tick/book.ts';
import type { Outcome, Parameters, Workload } from '../workload.ts';

export const recovery: Workload = {
  name: 'recovery',
  title: 'restart: an account engine from its snapshot and ten journaled ticks after it',
  parameters: {
    accounts: accountsOf(1_000_000, 300),
    positions: meanPositions,
    workers: workersOf(2, 0),
    seed: seedOf('the book'),
    runs: roundsOf(5),
  },
  run,
};

const tickCount = 10;
/** Move of all prices from tick to tick, to and fro: enough for statuses to change. */
const move = 0.01;

type Library = typeof import('../../src/index.ts');

interface Files {
  readonly snapshotPath: string;
  readonly journalPath: string;
  readonly mirror: string;
}

async function run(parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const library = await importBuilt<Library>('src/index');
  const folder = await mkdtemp(join(tmpdir(), 'margrid-recovery-'));
  const files = {
    snapshotPath: join(folder, 'snapshot'),
    journalPath: join(folder, 'journal'),
    mirror: join(folder, 'mirror'),
  };
  try {
    const written = await write(library, parameters, files, progress);
    const rounds: Round[] = [];
    for (let round = 0; round <= parameters.runs; round++) {
      progress(`recovering, round ${round}`);
      rounds.push(await recoverOnce(library, parameters, files));
      if (rounds[round].hash !== written.hash)
        throw new Error(`the state hash is ${rounds[round].hash}, was ${written.hash}`);
    }
    const [cold, ...warm] = rounds;
    const timing = timingOf(
      warm.map(({ totalMs }) => totalMs),
      cold.totalMs,
    );
    const middle = (stage: keyof Omit<Round, 'hash'>): number => median(warm.map((round) => round[stage]));
    return {
      ...timing,
      hash: written.hash,
      note:
        `snapshot read and proven, engine loaded and margined, ${tickCount} ticks repeated and compared; ` +
        `${parameters.workers} worker threads`,
      throughput: { perSecond: (parameters.accounts / timing.median) * 1_000, unit: 'accounts' },
      entrants: {},
      details: {
        ...written.details,
        recoverMs: { readSnapshot: middle('readMs'), restore: middle('restoreMs'), replay: middle('replayMs') },
        residentBytes: process.memoryUsage().rss,
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes a book, its snapshot and its journal; measures what that costs while an engine runs. */
async function write(library: Library, parameters: Parameters, files: Files, progress: (line: string) => void) {
  const { accounts, positions, seed, workers } = parameters;
  const built = await loadBuiltEngine();
  progress('generating the book');
  const { book, engine: sizing } = await built.generate({ accounts, positions, seed }, { workers, kernels: 'wasm' });
  await sizing.close();
  const { market, params } = built;
  const journal = await library.Journal.create(files.journalPath, { mirror: files.mirror });
  const engine = library.AccountEngine.create({ market, book, params, workers, kernels: 'wasm', journal });
  try {
    await engine.apply(tickOf(market, 0));
    progress('writing the snapshot');
    const begin = performance.now();
    const state = engine.snapshot();
    const taken = performance.now();
    await library.writeSnapshot(files.snapshotPath, state, journal.receipt);
    const done = performance.now();
    const tickMs: number[] = [];
    let transitions = 0;
    for (let n = 1; n <= tickCount; n++) {
      const start = performance.now();
      const { batch } = await engine.apply(tickOf(market, n));
      tickMs.push(performance.now() - start);
      transitions += batch!.transitions.count;
    }
    const details = {
      nettingSets: engine.engine.nettingSetCount,
      positions: engine.engine.positionCount,
      snapshotBytes: (await stat(files.snapshotPath)).size,
      journalBytes: (await stat(files.journalPath)).size,
      transitions,
      writeMs: { takeSnapshot: taken - begin, writeSnapshot: done - taken, journaledTick: median(tickMs) },
    };
    return { hash: engine.stateHash(), details };
  } finally {
    await engine.close();
    await journal.close();
  }
}

function tickOf(market: Market, n: number): TickCommand {
  const factor = 1 + (n % 2) * move;
  const indexPrice = Object.fromEntries([...market.indexPrice].map(([pair, price]) => [pair, price * factor]));
  const quotes = { forward: market.forward.map((price) => price * factor), indexPrice };
  return { id: `tick-${n}`, timeMs: market.asOfMs + 1_000 * n, kind: 'tick', quotes };
}

interface Round {
  readonly totalMs: number;
  readonly readMs: number;
  readonly restoreMs: number;
  readonly replayMs: number;
  readonly hash: string;
}

/** `recover` as a restart does it; then its stages once more, each alone. */
async function recoverOnce(library: Library, { workers }: Parameters, files: Files): Promise<Round> {
  const start = performance.now();
  const { engine, journal } = await library.recover({ ...files, workers, kernels: 'wasm' });
  const totalMs = performance.now() - start;
  const hash = engine.stateHash();
  await engine.close();
  await journal.close();
  const begin = performance.now();
  const { state } = await library.readSnapshot(files.snapshotPath);
  const readMs = performance.now() - begin;
  const restored = await library.AccountEngine.restore(state, { workers, kernels: 'wasm' });
  const restoreMs = performance.now() - begin - readMs;
  await restored.close();
  return { totalMs, readMs, restoreMs, replayMs: totalMs - readMs - restoreMs, hash };
}
