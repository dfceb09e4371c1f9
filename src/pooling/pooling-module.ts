import type { Command } from '../account/command.ts';
import type { Storable } from '../account/events.ts';
import type { AccountContext, AccountModule, Adjustment, TickPlan } from '../account/module.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import { invalid, numberField, section } from '../margin/fields.ts';
import { accountSummary, type AccountSummary } from './account-summary.ts';
import { isNoChange, joinedChanges } from './account-holdings.ts';
import { AccountStructure } from './account-structure.ts';
import { addIsolatedMargin, cross, isolate, removeIsolatedMargin } from './isolation-commands.ts';
import { instrumentField, nameField, priceField, quantityField } from './command-fields.ts';
import { MarginView } from './margin-view.ts';
import { OpenOrderRisk, type OpenOrderLimits } from './open-order-risk.ts';
import { OmnibusGross } from './omnibus-gross.ts';
import { cancelOrder, fillOrder, followBookOrders, placeOrder } from './order-commands.ts';
import { PoolBook } from './pool-book.ts';
import { classify, dissolvePool, formPool, joinPool, leavePool, tradePool, tradeShares, transfer } from './pool-commands.ts';
import { poolShares, type PoolShares, type Requirements } from './pool-shares.ts';
import { checkOrder, type OrderCheck } from './pre-trade-check.ts';
import type { OpenOrder } from './worst-fills.ts';

const handlers: Readonly<Record<string, (book: PoolBook, command: Command) => void>> = {
  'accounts.classify': classify,
  'accounts.transfer': transfer,
  'pool.form': formPool,
  'pool.join': joinPool,
  'pool.leave': leavePool,
  'pool.dissolve': dissolvePool,
  'pool.trade': tradePool,
  'mode.isolate': isolate,
  'mode.cross': cross,
  'mode.addIsolatedMargin': addIsolatedMargin,
  'mode.removeIsolatedMargin': removeIsolatedMargin,
  'order.place': placeOrder,
  'order.cancel': cancelOrder,
  'order.fill': fillOrder,
};

/**
 * Margin modes, pools, segregation and the pre-trade check, as a module of an account engine: docs/ACCOUNTS.md. One
 * object per engine.
 */
export class PoolingModule implements AccountModule {
  readonly name = 'accounts';
  readonly commands: Record<string, (command: Command, context: AccountContext) => void>;
  readonly adjustments: readonly Adjustment[];
  readonly #structure = new AccountStructure();
  readonly #risk: OpenOrderRisk;
  readonly #gross = new OmnibusGross();
  #book: PoolBook | null = null;
  /** Open orders are looked at again at ticks, not when a snapshot is restored. */
  #isTick = false;

  /** Settings as in their file, all optional. Throws `ParameterInvalid`. */
  constructor(settings?: unknown) {
    this.#risk = new OpenOrderRisk(parseOpenOrderLimits(settings));
    this.commands = Object.fromEntries(
      Object.entries(handlers).map(([kind, handler]) => [kind, (command: Command) => handler(this.#attached(), command)] as const),
    );
    // Questions as commands, for those who have nothing but commands: the answer is an event.
    this.commands['order.check'] = (command, context) => {
      const order = orderOf(command, context.market);
      context.emit('order-check', { ...order, account: nameField(command, 'account'), ...this.canPlace(nameField(command, 'account'), order) });
    };
    this.commands['accounts.report'] = (command, context) => {
      context.emit('report', { sets: this.summary(nameField(command, 'account')).map((each) => ({ ...each })) });
    };
    this.commands['pool.shares'] = (command, context) => {
      context.emit('shares', { currencies: this.shares(nameField(command, 'pool')) as unknown as Storable });
    };
    this.adjustments = [
      { name: 'openOrders', counts: 'requirement', compute: (context, amounts) => this.#addOpenOrders(context, amounts) },
      { name: 'omnibusGross', counts: 'requirement', compute: (_, amounts, maintenance) => this.#addGross(amounts, maintenance) },
    ];
  }

  attach(context: AccountContext): void {
    if (this.#book !== null) throw new MargridError('EngineState', 'a pooling module belongs to one account engine');
    this.#book = new PoolBook(new MarginView(context), this.#structure, this.#risk, this.#gross);
  }

  /** Pools are what their members hold, also where a module changed cash without an update of the book. */
  beforeTick(plan: TickPlan, context: AccountContext): TickPlan['quotes'] {
    this.#isTick = true;
    const book = this.#attached();
    const follow = joinedChanges([...this.#structure.pools].map(([pool, { members }]) => book.poolChanges(pool, members)));
    if (!isNoChange(follow)) context.update(follow);
    return plan.quotes;
  }

  afterTick(): void {
    this.#isTick = false;
  }

  /**
   * Pools follow their members. What another command did to a pool itself is undone and reported: its members are what
   * it holds (`pool.trade` trades for them).
   */
  bookChanged(changes: BookChanges, context: AccountContext): void {
    const book = this.#attached();
    const touched = PoolBook.touched(changes);
    followBookOrders(book, changes);
    this.#forgetCancelled(changes.orders ?? []);
    const pools = new Set<string>();
    for (const account of touched) {
      const pool = this.#structure.isPool(account) ? account : this.#structure.poolOf(account);
      if (pool !== null) pools.add(pool);
    }
    const follow = [...pools].map((pool) => {
      const needed = book.poolChanges(pool, this.#structure.membersOf(pool));
      if (touched.has(pool) && !isNoChange(needed)) context.emit('pool-restored', { pool });
      return needed;
    });
    const all = joinedChanges(follow);
    if (!isNoChange(all)) context.update(all);
    book.refreshOrders([...touched, ...pools]);
  }

  /** Orders that others have taken out of the book are no longer open. */
  #forgetCancelled(orders: NonNullable<BookChanges['orders']>): void {
    const keyOf = ({ account, instrument }: { readonly account: string; readonly instrument: string }): string => JSON.stringify([account, instrument]);
    const placed = new Set(orders.filter(({ quantity }) => quantity !== 0).map(keyOf));
    for (const cancelled of orders) {
      if (placed.has(keyOf(cancelled))) continue;
      const owner = this.#structure.ownerOf(cancelled.account);
      const before = this.#structure.ordersOf(owner);
      const left = before.filter(({ instrument }) => instrument !== cancelled.instrument || this.#structure.holderOf(owner, instrument) !== cancelled.account);
      if (left.length < before.length) this.#structure.setOrders(owner, left);
    }
  }

  /** Pools, with their members. */
  mirrors(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#structure.pools].map(([pool, { members }]) => [pool, members] as const));
  }

  /**
   * Contracts that each member trades if its pool trades so many, in member order. Throws `PoolInvalid` unless that
   * reduces members.
   */
  divideTrade(pool: string, instrument: string, quantity: number): number[] {
    return tradeShares(this.#attached(), pool, instrument, quantity);
  }

  /** Why money may not move from one account to another, null if it may: for a ledger (`forbids`). */
  forbids({ from, to }: { readonly from: string; readonly to: string }): string | null {
    const { engine } = this.#attached().view.context;
    // The operator's own accounts are of no class: fees and refunds are not client money that is mixed.
    const clients = [from, to].filter((account) => engine.accountRow(account) >= 0);
    const isolated = clients.find((account) => this.#structure.ownerOf(account) !== account);
    if (isolated !== undefined) return `'${isolated}' is an isolated position: mode.addIsolatedMargin and mode.removeIsolatedMargin move its money`;
    if (clients.length < 2 || this.#structure.classOf(from) === this.#structure.classOf(to)) return null;
    return 'house and client accounts are segregated';
  }

  pooledSets({ engine }: AccountContext): number[] {
    const sets: number[] = [];
    for (const { members } of this.#structure.pools.values()) {
      for (const member of members) {
        const { first, end } = engine.resultRange(member);
        for (let set = first; set < end; set++) sets.push(set);
      }
    }
    return sets;
  }

  /** How accounts belong together: for reading. */
  get structure(): Omit<AccountStructure, 'setPool' | 'setOrders' | 'setIsolated' | 'classify' | 'restore'> {
    return this.#structure;
  }

  /**
   * Whether the account may place the order: microseconds, changes nothing. Throws `InstrumentUnknown`,
   * `ValueOutOfRange`, and `EngineState` before the first tick.
   */
  canPlace(account: string, order: Omit<OpenOrder, 'id'>): OrderCheck {
    return checkOrder(this.#attached(), account, { id: '', ...order });
  }

  /** The account, its isolated positions and its pool, netting set by netting set. Throws `AccountUnknown`. */
  summary(account: string): AccountSummary[] {
    const { view } = this.#attached();
    return accountSummary(view, this.#structure, account);
  }

  /** Members' shares of a pool's requirement, one entry per settlement currency. Throws `PoolInvalid`, `EngineState`. */
  shares(pool: string): PoolShares[] {
    const { view } = this.#attached();
    const members = this.#structure.membersOf(pool);
    if (members.length === 0) throw new MargridError('PoolInvalid', `there is no pool '${pool}'`, { value: pool });
    const { context } = view;
    const requirementsOf = (account: string, currency: string): Requirements => {
      const set = view.setOf(account, currency);
      if (set < 0) return { initialMargin: 0, maintenanceMargin: 0 };
      return { initialMargin: context.initialMargin[set], maintenanceMargin: context.maintenanceMargin[set] };
    };
    const currencies = context.engine.currencies.filter((currency) => view.setOf(pool, currency) >= 0);
    return currencies.map((currency) => poolShares({ engine: context.engine, pool, members, requirementsOf }, currency));
  }

  state(): Storable {
    return { structure: this.#structure.state(), risk: this.#risk.state(), gross: this.#gross.state() };
  }

  restore(state: Storable): void {
    const { structure, risk, gross } = state as Readonly<Record<'structure' | 'risk' | 'gross', Storable>>;
    this.#structure.restore(structure);
    this.#risk.restore(risk);
    this.#gross.restore(gross);
  }

  #addOpenOrders({ engine }: AccountContext, amounts: Float64Array): void {
    const { view } = this.#attached();
    amounts.fill(0);
    if (engine.ordersMargined) return;
    if (this.#isTick) this.#risk.refreshSome(view, this.#structure);
    this.#risk.write(view, this.#structure, this.#isTick, amounts);
  }

  #addGross(amounts: Float64Array, maintenance: Float64Array): void {
    amounts.fill(0);
    maintenance.fill(0);
    this.#gross.write(this.#attached().view, this.#structure, amounts, maintenance);
  }

  #attached(): PoolBook {
    if (this.#book === null) throw new MargridError('EngineState', 'the pooling module belongs to no account engine yet');
    return this.#book;
  }
}

function orderOf(command: Command, market: Market): Omit<OpenOrder, 'id'> {
  return { instrument: instrumentField(command, market), quantity: quantityField(command), limitPrice: priceField(command, 'limitPrice') };
}

/** `{ openOrders: { exactSides, refreshedPerTick } }`; a misspelt setting must not pass for a default. */
function parseOpenOrderLimits(settings: unknown): OpenOrderLimits {
  const path = 'openOrders';
  const defaults = { exactSides: 4, refreshedPerTick: 1_000 };
  const root = section(settings ?? {}, 'accounts');
  const fields = { ...defaults, ...section(root[path] ?? {}, path) };
  const misspelt = [...Object.keys(root).filter((name) => name !== path), ...Object.keys(fields).filter((name) => !(name in defaults))];
  if (misspelt.length > 0) throw invalid(misspelt[0], undefined, 'is not a setting of the accounts module');
  const whole = (name: keyof OpenOrderLimits, min: number, max: number): number => {
    const value = numberField(fields, name, path, { min, max });
    if (!Number.isInteger(value)) throw invalid(`${path}.${name}`, value, 'must be a whole number');
    return value;
  };
  return { exactSides: whole('exactSides', 0, 10), refreshedPerTick: whole('refreshedPerTick', 1, 1_000_000) };
}
