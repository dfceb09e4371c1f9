import { createHash } from 'node:crypto';
import type { AccountEngine } from '../../src/account/account-engine.ts';
import type { TickCommand } from '../../src/account/command.ts';
import type { Market } from '../../src/domain/market.ts';
import { importBuilt } from '../built-package.ts';
import { entrantReport } from '../entrant.ts';
import { measureInTurn, type Pass } from '../measure.ts';
import { accountsOf, meanPositions, roundsOf, seedOf, workersOf } from '../parameters.ts';
import { loadBuiltEngine } from '../tick/book.ts';
import type { Outcome, Parameters, Timing, Workload } from '../workload.ts';

export const engineTick: Workload = {
  name: 'engine-tick',
  title: 'the account engine: a tick with statuses, margin calls and events, against the bare margin tick',
  parameters: {
    accounts: accountsOf(1_000_000, 400),
    positions: meanPositions,
    workers: workersOf(2, 0),
    seed: seedOf('the book'),
    runs: roundsOf(9),
  },
  run,
};

/** Move of all prices between two calm ticks: a tenth of a basis point. */
const calmMove = 1e-5;
/** Share of the netting sets whose status a storm changes in one tick. */
const stormShare = 0.05;

type Prices = NonNullable<TickCommand['quotes']> & { readonly forward: Float64Array };

/** All forwards and index prices of a market, moved together. */
function moved(market: Market, move: number): Prices {
  const indexPrice = Object.fromEntries([...market.indexPrice].map(([pair, price]) => [pair, price * (1 + move)]));
  return { forward: market.forward.map((price) => price * (1 + move)), indexPrice };
}

async function run({ accounts, positions, seed, workers, runs }: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const built = await loadBuiltEngine();
  const { AccountEngine: Accounts } = await importBuilt<typeof import('../../src/account/account-engine.ts')>('src/account/account-engine');
  progress('generating the book');
  const { book, engine: sizing } = await built.generate({ accounts, positions, seed }, { workers, kernels: 'wasm' });
  await sizing.close();
  const { market, params } = built;
  const accountEngine = Accounts.create({ market, book, params, workers, kernels: 'wasm' });
  try {
    const ticker = tickerOf(accountEngine);
    await ticker.apply(moved(market, 0));
    progress('measuring calm ticks');
    // Each pass goes to and fro, so that every tick of it moves prices by the same amount. The storm has rounds of its
    // own: what it leaves to the garbage collector would fall on the calm tick after it.
    const bare = { name: 'bare-tick', run: toAndFro((quotes) => bareTick(accountEngine, quotes, ticker.now), moved(market, calmMove), moved(market, 0)) };
    const calm = { name: 'margrid', run: toAndFro((quotes) => ticker.apply(quotes), moved(market, calmMove), moved(market, 0)) };
    const timings = new Map(await measureInTurn([calm, bare], runs));
    progress('looking for a storm');
    const storm = await findStorm(ticker, market);
    progress('measuring the storm');
    const passes: readonly Pass[] = [
      { name: 'storm', run: toAndFro((quotes) => ticker.apply(quotes), moved(market, storm.move), moved(market, 0)) },
      { ...bare, name: 'bare-tick-in-storm' },
    ];
    for (const [name, timing] of await measureInTurn(passes, runs)) timings.set(name, timing);
    return report(accountEngine, timings, storm, accounts);
  } finally {
    await accountEngine.close();
  }
}

interface Ticker {
  /** Time of the last command. */
  readonly now: number;
  /** Netting sets. */
  readonly sets: number;
  /** Applies a tick; milliseconds. */
  apply(quotes: Prices): Promise<number>;
  /** Transitions of the last tick. */
  readonly transitions: number;
}

function tickerOf(accountEngine: AccountEngine): Ticker {
  let now = accountEngine.clockMs;
  let transitions = 0;
  return {
    sets: accountEngine.engine.nettingSetCount,
    get now() {
      return now;
    },
    get transitions() {
      return transitions;
    },
    apply: async (quotes) => {
      const start = performance.now();
      const { batch } = await accountEngine.apply({ id: `tick-${++now}`, timeMs: now, kind: 'tick', quotes });
      const elapsed = performance.now() - start;
      transitions = batch!.transitions.count;
      return elapsed;
    },
  };
}

async function bareTick({ engine }: AccountEngine, { forward, indexPrice }: Prices, asOfMs: number): Promise<number> {
  const start = performance.now();
  const pairs = Object.entries(indexPrice ?? {}).map(([pair, price]) => [pair, price ?? NaN] as const);
  await engine.tick({ asOfMs, forward, indexPrice: new Map(pairs) });
  return performance.now() - start;
}

/** Mean of a tick there and a tick back. */
function toAndFro(apply: (quotes: Prices) => Promise<number>, there: Prices, back: Prices): () => Promise<number> {
  return async () => ((await apply(there)) + (await apply(back))) / 2;
}

interface Storm {
  readonly move: number;
  readonly transitions: number;
}

/** The fall of all prices that changes the status of one netting set in twenty: halving an interval. */
async function findStorm(ticker: Ticker, market: Market): Promise<Storm> {
  let low = 0;
  let high = 0.5;
  let found: Storm = { move: -high, transitions: 0 };
  for (let round = 0; round < 8; round++) {
    const move = -(low + high) / 2;
    await ticker.apply(moved(market, move));
    found = { move, transitions: ticker.transitions };
    await ticker.apply(moved(market, 0));
    if (found.transitions > stormShare * ticker.sets) high = -move;
    else low = -move;
  }
  return found;
}

function report({ engine, level }: AccountEngine, timings: ReadonlyMap<string, Timing>, storm: Storm, accounts: number): Outcome {
  const own = timings.get('margrid')!;
  const bare = timings.get('bare-tick')!;
  const stormy = timings.get('storm')!;
  const bareInStorm = timings.get('bare-tick-in-storm')!;
  const same = { equal: true, maxRelativeDifference: 0 };
  const hash = createHash('sha256').update(engine.resultHash()).update(level).digest('hex');
  return {
    ...own,
    hash,
    note: 'calm market: statuses compared, hardly any event',
    throughput: { perSecond: (accounts / own.median) * 1_000, unit: 'accounts' },
    entrants: {
      'bare-tick': entrantReport(bare, own.median, engine.resultHash(), same, 'Engine.tick alone on the same book and quotes'),
      'bare-tick-in-storm': entrantReport(bareInStorm, own.median, engine.resultHash(), same, 'Engine.tick between the ticks of the storm'),
      storm: entrantReport(stormy, own.median, hash, same, `prices fall and rise again by ${(-storm.move * 100).toFixed(2)}%: ${storm.transitions} netting sets change status in a tick`),
    },
    details: {
      nettingSets: engine.nettingSetCount,
      calmToBare: own.median / bare.median,
      stormToBare: stormy.median / bareInStorm.median,
      stormTransitions: storm.transitions,
      stormShare: storm.transitions / engine.nettingSetCount,
    },
  };
}
