import { CHUNK_SET_COUNT } from '../../assembly/portable/layout.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import type { Arena } from '../../src/columns/arena.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import { runChunks, type StageTask } from '../../src/engine/stage.ts';
import { entrantReports, type Entrant } from '../entrant.ts';
import { measureInTurn, timed } from '../measure.ts';
import { gccVersion } from '../native/compile.ts';
import { missingNative, nativeEntrants } from '../native/entrants.ts';
import { accountsOf, roundsOf, seedOf } from '../parameters.ts';
import { columnHash } from '../verify.ts';
import type { Outcome, Parameters, Workload } from '../workload.ts';
import { copyColumns } from './columns.ts';
import { naiveAccounts, revalueNaive } from './javascript-naive.ts';
import { revalueColumnsOf, revalueTuned } from './javascript-tuned.ts';
import { prepareMargrid } from './margrid.ts';

export const revalue: Workload = {
  name: 'revalue',
  title: 'kernels B and C: worst loss of every account over a risk array, synthetic book, 64-bit floats',
  parameters: {
    accounts: accountsOf(1_000_000, 300),
    positions: { full: 12, smoke: 5, least: 1, meaning: 'positions per account, exactly' },
    scenarios: { full: 32, smoke: 7, least: 1, meaning: 'scenarios' },
    instruments: { full: 1_000, smoke: 40, least: 1, meaning: 'rows of the risk array' },
    workers: { full: 1, smoke: 1, least: 1, meaning: '1: the calling thread; more: worker threads' },
    seed: seedOf('book and risk array'),
    runs: roundsOf(9),
  },
  run,
};

/** Accounts of the naive entrant: enough for a steady time, few enough not to wait for it. */
const naiveAccountsMax = 10_000;

async function run(parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  progress('writing the book');
  const margrid = await prepareMargrid(parameters, parameters.workers);
  const entrants: Entrant[] = [];
  const gcc = gccVersion();
  try {
    entrants.push(...(await otherEntrants(margrid.arena, parameters, gcc !== null)));
    progress(`measuring ${entrants.length + 1} entrants in turn`);
    const timings = await measureInTurn([{ name: 'margrid', run: () => margrid.run() }, ...entrants], parameters.runs);
    const own = timings.get('margrid')!;
    const results = margrid.arena.views.result.worstCase.subarray(0, parameters.accounts);
    const cells = parameters.accounts * parameters.positions * parameters.scenarios;
    return {
      ...own,
      versions: { gcc },
      hash: columnHash(results),
      note: parameters.workers > 1 ? `WASM SIMD, ${parameters.workers} worker threads` : 'WASM SIMD, one thread',
      throughput: { perSecond: (cells / own.median) * 1_000, unit: 'position-scenarios' },
      entrants: await entrantReports(entrants, timings, own.median, results),
      missing: missingNative(),
      details: { arenaBytes: margrid.arena.plan.bytes },
    };
  } finally {
    for (const entrant of entrants) await entrant.close();
    await margrid.close();
  }
}

async function otherEntrants(arena: Arena, parameters: Parameters, native: boolean): Promise<Entrant[]> {
  const entrants = [
    tunedEntrant(copyColumns(arena), parameters),
    engineEntrant(copyColumns(arena), parameters),
    naiveEntrant(arena, parameters),
  ];
  if (parameters.workers > 1) entrants.push(await oneThreadEntrant(parameters));
  if (native) entrants.push(...(await nativeEntrants(arena, parameters.scenarios)));
  return entrants;
}

function tunedEntrant(arena: Arena, { accounts, scenarios }: Parameters): Entrant {
  const columns = revalueColumnsOf(arena, cellCountOf(scenarios));
  return {
    name: 'javascript-tuned',
    note: 'the fastest plain JavaScript found: typed arrays, eight cells in variables, minimum fused; one thread',
    bitEqual: true,
    run: () =>
      timed(() => {
        for (let first = 0; first < accounts; first += CHUNK_SET_COUNT) {
          revalueTuned(columns, first, Math.min(accounts, first + CHUNK_SET_COUNT));
        }
      }),
    results: async () => columns.worst.subarray(0, accounts),
    close: async () => {},
  };
}

function engineEntrant(arena: Arena, { accounts }: Parameters): Entrant {
  const { context, header, control, scratch } = arena.plan;
  const kernels = scalarKernels(arena.buffer);
  const kernel = 'revalueWorstLoss';
  const task: StageTask = { kernel, context, itemCount: accounts, chunkItems: CHUNK_SET_COUNT, header, control, scratch };
  return {
    name: 'javascript-engine',
    note: "margrid's own JavaScript engine (src/scalar), which runs where WASM SIMD is missing; one thread",
    bitEqual: true,
    run: () =>
      timed(() => {
        let next = 0;
        runChunks(kernels, task, scratch[0], () => next++);
      }),
    results: async () => arena.views.result.worstCase.subarray(0, accounts),
    close: async () => {},
  };
}

function naiveEntrant(arena: Arena, parameters: Parameters): Entrant {
  const count = Math.min(parameters.accounts, naiveAccountsMax);
  const accounts = naiveAccounts(arena, parameters, count);
  const scale = parameters.accounts / count;
  let worst: number[] = [];
  const sampled = scale === 1 ? '' : `; measured on the first ${count} accounts, times ${scale}, the hash is of those`;
  return {
    name: 'javascript-naive',
    note: `objects in arrays, three nested loops, one thread${sampled}`,
    bitEqual: true,
    run: () => timed(() => (worst = revalueNaive(accounts, parameters.scenarios))) * scale,
    results: async () => Float64Array.from(worst),
    close: async () => {},
  };
}

/** Beside the threads, what one of them does alone. */
async function oneThreadEntrant(parameters: Parameters): Promise<Entrant> {
  const single = await prepareMargrid(parameters, 1);
  return {
    name: 'margrid-one-thread',
    note: 'margrid on the calling thread, without worker threads',
    bitEqual: true,
    run: () => single.run(),
    results: async () => single.arena.views.result.worstCase.subarray(0, parameters.accounts),
    close: () => single.close(),
  };
}
