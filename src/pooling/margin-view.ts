import type { AccountContext, AddedAmounts } from '../account/module.ts';
import { HEALTHY } from '../account/status.ts';
import type { Market } from '../domain/market.ts';
import type { AccountMargin } from '../engine/account-margin.ts';
import { changesBetween, type Holdings } from '../whatif/holdings.ts';
import { instrumentIndexOf, markOf, withLeg, type Terms } from '../whatif/legs.ts';
import { holdingsIn, type AccountHoldings } from './account-holdings.ts';
import type { OpenOrder } from './worst-fills.ts';

/** What the model says of one netting set; settlement currency, NaN if it is quarantined. */
export interface ModelMargin {
  readonly equity: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

const nothingHeld: ModelMargin = { equity: 0, initialMargin: 0, maintenanceMargin: 0 };
const unknownMargin: ModelMargin = { equity: NaN, initialMargin: NaN, maintenanceMargin: NaN };
const nothingAdded: AddedAmounts = { balance: 0, initialMargin: 0, maintenanceMargin: 0 };

/** Accounts as they stand and as they would be, at the quotes of the last tick. */
export class MarginView {
  readonly context: AccountContext;
  #terms: Terms | null = null;
  #quotes: AccountContext['quotes'] | null = null;

  constructor(context: AccountContext) {
    this.context = context;
  }

  /** What trades are priced and paid with: the market at the quotes of the last tick. */
  get terms(): Terms {
    const { engine, market, quotes } = this.context;
    if (this.#terms === null || this.#quotes !== quotes) {
      const { asOfMs, forward, impliedVolatility, indexPrice, fields = new Map() } = quotes;
      const now: Market = { ...market, asOfMs, forward, impliedVolatility, indexPrice, fields };
      const usesMarkPrice = engine.usesMarkPrice.bind(engine);
      this.#terms = { market: now, reportingCurrency: engine.pooledCurrency, usesMarkPrice };
      this.#quotes = quotes;
    }
    return this.#terms;
  }

  holdings(account: string): AccountHoldings {
    return holdingsIn(this.context.engine, account);
  }

  /** The currency whose netting set margins an instrument. Throws `InstrumentUnknown`. */
  currencyOf(instrument: string): string {
    const { market, engine } = this.context;
    return engine.pooledCurrency ?? market.instruments[instrumentIndexOf(market, instrument)].settlementCurrency;
  }

  /** Row of the netting set of an account in a currency, -1 if there is none. */
  setOf(account: string, currency: string): number {
    const { engine } = this.context;
    if (engine.accountRow(account) < 0) return -1;
    const { first, end } = engine.resultRange(account);
    const { currency: rows } = engine.setKeys;
    for (let set = first; set < end; set++) if (engine.currencies[rows[set]] === currency) return set;
    return -1;
  }

  /** Level of a netting set at the last tick; healthy where there is none. */
  levelOf(account: string, currency: string): number {
    const set = this.setOf(account, currency);
    return set < 0 ? HEALTHY : this.context.level[set];
  }

  /** What adjustments added at the last tick; of those that know, what they add now. */
  addedTo(account: string, currency: string): AddedAmounts {
    const set = this.setOf(account, currency);
    return set < 0 ? nothingAdded : this.context.added(set);
  }

  /** Margin of an account that holds `after` instead of `before`, which the book has. */
  marginAfter(account: string, before: Holdings, after: Holdings, currency: string): ModelMargin {
    return marginIn(this.context.engine.preview(account, changesBetween(account, before, after)), currency);
  }

  /** Margin of an account with one more open order, by a model that margins orders. */
  marginWithOrder(
    account: string,
    holdings: Holdings,
    { instrument, quantity, limitPrice }: OpenOrder,
    currency: string,
  ): ModelMargin {
    const placed = [...(holdings.orders.get(instrument) ?? []), { quantity, limitPrice }];
    const orders = placed.map((each) => ({ account, instrument, ...each }));
    return marginIn(this.context.engine.preview(account, { orders }), currency);
  }

  /** Margin of an account that holds `held` instead of `before`, once orders are filled; NaN if quotes are missing. */
  marginFilled(
    account: string, before: Holdings, held: Holdings, orders: readonly OpenOrder[], currency: string,
  ): ModelMargin {
    if (!orders.every(({ instrument }) => this.isQuoted(instrument))) return unknownMargin;
    return this.marginAfter(account, before, this.#filled(held, orders), currency);
  }

  /** Whether trades in an instrument can be valued: it has a good mark, and a forward if it is paid for in coin. */
  isQuoted(instrument: string): boolean {
    const { market } = this.terms;
    const index = instrumentIndexOf(market, instrument);
    const { kind, payoff } = market.instruments[index];
    const mark = markOf(this.terms, index);
    const isFuture = kind === 'future' || kind === 'perpetual';
    if (!(mark < Infinity && (isFuture ? mark > 0 : mark >= 0))) return false;
    return kind !== 'option' || payoff !== 'inverse' || (market.forward[index] > 0 && market.forward[index] < Infinity);
  }

  /**
   * The holdings after orders are filled. Each at its limit, or at the mark where that is worse: a fill that would gain
   * at once is not counted on. All of them quoted.
   */
  #filled(holdings: Holdings, orders: readonly OpenOrder[]): Holdings {
    return orders.reduce((held, { instrument, quantity, limitPrice }) => {
      const mark = markOf(this.terms, instrumentIndexOf(this.terms.market, instrument));
      const price = quantity > 0 ? Math.max(limitPrice, mark) : Math.min(limitPrice, mark);
      return withLeg(held, { kind: 'trade', instrument, quantity, price }, this.terms);
    }, holdings);
  }
}

/** What must be found to bring the equity to initial margin; negative: what is free. */
export function shortfallOf({ equity, initialMargin }: ModelMargin): number {
  return initialMargin - equity;
}

function marginIn(sets: readonly AccountMargin[], currency: string): ModelMargin {
  const set = sets.find((each) => each.currency === currency);
  if (set === undefined) return nothingHeld;
  return set.status === 'quarantined' ? unknownMargin : set;
}
