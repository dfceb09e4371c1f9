import type { Control } from './control.ts';
import type { PathModel } from './model.ts';
import { PathDrawer, type DrawOptions } from './path-drawer.ts';
import type { PathEngine } from './path-kernels.ts';
import { blockPnl, portfolioFloats, type BlockPnl, type MonteCarloPortfolio } from './portfolio.ts';
import { TailSelector } from './tail-selector.ts';

/** Everything that is needed to run any batch: plain data, unless the portfolio is a function. */
export interface BatchPlan {
  readonly model: PathModel;
  readonly draw: DrawOptions;
  readonly portfolio: MonteCarloPortfolio;
  readonly control: Control | null;
  readonly paths: number;
  readonly batches: number;
  readonly blockPaths: number;
  readonly engine: PathEngine;
  /** Values kept per stratum. */
  readonly tailCapacity: number;
}

/**
 * Sums of P&L and of the control over a batch, in the order of the paths; P&L less `origin`, that of the first path, so
 * that a large mean takes no digits of the squares.
 */
export const batchSums = {
  pnl: 0, squares: 1, control: 2, controlSquares: 3, products: 4, origin: 5, count: 6,
} as const;

/** What is left of a batch. */
export interface BatchResult {
  readonly batch: number;
  readonly paths: number;
  /** Paths in each stratum. */
  readonly counts: Float64Array;
  /** The smallest P&L of each stratum, ascending. */
  readonly tails: readonly Float64Array[];
  readonly sums: Float64Array;
  readonly worst: { readonly value: number; readonly path: number };
}

/** First path of a batch: pairs are never parted. */
export function batchStart({ paths, batches }: Pick<BatchPlan, 'paths' | 'batches'>, batch: number): number {
  return 2 * Math.floor(((paths / 2) * batch) / batches);
}

/** Runs batches one after another, on one thread. */
export class BatchRunner {
  readonly #plan: BatchPlan;
  readonly #drawer: PathDrawer;
  readonly #pnl: BlockPnl;
  readonly #selectors: readonly TailSelector[];
  readonly #weights: number;
  readonly #control: number;

  constructor(plan: BatchPlan) {
    const { model, portfolio, control, blockPaths, draw, engine, tailCapacity } = plan;
    const n = model.factors.length;
    const extra = portfolioFloats(portfolio, model, blockPaths) + n + blockPaths + 8;
    this.#plan = plan;
    this.#drawer = new PathDrawer(model, draw, blockPaths, engine, extra);
    this.#pnl = blockPnl(portfolio, this.#drawer, engine);
    this.#weights = this.#drawer.reserve(n, control?.weights ?? new Float64Array(n));
    this.#control = this.#drawer.reserve(blockPaths);
    const strata = control?.probabilities.length ?? 1;
    this.#selectors = Array.from({ length: strata }, () => new TailSelector(tailCapacity));
  }

  run(batch: number): BatchResult {
    const { blockPaths } = this.#plan;
    const start = batchStart(this.#plan, batch);
    const end = batch + 1 === this.#plan.batches ? this.#plan.paths : batchStart(this.#plan, batch + 1);
    const sums = new Float64Array(batchSums.count);
    for (const selector of this.#selectors) selector.clear();
    for (let first = start; first < end; first += blockPaths) {
      this.#runBlock(first, Math.min(blockPaths, end - first), batch, start, sums);
    }
    const worsts = this.#selectors.map(({ worst }) => worst);
    return {
      batch,
      paths: end - start,
      counts: Float64Array.from(this.#selectors, ({ offered }) => offered),
      tails: this.#selectors.map((selector) => selector.sorted()),
      sums,
      worst: worsts.reduce((a, b) => (b.value < a.value || (b.value === a.value && b.path < a.path) ? b : a)),
    };
  }

  #runBlock(first: number, count: number, batch: number, start: number, sums: Float64Array): void {
    const drawer = this.#drawer;
    const { control, draw } = this.#plan;
    // The batches of a Sobol sequence are its independent randomisations, each from its first point on.
    if (draw.generator === 'sobol') drawer.drawReturns(first - start, count, batch);
    else drawer.drawReturns(first, count);
    const { kernels, floats } = drawer.memory;
    if (control !== null) {
      const n = control.weights.length;
      kernels.combineColumns(drawer.columns, drawer.stride, this.#weights, n, this.#control, count);
    }
    drawer.toMoves(count);
    const pnl = this.#pnl(count, first);
    if (first === start) sums[batchSums.origin] = pnl[0];
    const origin = sums[batchSums.origin];
    for (let i = 0; i < count; i++) {
      const value = pnl[i] - origin;
      sums[batchSums.pnl] += value;
      sums[batchSums.squares] += value * value;
    }
    if (control === null) {
      const selector = this.#selectors[0];
      for (let i = 0; i < count; i++) selector.offer(pnl[i], first + i);
      return;
    }
    for (let i = 0; i < count; i++) {
      const known = floats[this.#control + i] - control.expected;
      sums[batchSums.control] += known;
      sums[batchSums.controlSquares] += known * known;
      sums[batchSums.products] += known * (pnl[i] - origin);
      this.#selectors[stratumOf(control.boundaries, floats[this.#control + i])].offer(pnl[i], first + i);
    }
  }
}

function stratumOf(boundaries: Float64Array, value: number): number {
  let stratum = 0;
  while (stratum < boundaries.length && value > boundaries[stratum]) stratum++;
  return stratum;
}
