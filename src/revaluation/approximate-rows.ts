import { SHAPE_AMERICAN, SHAPE_EUROPEAN } from '../../assembly/portable/scenario-layout.ts';
import { MargridError } from '../errors.ts';
import type { ScenarioSet } from '../scenario/scenario-set.ts';
import { allocateColumns, type InstrumentColumns } from './instrument-columns.ts';
import { MoveInterpolation } from './move-interpolation.ts';
import { ScenarioKernels, type KernelChoice } from './scenario-kernels.ts';
import { scenarioMoves } from './scenario-lines.ts';
import { movedValue } from './shocks.ts';

export const revaluationMethods = ['full', 'delta-gamma-vega', 'interpolated'] as const;
export type RevaluationMethod = (typeof revaluationMethods)[number];

/** How option values are approximated; everything else (futures, spot, currencies) stays exact. */
export interface ApproximationOptions {
  /** Taylor: the mixed term of price and volatility (vanna). Default true. */
  readonly cross?: boolean;
  /** Taylor: the linear term of the days that pass (theta). Default true. */
  readonly theta?: boolean;
  /** Interpolation: nodes over the range of price moves and of volatility moves, at least 4. Default 33 and 9. */
  readonly priceNodes?: number;
  readonly volatilityNodes?: number;
}

/** Approximated P&L of options in their settlement currency, from few full revaluations of each. */
interface Scheme {
  /** What is revalued in full. */
  readonly nodes: ScenarioSet;
  /** Gain in scenario s from the gains at the nodes. */
  gain(nodes: Float64Array, priceFactor: number, volatilityFactor: number, s: number): number;
}

/**
 * Rows of options without full revaluation. The value V in the settlement currency is approximated, its rate X is not:
 * P&L = (V + gain) X' - V X.
 *
 * `delta-gamma-vega`: second-order Taylor polynomial in the moves of its two factors, and the days, with derivatives by
 * central differences of full revaluations (theta: forward). `interpolated`: full revaluation on a grid of moves,
 * tensor-product cubic Lagrange interpolation through the four nearest nodes of each factor.
 */
export class ApproximateRows {
  readonly #scenarios: ScenarioSet;
  readonly #scheme: Scheme;
  readonly #columns: InstrumentColumns;
  readonly #kernels: ScenarioKernels;

  constructor(
    scenarios: ScenarioSet,
    method: Exclude<RevaluationMethod, 'full'>,
    options: ApproximationOptions,
    kernels: { readonly kernels: KernelChoice; readonly american: boolean },
  ) {
    this.#scenarios = scenarios;
    this.#scheme = method === 'interpolated' ? interpolation(scenarios, options) : taylor(scenarios, options);
    this.#columns = allocateColumns(1);
    const { nodes } = this.#scheme;
    this.#kernels = new ScenarioKernels(
      { instruments: this.#columns, scenarios: scenarioMoves(nodes) },
      { ...kernels, blockScenarios: nodes.count, lineBytes: 64 * 9 * 8 * (nodes.count + 1) },
    );
  }

  /** Whether a row is approximated at all. */
  static concerns(shape: number): boolean {
    return shape === SHAPE_EUROPEAN || shape === SHAPE_AMERICAN;
  }

  /** The row of the option at place 0 of `columns`. */
  row(columns: InstrumentColumns): Float64Array {
    this.#copy(columns);
    const { nodes } = this.#scheme;
    const gains = new Float64Array(this.#kernels.strideOf(nodes.count));
    this.#kernels.fillRows(0, 1, 0, nodes.count, gains);
    const value = this.#kernels.valueNow(0);
    const price = columns.priceFactor[0];
    const volatility = columns.volatilityFactor[0];
    const rate = columns.currencyRate[0];
    const row = new Float64Array(this.#scenarios.count);
    for (let s = 0; s < row.length; s++) {
      const moved = movedValue(this.#scenarios, columns.currencyFactor[0], s, rate);
      row[s] = (value + this.#scheme.gain(gains, price, volatility, s)) * moved - value * rate;
    }
    return row;
  }

  /** The same option, measured in its settlement currency. */
  #copy(columns: InstrumentColumns): void {
    for (const [name, column] of Object.entries(columns)) {
      if (typeof column !== 'number') {
        (this.#columns[name as keyof InstrumentColumns] as Float64Array)[0] = (column as Float64Array)[0];
      }
    }
    this.#columns.currencyRate[0] = 1;
    this.#columns.currencyFactor[0] = -1;
  }
}

function movesOfAll(
  scenarios: ScenarioSet, count: number, moveOf: (factor: number, node: number) => number,
): Float64Array {
  const moves = new Float64Array(scenarios.factors.length * count);
  scenarios.factors.forEach((_, factor) => {
    for (let node = 0; node < count; node++) moves[factor * count + node] = moveOf(factor, node);
  });
  return moves;
}

/**
 * Nodes of the Taylor polynomial: steps of price, then of volatility, in units of the bump; the last one: a step of
 * time.
 */
const priceSteps = [1, -1, 0, 0, 1, 1, -1, -1, 0] as const;
const volatilitySteps = [0, 0, 1, -1, 1, -1, 1, -1, 0] as const;
/** Bump per largest move of the factor, and the largest relative bump; days of the step of time. */
const bumpShare = 0.01;
const bumpMax = 0.002;
const bumpDays = 1 / 24;

function taylor(scenarios: ScenarioSet, { cross = true, theta = true }: ApproximationOptions): Scheme {
  const { factors, count, moves, days } = scenarios;
  const bumps = factors.map(({ change }, factor) => {
    let largest = 0;
    for (let s = 0; s < count; s++) largest = Math.max(largest, Math.abs(moves[factor * count + s]));
    const bump = largest === 0 ? bumpMax : bumpShare * largest;
    return change === 'relative' ? Math.min(bump, bumpMax) : bump;
  });
  const size = priceSteps.length;
  const moveOf = (factor: number, node: number): number =>
    bumps[factor] * (factors[factor].kind === 'price' ? priceSteps : volatilitySteps)[node];
  const passing = new Float64Array(size);
  passing[size - 1] = bumpDays;
  return {
    nodes: { factors, count: size, moves: movesOfAll(scenarios, size, moveOf), days: passing },
    gain: (g, price, volatility, s) => {
      // In units of the bumps; a factor that is missing does not move.
      const m = price < 0 ? 0 : moves[price * count + s] / bumps[price];
      const w = volatility < 0 ? 0 : moves[volatility * count + s] / bumps[volatility];
      const first = 0.5 * (g[0] - g[1]) * m + 0.5 * (g[2] - g[3]) * w;
      const gamma = 0.5 * (g[0] + g[1]) * m * m;
      const vanna = cross ? 0.25 * (g[4] - g[5] - g[6] + g[7]) * m * w : 0;
      const decay = theta && days !== undefined ? g[8] * (days[s] / bumpDays) : 0;
      return first + gamma + vanna + decay;
    },
  };
}

/** Full revaluations per option beyond which interpolation is no approximation any more. */
const nodeCountMax = 16_384;

function interpolation(scenarios: ScenarioSet, { priceNodes = 33, volatilityNodes = 9 }: ApproximationOptions): Scheme {
  for (const [name, value] of Object.entries({ priceNodes, volatilityNodes })) {
    if (Number.isInteger(value) && value >= 4) continue;
    throw new MargridError(
      'OptionInvalid', `${name} must be a whole number, at least 4, got ${value}`, { column: name, value },
    );
  }
  const distinct = [...new Set(scenarios.days ?? [0])].sort((a, b) => a - b);
  const grid = priceNodes * volatilityNodes;
  const size = grid * distinct.length;
  if (size > nodeCountMax) {
    const message = `${distinct.length} different days times ${grid} nodes are too many (${nodeCountMax})`;
    throw new MargridError('OptionInvalid', message, {
      column: 'days', value: distinct.length,
    });
  }
  const kinds = scenarios.factors.map(({ kind }) => (kind === 'price' ? priceNodes : volatilityNodes));
  const axes = kinds.map((nodes, factor) => new MoveInterpolation(scenarios, factor, nodes));
  const moveOf = (factor: number, node: number): number => axes[factor].node(
    scenarios.factors[factor].kind === 'price' ? node % priceNodes : Math.floor(node / priceNodes) % volatilityNodes,
  );
  const passing = Float64Array.from({ length: size }, (_, node) => distinct[Math.floor(node / grid)]);
  const places = Int32Array.from({ length: scenarios.count }, (_, s) => distinct.indexOf(scenarios.days?.[s] ?? 0));
  return {
    nodes: { factors: scenarios.factors, count: size, moves: movesOfAll(scenarios, size, moveOf), days: passing },
    gain: (g, price, volatility, s) => {
      let sum = 0;
      for (let j = 0; j < (volatility < 0 ? 1 : 4); j++) {
        const row = places[s] * grid + (volatility < 0 ? 0 : axes[volatility].place(s) + j) * priceNodes;
        let along = 0;
        for (let i = 0; i < (price < 0 ? 1 : 4); i++) {
          along += price < 0 ? g[row] : axes[price].weight(s, i) * g[row + axes[price].place(s) + i];
        }
        sum += volatility < 0 ? along : axes[volatility].weight(s, j) * along;
      }
      return sum;
    },
  };
}
