import type { CashSource } from '../account/module.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import { MargridError } from '../errors.ts';
import { amountOf, decimalsOf, minorOf, type MinorUnits } from '../money/minor-units.ts';
import { changesTo, isNoChange, joinedChanges, noHoldings, withChanges, type AccountHoldings } from './account-holdings.ts';
import type { AccountStructure } from './account-structure.ts';
import { shortfallOf, type MarginView } from './margin-view.ts';
import { netHoldings } from './net-holdings.ts';
import type { OmnibusGross } from './omnibus-gross.ts';
import type { OpenOrderRisk } from './open-order-risk.ts';
import type { OpenOrder } from './worst-fills.ts';

/** How accounts will belong together once changes are made, where that changes too. */
export interface Regrouped {
  /** Members of the pools among the payers. */
  readonly members?: readonly string[];
  /** Open orders that net in a risk account. */
  readonly ordersOn: (riskAccount: string) => readonly OpenOrder[];
}

/** Changes of accounts, with the pools that follow from them: one update for both. */
export class PoolBook {
  readonly view: MarginView;
  readonly structure: AccountStructure;
  readonly risk: OpenOrderRisk;
  readonly gross: OmnibusGross;

  constructor(view: MarginView, structure: AccountStructure, risk: OpenOrderRisk, gross: OmnibusGross) {
    this.view = view;
    this.structure = structure;
    this.risk = risk;
    this.gross = gross;
  }

  /** Accounts that changes name. */
  static touched(changes: BookChanges): Set<string> {
    const { positions = [], cash = [], orders = [], addOns = [] } = changes;
    return new Set([...positions, ...cash, ...orders, ...addOns].map(({ account }) => account));
  }

  /** What an account holds once the changes are made. */
  after(account: string, changes: BookChanges): AccountHoldings {
    return withChanges(this.view.holdings(account), account, changes);
  }

  /** The changes, and those of the pools whose members they touch. */
  withPools(changes: BookChanges): BookChanges {
    const pools = new Set([...PoolBook.touched(changes)].flatMap((account) => this.structure.poolOf(account) ?? []));
    return joinedChanges([changes, ...[...pools].map((pool) => this.poolChanges(pool, this.structure.membersOf(pool), changes))]);
  }

  /** What makes a pool the sum of these members, after other changes; no members: empty. */
  poolChanges(pool: string, members: readonly string[], changes: BookChanges = {}): BookChanges {
    const terms = { market: this.view.context.market, reportingCurrency: this.view.context.engine.pooledCurrency };
    const net = members.length === 0 ? noHoldings : netHoldings(members.map((member) => this.after(member, changes)), terms);
    return changesTo(pool, this.view.holdings(pool), net);
  }

  /** Makes changes and what follows from them; all or nothing. */
  update(changes: BookChanges, source?: CashSource): void {
    const all = this.withPools(changes);
    if (!isNoChange(all)) this.view.context.update(all, source);
    this.refreshOrders(PoolBook.touched(all));
  }

  /** Looks again at the open orders that net with what these accounts hold. */
  refreshOrders(accounts: Iterable<string>): void {
    if (this.view.context.engine.ordersMargined) return;
    const owners = [...accounts].flatMap((account) => [account, this.structure.poolOf(account) ?? account]);
    for (const account of new Set(owners)) this.risk.refresh(this.view, this.structure, account);
  }

  /** Moves cash: exact in minor units, to which cash is read to the nearest; what is less than half of one stays. */
  cashMove(from: string, to: string, currency: string, minor: MinorUnits): BookChanges {
    const decimals = decimalsOf(currency);
    const moved = (account: string, change: MinorUnits) => {
      const amount = this.view.holdings(account).cash.get(currency) ?? 0;
      const whole = minorOf(amount, decimals, 'nearest');
      const rest = amount - amountOf(whole, decimals);
      return { account, currency, amount: amountOf(whole + change, decimals) + rest };
    };
    return { cash: [moved(from, -minor), moved(to, minor)] };
  }

  /**
   * Throws `MarginInsufficient` if a payer would have less margin balance than initial margin after the changes, open
   * orders and adjustments of the last tick counted. With `regrouped`, open orders count as they will belong.
   */
  requireCovered(payers: readonly string[], currency: string, changes: BookChanges, regrouped: Regrouped | null = null): void {
    for (const payer of new Set(payers)) {
      const before = this.view.holdings(payer);
      const margin = this.view.marginAfter(payer, before, withChanges(before, payer, changes), currency);
      const added = this.view.addedTo(payer, currency);
      const orders = this.#riseOf(payer, currency, changes, regrouped) - this.risk.countedFor(payer, currency);
      const clients = this.gross.addedNow(this.view, this.structure, payer, currency, margin, changes, regrouped?.members);
      const gross = clients - this.gross.countedFor(payer, currency);
      const free = 0 - (shortfallOf(margin) + added.initialMargin + orders + gross - added.balance);
      if (free >= 0) continue;
      const message = `account '${payer}' would have ${free} ${currency} of free margin: its margin balance must cover its initial margin`;
      throw new MargridError('MarginInsufficient', message, { column: 'account', value: payer });
    }
  }
  #riseOf(payer: string, currency: string, changes: BookChanges, regrouped: Regrouped | null): number {
    const { view, structure, risk } = this;
    if (regrouped === null) return risk.riseOf(view, structure, payer, currency);
    if (view.context.engine.ordersMargined) return 0;
    const isGross = structure.pools.get(payer)?.margin === 'gross';
    const riskAccounts = isGross ? (regrouped.members ?? structure.membersOf(payer)) : [payer];
    return riskAccounts.reduce((sum, account) => {
      const inBook = view.holdings(account);
      const held = { inBook, holdings: withChanges(inBook, account, changes) };
      return sum + risk.riseAfter(view, account, regrouped.ordersOn(account), held, currency);
    }, 0);
  }
}
