import {
  compileInstruments, InstrumentCompiler, type CurrencyRate, type InstrumentColumns,
} from '../revaluation/instrument-columns.ts';
import { ScenarioKernels } from '../revaluation/scenario-kernels.ts';
import { scenarioMoves } from '../revaluation/scenario-lines.ts';
import { movedValue } from '../revaluation/shocks.ts';
import { requireScenarios, type ScenarioSet } from '../scenario/scenario-set.ts';
import type { PathModel } from './model.ts';
import type { PathDrawer } from './path-drawer.ts';
import type { PathEngine } from './path-kernels.ts';
import type { RevaluedPortfolio } from './portfolio.ts';
import { requireOption } from './require.ts';
import { scenarioSet } from './scenarios.ts';

/** Cash of one currency. */
interface CashAmount extends CurrencyRate {
  readonly amount: number;
}

interface CompiledPortfolio {
  readonly columns: InstrumentColumns;
  readonly cash: readonly CashAmount[];
}

/** Paths that the scenario kernels take at a time: lines of a few expiries stay in the cache. */
const kernelPaths = 1_024;

/**
 * Instruments and cash of a portfolio, matched with the factors of a set. Throws what full revaluation throws:
 * `FactorMissing`, `ValueOutOfRange`, `ValueMissing`, `CurrencyUnknown`, `ScenarioInvalid`, and `OptionInvalid`.
 */
function compilePortfolio(portfolio: RevaluedPortfolio, set: ScenarioSet): CompiledPortfolio {
  const { market, holdings, cash, currency = 'USD', unmatched = 'refuse' } = portfolio;
  requireScenarios(set);
  for (const { instrument, quantity } of holdings) {
    const isRow = Number.isInteger(instrument) && instrument >= 0 && instrument < market.instruments.length;
    requireOption(isRow, 'instrument', instrument, `a row of the market: 0 to ${market.instruments.length - 1}`);
    requireOption(Number.isFinite(quantity), `quantity of ${market.instruments[instrument].name}`, quantity, 'finite');
  }
  const options = { currency, unmatched };
  const compiler = new InstrumentCompiler(market, set, options);
  const amounts = [...(cash ?? [])].map(([name, amount]): CashAmount => {
    requireOption(Number.isFinite(amount), `cash in ${name}`, amount, 'finite');
    return { amount, ...compiler.currency(name) };
  });
  const rows = holdings.map(({ instrument }) => instrument);
  return { columns: compileInstruments(market, set, rows, options).columns, cash: amounts };
}

/** Refuses a portfolio that could not be revalued whatever the moves. Throws what `compilePortfolio` throws. */
export function requireRevaluable(portfolio: RevaluedPortfolio, model: PathModel): void {
  compilePortfolio(portfolio, unmoved(model, portfolio.days));
}

function unmoved(model: PathModel, days: number | undefined): ScenarioSet {
  return scenarioSet(model, 1, new Float64Array(model.factors.length), days);
}

/**
 * Full revaluation of the paths in the columns of a drawer, on the scenario kernels: the columns are the moves, nothing
 * is copied, and what does not depend on the paths is worked out once. Cash first, then positions, in their order: the
 * bits of `Revaluation.portfolioPnl` of the same paths, for any block.
 */
export class RevaluedPaths {
  readonly #portfolio: RevaluedPortfolio;
  readonly #drawer: PathDrawer;
  readonly #compiled: CompiledPortfolio;
  readonly #kernels: ScenarioKernels;
  /** The columns as a scenario set; the paths beyond those drawn are not read. */
  readonly #block: ScenarioSet;
  readonly #quantities: Float64Array;
  readonly #pnl: Float64Array;
  readonly #good: readonly MoveRange[];

  constructor(portfolio: RevaluedPortfolio, drawer: PathDrawer, engine: PathEngine) {
    const { model, memory, columns, stride, blockPaths } = drawer;
    const moves = memory.floats.subarray(columns, columns + model.factors.length * stride);
    this.#portfolio = portfolio;
    this.#drawer = drawer;
    this.#compiled = compilePortfolio(portfolio, unmoved(model, portfolio.days));
    this.#block = scenarioSet(model, stride, moves, portfolio.days);
    this.#kernels = new ScenarioKernels({
      instruments: this.#compiled.columns, scenarios: scenarioMoves(this.#block),
    }, {
      kernels: engine, blockScenarios: Math.min(blockPaths, kernelPaths),
    });
    this.#quantities = Float64Array.from(portfolio.holdings, ({ quantity }) => quantity);
    this.#pnl = new Float64Array(blockPaths);
    this.#good = model.factors.map((_, factor) => goodMoves(this.#block, factor, this.#compiled));
  }

  /**
   * P&L of the paths drawn, the first of which is path `first`; valid until the next call. Throws `ScenarioInvalid`,
   * naming the path, if one makes a price, volatility or rate zero, negative or infinite.
   */
  pnl(count: number, first: number): Float64Array {
    this.#requireMoves(count, first);
    const pnl = this.#pnl.subarray(0, count).fill(0);
    for (const cash of this.#compiled.cash) this.#addCash(cash, pnl);
    // The moves behind the lines are others now.
    this.#kernels.forgetLines();
    const { length } = this.#quantities;
    const step = this.#kernels.blockScenarios;
    for (let from = 0; from < count && length > 0; from += step) {
      const size = Math.min(step, count - from);
      this.#kernels.addRows(0, length, this.#quantities, from, size, pnl.subarray(from, from + size));
    }
    return pnl;
  }

  #addCash({ amount, factor, rate }: CashAmount, pnl: Float64Array): void {
    for (let s = 0; s < pnl.length; s++) pnl[s] += amount * (movedValue(this.#block, factor, s, rate) - rate);
  }

  /** A comparison per move; where it fails, the block is checked as any scenario set is, which says what is wrong. */
  #requireMoves(count: number, first: number): void {
    const { floats } = this.#drawer.memory;
    const { columns, stride, model } = this.#drawer;
    const isGood = this.#good.every(({ above, below }, j) => {
      const column = columns + j * stride;
      for (let s = 0; s < count; s++) {
        const move = floats[column + s];
        if (!(move > above && move < below)) return false;
      }
      return true;
    });
    if (isGood) return;
    const moves = new Float64Array(model.factors.length * count);
    model.factors.forEach((_, j) => {
      const column = columns + j * stride;
      moves.set(floats.subarray(column, column + count), j * count);
    });
    const labels = Array.from({ length: count }, (_, s) => String(first + s));
    compilePortfolio(this.#portfolio, { ...scenarioSet(model, count, moves, this.#portfolio.days), labels });
  }
}

/** Moves between the two leave every value that the factor moves positive and finite, by far. */
interface MoveRange {
  readonly above: number;
  readonly below: number;
}

const relativeRange = { above: -1 + 1e-9, below: 1e9 } as const;
const farFromLimits = { least: 1e-250, most: 1e250 } as const;
const noMove = { above: Infinity, below: -Infinity } as const;

function goodMoves({ factors }: ScenarioSet, factor: number, { columns, cash }: CompiledPortfolio): MoveRange {
  const values = cash.filter((each) => each.factor === factor).map(({ rate }) => rate);
  for (let i = 0; i < columns.count; i++) {
    if (columns.priceFactor[i] === factor) values.push(columns.forward[i]);
    if (columns.volatilityFactor[i] === factor) values.push(columns.volatility[i]);
    if (columns.currencyFactor[i] === factor) values.push(columns.currencyRate[i]);
  }
  const { least, most } = farFromLimits;
  if (values.some((value) => !(value > least && value < most))) return noMove;
  if (factors[factor].change === 'relative') return relativeRange;
  return { above: -(1 - 1e-9) * Math.min(most, ...values), below: most };
}
