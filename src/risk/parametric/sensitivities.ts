import type { Instrument } from '../../domain/instrument.ts';
import { timeToExpiryYears, type Market } from '../../domain/market.ts';
import { MargridError } from '../../errors.ts';
import { rateNow } from '../../revaluation/currency-rate.ts';
import type { Holding } from '../../revaluation/revaluation.ts';
import { currencyFactor, instrumentFactors, type UnmatchedPolicy } from '../../revaluation/shocks.ts';
import { requireScenarios, type RiskFactor, type ScenarioSet } from '../../scenario/scenario-set.ts';
import { instrumentDerivatives } from './instrument-derivatives.ts';

export interface SensitivityOptions {
  /** What P&L is measured in; default USD. */
  readonly currency?: string;
  /** What happens to whatever no factor moves; default `refuse`. */
  readonly unmatched?: UnmatchedPolicy;
}

/** Second-order expansion of a portfolio's P&L in the moves of risk factors, in reporting currency. */
export interface PortfolioSensitivities {
  readonly factors: readonly RiskFactor[];
  /**
   * Per unit of move: of a relative factor 1 is +100%, of an absolute one a unit of price or volatility. Those of
   * volatility factors are the vegas.
   */
  readonly delta: Float64Array;
  /** Row-major, symmetric, cross terms of price, volatility and currency included. */
  readonly gamma: Float64Array;
  /** Per calendar day (a year has 365) that passes while nothing moves. */
  readonly theta: number;
  /** Names of instruments that no factor moves, or moves in part; empty unless they may be held. */
  readonly heldConstant: readonly string[];
}

/**
 * Deltas, gammas and vegas of holdings and cash from the pricing kernels, by the same rules as `Revaluation`: the
 * expansion of `portfolioPnl` about a market that stays. Throws `FactorMissing`, `ValueOutOfRange`, `CurrencyUnknown`,
 * `ScenarioInvalid`, `OptionInvalid` for an American option.
 */
export function portfolioSensitivities(
  market: Market,
  factors: readonly RiskFactor[],
  holdings: readonly Holding[],
  cash: ReadonlyMap<string, number> = new Map(),
  { currency = 'USD', unmatched = 'refuse' }: SensitivityOptions = {},
): PortfolioSensitivities {
  const expansion = new Expansion(market, factors, currency, unmatched);
  for (const [each, amount] of cash) expansion.addCash(each, amount);
  for (const { instrument, quantity } of holdings) expansion.addContracts(instrument, quantity);
  return expansion.result();
}

/** Deltas of every holding alone, row-major holdings by factors: the positions of `positionContributions`. */
export function positionDeltas(
  market: Market,
  factors: readonly RiskFactor[],
  holdings: readonly Holding[],
  options: SensitivityOptions = {},
): Float64Array {
  const result = new Float64Array(holdings.length * factors.length);
  holdings.forEach((holding, row) => {
    result.set(portfolioSensitivities(market, factors, [holding], undefined, options).delta, row * factors.length);
  });
  return result;
}

class Expansion {
  readonly #market: Market;
  readonly #still: ScenarioSet;
  readonly #currency: string;
  readonly #unmatched: UnmatchedPolicy;
  readonly #delta: Float64Array;
  readonly #gamma: Float64Array;
  readonly #held = new Set<string>();
  #theta = 0;

  constructor(market: Market, factors: readonly RiskFactor[], currency: string, unmatched: UnmatchedPolicy) {
    const n = factors.length;
    this.#market = market;
    requireSteady(currency, factors);
    // One scenario in which nothing moves: what the rules that map instruments to factors take.
    this.#still = requireScenarios({ factors, count: 1, moves: new Float64Array(n) });
    this.#currency = currency;
    this.#unmatched = unmatched;
    this.#delta = new Float64Array(n);
    this.#gamma = new Float64Array(n * n);
  }

  result(): PortfolioSensitivities {
    return {
      factors: this.#still.factors, delta: this.#delta, gamma: this.#gamma, theta: this.#theta,
      heldConstant: [...this.#held].sort(),
    };
  }

  addCash(currency: string, amount: number): void {
    const factor = this.#factorOfCurrency(currency);
    this.#slope(factor, amount * this.#unit(factor, rateNow(this.#market, currency, this.#currency)));
  }

  addContracts(index: number, quantity: number): void {
    const instrument = this.#market.instruments[index];
    const forward = this.#market.forward[index];
    const volatility = this.#market.impliedVolatility[index];
    const isOption = instrument.kind === 'option';
    requireEuropean(instrument);
    requireGood(instrument, 'price', forward);
    if (isOption) requireGood(instrument, 'volatility', volatility);
    const { price, volatility: vol } = instrumentFactors(this.#still, instrument, this.#unmatched);
    if (price < 0 || (isOption && vol < 0)) this.#held.add(instrument.name);
    const rate = rateNow(this.#market, instrument.settlementCurrency, this.#currency);
    const currency = this.#factorOfCurrency(instrument.settlementCurrency);
    const years = Math.max(0, timeToExpiryYears(instrument, this.#market.asOfMs));
    const by = instrumentDerivatives(instrument, forward, volatility, years);
    const dPrice = this.#unit(price, forward);
    const dVolatility = this.#unit(vol, volatility);
    const dRate = this.#unit(currency, rate);
    this.#slope(price, quantity * by.byPrice * dPrice * rate);
    this.#slope(vol, quantity * by.byVolatility * dVolatility * rate);
    this.#bend(price, price, quantity * by.byPriceTwice * dPrice * dPrice * rate);
    this.#bend(vol, vol, quantity * by.byVolatilityTwice * dVolatility * dVolatility * rate);
    this.#bendBoth(price, vol, quantity * by.byBoth * dPrice * dVolatility * rate);
    this.#bendBoth(price, currency, quantity * by.byPrice * dPrice * dRate);
    this.#bendBoth(vol, currency, quantity * by.byVolatility * dVolatility * dRate);
    // What a future has gained is cash already: only what is still worth something moves with the currency.
    if (instrument.kind === 'spot' || isOption) this.#slope(currency, quantity * by.value * dRate);
    this.#theta += (quantity * by.byTime * rate) / 365;
  }

  #slope(factor: number, value: number): void {
    if (factor >= 0) this.#delta[factor] += value;
  }

  #bend(one: number, other: number, value: number): void {
    if (one >= 0 && other >= 0) this.#gamma[one * this.#delta.length + other] += value;
  }

  /** A cross derivative, at both of its places; where the two factors are one, twice at that place. */
  #bendBoth(one: number, other: number, value: number): void {
    this.#bend(one, other, value);
    this.#bend(other, one, value);
  }

  /** What a move of 1 adds to a value; 0 if nothing moves it. */
  #unit(factor: number, value: number): number {
    if (factor < 0) return 0;
    return this.#still.factors[factor].change === 'relative' ? value : 1;
  }

  #factorOfCurrency(currency: string): number {
    return currency === this.#currency ? -1 : currencyFactor(this.#still, currency);
  }
}

/** The expansion is in moves of prices in dollars: against a currency that moves, rates are ratios of them. */
function requireSteady(currency: string, factors: readonly RiskFactor[]): void {
  if (!factors.some(({ kind, underlying, expiry }) => kind === 'price' && underlying === currency && expiry === null)) return;
  const message = `sensitivities are not measured in ${currency}, which price:${currency} moves: USD, or full revaluation`;
  throw new MargridError('OptionInvalid', message, { column: 'currency', value: currency });
}

/** The right to exercise early has no closed form: Black-76's derivatives would be those of another contract. */
function requireEuropean({ name, kind, exercise }: Instrument): void {
  if (kind !== 'option' || exercise !== 'american') return;
  throw new MargridError(
    'OptionInvalid',
    `${name} is an American option: its sensitivities are not Black-76's; take differences of its full revaluation`,
    { column: 'exercise', value: name },
  );
}

function requireGood(instrument: Instrument, name: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new MargridError('ValueOutOfRange', `the ${name} of ${instrument.name} must be > 0 and finite, got ${value}`, {
    column: name, value,
  });
}
