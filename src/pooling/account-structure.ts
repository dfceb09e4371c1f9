import type { Storable } from '../account/events.ts';
import { denied } from './command-fields.ts';
import type { OpenOrder } from './worst-fills.ts';

/** Whose money it is: the firm's own, or its clients'. The two never net and never mix. */
export const accountClasses = ['house', 'client'] as const;
export type AccountClass = (typeof accountClasses)[number];

/** `net`: one requirement for the netted positions. `gross`: the members' requirements added up (omnibus accounts). */
export const poolMargins = ['net', 'gross'] as const;
export type PoolMargin = (typeof poolMargins)[number];

export interface Pool {
  readonly members: readonly string[];
  readonly margin: PoolMargin;
}

/** Name of the engine account in which an isolated position lives. */
export function isolatedName(account: string, instrument: string): string {
  return `${account}${isolatedMark}${instrument}`;
}

const isolatedMark = '::';

/**
 * How accounts belong together: classes, pools and their members in order, isolated positions, open orders of models
 * that have no margin for them. Plain data that checks itself; knows no engine.
 */
export class AccountStructure {
  readonly #classes = new Map<string, AccountClass>();
  readonly #pools = new Map<string, Pool>();
  readonly #poolOf = new Map<string, string>();
  readonly #isolated = new Map<string, readonly string[]>();
  readonly #orders = new Map<string, readonly OpenOrder[]>();

  /** Accounts are clients' unless they are classified. */
  classOf(account: string): AccountClass {
    return this.#classes.get(this.ownerOf(account)) ?? 'client';
  }

  /** Throws `SegregationViolated` for a member of a pool whose other members are of the other class. */
  classify(account: string, accountClass: AccountClass): void {
    const pool = this.#poolOf.get(account);
    const others = pool === undefined ? [] : this.membersOf(pool).filter((member) => member !== account);
    if (others.some((member) => this.classOf(member) !== accountClass)) {
      throw denied(
        'SegregationViolated',
        `account '${account}' is in pool '${pool!}' with accounts that are not ${accountClass}`,
        account,
      );
    }
    if (pool !== undefined && accountClass === 'house' && this.#pools.get(pool)!.margin === 'gross') {
      throw denied(
        'SegregationViolated',
        `account '${account}' is in the omnibus pool '${pool}', which is for clients`,
        account,
      );
    }
    this.#classes.set(account, accountClass);
  }

  /** Throws `SegregationViolated` unless both are of one class. */
  requireOneClass(accounts: readonly string[]): void {
    const [first, ...rest] = accounts;
    const other = rest.find((account) => this.classOf(account) !== this.classOf(first));
    if (other === undefined) return;
    const message = `accounts '${first}' (${this.classOf(first)}) and '${other}' (${this.classOf(other)}) are segregated: nothing moves or nets between house and client accounts`;
    throw denied('SegregationViolated', message, other);
  }

  get pools(): ReadonlyMap<string, Pool> {
    return this.#pools;
  }

  isPool(account: string): boolean {
    return this.#pools.has(account);
  }

  /** The pool that an account is in, or null. */
  poolOf(account: string): string | null {
    return this.#poolOf.get(account) ?? null;
  }

  membersOf(pool: string): readonly string[] {
    return this.#pools.get(pool)?.members ?? [];
  }

  /** Throws `PoolInvalid`, `SegregationViolated`. The members' order is kept: sums are made in it. */
  requirePoolable(pool: string, members: readonly string[], margin: PoolMargin): void {
    for (const member of members) {
      const other = this.#poolOf.get(member);
      if (other !== undefined && other !== pool)
        throw denied('PoolInvalid', `account '${member}' is in pool '${other}' already`, member);
      if (member === pool || this.isPool(member))
        throw denied('PoolInvalid', `pool '${member}' cannot be a member of a pool`, member);
      if (this.ownerOf(member) !== member)
        throw denied('PoolInvalid', `'${member}' is an isolated position: it cannot be pooled`, member);
    }
    this.requireOneClass(members);
    if (margin === 'gross' && this.classOf(members[0]) === 'house') {
      throw denied(
        'SegregationViolated',
        `account '${members[0]}' is the house's: gross omnibus margin is for clients`,
        members[0],
      );
    }
  }

  /** Puts a pool as it shall be; no members: it is gone. */
  setPool(pool: string, members: readonly string[], margin: PoolMargin): void {
    for (const member of this.membersOf(pool)) this.#poolOf.delete(member);
    if (members.length === 0) this.#pools.delete(pool);
    else this.#pools.set(pool, { members, margin });
    for (const member of members) this.#poolOf.set(member, pool);
  }

  /** Instruments that an account holds isolated. */
  isolatedOf(account: string): readonly string[] {
    return this.#isolated.get(account) ?? [];
  }

  setIsolated(account: string, instrument: string, isIsolated: boolean): void {
    const others = this.isolatedOf(account).filter((name) => name !== instrument);
    const next = isIsolated ? [...others, instrument].sort() : others;
    if (next.length === 0) this.#isolated.delete(account);
    else this.#isolated.set(account, next);
  }

  /** The account to which an isolated position belongs; any other account is its own. */
  ownerOf(account: string): string {
    const at = account.indexOf(isolatedMark);
    if (at <= 0) return account;
    const owner = account.slice(0, at);
    return this.isolatedOf(owner).includes(account.slice(at + isolatedMark.length)) ? owner : account;
  }

  /** The engine account that holds an account's positions in an instrument. */
  holderOf(account: string, instrument: string): string {
    return this.isolatedOf(account).includes(instrument) ? isolatedName(account, instrument) : account;
  }

  /** The engine account whose balance and requirement decide: the isolated position, the pool, or the account. */
  payerOf(account: string, instrument: string): string {
    const holder = this.holderOf(account, instrument);
    return holder === account ? (this.poolOf(account) ?? account) : holder;
  }

  /** The engine account in which an order's risk nets with what is held: the payer, but each client of a gross pool. */
  riskAccountOf(account: string, instrument: string): string {
    const payer = this.payerOf(account, instrument);
    return this.#pools.get(payer)?.margin === 'gross' ? account : payer;
  }

  /** Risk accounts whose open orders a payer answers for. */
  riskAccountsOf(payer: string): readonly string[] {
    const pool = this.#pools.get(payer);
    return pool?.margin === 'gross' ? pool.members : [payer];
  }

  /** The payer of a risk account. */
  payerOfRisk(riskAccount: string): string {
    return this.poolOf(riskAccount) ?? riskAccount;
  }

  ordersOf(account: string): readonly OpenOrder[] {
    return this.#orders.get(account) ?? [];
  }

  setOrders(account: string, orders: readonly OpenOrder[]): void {
    if (orders.length === 0) this.#orders.delete(account);
    else this.#orders.set(account, orders);
  }

  /**
   * Open orders that net in a risk account: those of a net pool's members, else those of its owner that belong there.
   */
  ordersOn(riskAccount: string): OpenOrder[] {
    const accounts = this.isPool(riskAccount) ? this.membersOf(riskAccount) : [this.ownerOf(riskAccount)];
    return accounts.flatMap((account) =>
      this.ordersOf(account).filter(({ instrument }) => this.riskAccountOf(account, instrument) === riskAccount),
    );
  }

  state(): Storable {
    return {
      classes: [...this.#classes],
      pools: [...this.#pools].map(([pool, { members, margin }]) => ({ pool, members, margin })),
      isolated: [...this.#isolated],
      orders: [...this.#orders].map(([account, orders]) => [account, orders.map((order) => ({ ...order }))]),
    };
  }

  restore(state: Storable): void {
    const { classes, pools, isolated, orders } = state as unknown as StoredStructure;
    for (const [account, accountClass] of classes) this.#classes.set(account, accountClass);
    for (const [account, instruments] of isolated) this.#isolated.set(account, instruments);
    for (const { pool, members, margin } of pools) this.setPool(pool, members, margin);
    for (const [account, placed] of orders) this.#orders.set(account, placed);
  }
}

interface StoredStructure {
  readonly classes: readonly (readonly [string, AccountClass])[];
  readonly pools: readonly {
    readonly pool: string;
    readonly members: readonly string[];
    readonly margin: PoolMargin;
  }[];
  readonly isolated: readonly (readonly [string, readonly string[]])[];
  readonly orders: readonly (readonly [string, readonly OpenOrder[]])[];
}
