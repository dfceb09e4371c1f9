import type { Command } from '../account/command.ts';
import type { Storable } from '../account/events.ts';
import type { AccountContext, AccountModule, CashSource, TickPlan } from '../account/module.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import type { Engine } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { MargridError } from '../errors.ts';
import { minorOf } from '../money/minor-units.ts';
import { adjust } from './adjustment.ts';
import {
  Bookkeeping,
  reportPosting,
  type BookkeepingOptions,
  type Draft,
  type HoldingChanges,
  type NamedEntry,
} from './bookkeeping.ts';
import { requireKnownFields, type LedgerCommandKind } from './command-fields.ts';
import { correct, deposit, fee, transfer, withdraw } from './cash-commands.ts';
import { exercise } from './exercise.ts';
import { fill } from './fill.ts';
import type { Ledger, Posting } from './ledger.ts';
import { settle } from './settlement.ts';
import { funding, variation } from './whole-book.ts';

type Handler = (command: Command, context: AccountContext) => void;

/** Balances stay far from the ends of 64 bits at the start. */
const openingMax = 2n ** 61n;

/**
 * The ledger as a part of the account engine: what moves money or closes positions is a posting, and the cash of the
 * book follows it. Opens with the cash of the book (posting 1, reported with the first command). Cash that another
 * command or module sets is taken over against `external`, or what the module says (`CashSource`). Accounts that
 * mirror others have no balance here: the money is the others'.
 */
export class LedgerModule implements AccountModule {
  readonly name = 'ledger';
  readonly commands: Readonly<Record<LedgerCommandKind, Handler>>;
  readonly #books: Bookkeeping;
  #context: AccountContext | null = null;
  /** Whether the opening posting was reported. */
  #isReported = false;

  constructor(options: BookkeepingOptions = {}) {
    const books = new Bookkeeping(options);
    this.#books = books;
    this.commands = {
      'ledger.deposit': this.#handler((command, context) => deposit(books, command, context)),
      'ledger.withdraw': this.#handler((command, context) => withdraw(books, command, context)),
      'ledger.transfer': this.#handler((command, context) => transfer(books, command, context)),
      'ledger.fee': this.#handler((command, context) => fee(books, command, context)),
      'ledger.fill': this.#handler((command, context) => fill(books, command, context)),
      'ledger.funding': this.#handler((command, context) => funding(books, command, context)),
      'ledger.variation': this.#handler((command, context) => variation(books, command, context)),
      'ledger.settle': this.#handler((command, context) => settle(books, command, context)),
      'ledger.exercise': this.#handler((command, context) => exercise(books, command, context)),
      'ledger.adjust': this.#handler((command, context) => adjust(books, command, context)),
      'ledger.correct': this.#handler((command, context) => correct(books, command, context)),
    };
  }

  /** Balances. Throws `EngineState` before the module belongs to an engine. */
  get ledger(): Ledger {
    return this.#books.ledger;
  }

  /**
   * For modules: books entries by names together with changes of holdings, all or nothing. The book changes in the name
   * of the ledger, so the module that asked hears of it as of any change.
   */
  post(note: Omit<Draft, 'entries'>, named: readonly NamedEntry[], holdings: HoldingChanges = {}): Posting[] {
    const context = this.#context;
    if (context === null) throw new MargridError('EngineState', 'the ledger belongs to no account engine yet');
    this.#books.forgetUnknown();
    this.#reportOpening(context);
    return this.#books.book(context, [{ ...note, entries: this.#books.entriesOf(context, named) }], holdings);
  }

  attach(context: AccountContext, isRestored: boolean): void {
    const { engine } = context;
    this.#context = context;
    this.#books.open(engine.currencies);
    // The balances come with the state, and the book has them already.
    if (isRestored) return;
    requireOpenable(engine, this.ledger);
    const entries = this.#books.adopt(cashRows(engine));
    this.ledger.post('opening', 'cash of the book', '', entries);
    takeCash(engine, this.#books.cashColumn(context));
  }

  beforeTick({ quotes }: TickPlan, context: AccountContext): Quotes {
    this.#reportOpening(context);
    return quotes;
  }

  bookChanged({ cash = [] }: BookChanges, context: AccountContext, source: CashSource | null): void {
    this.#reportOpening(context);
    const { engine } = context;
    const { ledger } = this;
    const mirrors = context.mirrors();
    // Of several changes to one item the last counts.
    const last = new Map<string, readonly [number, number, number]>();
    for (const { account, currency, amount } of cash) {
      if (mirrors.has(account)) continue;
      const row = engine.accountRow(account);
      last.set(`${currency} ${row}`, [row, ledger.currencyRow(currency), amount]);
    }
    const changed = [...last.values()].filter(([row, currency, amount]) => ledger.amount(row, currency) !== amount);
    if (changed.length === 0) return;
    const reason = source?.reason ?? 'cash set in the book';
    const entries = this.#books.adopt(changed, source);
    const cashOf = changed.map(([row, currency]) => [row, currency] as const);
    this.#books.book(context, [{ kind: 'book', reason, reference: '', entries }], {
      cashOf,
    });
  }

  state(): Storable {
    return { isReported: this.#isReported, ledger: this.ledger.state() };
  }

  restore(state: Storable): void {
    const { isReported, ledger } = state as { readonly isReported: boolean; readonly ledger: Storable };
    this.#isReported = isReported;
    this.ledger.restore(ledger);
  }

  /** Names of accounts that a refused command had in hand are forgotten, and refusals say which command it was. */
  #handler(handle: Handler): Handler {
    return (command, context) => {
      this.#books.forgetUnknown();
      try {
        requireKnownFields(command);
        handle(command, context);
        this.#reportOpening(context);
      } catch (error) {
        if (!(error instanceof MargridError) || error.code !== 'ParameterInvalid') throw error;
        throw new MargridError('CommandInvalid', `${command.kind}: ${error.message}`, error.place);
      }
    };
  }

  #reportOpening(context: AccountContext): void {
    const opening = this.#isReported ? null : this.ledger.posting(1);
    if (opening !== null) reportPosting(context, this.#books, opening);
    this.#isReported = true;
  }
}

/** Gives the book the cash of the ledger, where it differs. A set that had nothing but dust is closed. */
function takeCash(engine: Engine, cash: Float64Array): void {
  const { account, currency } = engine.setKeys;
  const { cash: before } = engine.arena.views.nettingSet;
  if (!cash.some((amount, set) => amount !== before[set])) return;
  const emptied = Array.from(account.keys()).filter((set) => cash[set] === 0 && before[set] !== 0);
  const changes = emptied.map((set) => ({
    account: engine.accountIds[account[set]],
    currency: engine.currencies[currency[set]],
    amount: 0,
  }));
  engine.restate(cash, null);
  if (changes.length > 0) engine.update({ cash: changes });
}

/** Cash of every netting set: account row, currency row, amount. */
function* cashRows(engine: Engine): Generator<readonly [number, number, number]> {
  const { account, currency } = engine.setKeys;
  const { cash } = engine.arena.views.nettingSet;
  for (let set = 0; set < account.length; set++) if (cash[set] !== 0) yield [account[set], currency[set], cash[set]];
}

/**
 * Throws `LimitExceeded` for cash that the ledger cannot hold, `OptionInvalid` for a client named as a house account.
 */
function requireOpenable(engine: Engine, ledger: Ledger): void {
  for (const name of ledger.houseAccounts) {
    if (engine.accountRow(name) < 0) continue;
    throw new MargridError('OptionInvalid', `an account of the book is called '${name}', as one of the house is`, {
      column: 'account',
      value: name,
    });
  }
  for (const [row, currency, amount] of cashRows(engine)) {
    const minor = Math.abs(amount) < 1e6 ? 0n : minorOf(amount, ledger.decimals[currency], 'down');
    if (minor < openingMax && minor > -openingMax) continue;
    const what = `${amount} ${ledger.currencies[currency]}`;
    const message = `account ${engine.accountIds[row]} has ${what}: more than the ledger can count in its minor units`;
    throw new MargridError('LimitExceeded', message, { column: 'cash', value: amount });
  }
}
