import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { dollarRate } from '../domain/dollar-rates.ts';
import type { Market } from '../domain/market.ts';
import type { Engine } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { MargridError } from '../errors.ts';
import { entryValueOf, type ContractValues } from './contract-values.ts';
import type { Underlyings } from './underlyings.ts';

/** What moves when a share of a set is closed: base units by underlying, and their worth. */
export interface ClosedVolume {
  /** By underlying, >= 0; longs are sold, shorts bought back. */
  readonly sold: Float64Array;
  readonly bought: Float64Array;
}

/** US dollars per unit, by currency of the engine. */
export type DollarRates = Float64Array;

/** Reads positions where they lie: no object per set or position. */
export class SetValuation {
  readonly #engine: Engine;
  readonly #underlyings: Underlyings;
  readonly #market: Market;
  readonly #isFuture: Uint8Array;
  readonly #isInverse: Uint8Array;
  /** Row of the engine's currencies, by row of the market. */
  readonly #currency: Int32Array;
  readonly #quoteRate: Float64Array;

  constructor(engine: Engine, underlyings: Underlyings) {
    const { market } = engine;
    this.#engine = engine;
    this.#market = market;
    this.#underlyings = underlyings;
    this.#isFuture = Uint8Array.from(market.instruments, ({ kind }) =>
      kind === 'future' || kind === 'perpetual' ? 1 : 0,
    );
    this.#isInverse = Uint8Array.from(market.instruments, ({ payoff }) => (payoff === 'inverse' ? 1 : 0));
    this.#currency = Int32Array.from(market.instruments, ({ settlementCurrency }) =>
      engine.currencies.indexOf(settlementCurrency),
    );
    const rates = new Map<string, number>();
    this.#quoteRate = Float64Array.from(market.instruments, ({ quoteCurrency }) => {
      if (!rates.has(quoteCurrency)) rates.set(quoteCurrency, dollarRate(market, quoteCurrency)?.rate ?? NaN);
      return rates.get(quoteCurrency)!;
    });
  }

  /** NaN for a currency that no index price turns into dollars. */
  dollarRates(indexPrice: Quotes['indexPrice']): DollarRates {
    const market = { ...this.#market, indexPrice };
    return Float64Array.from(this.#engine.currencies, (currency) => dollarRate(market, currency)?.rate ?? NaN);
  }

  /** Adds what closing `share` of the set's positions trades; returns its worth in US dollars, both sides counted. */
  addVolume(set: number, share: number, values: ContractValues, forward: Float64Array, volume: ClosedVolume): number {
    const { nettingSet, position } = this.#engine.arena.views;
    const { instrumentOf } = this.#engine.rows;
    const first = nettingSet.firstPosition[set];
    let worth = 0;
    for (let slot = first; slot < first + nettingSet.positionCount[set]; slot++) {
      const row = instrumentOf[position.row[slot] >>> FLAG_BITS];
      const units = share * position.quantity[slot] * values.delta[row];
      const underlying = this.#underlyings.of[row];
      if (units > 0) volume.sold[underlying] += units;
      else volume.bought[underlying] -= units;
      worth += Math.abs(units) * forward[row] * this.#quoteRate[row];
    }
    return worth;
  }

  /** Least of the given shares over the underlyings that the set holds. */
  leastShare(set: number, shares: Float64Array): number {
    const { nettingSet, position } = this.#engine.arena.views;
    const { instrumentOf } = this.#engine.rows;
    const first = nettingSet.firstPosition[set];
    let least = 1;
    for (let slot = first; slot < first + nettingSet.positionCount[set]; slot++) {
      const share = shares[this.#underlyings.of[instrumentOf[position.row[slot] >>> FLAG_BITS]]];
      if (share < least) least = share;
    }
    return least;
  }

  /** What the set's positions are worth, futures with the profit since their entry; its own currency. */
  worth(set: number, values: ContractValues, rates: DollarRates): number {
    return this.#worth(set, values, rates, false);
  }

  /** Profit of the set's futures since their entry, net; its own currency. */
  futuresProfit(set: number, values: ContractValues, rates: DollarRates): number {
    return this.#worth(set, values, rates, true);
  }

  #worth(set: number, values: ContractValues, rates: DollarRates, isFuturesOnly: boolean): number {
    const { nettingSet, position } = this.#engine.arena.views;
    const { instrumentOf } = this.#engine.rows;
    const first = nettingSet.firstPosition[set];
    const currency = nettingSet.currency[set];
    const hasPrices = position.price.length > 0;
    let worth = hasPrices ? 0 : nettingSet.entryValue[set];
    for (let slot = first; slot < first + nettingSet.positionCount[set]; slot++) {
      const row = instrumentOf[position.row[slot] >>> FLAG_BITS];
      if (isFuturesOnly && this.#isFuture[row] === 0) continue;
      let value = values.value[row];
      if (hasPrices && this.#isFuture[row] === 1) {
        value -= entryValueOf(
          this.#isInverse[row] === 1,
          this.#market.instruments[row].contractSize,
          position.price[slot],
        );
      }
      const settled = this.#currency[row];
      worth +=
        position.quantity[slot] * (settled === currency ? value : value * this.#exchangeRate(settled, currency, rates));
    }
    return worth;
  }

  #exchangeRate(from: number, to: number, rates: DollarRates): number {
    const rate = rates[from] / rates[to];
    if (rate > 0) return rate;
    const { currencies } = this.#engine;
    const message = `cascade: no index prices turn ${currencies[from] ?? 'a settlement currency'} into ${currencies[to]}`;
    throw new MargridError('CurrencyUnknown', message, { column: 'currency', value: currencies[from] ?? null });
  }
}
