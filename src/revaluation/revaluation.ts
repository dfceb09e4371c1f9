import type { Market } from '../domain/market.ts';
import { requireScenarios, type ScenarioSet } from '../scenario/scenario-set.ts';
import { compileInstruments, CurrencyRates, FactorExtremes } from './instrument-columns.ts';
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
  readonly #unmatched: UnmatchedPolicy;
  readonly #kernels: KernelChoice;
  readonly #rates: CurrencyRates;
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
    this.#unmatched = unmatched;
    this.#kernels = kernels;
    this.#rates = new CurrencyRates(market, scenarios, currency);
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
    if (!this.#rows.has(instrument)) this.#fill([instrument]);
    return this.#rows.get(instrument)!;
  }

  /** P&L of one unit of a currency, by scenario. Throws `CurrencyUnknown`, `ScenarioInvalid`. */
  currencyPnl(currency: string): Float64Array {
    const { rate, factor } = this.#rates.of(currency);
    new FactorExtremes(this.scenarios).requireMoved(currency, 'rate', factor, rate);
    return Float64Array.from({ length: this.scenarios.count }, (_, s) => movedValue(this.scenarios, factor, s, rate) - rate);
  }

  /** P&L of a portfolio by scenario: cash first, then positions, in the order given. */
  portfolioPnl(holdings: readonly Holding[], cash: ReadonlyMap<string, number> = new Map()): Float64Array {
    const pnl = new Float64Array(this.scenarios.count);
    const add = (quantity: number, row: Float64Array): void => {
      for (let s = 0; s < pnl.length; s++) pnl[s] += quantity * row[s];
    };
    for (const [currency, amount] of cash) add(amount, this.currencyPnl(currency));
    const missing = new Set(holdings.map(({ instrument }) => instrument).filter((each) => !this.#rows.has(each)));
    if (missing.size > 0) this.#fill([...missing]);
    for (const { instrument, quantity } of holdings) add(quantity, this.instrumentPnl(instrument));
    return pnl;
  }

  #fill(instruments: readonly number[]): void {
    const { currency, scenarios } = this;
    const { columns, held } = compileInstruments(this.market, scenarios, instruments, { currency, unmatched: this.#unmatched });
    held.forEach((name) => this.#held.add(name));
    const kernels = new ScenarioKernels({ instruments: columns, scenarios: scenarioMoves(scenarios) }, { kernels: this.#kernels });
    const rows = instruments.map(() => new Float64Array(scenarios.count));
    for (let first = 0; first < scenarios.count; first += kernels.blockScenarios) {
      const count = Math.min(kernels.blockScenarios, scenarios.count - first);
      const block = new Float64Array(kernels.strideOf(count));
      rows.forEach((row, index) => {
        kernels.fillRows(index, 1, first, count, block);
        row.set(block.subarray(0, count), first);
      });
    }
    instruments.forEach((instrument, index) => this.#rows.set(instrument, rows[index]));
  }
}
