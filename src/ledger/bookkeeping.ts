import type { AccountContext, CashSource } from '../account/module.ts';
import type { Storable } from '../account/events.ts';
import type { CashChange, OrderChange, PositionChange } from '../engine/book-changes.ts';
import { MargridError } from '../errors.ts';
import type { DecimalsByCurrency, MinorUnits } from '../money/minor-units.ts';
import { fractionOf, minus, powerOfTen } from '../money/fraction.ts';
import { mirrorRows } from './holdings.ts';
import type { FeeSchedule } from './fees.ts';
import { Ledger, type EntryColumns, type Posting } from './ledger.ts';
import { Payments } from './payments.ts';

/** A movement of money that a rule of somebody else may forbid. */
export interface Movement {
  readonly kind: 'deposit' | 'withdraw' | 'transfer';
  readonly from: string;
  readonly to: string;
  readonly currency: string;
  readonly amount: MinorUnits;
}

export interface BookkeepingOptions {
  readonly decimals?: DecimalsByCurrency;
  /** House accounts besides the standard ones. */
  readonly houseAccounts?: readonly string[];
  readonly feeSchedules?: Readonly<Record<string, FeeSchedule>>;
  /** Entries of past postings that can still be corrected; default four million. */
  readonly retainedEntries?: number;
  /**
   * A withdrawal must leave a margin balance of so many times initial margin (`restricted.enterBelow` of the rules).
   */
  readonly restrictedBelow?: number;
  /** Why a movement is forbidden, null if it is not: segregation of house and clients, members of a pool. */
  readonly forbids?: (movement: Movement, context: AccountContext) => string | null;
}

/** One entry by names. */
export interface NamedEntry {
  /** A client or a house account. */
  readonly account: string;
  readonly currency: string;
  readonly amount: MinorUnits;
}

/** A posting that is about to be booked. */
export interface Draft {
  readonly kind: string;
  readonly reason: string;
  readonly reference: string;
  readonly entries: EntryColumns;
}

/** Changes of positions and orders that belong to a posting; cash follows the ledger. */
export interface HoldingChanges {
  /** Account and currency rows whose cash is set to that of the ledger even where no entry changes it. */
  readonly cashOf?: readonly (readonly [account: number, currency: number])[];
  readonly positions?: readonly PositionChange[];
  readonly orders?: readonly OrderChange[];
}

/** Postings of at most so many entries are reported entry by entry, with names; longer ones as columns. */
const namedEntriesMax = 32;

/**
 * The ledger beside the engine's book. Every posting goes through here: the ledger takes it, the cash of the book
 * follows, and it is reported. All or nothing.
 */
export class Bookkeeping {
  readonly options: BookkeepingOptions;
  #ledger: Ledger | null = null;
  /** Accounts that a draft names and the book does not know yet: rows after those of the book. */
  #unknown: string[] = [];

  constructor(options: BookkeepingOptions = {}) {
    this.options = options;
  }

  get ledger(): Ledger {
    if (this.#ledger === null) throw new MargridError('EngineState', 'the ledger belongs to no account engine yet');
    return this.#ledger;
  }

  /** A ledger in the currencies of the engine's book. */
  open(currencies: readonly string[]): void {
    const { decimals = {}, houseAccounts = [], retainedEntries } = this.options;
    const size = retainedEntries === undefined ? {} : { retainedEntries };
    this.#ledger = new Ledger({ currencies, decimals, houseAccounts, ...size });
  }

  /** Forgets the names of a draft that was refused. */
  forgetUnknown(): void {
    this.#unknown = [];
  }

  /**
   * Row of an account, house (< 0) or client; one that the book does not know gets the row that it will have. Throws
   * `MovementRefused` for one that mirrors others: money is theirs.
   */
  row(context: AccountContext, name: string): number {
    if (this.ledger.isHouse(name)) return this.ledger.houseRow(name);
    if (context.mirrors().has(name)) {
      const message = `'${name}' is a pool: it has no money or positions besides its members', who are to be named`;
      throw new MargridError('MovementRefused', message, { column: 'account', value: name });
    }
    const row = context.engine.accountRow(name);
    if (row >= 0) return row;
    const known = context.engine.accountIds.length;
    const place = this.#unknown.indexOf(name);
    if (place >= 0) return known + place;
    return known + this.#unknown.push(name) - 1;
  }

  /** Name of an account row. */
  nameOf(context: AccountContext, row: number): string {
    if (row < 0) return this.ledger.houseAccounts[-1 - row];
    return context.engine.accountIds[row] ?? this.#unknown[row - context.engine.accountIds.length];
  }

  entriesOf(context: AccountContext, named: readonly NamedEntry[]): EntryColumns {
    const kept = named.filter(({ amount }) => amount !== 0n);
    return {
      count: kept.length,
      account: Int32Array.from(kept, ({ account }) => this.row(context, account)),
      currency: Uint8Array.from(kept, ({ currency }) => this.ledger.currencyRow(currency)),
      amount: BigInt64Array.from(kept.map(({ amount }) => this.#within64(amount))),
      instrument: new Int32Array(kept.length).fill(-1),
    };
  }

  #within64(amount: MinorUnits): MinorUnits {
    if (BigInt.asIntN(64, amount) === amount) return amount;
    throw new MargridError('LimitExceeded', `amount ${amount} leaves the range of 64 bits`, {
      column: 'amount',
      value: amount.toString(),
    });
  }

  /**
   * Books postings together with changes of holdings. Drafts without entries are left out. Throws what the ledger or
   * `Engine.update` throws; then nothing has changed.
   *
   * The ledger goes first: modules that hear of the change and book in turn find it as it is.
   */
  book(context: AccountContext, drafts: readonly Draft[], holdings: HoldingChanges = {}): Posting[] {
    const { ledger } = this;
    const filled = drafts.filter(({ entries }) => entries.count > 0);
    // Together: each draft could fit by itself.
    const all = joined(filled.map(({ entries }) => entries));
    ledger.check(all);
    const { positions = [], orders = [], cashOf = [] } = holdings;
    const cash = this.#cashAfter(context, all, cashOf);
    const rows = this.#openedRows(context, [...positions, ...cash, ...orders]);
    const postings = filled.map((draft) => this.#post(context, draft, rows));
    this.#unknown = [];
    const isChange = cash.length + positions.length + orders.length > 0;
    try {
      if (isChange) context.update({ positions, orders, cash });
    } catch (error) {
      for (const posting of postings.toReversed()) ledger.undo(posting);
      throw error;
    }
    ledger.forgetOld();
    return postings;
  }

  /**
   * Books postings of accounts whose netting sets exist, in place over the columns of the book: for whole books.
   * `entryPrices`: new entry prices by position slot, if they change.
   */
  bookInPlace(context: AccountContext, drafts: readonly Draft[], entryPrices: Float64Array | null = null): Posting[] {
    const filled = drafts.filter(({ entries }) => entries.count > 0);
    this.ledger.check(joined(filled.map(({ entries }) => entries)));
    const postings = filled.map((draft) => this.#post(context, draft, null));
    context.restate(this.cashColumn(context), entryPrices);
    this.ledger.forgetOld();
    return postings;
  }

  /** Cash of every netting set as the ledger has it; that of accounts which mirror others stays. */
  cashColumn(context: AccountContext): Float64Array {
    const { setKeys, arena } = context.engine;
    const { account, currency } = setKeys;
    const { cash } = arena.views.nettingSet;
    const mirrors = mirrorRows(context);
    return Float64Array.from(account, (row, set) => (mirrors.has(row) ? cash[set] : this.ledger.amount(row, currency[set])));
  }

  /** Cash of every client that the entries touch, as it will be. */
  #cashAfter(
    context: AccountContext,
    { count, account, currency, amount }: EntryColumns,
    others: readonly (readonly [account: number, currency: number])[],
  ): CashChange[] {
    const width = this.ledger.currencies.length;
    const moved = new Map<number, bigint>(others.map(([row, unit]) => [row * width + unit, 0n] as const));
    for (let i = 0; i < count; i++) {
      if (account[i] < 0) continue;
      const key = account[i] * width + currency[i];
      moved.set(key, (moved.get(key) ?? 0n) + amount[i]);
    }
    return [...moved].map(([key, sum]): CashChange => {
      const row = key % width;
      const client = (key - row) / width;
      return {
        account: this.nameOf(context, client),
        currency: this.ledger.currencies[row],
        amount: this.ledger.amountAfter(client, row, sum),
      };
    });
  }

  /** Rows that `Engine.update` will give the accounts it opens, in the order of its changes; null if it opens none. */
  #openedRows(
    { engine }: AccountContext,
    changes: readonly { readonly account: string }[],
  ): ReadonlyMap<number, number> | null {
    if (this.#unknown.length === 0) return null;
    const opened = [...new Set(changes.map(({ account }) => account))].filter((name) => engine.accountRow(name) < 0);
    const known = engine.accountIds.length;
    const rows = new Map(this.#unknown.map((name, place) => [known + place, known + opened.indexOf(name)] as const));
    this.#unknown = opened;
    return rows;
  }

  #post(
    context: AccountContext,
    { kind, reason, reference, entries }: Draft,
    rows: ReadonlyMap<number, number> | null,
  ): Posting {
    const account = rows === null ? entries.account : entries.account.map((row) => rows.get(row) ?? row);
    const posting = this.ledger.post(kind, reason, reference, { ...entries, account });
    reportPosting(context, this, posting);
    return posting;
  }

  /** Empty payments in the currencies of the ledger. */
  payments(): Payments {
    return new Payments(this.ledger);
  }

  /**
   * Takes cash as it stands in the book: clients get it in whole minor units, rounded against them; `external` brings
   * the sum (or whoever `source` names), `house/rounding` has what is left. Entries are what it takes to get there from
   * the present balances.
   */
  adopt(
    cash: Iterable<readonly [account: number, currency: number, amount: number]>,
    source: CashSource | null = null,
  ): EntryColumns {
    const { ledger } = this;
    const payments = this.payments();
    for (const [account, currency, amount] of cash) {
      const decimals = ledger.decimals[currency];
      const balance = ledger.balance(account, currency);
      const whole = wholeMinorUnits(amount, decimals);
      if (whole !== null) payments.payWhole(account, currency, whole - balance);
      else
        payments.pay(account, currency, minus(fractionOf(amount), { top: balance, bottom: powerOfTen(decimals) }), -1);
    }
    // Their other side is clearing, as that of all payments: it becomes the rest's below.
    for (const { account, currency, amount } of source?.house ?? [])
      payments.payWhole(ledger.houseRow(account), ledger.currencyRow(currency), amount);
    const entries = payments.entries();
    const clearing = ledger.houseRow('house/clearing');
    const external = ledger.houseRow(source?.rest ?? 'external');
    return { ...entries, account: entries.account.map((row) => (row === clearing ? external : row)) };
  }
}

/** Digits up to which a decimal number and the double nearest to it stand for each other. */
const wholeMax = 1e15;

/**
 * The amount in minor units if it is a whole number of them and short enough to tell without reading digits, else null.
 */
function wholeMinorUnits(amount: number, decimals: number): MinorUnits | null {
  const scale = Number(`1e${decimals}`);
  const whole = Math.round(amount * scale);
  return Math.abs(whole) < wholeMax && whole / scale === amount ? BigInt(whole) : null;
}

function joined(parts: readonly EntryColumns[]): EntryColumns {
  if (parts.length === 1) return parts[0];
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const all = {
    count,
    account: new Int32Array(count),
    currency: new Uint8Array(count),
    amount: new BigInt64Array(count),
    instrument: new Int32Array(count),
  };
  let to = 0;
  for (const part of parts) {
    all.account.set(part.account, to);
    all.currency.set(part.currency, to);
    all.amount.set(part.amount, to);
    all.instrument.set(part.instrument, to);
    to += part.count;
  }
  return all;
}

/** Reports a posting: entry by entry in words if it is short, else as columns with the lists they point to. */
export function reportPosting(context: AccountContext, books: Bookkeeping, posting: Posting): void {
  const { ledger } = books;
  const { number, firstEntry, kind, reason, reference, entries } = posting;
  const head = { number, firstEntry, kind, reason, reference, count: entries.count };
  if (entries.count > namedEntriesMax) {
    const { account, currency, amount, instrument } = entries;
    const lists = { currencies: ledger.currencies, houseAccounts: ledger.houseAccounts };
    context.emit('posting-columns', { ...head, ...lists, account, currency, amount, instrument });
    return;
  }
  const listed = Array.from({ length: entries.count }, (_, i): Storable => {
    return {
      entry: firstEntry + i,
      account: books.nameOf(context, entries.account[i]),
      currency: ledger.currencies[entries.currency[i]],
      amount: entries.amount[i].toString(),
      instrument: context.market.instruments[entries.instrument[i]]?.name ?? null,
    };
  });
  context.emit('posting', { ...head, entries: listed });
}
