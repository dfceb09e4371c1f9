import type { Engine, TickTimings } from '../../src/engine/engine.ts';
import type { ShardedEngine } from '../../src/engine/sharded-engine.ts';
import { importBuilt } from '../built-package.ts';
import { measureInTurn, type Pass } from '../measure.ts';
import { roundsOf, seedOf, workersOf } from '../parameters.ts';
import { prepareMargrid } from '../revalue/margrid.ts';
import type { RevalueSize } from '../revalue/columns.ts';
import { loadBuiltEngine, type BuiltEngine } from '../tick/book.ts';
import { median } from '../statistics.ts';
import type { Outcome, Parameters, Timing, Workload } from '../workload.ts';

export const scaling: Workload = {
  name: 'scaling',
  title: 'cost per account: ticks of deribit-pm from few accounts to many in several memories; kernels B and C by size',
  parameters: {
    accounts: { full: 10_000_000, smoke: 900, least: 100, meaning: 'accounts of the largest book, then tenths' },
    positions: { full: 12, smoke: 5, least: 3, meaning: 'positions per account, on average; up to 4 x' },
    scenarios: { full: 32, smoke: 7, least: 1, meaning: 'of kernels B and C; up to 2 x' },
    instruments: { full: 1_000, smoke: 40, least: 1, meaning: 'rows of kernels B and C; up to 16 x' },
    workers: workersOf(1, 0, 'worker threads; 0: the calling thread'),
    seed: seedOf('the books'),
    runs: roundsOf(7),
  },
  run,
};

/** Smallest book of the series. */
const accountsLeast = 10_000;
/** A shard of twelve positions an account is 1.5 GB: room for larger accounts in four. */
const accountsPerShard = 2_500_000;
/**
 * A pass ticks until so many accounts have been margined, at most so often: the smaller books need as many ticks as the
 * others until their code is optimised, and one tick of theirs is shorter than what interrupts it.
 */
const accountsPerPass = 1_000_000;
const ticksPerPassMax = 25;
/** Accounts of the series of kernels B and C: beyond every cache, quick to write. */
const kernelAccountsMax = 200_000;

export interface SeriesPoint {
  readonly size: number;
  readonly medianMs: number;
  /** Processor time would hide what waiting costs: this is elapsed time. */
  readonly nanosecondsPerAccount: number;
  readonly accountsPerSecond: number;
  readonly shards?: number;
  readonly positions?: number;
  /** Of ticks: without inputs and kernel A, which go with the instruments, not with the accounts. */
  readonly nanosecondsPerAccountUnpriced?: number;
  /** Of ticks: inputs and kernel A. */
  readonly pricingMs?: number;
}

/** A loaded book of the series. */
interface Ticker extends Pass {
  readonly accounts: number;
  readonly engine: ShardedEngine;
  /** Of every tick since the first. */
  readonly stages: TickTimings[];
}

interface AccountPoint {
  readonly point: SeriesPoint;
  readonly timing: Timing;
  readonly hash: string;
}

async function run(parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const byAccounts = await accountPoints(parameters, progress);
  const largest = byAccounts[byAccounts.length - 1];
  const size: RevalueSize = { ...parameters, accounts: Math.min(parameters.accounts, kernelAccountsMax) };
  const { positions, scenarios, instruments } = parameters;
  const kernels = (name: keyof RevalueSize, values: readonly number[]): Promise<SeriesPoint[]> =>
    kernelSeries(values, (value) => ({ ...size, [name]: value }), parameters, progress);
  const series = {
    accounts: byAccounts.map(({ point }) => point),
    positions: await kernels('positions', multiples(positions, [0.25, 0.5, 1, 2, 4])),
    scenarios: await kernels('scenarios', multiples(scenarios, [0.25, 0.5, 0.75, 1, 1.125, 2])),
    instruments: await kernels('instruments', multiples(instruments, [0.1, 1, 4, 16])),
  };
  return {
    ...largest.timing,
    hash: largest.hash,
    note: `${parameters.accounts} accounts in ${largest.point.shards} memories; the series are in details`,
    throughput: { perSecond: largest.point.accountsPerSecond, unit: 'accounts' },
    entrants: {},
    details: { ...series, ...flatness(series.accounts) },
  };
}

/** Tenths of the largest book, down to ten thousand accounts; a small one is alone with its tenth. */
function accountSeries(largest: number): number[] {
  const series = [largest];
  while (series[0] / 10 >= Math.min(accountsLeast, largest / 10)) series.unshift(Math.floor(series[0] / 10));
  return series;
}

function multiples(base: number, factors: readonly number[]): number[] {
  return [...new Set(factors.map((factor) => Math.max(1, Math.round(base * factor))))];
}

/**
 * All books in turn: were one measured after the other, what slows the machine down for a minute would look like a cost
 * of its size.
 */
async function accountPoints(parameters: Parameters, progress: (line: string) => void): Promise<AccountPoint[]> {
  const built = await loadBuiltEngine();
  const tickers: Ticker[] = [];
  try {
    for (const accounts of accountSeries(parameters.accounts)) {
      progress(`loading ${accounts} accounts`);
      tickers.push(ticker(accounts, await loadShards(built, { ...parameters, accounts })));
    }
    progress('measuring the books in turn');
    const timings = await measureInTurn(tickers, parameters.runs);
    return tickers.map((each) => accountPoint(each, timings.get(each.name)!, parameters.runs));
  } finally {
    for (const { engine } of tickers) await engine.close();
  }
}

function ticksPerPass(accounts: number): number {
  return Math.max(1, Math.min(ticksPerPassMax, Math.round(accountsPerPass / accounts)));
}

/** A pass is the median of its ticks. */
function ticker(accounts: number, engine: ShardedEngine): Ticker {
  const stages: TickTimings[] = [];
  const tickOften = async (): Promise<number> => {
    const times: number[] = [];
    for (let tick = 0; tick < ticksPerPass(accounts); tick++) {
      engine.forgetRows();
      const { timingsMs } = await engine.tick();
      stages.push(timingsMs);
      times.push(timingsMs.total);
    }
    return median(times);
  };
  return { name: `${accounts} accounts`, accounts, engine, stages, run: tickOften };
}

function accountPoint({ accounts, engine, stages }: Ticker, timing: Timing, runs: number): AccountPoint {
  const measured = stages.slice(-runs * ticksPerPass(accounts));
  const pricingMs = median(measured.map(({ inputs, riskArray }) => inputs + riskArray));
  const point = {
    ...seriesPoint(accounts, accounts, timing),
    shards: engine.shards.length,
    positions: engine.positionCount,
    pricingMs,
    nanosecondsPerAccountUnpriced:
      (median(measured.map(({ margin, totals }) => margin + totals)) * 1e6) / accounts,
  };
  return { point, timing, hash: engine.resultHash() };
}

/** Shard after shard, so that never more than one book of columns lies beside the engines. */
async function loadShards(built: BuiltEngine, parameters: Parameters): Promise<ShardedEngine> {
  const { accounts, workers } = parameters;
  const { ShardedEngine } = await importBuilt<typeof import('../../src/engine/sharded-engine.ts')>(
    'src/engine/sharded-engine',
  );
  const shards: Engine[] = [];
  try {
    for (let firstAccount = 0; firstAccount < accounts; firstAccount += accountsPerShard) {
      const size = { ...parameters, accounts: Math.min(accountsPerShard, accounts - firstAccount), firstAccount };
      shards.push((await built.generate(size, { workers, kernels: 'wasm' })).engine);
    }
    return ShardedEngine.over(shards);
  } catch (cause) {
    for (const shard of shards) await shard.close();
    throw cause;
  }
}

async function kernelSeries(
  values: readonly number[],
  sizeOf: (value: number) => RevalueSize,
  { runs }: Parameters,
  progress: (line: string) => void,
): Promise<SeriesPoint[]> {
  const passes = [];
  for (const value of values) {
    const size = sizeOf(value);
    const { positions, scenarios, instruments } = size;
    progress(`kernels B and C: ${positions} positions, ${scenarios} scenarios, ${instruments} instruments`);
    const margrid = await prepareMargrid(size, 1);
    passes.push({ name: String(value), value, size, run: () => margrid.run() });
  }
  const timings = await measureInTurn(passes, runs);
  return passes.map(({ name, value, size }) => seriesPoint(value, size.accounts, timings.get(name)!));
}

function seriesPoint(size: number, accounts: number, { median: middle }: Timing): SeriesPoint {
  return {
    size,
    medianMs: middle,
    nanosecondsPerAccount: (middle * 1e6) / accounts,
    accountsPerSecond: (accounts / middle) * 1_000,
  };
}

/**
 * Largest over smallest cost per account among the books of 100,000 accounts and more, 1 if there is only one: of whole
 * ticks, and without pricing, which is shared by all accounts.
 */
function flatness(points: readonly SeriesPoint[]): Record<string, number> {
  const large = points.filter(({ size }) => size >= 100_000);
  const spread = (costs: readonly number[]): number =>
    costs.length === 0 ? 1 : Math.max(...costs) / Math.min(...costs);
  return {
    flatness: spread(large.map(({ nanosecondsPerAccount }) => nanosecondsPerAccount)),
    flatnessUnpriced: spread(large.map(({ nanosecondsPerAccountUnpriced }) => nanosecondsPerAccountUnpriced!)),
  };
}
