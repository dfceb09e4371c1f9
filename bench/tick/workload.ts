import type { Engine, TickTimings } from '../../src/engine/engine.ts';
import { entrantReport } from '../entrant.ts';
import { measureInTurn, type Pass } from '../measure.ts';
import { accountsOf, meanPositions, roundsOf, seedOf, workersOf } from '../parameters.ts';
import { median } from '../statistics.ts';
import { requireEqual, type Comparison } from '../verify.ts';
import type { EntrantReport, Outcome, Parameters, Timing, Workload } from '../workload.ts';
import { loadBuiltEngine, type BookSize, type BuiltEngine } from './book.ts';
import { dispatchOverhead } from '../dispatch/overhead.ts';
import { bookMemory } from './memory.ts';
import { startProcesses, type Processes } from './processes.ts';

export const tick: Workload = {
  name: 'tick',
  title: 'a whole tick, kernels A to D of deribit-pm: real chains of Bitcoin and S&P 500 options, generated book',
  parameters: {
    accounts: accountsOf(1_000_000, 60),
    positions: meanPositions,
    workers: workersOf(2, 1),
    seed: seedOf('the book'),
    runs: roundsOf(9),
  },
  run,
};

/** Accounts of the JavaScript entrant; several hundred chunks' worth would only take longer. */
const javaScriptAccountsMax = 20_000;
/** Accounts of each independent process: beyond every cache, quick to generate. */
const processAccountsMax = 200_000;

/** An engine with its book, and the stages of its ticks. */
interface Ticker extends Pass {
  readonly engine: Engine;
  readonly stages: TickTimings[];
  /** Accounts of the whole book per account of this one. */
  readonly scale: number;
}

/**
 * Scaled: kernels B to D and the totals, whose time goes with the accounts. Inputs and kernel A go with the
 * instruments.
 */
function ticker(name: string, engine: Engine, scale: number): Ticker {
  const stages: TickTimings[] = [];
  const tickOnce = async (): Promise<number> => {
    engine.forgetRows();
    const { timingsMs } = await engine.tick();
    stages.push(timingsMs);
    return timingsMs.inputs + timingsMs.riskArray + (timingsMs.margin + timingsMs.totals) * scale;
  };
  return { name, engine, stages, scale, run: tickOnce };
}

async function run(parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const { accounts, workers, runs } = parameters;
  const built = await loadBuiltEngine();
  const open: { close(): Promise<void> }[] = [];
  try {
    progress('generating the book');
    const { book, engine } = await built.generate(parameters, { workers, kernels: 'wasm' });
    open.push(engine);
    const whole = ticker('margrid', engine, 1);
    const tickers = [whole];
    if (workers > 1) {
      const one = built.create({ market: built.market, book, params: built.params, workers: 1, kernels: 'wasm' });
      open.push(one);
      tickers.push(ticker('margrid-one-worker', one, 1));
    }
    progress('generating the sample for JavaScript');
    const sample: BookSize = { ...parameters, accounts: Math.min(accounts, javaScriptAccountsMax) };
    const javaScript = (await built.generate(sample, { workers: 0, kernels: 'javascript' })).engine;
    open.push(javaScript);
    tickers.push(ticker('javascript', javaScript, accounts / sample.accounts));
    progress(`starting ${Math.max(workers, 2)} independent processes`);
    const processBook: BookSize = { ...parameters, accounts: Math.min(accounts, processAccountsMax) };
    const processes = await startProcesses(Math.max(workers, 2), processBook);
    open.push(processes);
    progress('measuring in turn');
    const timings = await measureInTurn([...tickers, processes.alone, processes.together], runs);
    const own = timings.get('margrid')!;
    const entrants = await reportEntrants(built, tickers, timings, sample);
    return {
      ...own,
      hash: engine.resultHash(),
      note: `WASM SIMD, ${workers} worker threads; stages in details`,
      throughput: { perSecond: (accounts / own.median) * 1_000, unit: 'accounts' },
      entrants,
      details: {
        nettingSets: engine.nettingSetCount,
        positions: engine.positionCount,
        instruments: built.market.instruments.length,
        scenarios: engine.arena.plan.counts.scenarioCount,
        stagesMs: medianStages(whole.stages.slice(-runs)),
        coldOverWarm: own.cold / own.median,
        dispatchMicroseconds: await dispatchOverhead(workers),
        scaling: scalingOf(parameters, timings, processes),
        memory: bookMemory(engine),
      },
    };
  } finally {
    for (const each of open.reverse()) await each.close();
  }
}

async function reportEntrants(
  built: BuiltEngine,
  tickers: readonly Ticker[],
  timings: ReadonlyMap<string, Timing>,
  sample: BookSize,
): Promise<Record<string, EntrantReport>> {
  const [margrid, ...others] = tickers as readonly [Ticker, ...Ticker[]];
  const reports: Record<string, EntrantReport> = {};
  const margridMedian = timings.get(margrid.name)!.median;
  for (const { name, engine, scale } of others) {
    const sampled = name === 'javascript';
    const expected = sampled ? await sampleHash(built, sample) : margrid.engine.resultHash();
    const hash = engine.resultHash();
    const equal = hash === expected;
    const comparison: Comparison = { equal, maxRelativeDifference: equal ? 0 : Infinity };
    requireEqual(name, comparison);
    const perAccount = engine.positionCount / sample.accounts;
    const note = sampled
      ? `margrid's own JavaScript engine, one thread; the first ${sample.accounts} accounts ` +
        `(${perAccount.toFixed(1)} positions each), kernels B to D times ${scale}, the hash is of those`
      : 'margrid with one worker thread';
    reports[name] = entrantReport(timings.get(name)!, margridMedian, hash, comparison, note);
  }
  return reports;
}

/** What margrid gives for the accounts of the sample alone. */
async function sampleHash(built: BuiltEngine, sample: BookSize): Promise<string> {
  const { engine } = await built.generate(sample, { workers: 0, kernels: 'wasm' });
  await engine.tick();
  const hash = engine.resultHash();
  await engine.close();
  return hash;
}

function medianStages(stages: readonly TickTimings[]): TickTimings {
  const middle = (stage: keyof TickTimings): number => median(stages.map((each) => each[stage]));
  return {
    inputs: middle('inputs'),
    riskArray: middle('riskArray'),
    margin: middle('margin'),
    totals: middle('totals'),
    total: middle('total'),
  };
}

/**
 * Speed of several together over one alone: of the workers, of independent processes, and the first as a share of
 * the second. Each is the median of the rounds: what slows the machine down for a second slows all four of a round.
 */
function scalingOf(
  { workers }: Parameters,
  timings: ReadonlyMap<string, Timing>,
  { alone, together }: Processes,
): Record<string, number | null> {
  const processes = Math.max(workers, 2);
  const samples = (name: string): readonly number[] => timings.get(name)!.samples;
  const pair = (one: string, all: string): number[] => samples(one).map((time, round) => time / samples(all)[round]);
  const ofProcesses = pair(alone.name, together.name).map((ratio) => processes * ratio);
  if (!timings.has('margrid-one-worker')) {
    return { workers, ofWorkers: null, processes, ofProcesses: median(ofProcesses), share: null };
  }
  const ofWorkers = pair('margrid-one-worker', 'margrid');
  const share = median(ofWorkers.map((ratio, round) => ratio / ofProcesses[round]));
  return { workers, ofWorkers: median(ofWorkers), processes, ofProcesses: median(ofProcesses), share };
}
