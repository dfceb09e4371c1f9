import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';
import { amountOf, decimalsOf, type DecimalsByCurrency, type MinorUnits } from '../money/minor-units.ts';

/**
 * Accounts of the operator and of the world outside. They hold money and no positions; their balances may be negative.
 */
export const standardHouseAccounts = [
  /** Everything that enters or leaves: minus what the clients have brought in. */
  'external',
  'house/fees',
  'house/insurance',
  /** What rounding leaves over. */
  'house/rounding',
  /**
   * The other side of gains that are paid before the opposite losses are, and of positions that the book does not hold.
   */
  'house/clearing',
] as const;

/** Entries of one posting, a column each. */
export interface EntryColumns {
  readonly count: number;
  /** Client row >= 0; house account `h` is -1 - h. */
  readonly account: Int32Array;
  /** Row of the currency. */
  readonly currency: Uint8Array;
  /** Minor units, signed: > 0 is received. */
  readonly amount: BigInt64Array;
  /** Market row of the instrument it is for, -1 if none. */
  readonly instrument: Int32Array;
}

/** What was booked at once: entries that add up to zero in every currency. */
export interface Posting {
  /** From 1, without gaps. */
  readonly number: number;
  /** Number of its first entry; the others follow. From 1, without gaps. */
  readonly firstEntry: number;
  /** The command: `deposit`, `funding` … */
  readonly kind: string;
  /** Why, in words of the sender or of the rule. */
  readonly reason: string;
  /** What it belongs to outside the ledger: a trade id, an instrument. */
  readonly reference: string;
  readonly entries: EntryColumns;
}

export interface LedgerOptions {
  readonly currencies: readonly string[];
  readonly decimals?: DecimalsByCurrency;
  /** House accounts besides the standard ones. */
  readonly houseAccounts?: readonly string[];
  /** Entries of past postings that are kept, so that they can be corrected. */
  readonly retainedEntries?: number;
}

const retainedEntriesDefault = 4_000_000;
const largest = 2n ** 63n - 1n;
const firstCapacity = 1_024;

/**
 * Double-entry ledger in whole minor units: per currency, the balances of all accounts add up to zero after every
 * posting, because every posting does. Columns: a million accounts are eight megabytes per currency that somebody has.
 */
export class Ledger {
  readonly currencies: readonly string[];
  readonly decimals: readonly number[];
  readonly houseAccounts: readonly string[];
  /** Per currency, by client row; empty while no client has any. */
  readonly #clients: BigInt64Array[];
  /** Per currency, by house account. */
  readonly #house: BigInt64Array[];
  readonly #retained: number;
  #history: Posting[] = [];
  #historyEntries = 0;
  #corrected = new Set<number>();
  #nextPosting = 1;
  #nextEntry = 1;

  constructor({
    currencies,
    decimals = {},
    houseAccounts = [],
    retainedEntries = retainedEntriesDefault,
  }: LedgerOptions) {
    this.currencies = currencies;
    this.decimals = currencies.map((currency) => decimalsOf(currency, decimals));
    this.houseAccounts = [...new Set([...standardHouseAccounts, ...houseAccounts])];
    this.#retained = retainedEntries;
    this.#clients = currencies.map(() => new BigInt64Array(0));
    this.#house = currencies.map(() => new BigInt64Array(this.houseAccounts.length));
  }

  /** Row of a house account, < 0; throws `AccountUnknown`. */
  houseRow(name: string): number {
    const place = this.houseAccounts.indexOf(name);
    if (place < 0)
      throw new MargridError('AccountUnknown', `the ledger has no house account '${name}'`, { value: name });
    return -1 - place;
  }

  isHouse(name: string): boolean {
    return this.houseAccounts.includes(name);
  }

  /** Row of a currency; throws `CurrencyUnknown`. */
  currencyRow(name: string): number {
    const row = this.currencies.indexOf(name);
    if (row < 0)
      throw new MargridError('CurrencyUnknown', `the ledger has no currency '${name}'`, {
        column: 'currency',
        value: name,
      });
    return row;
  }

  balance(account: number, currency: number): MinorUnits {
    return (account < 0 ? this.#house[currency][-1 - account] : this.#clients[currency][account]) ?? 0n;
  }

  /** The balance as the double nearest to it, in units of the currency: what the engine holds as cash. */
  amount(account: number, currency: number): number {
    return doubleOf(this.balance(account, currency), this.decimals[currency]);
  }

  /** The balance as it will be after so many minor units more. */
  amountAfter(account: number, currency: number, change: MinorUnits): number {
    return doubleOf(this.balance(account, currency) + change, this.decimals[currency]);
  }

  /** Throws unless `post` would take the entries: `LedgerUnbalanced`, `LimitExceeded`. */
  check(entries: EntryColumns): void {
    const sums = this.currencies.map(() => 0n);
    for (let i = 0; i < entries.count; i++) sums[entries.currency[i]] += entries.amount[i];
    sums.forEach((sum, currency) => {
      if (sum === 0n) return;
      throw new MargridError(
        'LedgerUnbalanced',
        `the entries in ${this.currencies[currency]} add up to ${sum}, not to 0`,
        {
          column: 'amount',
          value: sum.toString(),
        },
      );
    });
    this.#checkRange(entries);
  }

  /** Every balance on its way through the entries must stay within 64 bits. */
  #checkRange(entries: EntryColumns): void {
    if (this.#isFarFromEnds(entries)) return;
    const balances = new Map<string, bigint>();
    for (let i = 0; i < entries.count; i++) {
      const [account, currency, amount] = [entries.account[i], entries.currency[i], entries.amount[i]];
      const key = `${account} ${currency}`;
      const balance = (balances.get(key) ?? this.balance(account, currency)) + amount;
      balances.set(key, balance);
      if (balance <= largest && balance >= -largest) continue;
      throw new MargridError(
        'LimitExceeded',
        `a balance in ${this.currencies[currency]} would leave the range of 64 bits`,
        {
          column: 'amount',
          value: amount.toString(),
        },
      );
    }
  }

  /** Whether even all entries on one side could not lead anybody out of range: nearly always, and quick to tell. */
  #isFarFromEnds({ count, account, currency, amount }: EntryColumns): boolean {
    const near = largest / 2n;
    const small = near / BigInt(Math.max(count, 1));
    for (let i = 0; i < count; i++) {
      const before = this.balance(account[i], currency[i]);
      if (amount[i] >= small || amount[i] <= -small || before >= near || before <= -near) return false;
    }
    return true;
  }

  /** Books entries, all or nothing. Throws as `check`. */
  post(kind: string, reason: string, reference: string, entries: EntryColumns): Posting {
    this.check(entries);
    this.#apply(entries);
    const posting: Posting = {
      number: this.#nextPosting,
      firstEntry: this.#nextEntry,
      kind,
      reason,
      reference,
      entries,
    };
    this.#nextPosting++;
    this.#nextEntry += entries.count;
    this.#history.push(posting);
    this.#historyEntries += entries.count;
    return posting;
  }

  /** Takes back the last posting, as if it had never been: what belonged to it could not be done. */
  undo(posting: Posting): void {
    if (this.#history.pop() !== posting)
      throw new MargridError('EngineState', `posting ${posting.number} is not the last one`);
    this.#historyEntries -= posting.entries.count;
    this.#nextPosting--;
    this.#nextEntry -= posting.entries.count;
    this.#apply({ ...posting.entries, amount: posting.entries.amount.map((amount) => -amount) });
  }

  /** Forgets the oldest postings beyond what is kept; balances stay. */
  forgetOld(): void {
    while (this.#historyEntries > this.#retained && this.#history.length > 1) {
      this.#historyEntries -= this.#history[0].entries.count;
      this.#corrected.delete(this.#history[0].number);
      this.#history.shift();
    }
  }

  #apply({ count, account, currency, amount }: EntryColumns): void {
    for (let i = 0; i < count; i++) {
      const row = account[i];
      if (row < 0) this.#house[currency[i]][-1 - row] += amount[i];
      else {
        if (row >= this.#clients[currency[i]].length) this.#grow(currency[i], row);
        this.#clients[currency[i]][row] += amount[i];
      }
    }
  }

  #grow(currency: number, row: number): void {
    const old = this.#clients[currency];
    const wider = new BigInt64Array(Math.max(row + 1, old.length * 2, firstCapacity));
    wider.set(old);
    this.#clients[currency] = wider;
  }

  /** A posting that is still kept; null otherwise. */
  posting(number: number): Posting | null {
    return this.#history.find((each) => each.number === number) ?? null;
  }

  /** The entries that undo a posting. Throws `PostingUnknown`: no such number, no longer kept, or undone already. */
  reversalOf(number: number): EntryColumns {
    const posting = this.posting(number);
    if (posting === null) {
      const kept = this.#history[0]?.number ?? this.#nextPosting;
      const message = `there is no posting ${number} to correct: kept are ${kept} to ${this.#nextPosting - 1}`;
      throw new MargridError('PostingUnknown', message, { column: 'posting', value: number });
    }
    if (posting.kind === 'correct' || this.#corrected.has(number)) {
      const message =
        posting.kind === 'correct'
          ? `posting ${number} is itself a correction`
          : `posting ${number} was corrected already`;
      throw new MargridError('PostingUnknown', message, { column: 'posting', value: number });
    }
    return { ...posting.entries, amount: posting.entries.amount.map((amount) => -amount) };
  }

  /** Remembers that a posting was undone. */
  markCorrected(number: number): void {
    this.#corrected.add(number);
  }

  /** Sum over all accounts per currency: throws `LedgerUnbalanced` if one is not 0. Reads every balance. */
  assertConserved(): void {
    this.currencies.forEach((name, currency) => {
      let sum = 0n;
      for (const balance of this.#clients[currency]) sum += balance;
      for (const balance of this.#house[currency]) sum += balance;
      if (sum === 0n) return;
      throw new MargridError('LedgerUnbalanced', `the balances in ${name} add up to ${sum}, not to 0`, {
        value: sum.toString(),
      });
    });
  }

  /** Everything that must survive a restart. */
  state(): Storable {
    this.assertConserved();
    return {
      currencies: this.currencies,
      decimals: this.decimals,
      houseAccounts: this.houseAccounts,
      clients: this.#clients.map(withoutTail),
      house: this.#house.map((column) => column.slice()),
      history: this.#history.map((posting) => ({ ...posting, entries: { ...posting.entries } })),
      corrected: [...this.#corrected].sort((a, b) => a - b),
      nextPosting: this.#nextPosting,
      nextEntry: this.#nextEntry,
    };
  }

  /** Takes what `state` gave. Throws `OptionInvalid` if it is of other currencies, decimals or house accounts. */
  restore(state: Storable): void {
    const saved = state as unknown as SavedLedger;
    for (const name of ['currencies', 'decimals', 'houseAccounts'] as const) {
      if (JSON.stringify(saved[name]) === JSON.stringify(this[name])) continue;
      const [theirs, own] = [JSON.stringify(saved[name]), JSON.stringify(this[name])];
      const message = `the saved ledger has ${name} ${theirs}, this one ${own}`;
      throw new MargridError('OptionInvalid', message, { column: name });
    }
    saved.clients.forEach((column, currency) => (this.#clients[currency] = column.slice()));
    saved.house.forEach((column, currency) => (this.#house[currency] = column.slice()));
    this.#history = [...saved.history];
    this.#historyEntries = saved.history.reduce((sum, { entries }) => sum + entries.count, 0);
    this.#corrected = new Set(saved.corrected);
    this.#nextPosting = saved.nextPosting;
    this.#nextEntry = saved.nextEntry;
    this.assertConserved();
  }
}

interface SavedLedger {
  readonly currencies: readonly string[];
  readonly decimals: readonly number[];
  readonly houseAccounts: readonly string[];
  readonly clients: readonly BigInt64Array[];
  readonly house: readonly BigInt64Array[];
  readonly history: readonly Posting[];
  readonly corrected: readonly number[];
  readonly nextPosting: number;
  readonly nextEntry: number;
}

/** Without the zeros at the end: equal ledgers have equal states, however their columns grew. */
function withoutTail(column: BigInt64Array): BigInt64Array {
  let end = column.length;
  while (end > 0 && column[end - 1] === 0n) end--;
  return column.slice(0, end);
}

const exactMax = 2n ** 53n;
/** Powers of ten that are doubles. */
const exactDecimals = 22;

/**
 * As `amountOf`, which reads digits; a quotient of two exact doubles is the same nearest double and much sooner there.
 */
function doubleOf(minor: MinorUnits, decimals: number): number {
  const isExact = minor <= exactMax && minor >= -exactMax && decimals <= exactDecimals;
  return isExact ? Number(minor) / Number(`1e${decimals}`) : amountOf(minor, decimals);
}
