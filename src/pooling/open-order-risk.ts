import type { Storable } from '../account/events.ts';
import { instrumentIndexOf } from '../whatif/legs.ts';
import type { AccountStructure } from './account-structure.ts';
import type { Holdings } from '../whatif/holdings.ts';
import { shortfallOf, type MarginView } from './margin-view.ts';
import { orderSides, worstFills, type OpenOrder } from './worst-fills.ts';

/** How a risk account stands. */
export interface HeldNow {
  readonly holdings: Holdings;
  /** Initial margin less equity. */
  readonly shortfall: number;
}

/** By risk group: how far fills of the open orders there can bring free margin down at most, settlement currency. */
type Rises = ReadonlyMap<string, number>;

/** How much work open orders may be. */
export interface OpenOrderLimits {
  /** Sides of a risk group that are tried in every combination: 2^n margins. With more, directions only. */
  readonly exactSides: number;
  /**
   * Accounts whose open orders are looked at again at a tick; a quarter of them take turns, whatever their headroom.
   */
  readonly refreshedPerTick: number;
}

/**
 * Initial margin for open orders of models that have none: per margin account and risk group the largest fall of free
 * margin (equity less initial margin) over the fills that may happen (`worstFills`), and the sum of the groups. Known
 * exactly when an order changes; at a tick again for those with the least headroom.
 */
export class OpenOrderRisk {
  readonly #limits: OpenOrderLimits;
  readonly #rises = new Map<string, Rises>();
  /** What the last tick added to initial margin, by payer and currency. */
  #counted = new Map<string, Map<string, number>>();
  #turn = 0;

  constructor(limits: OpenOrderLimits) {
    this.#limits = limits;
  }

  /** What open orders add to a payer in a currency now. */
  riseOf(view: MarginView, structure: AccountStructure, payer: string, currency: string): number {
    return structure
      .riskAccountsOf(payer)
      .reduce((sum, account) => sum + (this.#sums(view, account).get(currency) ?? 0), 0);
  }

  /** What they added at the last tick. */
  countedFor(payer: string, currency: string): number {
    return this.#counted.get(payer)?.get(currency) ?? 0;
  }

  /**
   * The rise of one risk group if these were the open orders. `held`: the account's holdings and shortfall, if known.
   */
  riseWith(view: MarginView, account: string, group: string, orders: readonly OpenOrder[], held?: HeldNow): number {
    const { market } = view.context;
    const placed = orders.filter(({ instrument }) => groupOf(view, instrument) === group);
    if (placed.length === 0) return 0;
    const currency = view.currencyOf(placed[0].instrument);
    const holdings = held?.holdings ?? view.holdings(account);
    const base = held?.shortfall ?? shortfallOf(view.marginAfter(account, holdings, holdings, currency));
    const sides = orderSides(placed, (name) => market.instruments[instrumentIndexOf(market, name)]);
    const worst = worstFills(
      sides,
      base,
      (filled) => shortfallOf(view.marginAfter(account, holdings, view.filled(holdings, filled), currency)),
      this.#limits.exactSides,
    );
    return worst - base;
  }

  /** The account's orders have changed, or its positions. Where nothing is known, the rise stays what it was. */
  refresh(view: MarginView, structure: AccountStructure, account: string): void {
    const orders = structure.ordersOn(account);
    const before = this.#rises.get(account);
    const groups = [...new Set(orders.map(({ instrument }) => groupOf(view, instrument)))];
    const rises = groups.map((group) => {
      const rise = this.riseWith(view, account, group, orders);
      return [group, Number.isNaN(rise) ? (before?.get(group) ?? 0) : rise] as const;
    });
    if (rises.length === 0) this.#rises.delete(account);
    else this.#rises.set(account, new Map(rises));
  }

  /** Rise of a group as it was last known. */
  lastRise(account: string, group: string): number {
    return this.#rises.get(account)?.get(group) ?? 0;
  }

  /** At a tick: looks again at the accounts that are closest to their margin, and at some in turn. */
  refreshSome(view: MarginView, structure: AccountStructure): void {
    const accounts = [...this.#rises.keys()];
    const { refreshedPerTick } = this.#limits;
    if (accounts.length <= refreshedPerTick) {
      for (const account of accounts) this.refresh(view, structure, account);
      return;
    }
    const headroom = new Map(accounts.map((account) => [account, this.#headroom(view, account)] as const));
    const byHeadroom = accounts
      .map((_, place) => place)
      .sort((a, b) => headroom.get(accounts[a])! - headroom.get(accounts[b])! || a - b);
    const chosen = new Set(byHeadroom.slice(0, refreshedPerTick - Math.ceil(refreshedPerTick / 4)));
    for (let i = 0; i < accounts.length && chosen.size < refreshedPerTick; i++)
      chosen.add(this.#turn++ % accounts.length);
    for (const place of [...chosen].sort((a, b) => a - b)) this.refresh(view, structure, accounts[place]);
  }

  /** Free margin over requirement, the least of the account's currencies; model's amounts and open orders. */
  #headroom(view: MarginView, account: string): number {
    const { equity, initialMargin } = view.context.engine.results;
    let least = Infinity;
    for (const [currency, rise] of this.#sums(view, account)) {
      const set = view.setOf(account, currency);
      if (set < 0) continue;
      const required = initialMargin[set] + rise;
      const headroom = required > 0 ? (equity[set] - required) / required : Infinity;
      if (!(headroom >= least)) least = headroom;
    }
    return Number.isNaN(least) ? -Infinity : least;
  }

  /** Writes what counts at this tick; `isDue`: at a tick, not when a snapshot is restored. */
  write(view: MarginView, structure: AccountStructure, isDue: boolean, amounts: Float64Array): void {
    if (isDue) this.#count(view, structure);
    for (const [account, sums] of this.#counted) {
      for (const [currency, rise] of sums) {
        const set = view.setOf(account, currency);
        if (set >= 0) amounts[set] += rise;
      }
    }
  }

  #count(view: MarginView, structure: AccountStructure): void {
    this.#counted = new Map();
    for (const account of this.#rises.keys()) {
      const payer = structure.payerOfRisk(account);
      const sums = this.#counted.get(payer) ?? new Map<string, number>();
      for (const [currency, rise] of this.#sums(view, account)) sums.set(currency, (sums.get(currency) ?? 0) + rise);
      this.#counted.set(payer, sums);
    }
  }

  #sums(view: MarginView, account: string): Map<string, number> {
    const { engine } = view.context;
    const sums = new Map<string, number>();
    for (const [group, rise] of this.#rises.get(account) ?? []) {
      const row = engine.rows.groups.findIndex(({ name }) => name === group);
      const currency = engine.currencies[engine.rows.groupCurrency[row]];
      sums.set(currency, (sums.get(currency) ?? 0) + rise);
    }
    return sums;
  }

  state(): Storable {
    const plain = (maps: Iterable<readonly [string, ReadonlyMap<string, number>]>): Storable =>
      [...maps].map(([account, map]) => [account, [...map]]);
    return { rises: plain(this.#rises), counted: plain(this.#counted), turn: this.#turn };
  }

  restore(state: Storable): void {
    const { rises, counted, turn } = state as unknown as StoredRisk;
    for (const [account, map] of rises) this.#rises.set(account, new Map(map));
    for (const [account, map] of counted) this.#counted.set(account, new Map(map));
    this.#turn = turn;
  }
}

interface StoredRisk {
  readonly rises: readonly (readonly [string, readonly (readonly [string, number])[]])[];
  readonly counted: StoredRisk['rises'];
  readonly turn: number;
}

/** Name of the risk group of an instrument. Throws `InstrumentUnknown`. */
export function groupOf(view: MarginView, instrument: string): string {
  const { rows, market } = view.context.engine;
  return rows.groups[rows.group[rows.rowOf[instrumentIndexOf(market, instrument)]]].name;
}
