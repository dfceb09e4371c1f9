import { blackPrice } from '../../assembly/portable/black76.ts';
import { dollarRate } from '../domain/dollar-rates.ts';
import type { Instrument } from '../domain/instrument.ts';
import { timeToExpiryYears, type Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { requireScenarios, type ScenarioSet } from '../scenario/scenario-set.ts';
import {
  currencyFactor, instrumentFactors, movedValue, remainingYears, type UnmatchedPolicy,
} from './shocks.ts';

export interface RevaluationOptions {
  /** What P&L is measured in; default USD. */
  readonly currency?: string;
  /** Default `refuse`. */
  readonly unmatched?: UnmatchedPolicy;
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
 * A currency's rate moves with the price factor of that currency; dollars do not move unless they have one.
 */
export class Revaluation {
  readonly market: Market;
  readonly scenarios: ScenarioSet;
  readonly currency: string;
  readonly #unmatched: UnmatchedPolicy;
  readonly #rows = new Map<number, Float64Array>();
  readonly #held = new Set<string>();

  /** Throws `ScenarioInvalid`. */
  constructor(market: Market, scenarios: ScenarioSet, { currency = 'USD', unmatched = 'refuse' }: RevaluationOptions = {}) {
    this.market = market;
    this.scenarios = requireScenarios(scenarios);
    this.currency = currency;
    this.#unmatched = unmatched;
  }

  /** Instruments and currencies that no factor moves, of those that were asked for; empty unless they may be held. */
  get heldConstant(): readonly string[] {
    return [...this.#held].sort();
  }

  /** P&L of one contract, by scenario. Throws `FactorMissing`, `ValueOutOfRange`, `CurrencyUnknown`. */
  instrumentPnl(instrument: number): Float64Array {
    const known = this.#rows.get(instrument);
    if (known !== undefined) return known;
    const row = this.#fill(instrument);
    this.#rows.set(instrument, row);
    return row;
  }

  /** P&L of one unit of a currency, by scenario. Throws `CurrencyUnknown`. */
  currencyPnl(currency: string): Float64Array {
    const now = this.#rateNow(currency);
    const factor = this.#factorOfCurrency(currency);
    return Float64Array.from({ length: this.scenarios.count }, (_, s) => this.#rate(now, factor, s) - now);
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

  #fill(index: number): Float64Array {
    const instrument = this.market.instruments[index];
    const forward = this.market.forward[index];
    const volatility = this.market.impliedVolatility[index];
    this.#requireGood(instrument, 'price', forward);
    if (instrument.kind === 'option') this.#requireGood(instrument, 'volatility', volatility);
    const factors = instrumentFactors(this.scenarios, instrument, this.#unmatched);
    if (factors.price < 0 || (instrument.kind === 'option' && factors.volatility < 0)) this.#held.add(instrument.name);
    const currency = instrument.settlementCurrency;
    const now = this.#rateNow(currency);
    const currencyMove = this.#factorOfCurrency(currency);
    const years = timeToExpiryYears(instrument, this.market.asOfMs);
    const value = valueOf(instrument, forward, volatility, years);
    return Float64Array.from({ length: this.scenarios.count }, (_, s) => {
      const movedForward = movedValue(this.scenarios, factors.price, s, forward);
      const movedVolatility = movedValue(this.scenarios, factors.volatility, s, volatility);
      const rate = this.#rate(now, currencyMove, s);
      const left = remainingYears(this.market, instrument, this.scenarios, s);
      const moved = valueOf(instrument, movedForward, movedVolatility, left);
      return instrument.kind === 'future' || instrument.kind === 'perpetual'
        ? (moved - value) * rate
        : moved * rate - value * now;
    });
  }

  #requireGood(instrument: Instrument, name: string, value: number): void {
    if (value > 0 && value < Infinity) return;
    throw new MargridError('ValueOutOfRange', `the ${name} of ${instrument.name} must be > 0 and finite, got ${value}`, {
      column: name, value,
    });
  }

  #rateNow(currency: string): number {
    const from = dollarRate(this.market, currency)?.rate;
    const to = dollarRate(this.market, this.currency)?.rate;
    if (from !== undefined && to !== undefined) return currency === this.currency ? 1 : from / to;
    const lost = from === undefined ? currency : this.currency;
    throw new MargridError('CurrencyUnknown', `no index price of the market says what ${lost} is worth`, { value: lost });
  }

  #factorOfCurrency(currency: string): number {
    return currency === this.currency ? -1 : currencyFactor(this.scenarios, currency);
  }

  #rate(now: number, factor: number, scenario: number): number {
    return movedValue(this.scenarios, factor, scenario, now);
  }
}

/** Value of one contract in its settlement currency; of an inverse future: what it has gained since price infinity. */
export function valueOf(instrument: Instrument, forward: number, volatility: number, years: number): number {
  const { kind, payoff, contractSize, optionType, strike } = instrument;
  if (kind !== 'option') return payoff === 'inverse' ? -contractSize / forward : contractSize * forward;
  const sign = optionType === 'call' ? 1 : -1;
  const price = blackPrice(sign, forward, strike!, volatility * Math.sqrt(years));
  return contractSize * (payoff === 'inverse' ? price / forward : price);
}
