import type { Market } from '../domain/market.ts';
import { requireScenarios, type ScenarioSet } from '../scenario/scenario-set.ts';
import { allocateColumns, InstrumentCompiler, type InstrumentColumns } from './instrument-columns.ts';
import { ScenarioKernels, type KernelChoice } from './scenario-kernels.ts';
import { scenarioMoves } from './scenario-lines.ts';
import { movedValue, type UnmatchedPolicy } from './shocks.ts';

export interface RevaluationOptions {
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
 * A currency's rate moves with the price factor of that currency; dollars do not move unless they have one. American
 * options: the premium paid now, on the spot F' e^((yield - rate) T'), with `interestRate` and `dividendYield` of the
 * market. A scenario that moves nothing has a P&L of exactly 0. Definition to the last bit: docs/REVALUATION.md.
 */
export class Revaluation {
  readonly market: Market;
  readonly scenarios: ScenarioSet;
  readonly currency: string;
  readonly #choice: KernelChoice;
  readonly #compiler: InstrumentCompiler;
  #machine: { readonly columns: InstrumentColumns; readonly kernels: ScenarioKernels } | null = null;
  readonly #rows = new Map<number, Float64Array>();
  readonly #held = new Set<string>();

  /** Throws `ScenarioInvalid`. */
  constructor(
    market: Market,
    scenarios: ScenarioSet,
    { currency = 'USD', unmatched = 'refuse', kernels = 'wasm' }: RevaluationOptions = {},
  ) {
    this.market = market;
    this.scenarios = requireScenarios(scenarios);
    this.currency = currency;
    this.#choice = kernels;
    this.#compiler = new InstrumentCompiler(market, scenarios, { currency, unmatched });
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
    return Float64Array.from({ length: this.scenarios.count }, (_, s) => movedValue(this.scenarios, factor, s, rate) - rate);
  }

  /** P&L of a portfolio by scenario: cash first, then positions, in the order given. */
  portfolioPnl(holdings: readonly Holding[], cash: ReadonlyMap<string, number> = new Map()): Float64Array {
    const pnl = new Float64Array(this.scenarios.count);
    const add = (quantity: number, row: Float64Array): void => {
      for (let s = 0; s < pnl.length; s++) pnl[s] += quantity * row[s];
    };
    for (const [currency, amount] of cash) add(amount, this.currencyPnl(currency));
    for (const { instrument, quantity } of holdings) add(quantity, this.instrumentPnl(instrument));
    return pnl;
  }

  #fill(instrument: number): Float64Array {
    const { columns, kernels } = (this.#machine ??= this.#createMachine());
    if (!this.#compiler.write(columns, 0, instrument)) this.#held.add(this.market.instruments[instrument].name);
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
    const kernels = new ScenarioKernels({ instruments: columns, scenarios: scenarioMoves(this.scenarios) }, {
      kernels: this.#choice,
      blockScenarios,
      lineBytes: Math.min(lineBytesMax, lineRows * 8 * Math.min(blockScenarios, this.scenarios.count + 1)),
      american: this.market.instruments.some(({ exercise }) => exercise === 'american'),
    });
    return { columns, kernels };
  }
}
