import type { Market } from '../domain/market.ts';
import { requireScenarios, type ScenarioSet } from '../scenario/scenario-set.ts';
import { MargridError } from '../errors.ts';
import {
  ApproximateRows, revaluationMethods, type ApproximationOptions, type RevaluationMethod,
} from './approximate-rows.ts';
import {
  chosenScenarios, comparedScenarios, errorOf, type ErrorReport, type ErrorReportOptions,
} from './error-report.ts';
import { allocateColumns, InstrumentCompiler, type InstrumentColumns } from './instrument-columns.ts';
import { ScenarioKernels, type KernelChoice } from './scenario-kernels.ts';
import { scenariosIn } from './reporting-currency.ts';
import { scenarioMoves } from './scenario-lines.ts';
import { movedValue, type UnmatchedPolicy } from './shocks.ts';

export interface RevaluationOptions extends ApproximationOptions {
  /** Default `full`; the others approximate options and report by how much they miss: `errorReport`. */
  readonly method?: RevaluationMethod;
  /** What P&L is measured in; default USD. */
  readonly currency?: string;
  /** Default `refuse`. */
  readonly unmatched?: UnmatchedPolicy;
  /** Default `wasm`; JavaScript gives the same bits. */
  readonly kernels?: KernelChoice;
}

/** Positions and cash of one portfolio. */
export interface Holding {
  /** Row of `Market.instruments`. */
  readonly instrument: number;
  /** Signed contracts. */
  readonly quantity: number;
}

/** Scenarios at a time. */
const blockScenarios = 16_384;
/** Rows of lines that are kept, if they fit the bytes: a hundred expiries or so. */
const lineRows = 600;
const lineBytesMax = 32 * 1_048_576;

/**
 * P&L of one contract of every instrument in every scenario, in the currency of the revaluation: full revaluation.
 *
 * Value at (F', sigma', T') and currency rate X' less value now:
 * - spot, options: size * (V' X' - V X), V in the settlement currency (an inverse option: Black-76 / F');
 * - futures, perpetuals: what they gain, size * (F' - F) X', inverse size * (1/F - 1/F') X'; what they have gained
 *   already is cash.
 * A currency's rate moves with the price factor of that currency, and against that of the currency of the P&L; dollars
 * do not move unless they have one, other currencies that nothing moves are refused (or held). American
 * options: the premium paid now, on the spot F' e^((yield - rate) T'), with `interestRate` and `dividendYield` of the
 * market. A scenario that moves nothing has a P&L of exactly 0. Definition to the last bit: docs/REVALUATION.md.
 */
export class Revaluation {
  readonly market: Market;
  readonly scenarios: ScenarioSet;
  readonly currency: string;
  /** With the moves of rates, if the currency of the P&L moves. */
  readonly #moved: ScenarioSet;
  readonly #options: RevaluationOptions;
  readonly #choice: KernelChoice;
  readonly #compiler: InstrumentCompiler;
  #approximate: ApproximateRows | null = null;
  #portfolio: {
    readonly holdings: readonly Holding[];
    readonly cash: ReadonlyMap<string, number>;
    readonly pnl: Float64Array;
  } | null = null;
  #machine: { readonly columns: InstrumentColumns; readonly kernels: ScenarioKernels } | null = null;
  readonly #rows = new Map<number, Float64Array>();
  readonly #held = new Set<string>();

  readonly method: RevaluationMethod;

  /** Throws `ScenarioInvalid`, `OptionInvalid`. */
  constructor(market: Market, scenarios: ScenarioSet, options: RevaluationOptions = {}) {
    const { currency = 'USD', unmatched = 'refuse', kernels = 'wasm', method = 'full' } = options;
    if (!revaluationMethods.includes(method)) {
      const message = `method must be one of ${revaluationMethods.join(', ')}, got '${String(method)}'`;
      throw new MargridError('OptionInvalid', message, {
        column: 'method', value: method,
      });
    }
    this.method = method;
    this.#options = options;
    this.market = market;
    this.scenarios = requireScenarios(scenarios);
    this.currency = currency;
    this.#choice = kernels;
    this.#moved = scenariosIn(market, scenarios, currency);
    this.#compiler = new InstrumentCompiler(market, this.#moved, { currency, unmatched });
  }

  /** Instruments and currencies that no factor moves, of those that were asked for; empty unless they may be held. */
  get heldConstant(): readonly string[] {
    return [...this.#held].sort();
  }

  /**
   * P&L of one contract, by scenario. Throws `FactorMissing`, `ValueOutOfRange`, `ValueMissing`, `CurrencyUnknown`,
   * `ScenarioInvalid` (a moved price, volatility or rate that is not > 0 and finite).
   */
  instrumentPnl(instrument: number): Float64Array {
    const known = this.#rows.get(instrument);
    if (known !== undefined) return known;
    const row = this.#fill(instrument);
    this.#rows.set(instrument, row);
    return row;
  }

  /** P&L of one unit of a currency, by scenario. Throws `CurrencyUnknown`, `ScenarioInvalid`. */
  currencyPnl(currency: string): Float64Array {
    const { rate, factor } = this.#compiler.currency(currency);
    return Float64Array.from({ length: this.scenarios.count }, (_, s) => movedValue(this.#moved, factor, s, rate) - rate);
  }

  /** P&L of a portfolio by scenario: cash first, then positions, in the order given. */
  portfolioPnl(holdings: readonly Holding[], cash: ReadonlyMap<string, number> = new Map()): Float64Array {
    const pnl = new Float64Array(this.scenarios.count);
    const add = (quantity: number, row: Float64Array): void => {
      for (let s = 0; s < pnl.length; s++) pnl[s] += quantity * row[s];
    };
    for (const [currency, amount] of cash) if (amount !== 0) add(amount, this.currencyPnl(currency));
    for (const { instrument, quantity } of holdings) add(quantity, this.instrumentPnl(instrument));
    this.#portfolio = { holdings, cash, pnl: pnl.slice() };
    return pnl;
  }

  /**
   * Largest and root mean square error of what this revaluation returned, against full revaluation in chosen scenarios:
   * of every instrument asked for, and of the portfolio asked for last. Zeros for `full`.
   */
  errorReport(options: ErrorReportOptions = {}): ErrorReport {
    const rows = [...this.#rows];
    const { count } = this.scenarios;
    const chosen = comparedScenarios(count, rows.length, this.#portfolio?.pnl ?? null, options);
    const full = new Revaluation(
      this.market, chosenScenarios(this.scenarios, chosen), { ...this.#options, method: 'full' },
    );
    const instruments = rows.map(([instrument, row]) => ({
      instrument, name: this.market.instruments[instrument].name,
      ...errorOf(row, full.instrumentPnl(instrument), chosen),
    }));
    const last = this.#portfolio;
    const portfolio = last === null ? null : errorOf(last.pnl, full.portfolioPnl(last.holdings, last.cash), chosen);
    return { method: this.method, scenarios: chosen, isComplete: chosen.length === count, instruments, portfolio };
  }

  #fill(instrument: number): Float64Array {
    const { columns, kernels } = (this.#machine ??= this.#createMachine());
    if (!this.#compiler.write(columns, 0, instrument)) this.#held.add(this.market.instruments[instrument].name);
    if (this.method !== 'full' && ApproximateRows.concerns(columns.shape[0])) {
      this.#approximate ??= new ApproximateRows(this.#moved, this.method, this.#options, {
        kernels: this.#choice, american: this.#hasAmerican(),
      });
      return this.#approximate.row(columns);
    }
    const { count } = this.scenarios;
    const block = Math.min(kernels.blockScenarios, count);
    const row = new Float64Array(count);
    for (let first = 0; first < count; first += block) {
      const size = Math.min(block, count - first);
      const padded = new Float64Array(kernels.strideOf(size));
      kernels.fillRows(0, 1, first, size, padded);
      row.set(padded.subarray(0, size), first);
    }
    return row;
  }

  /** Room for one instrument at a time; the lines of the scenarios stay, so that what follows finds them. */
  #createMachine(): { columns: InstrumentColumns; kernels: ScenarioKernels } {
    const columns = allocateColumns(1);
    const kernels = new ScenarioKernels({ instruments: columns, scenarios: scenarioMoves(this.#moved) }, {
      kernels: this.#choice,
      blockScenarios,
      lineBytes: Math.min(lineBytesMax, lineRows * 8 * Math.min(blockScenarios, this.scenarios.count + 1)),
      american: this.#hasAmerican(),
    });
    return { columns, kernels };
  }

  #hasAmerican(): boolean {
    return this.market.instruments.some(({ exercise }) => exercise === 'american');
  }
}
