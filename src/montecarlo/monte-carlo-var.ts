import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import { BatchRunner, batchSums, type BatchPlan, type BatchResult } from './batch.ts';
import { controlOf } from './control.ts';
import {
  batchErrors, independentErrors, standardError, tailCount, tailEstimate, type EstimateErrors, type StratifiedTail,
  type TailEstimate,
} from './estimates.ts';
import { pathModel, type ModelOptions } from './model.ts';
import { defaultBlockPaths, pathCountMax, type DrawOptions } from './path-drawer.ts';
import type { PathEngine } from './path-kernels.ts';
import { deltaOf, requirePortfolio, type MonteCarloPortfolio } from './portfolio.ts';
import { requireOption } from './require.ts';
import { TailSelector } from './tail-selector.ts';
import { createBatchPool } from './thread-pool.ts';

export interface MonteCarloProgress {
  readonly paths: number;
  readonly total: number;
  readonly elapsedMs: number;
  /** At the pace so far. */
  readonly remainingMs: number;
}

export interface MonteCarloVarOptions extends ModelOptions, DrawOptions {
  readonly portfolio: MonteCarloPortfolio;
  readonly paths: number;
  /** Confidence levels in [0.5, 1); default 0.99. */
  readonly levels?: readonly number[];
  /**
   * `delta`: the delta part of the P&L, whose distribution is known, as control variate: of the mean by regression, of
   * quantiles and ES by strata at its own quantiles. Default `none`.
   */
  readonly control?: 'none' | 'delta';
  /**
   * Parts of the run whose estimates are independent; for Sobol points, its randomisations. Default 32, unscrambled
   * Sobol points 1; fewer for few paths, with a control so few that every stratum of each expects 20 paths.
   */
  readonly batches?: number;
  /** Paths that are drawn and revalued at a time: changes no bit. */
  readonly blockPaths?: number;
  /** Threads; default 0, the calling thread. Changes no bit. */
  readonly workers?: number;
  /** Default `wasm`; the bits are the same. */
  readonly engine?: PathEngine;
  readonly progress?: (progress: MonteCarloProgress) => void;
  /** Aborting stops the run with `Interrupted` after the batches at work. */
  readonly signal?: AbortSignal;
}

/** Losses are positive; standard errors null where nothing is random (unscrambled Sobol points). */
export interface MonteCarloMeasures extends TailEstimate {
  readonly level: number;
  readonly valueAtRiskError: number | null;
  readonly expectedShortfallError: number | null;
  /** Of the VaR, 95%. */
  readonly valueAtRiskInterval: readonly [number, number] | null;
}

export interface MonteCarloVar {
  readonly paths: number;
  readonly measures: readonly MonteCarloMeasures[];
  readonly errorMethod: 'order-statistics' | 'batches' | 'none';
  /** Of the P&L. */
  readonly mean: number;
  readonly meanError: number | null;
  readonly standardDeviation: number;
  /** Correlation of the P&L with the control variate, which explains its square of the variance; null without one. */
  readonly controlCorrelation: number | null;
  /** The path of the largest loss: drawn again with `firstPath` (Philox). */
  readonly worst: { readonly path: number; readonly loss: number };
  /** Frobenius distance of the correlation matrix used from the one given; 0 unless it was repaired. */
  readonly repairDistance: number;
  /** Bytes of the tails that were kept per thread and, once more, for the whole. */
  readonly tailBytes: number;
}

const defaultBatches = 32;
/** Paths that a stratum of a batch expects: none fall into it with a probability of e^-20. */
const stratumPaths = 20;
/** Order statistics beyond the quantile, in standard deviations of their number: intervals and strata need them. */
const tailReach = 6;
const tailMargin = 16;

/**
 * VaR and ES of one portfolio over any number of paths, drawn and revalued in blocks and never held: only the smallest
 * P&L are kept, exactly. The result is the same, bit for bit, for every block size and number of threads: draws are
 * functions of the path, the selection is exact, sums run in the order of paths and batches.
 *
 * Throws `OptionInvalid`, `MatrixInvalid`, `LimitExceeded`, `FactorMissing` and what revaluation throws.
 */
export async function monteCarloVar(options: MonteCarloVarOptions): Promise<MonteCarloVar> {
  const plan = batchPlan(options);
  const total = new Totals(plan);
  const start = performance.now();
  const { workers = 0, progress, signal } = options;
  await runBatches(plan, workers, signal, (result) => {
    total.add(result);
    const elapsedMs = performance.now() - start;
    const remainingMs = (elapsedMs / total.paths) * (plan.paths - total.paths);
    progress?.({ paths: total.paths, total: plan.paths, elapsedMs, remainingMs });
  });
  return total.result(levelsOf(options));
}

function levelsOf({ levels = [0.99] }: MonteCarloVarOptions): readonly number[] {
  requireOption(levels.length > 0, 'levels', 'none', 'one level at least');
  for (const level of levels) requireOption(level >= 0.5 && level < 1, 'level', level, 'in [0.5, 1)');
  return levels;
}

function batchPlan(options: MonteCarloVarOptions): BatchPlan {
  const { portfolio, paths, seed, generator, scramble, antithetic, blockPaths = defaultBlockPaths } = options;
  const { control = 'none', engine = 'wasm', workers = 0 } = options;
  const levels = levelsOf(options);
  const isPlainSobol = generator === 'sobol' && scramble === 'none';
  const tails = levels.map((level) => 1 - level);
  const batches = options.batches ?? (isPlainSobol ? 1 : batchesFor(paths, control === 'none' ? null : tails));
  requireOption(
    Number.isInteger(paths) && paths > 0 && paths < pathCountMax, 'paths', paths, `in [1, ${pathCountMax})`,
  );
  requireOption(Number.isInteger(batches) && batches > 0 && 2 * batches <= Math.max(2, paths), 'batches', batches,
    'a whole number > 0, two paths for each');
  requireOption(
    !isPlainSobol || batches === 1, 'batches', batches, '1 for unscrambled Sobol points: all would be alike',
  );
  requireOption(control === 'none' || control === 'delta', 'control', control, "'none' or 'delta'");
  requireOption(Number.isInteger(workers) && workers >= 0 && workers <= limits.workerCountMax, 'workers', workers,
    `in [0, ${limits.workerCountMax}]`);
  requireOption(workers === 0 || portfolio.kind !== 'function', 'workers', workers, '0 if the P&L is a function');
  for (const level of levels) requireObservations(paths, batches, level);
  const model = pathModel(options);
  requirePortfolio(portfolio, model);
  const most = Math.max(...tails.map((tail) => paths * tail));
  const tailCapacity = Math.min(paths, Math.ceil(most + tailReach * Math.sqrt(most)) + tailMargin);
  return {
    model, portfolio, paths, batches, blockPaths, engine, tailCapacity,
    control: control === 'none' ? null : controlOf(model, deltaOf(portfolio, model), tails),
    draw: {
      seed, ...(generator === undefined ? {} : { generator }), ...(scramble === undefined ? {} : { scramble }),
      ...(antithetic === undefined ? {} : { antithetic }),
    },
  };
}

/** As many batches as leave some paths to each and, with a control, to each of its strata in each. */
function batchesFor(paths: number, strata: readonly number[] | null): number {
  const most = Math.min(defaultBatches, Math.floor(paths / 64));
  const bounds = [0, ...[...new Set(strata ?? [])].sort((a, b) => a - b)];
  const thinnest = bounds.slice(1).reduce((least, each, s) => Math.min(least, each - bounds[s]), 1);
  return Math.max(1, strata === null ? most : Math.min(most, Math.floor((paths * thinnest) / stratumPaths)));
}

/** A quantile beyond the largest loss would be made up: one path must lie in the tail of each batch. */
function requireObservations(paths: number, batches: number, level: number): void {
  const expected = tailCount(paths, level) / batches;
  if (expected >= 1 - 1e-9) return;
  const message = `level ${level} needs ${Math.ceil(batches / (1 - level))} paths in ${batches} batches, got ${paths}`;
  throw new MargridError('ObservationsMissing', message, { column: 'paths', value: paths });
}

async function runBatches(
  plan: BatchPlan, workers: number, signal: AbortSignal | undefined, onResult: (result: BatchResult) => void,
): Promise<void> {
  let next = 0;
  const stop = (): void => {
    if (signal?.aborted === true) {
      throw new MargridError('Interrupted', `the run was interrupted after ${next} batches`);
    }
  };
  if (workers === 0) {
    const runner = new BatchRunner(plan);
    for (; next < plan.batches; next++) {
      stop();
      onResult(runner.run(next));
      // Timers and the signal get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return;
  }
  const pool = createBatchPool(workers, plan);
  try {
    const work = async (): Promise<void> => {
      while (next < plan.batches) {
        stop();
        onResult(await pool.run(next++));
      }
    };
    await Promise.all(Array.from({ length: Math.min(workers, plan.batches) }, work));
  } finally {
    await pool.close();
  }
}

/** What is left of the batches, in whatever order they come. */
class Totals {
  readonly #plan: BatchPlan;
  readonly #selectors: readonly TailSelector[];
  readonly #results: (Omit<BatchResult, 'tails'> | undefined)[] = [];
  readonly #tails: (readonly Float64Array[])[] = [];
  paths = 0;

  constructor(plan: BatchPlan) {
    this.#plan = plan;
    const strata = plan.control?.probabilities.length ?? 1;
    this.#selectors = Array.from({ length: strata }, () => new TailSelector(plan.tailCapacity));
  }

  add({ tails, ...result }: BatchResult): void {
    this.paths += result.paths;
    this.#results[result.batch] = result;
    tails.forEach((tail, s) => tail.forEach((value) => this.#selectors[s].offer(value, 0)));
    // Of the batch itself only its own quantiles are wanted from now on.
    const share = Math.ceil(this.#plan.tailCapacity / this.#plan.batches);
    const kept = share + Math.ceil(tailReach * Math.sqrt(share)) + tailMargin;
    this.#tails[result.batch] = tails.map((tail) => tail.slice(0, kept));
  }

  result(levels: readonly number[]): MonteCarloVar {
    const { paths, control, model, draw, batches, tailCapacity } = this.#plan;
    const results = this.#results.map((each) => each!);
    const probabilities = control?.probabilities ?? null;
    const tails = this.#selectors.map((selector) => selector.sorted());
    const counts = tails.map((_, s) => results.reduce((sum, each) => sum + each.counts[s], 0));
    const whole: StratifiedTail = { tails, counts, probabilities };
    const isIndependent = draw.generator !== 'sobol' && draw.antithetic !== true && control === null;
    const worst = results.map((each) => each.worst).reduce((a, b) => (b.value < a.value ? b : a));
    const measures = levels.map((level): MonteCarloMeasures => {
      const estimate = tailEstimate(whole, level);
      const errors = isIndependent
        ? independentErrors(tails[0], paths, level, estimate)
        : this.#batchErrors(level, estimate);
      return {
        level, ...estimate, valueAtRiskError: errors.valueAtRisk, expectedShortfallError: errors.expectedShortfall,
        valueAtRiskInterval: errors.valueAtRiskInterval,
      };
    });
    return {
      paths, measures,
      errorMethod: isIndependent ? 'order-statistics' : batches > 1 ? 'batches' : 'none',
      ...this.#moments(results),
      worst: { path: worst.path, loss: -worst.value },
      repairDistance: model.repairDistance,
      tailBytes: 16 * tailCapacity * tails.length,
    };
  }

  #batchErrors(level: number, whole: TailEstimate): EstimateErrors {
    const probabilities = this.#plan.control?.probabilities ?? null;
    const estimates = this.#results.map((result, batch) =>
      tailEstimate({ tails: this.#tails[batch], counts: result!.counts, probabilities }, level));
    return batchErrors(estimates, whole);
  }

  #moments(results: readonly Omit<BatchResult, 'tails'>[]): Pick<
    MonteCarloVar, 'mean' | 'meanError' | 'standardDeviation' | 'controlCorrelation'
  > {
    const { paths: n, control } = this.#plan;
    // Everything about the origin of the first batch: with that of a batch itself a large mean takes no digits.
    const origin = results[0].sums[batchSums.origin];
    const total = (of: (sums: Float64Array, paths: number) => number): number =>
      results.reduce((sum, { sums, paths }) => sum + of(sums, paths), 0);
    const shiftOf = (sums: Float64Array): number => sums[batchSums.origin] - origin;
    const plainOf = (sums: Float64Array, paths: number): number => shiftOf(sums) + sums[batchSums.pnl] / paths;
    const plain = total((sums, paths) => paths * plainOf(sums, paths)) / n;
    const known = total((sums) => sums[batchSums.control]) / n;
    const variance = Math.max(0, total((sums, paths) =>
      sums[batchSums.squares] - sums[batchSums.pnl] ** 2 / paths + paths * (plainOf(sums, paths) - plain) ** 2) / n);
    const covariance = total(
      (sums) => sums[batchSums.products] + sums[batchSums.control] * (shiftOf(sums) - plain),
    ) / n;
    const knownVariance = total((sums) => sums[batchSums.controlSquares]) / n - known * known;
    const slope = control === null ? 0 : covariance / knownVariance;
    const meanOf = (sums: Float64Array, paths: number): number =>
      plainOf(sums, paths) - (slope * sums[batchSums.control]) / paths;
    const correlation = covariance / Math.sqrt(knownVariance * variance);
    return {
      mean: origin + (plain - slope * known),
      meanError: results.length < 2 ? null : standardError(results.map(({ sums, paths }) => meanOf(sums, paths))),
      standardDeviation: Math.sqrt(variance),
      controlCorrelation: control === null ? null : correlation,
    };
  }
}
