import { dollarRate } from '../domain/dollar-rates.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { pooledCurrencyOf } from '../margin/pooled-currency.ts';
import { modelByName } from '../margin/registry.ts';
import { changesBetween, type Holdings } from '../whatif/holdings.ts';
import { instrumentIndexOf, markOf, withLeg, type Terms } from '../whatif/legs.ts';
import type { Previewing } from '../whatif/what-if.ts';
import { costsOf, slippage, type CostTable, type TradingCosts } from './costs.ts';
import { shortfall, type LiquidationTarget, type PlanMargins } from './plan.ts';

/** Amounts that count besides the model's (`Adjustment`): they stay as they are while positions are closed. */
export interface Offset {
  readonly balance: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

export interface PlanningInput {
  readonly engine: Previewing;
  /** The engine's market with the quotes of the last tick. */
  readonly market: Market;
  readonly account: string;
  /** Currency of the netting set that is liquidated. */
  readonly currency: string;
  /** What the engine's book has for the account. */
  readonly holdings: Holdings;
  /** Parameters of the margin model, as in their file. */
  readonly params: unknown;
  readonly costs: CostTable;
  readonly target: LiquidationTarget;
  readonly offset?: Offset;
}

/** A trade as it is tried: at its expected price, or at a price that the style sets. */
export interface Trade {
  readonly instrument: string;
  /** Signed contracts. */
  readonly quantity: number;
  readonly price?: number;
  /** Settlement currency, instead of the fee by rate. */
  readonly fee?: number;
}

export interface TradeEstimate {
  readonly price: number;
  readonly cost: number;
  readonly fee: number;
}

const noOffset: Offset = { balance: 0, initialMargin: 0, maintenanceMargin: 0 };
const gone: PlanMargins = { balance: 0, initialMargin: 0, maintenanceMargin: 0, fault: null };

/** One netting set whose margins can be asked for as they would be after trades: by the engine, at the last quotes. */
export class PlanningAccount {
  readonly input: PlanningInput;
  readonly terms: Terms;
  #evaluations = 0;

  constructor(input: PlanningInput) {
    const model = modelByName(input.engine.modelName);
    const params = model.parseParams(input.params);
    this.input = input;
    this.terms = {
      market: input.market,
      reportingCurrency: pooledCurrencyOf(model, params),
      usesMarkPrice: (instrument) =>
        model.kind === 'portable' && model.requiredFields(instrument, params).includes('markPrice'),
    };
  }

  get evaluations(): number {
    return this.#evaluations;
  }

  instrument(name: string): Instrument {
    return this.terms.market.instruments[instrumentIndexOf(this.terms.market, name)];
  }

  costs(name: string): TradingCosts {
    return costsOf(this.input.costs, this.instrument(name));
  }

  /** Whether positions in the instrument are of this netting set. */
  isOfSet(name: string): boolean {
    return this.terms.reportingCurrency !== null || this.instrument(name).settlementCurrency === this.input.currency;
  }

  /** Names of the positions of the set that can be closed: all but those whose mark is unknown. */
  closable(holdings: Holdings): string[] {
    return [...holdings.positions.keys()].filter((name) => this.isOfSet(name) && this.mark(name) > 0);
  }

  hasOrders(holdings: Holdings): boolean {
    return [...holdings.orders].some(([name, orders]) => orders.length > 0 && this.isOfSet(name));
  }

  withoutOrders(holdings: Holdings): Holdings {
    return { ...holdings, orders: new Map([...holdings.orders].filter(([name]) => !this.isOfSet(name))) };
  }

  /** Mark, quote currency per base unit. */
  mark(name: string): number {
    return markOf(this.terms, instrumentIndexOf(this.terms.market, name));
  }

  /** Notional in quote currency, of an option that of its underlying. */
  notional(name: string, quantity: number): number {
    const { kind, payoff, contractSize } = this.instrument(name);
    const isQuoted = payoff === 'inverse' && kind !== 'option';
    return Math.abs(quantity) * contractSize * (isQuoted ? 1 : this.forward(name));
  }

  forward(name: string): number {
    return this.terms.market.forward[instrumentIndexOf(this.terms.market, name)];
  }

  /** Expected price, cost against the mark, and fee of a trade; cost and fee in the set's currency. */
  estimate({ instrument: name, quantity, price: given, fee: givenFee }: Trade): TradeEstimate {
    const costs = this.costs(name);
    const mark = this.mark(name);
    const price = given ?? mark * (1 + Math.sign(quantity) * slippage(costs, this.notional(name, quantity)));
    const value = (at: number): number => this.#valueOf(name, Math.abs(quantity), at);
    const rate = this.#rateOf(this.instrument(name).settlementCurrency);
    const premium = this.instrument(name).kind === 'option' ? value(mark) * costs.feePremiumShare : Infinity;
    const fee = givenFee ?? Math.min(this.#settledNotional(name, quantity) * costs.feeRate, premium) * rate;
    return { price, cost: Math.abs(value(price) - value(mark)) * rate, fee };
  }

  /** Value of contracts at a price in settlement currency: of an inverse future the coins that its quote value buys. */
  #valueOf(name: string, quantity: number, price: number): number {
    const { kind, payoff, contractSize } = this.instrument(name);
    if (payoff === 'linear') return quantity * contractSize * price;
    return kind === 'option'
      ? (quantity * contractSize * price) / this.forward(name)
      : (quantity * contractSize) / price;
  }

  #settledNotional(name: string, quantity: number): number {
    const { payoff } = this.instrument(name);
    return payoff === 'inverse' ? this.notional(name, quantity) / this.forward(name) : this.notional(name, quantity);
  }

  /** Units of the set's currency per unit of another. Throws `OptionInvalid` if no index price says. */
  #rateOf(currency: string): number {
    if (currency === this.input.currency) return 1;
    const from = dollarRate(this.terms.market, currency);
    const to = dollarRate(this.terms.market, this.input.currency);
    if (from !== null && to !== null) return from.rate / to.rate;
    throw new MargridError('OptionInvalid', `no index price says what ${currency} is worth in ${this.input.currency}`, {
      value: currency,
    });
  }

  /** The holdings after trades, each paid for at its price, with its fee. */
  traded(holdings: Holdings, trades: readonly Trade[]): Holdings {
    let held = holdings;
    let fees = 0;
    for (const trade of trades) {
      const { price, fee } = this.estimate(trade);
      held = withLeg(
        held,
        { kind: 'trade', instrument: trade.instrument, quantity: trade.quantity, price },
        this.terms,
      );
      fees += fee;
    }
    return fees === 0 ? held : this.paid(held, -fees);
  }

  /** Cash of the set changed by an amount. */
  paid(holdings: Holdings, amount: number): Holdings {
    const { currency } = this.input;
    return { ...holdings, cash: new Map(holdings.cash).set(currency, (holdings.cash.get(currency) ?? 0) + amount) };
  }

  /** What the engine says of these holdings. */
  margins(holdings: Holdings): PlanMargins {
    const { engine, account, currency, offset = noOffset } = this.input;
    this.#evaluations++;
    const sets = engine.preview(account, changesBetween(account, this.input.holdings, holdings));
    const set = sets.find((each) => each.currency === currency);
    if (set === undefined) return { ...gone, balance: offset.balance };
    return {
      balance: set.equity + offset.balance,
      initialMargin: set.initialMargin + offset.initialMargin,
      maintenanceMargin: set.maintenanceMargin + offset.maintenanceMargin,
      fault: set.status === 'quarantined' ? (set.fault ?? 'quarantined') : null,
    };
  }

  shortfall(margins: PlanMargins): number {
    return shortfall(margins, this.input.target);
  }
}
