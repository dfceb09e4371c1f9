import type { MonteCarloVar, MonteCarloVarOptions } from '../../src/montecarlo/monte-carlo-var.ts';
import type { PathEngine } from '../../src/montecarlo/path-kernels.ts';
import { parseFactor } from '../../src/scenario/scenario-set.ts';
import { importBuilt } from '../built-package.ts';
import { entrantReports, type Entrant } from '../entrant.ts';
import { measureInTurn } from '../measure.ts';
import { roundsOf, seedOf, workersOf } from '../parameters.ts';
import { columnHash } from '../verify.ts';
import { optionPortfolio } from './option-portfolio.ts';
import type { Outcome, Parameters, Workload } from '../workload.ts';

export const monteCarlo: Workload = {
  name: 'monte-carlo',
  title: 'VaR and ES of a delta-gamma portfolio of ten log-normal factors by Monte Carlo, paths never held',
  parameters: {
    scenarios: { full: 10_000_000, smoke: 6_400, least: 6_400, meaning: 'paths' },
    workers: workersOf(0, 0),
    seed: seedOf('the paths'),
    runs: roundsOf(5),
  },
  run,
};

const factorCount = 10;
const levels = [0.95, 0.975, 0.99, 0.995];

type Run = (options: MonteCarloVarOptions) => Promise<MonteCarloVar>;

/** Long and short deltas, short gamma; volatilities of 3% a day, correlations of one half. */
function optionsOf({ scenarios, seed }: Parameters): MonteCarloVarOptions {
  const square = (diagonal: number, other: number): Float64Array =>
    Float64Array.from({ length: factorCount ** 2 }, (_, place) => (place % (factorCount + 1) === 0 ? diagonal : other));
  return {
    factors: Array.from({ length: factorCount }, (_, j) => parseFactor(`price:F${j}`)),
    covariance: square(0.03 ** 2, 0.03 ** 2 / 2),
    portfolio: { kind: 'delta-gamma', delta: Array.from({ length: factorCount }, (_, j) => 1_000 * (j - 3)), gamma: square(-20_000, 500) },
    paths: scenarios, seed, levels,
  };
}

async function run(parameters: Parameters): Promise<Outcome> {
  const { monteCarloVar } = await importBuilt<typeof import('../../src/montecarlo/monte-carlo-var.ts')>(
    'src/montecarlo/monte-carlo-var',
  );
  const options = optionsOf(parameters);
  const { workers, scenarios } = parameters;
  const margrid = entrantOf('margrid', '', monteCarloVar, options, 'wasm', workers);
  const entrants = [
    entrantOf('javascript', 'the same arithmetic in JavaScript, as many threads', monteCarloVar, options, 'javascript', workers),
    ...(workers > 1 ? [entrantOf('margrid-one-thread', 'the same on one thread', monteCarloVar, options, 'wasm', 0)] : []),
  ];
  const timings = await measureInTurn([margrid, ...entrants], parameters.runs);
  const own = timings.get('margrid')!;
  const results = await margrid.results();
  return {
    ...own,
    hash: columnHash(results),
    note: 'Philox, WASM SIMD; VaR and ES at four levels with errors',
    throughput: { perSecond: (scenarios / own.median) * 1_000, unit: 'paths' },
    entrants: await entrantReports(entrants, timings, own.median, results),
    details: {
      nanosecondsPerPath: (own.median * 1e6) / scenarios, factors: factorCount,
      ...(await revaluationDetails(monteCarloVar, parameters)),
    },
  };
}

/** One run with full revaluation of seven instruments, five of them options. */
async function revaluationDetails(monteCarloVar: Run, { scenarios, seed, workers }: Parameters): Promise<Record<string, number>> {
  const start = performance.now();
  await monteCarloVar({ ...optionPortfolio(scenarios, seed), workers });
  const milliseconds = performance.now() - start;
  return { revaluationMilliseconds: milliseconds, revaluationNanosecondsPerPath: (milliseconds * 1e6) / scenarios };
}

function entrantOf(
  name: string, note: string, monteCarloVar: Run, options: MonteCarloVarOptions, engine: PathEngine, workers: number,
): Entrant {
  let last = new Float64Array();
  return {
    name,
    note,
    bitEqual: true,
    async run() {
      const start = performance.now();
      const { measures, mean, standardDeviation, worst } = await monteCarloVar({ ...options, engine, workers });
      const time = performance.now() - start;
      last = Float64Array.from([
        ...measures.flatMap((each) => [each.valueAtRisk, each.expectedShortfall, each.valueAtRiskError!, each.expectedShortfallError!]),
        mean, standardDeviation, worst.loss,
      ]);
      return time;
    },
    results: async () => last,
    close: async () => {},
  };
}
