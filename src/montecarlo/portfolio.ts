import type { Market } from '../domain/market.ts';
import { Revaluation, type Holding } from '../revaluation/revaluation.ts';
import type { UnmatchedPolicy } from '../revaluation/shocks.ts';
import type { ScenarioSet } from '../scenario/scenario-set.ts';
import type { PathModel } from './model.ts';
import type { PathDrawer } from './path-drawer.ts';
import type { PathEngine } from './path-kernels.ts';
import { requireOption } from './require.ts';
import { RevaluedPaths, requireRevaluable } from './revalued-paths.ts';
import { scenarioSet } from './scenarios.ts';

/** P&L = constant + delta x + 1/2 x' gamma x of the moves x of the factors. */
export interface DeltaGammaPortfolio {
  readonly kind: 'delta-gamma';
  /** P&L per unit of move of each factor: a relative move of 0.01 gives 0.01 delta. */
  readonly delta: ArrayLike<number>;
  /** Row-major, symmetric; absent: linear. */
  readonly gamma?: ArrayLike<number>;
  /** What time brings; default 0. */
  readonly constant?: number;
}

/** Full revaluation of positions and cash. */
export interface RevaluedPortfolio {
  readonly kind: 'revaluation';
  readonly market: Market;
  readonly holdings: readonly Holding[];
  readonly cash?: ReadonlyMap<string, number>;
  /** Default USD. */
  readonly currency?: string;
  /** Default `refuse`. */
  readonly unmatched?: UnmatchedPolicy;
  /** Calendar days that pass; default 0. */
  readonly days?: number;
}

/** Anything else: the P&L of each scenario of a block. Only on the calling thread. */
export interface ComputedPortfolio {
  readonly kind: 'function';
  readonly pnl: (block: ScenarioSet) => ArrayLike<number>;
}

export type MonteCarloPortfolio = DeltaGammaPortfolio | RevaluedPortfolio | ComputedPortfolio;

/** P&L of the paths, from path `first` on, whose moves lie in the columns of a drawer; valid until the next call. */
export type BlockPnl = (count: number, first: number) => ArrayLike<number>;

/** Floats of the drawer's memory that the portfolio takes. */
export function portfolioFloats(portfolio: MonteCarloPortfolio, model: PathModel, blockPaths: number): number {
  const n = model.factors.length;
  return portfolio.kind === 'delta-gamma' ? n + n * n + blockPaths + 8 : 0;
}

/** Throws `OptionInvalid` for numbers of the wrong count or that are not finite, and what revaluation throws. */
export function requirePortfolio(portfolio: MonteCarloPortfolio, model: PathModel): void {
  const kinds = ['delta-gamma', 'revaluation', 'function'];
  requireOption(kinds.includes(portfolio.kind), 'portfolio', portfolio.kind, `one of ${kinds.join(', ')}`);
  if (portfolio.kind === 'revaluation') requireRevaluable(portfolio, model);
  if (portfolio.kind !== 'delta-gamma') return;
  const n = model.factors.length;
  const { delta, gamma, constant = 0 } = portfolio;
  requireOption(delta.length === n, 'delta', delta.length, `${n} numbers`);
  requireOption(Array.from(delta).every(Number.isFinite), 'delta', 'not', 'finite');
  requireOption(Number.isFinite(constant), 'constant', constant, 'finite');
  if (gamma === undefined) return;
  requireOption(gamma.length === n * n, 'gamma', gamma.length, `${n} x ${n} numbers`);
  requireOption(Array.from(gamma).every(Number.isFinite), 'gamma', 'not', 'finite');
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [one, other] = [gamma[i * n + j], gamma[j * n + i]];
      requireOption(one === other, `gamma of ${i + 1} and ${j + 1}`, `${one} and ${other}`, 'symmetric');
    }
  }
}

/** What revalues the paths in the drawer's columns. */
export function blockPnl(portfolio: MonteCarloPortfolio, drawer: PathDrawer, engine: PathEngine): BlockPnl {
  if (portfolio.kind === 'delta-gamma') return quadraticPnl(portfolio, drawer);
  if (portfolio.kind === 'revaluation') {
    const revalued = new RevaluedPaths(portfolio, drawer, engine);
    return (count, first) => revalued.pnl(count, first);
  }
  return (count) => {
    const { model, memory, columns, stride } = drawer;
    const moves = new Float64Array(model.factors.length * count);
    model.factors.forEach((_, j) => {
      moves.set(memory.floats.subarray(columns + j * stride, columns + j * stride + count), j * count);
    });
    return scenarioPnl(portfolio, scenarioSet(model, count, moves));
  };
}

function quadraticPnl({ delta, gamma, constant = 0 }: DeltaGammaPortfolio, drawer: PathDrawer): BlockPnl {
  const { memory, model, columns, stride, blockPaths } = drawer;
  const n = model.factors.length;
  const upper = Float64Array.from({ length: n * n }, (_, place) => {
    const [row, column] = [Math.floor(place / n), place % n];
    if (gamma === undefined || column < row) return 0;
    return column === row ? gamma[place] / 2 : gamma[place];
  });
  const deltaAt = drawer.reserve(n, Float64Array.from(delta));
  const upperAt = drawer.reserve(n * n, upper);
  const pnl = drawer.reserve(blockPaths + 1);
  return (count) => {
    memory.kernels.quadraticPnl(columns, stride, deltaAt, upperAt, n, pnl, count);
    const result = memory.floats.subarray(pnl, pnl + count);
    if (constant !== 0) for (let i = 0; i < count; i++) result[i] += constant;
    return result;
  };
}

/** P&L of a block of scenarios. */
export function scenarioPnl(portfolio: RevaluedPortfolio | ComputedPortfolio, block: ScenarioSet): ArrayLike<number> {
  if (portfolio.kind === 'function') {
    const pnl = portfolio.pnl(block);
    requireOption(pnl.length === block.count, 'P&L of the portfolio', pnl.length, `${block.count} numbers`);
    return pnl;
  }
  const { market, holdings, cash, currency, unmatched } = portfolio;
  const revaluation = new Revaluation(market, block, {
    ...(currency === undefined ? {} : { currency }), ...(unmatched === undefined ? {} : { unmatched }),
  });
  return revaluation.portfolioPnl(holdings, cash);
}

/** Of the standard deviation of each factor: half of the distance over which the slope is taken. */
const bumpShare = 0.01;

/** P&L per unit of move of each factor: that of a delta-gamma portfolio, else by central differences. */
export function deltaOf(portfolio: MonteCarloPortfolio, model: PathModel): Float64Array {
  if (portfolio.kind === 'delta-gamma') return Float64Array.from(portfolio.delta);
  const n = model.factors.length;
  const bumps = model.plans.map(({ scale }) => bumpShare * scale);
  const moves = new Float64Array(n * 2 * n);
  bumps.forEach((bump, j) => {
    moves[j * 2 * n + 2 * j] = bump;
    moves[j * 2 * n + 2 * j + 1] = -bump;
  });
  const pnl = scenarioPnl(portfolio, scenarioSet(model, 2 * n, moves));
  return Float64Array.from(bumps, (bump, j) => (bump > 0 ? (pnl[2 * j] - pnl[2 * j + 1]) / (2 * bump) : 0));
}
