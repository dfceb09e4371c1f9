import type { Market } from '../domain/market.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import type { Engine } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import type { MinorUnits } from '../money/minor-units.ts';
import type { Command } from './command.ts';
import type { ModuleEvent, Storable } from './events.ts';

/** What a module may see and do. */
export interface AccountContext {
  readonly engine: Engine;
  readonly market: Market;
  /** Parameters of the margin model as they were given. */
  readonly params: unknown;
  /** UTC milliseconds: the time of the command that is being applied. */
  readonly clockMs: number;
  /** Quotes of the last tick (in `beforeTick`: of the tick before). */
  readonly quotes: Quotes;
  /** Level of every netting set (`status.ts`), in the order of `engine.results`. */
  readonly level: Uint8Array;
  /** Of a set that is quarantined or pooled: the level to which it returns. */
  readonly levelBefore: Uint8Array;
  /**
   * Margin balance and requirements with all adjustments, one per netting set; NaN if quarantined or new. Those of the
   * last tick; while adjustments are computed and transitions proposed, of the tick before.
   */
  readonly balance: Float64Array;
  readonly initialMargin: Float64Array;
  readonly maintenanceMargin: Float64Array;
  /** What all adjustments together added to a netting set at the last tick; zeros for a new one. */
  added(set: number): AddedAmounts;
  /**
   * Accounts that hold nothing of their own: each is the sum of the accounts listed with it, as pools are. Money and
   * trades are its members'; whoever counts both counts twice.
   */
  readonly mirrors: () => ReadonlyMap<string, readonly string[]>;
  /** Changes the book; `source` says where cash comes from. Throws as `Engine.update`, all or nothing. */
  readonly update: (changes: BookChanges, source?: CashSource) => void;
  /**
   * Cash of every netting set, and entry prices of every position slot (null: they stay), in place: for whole books.
   * Opens and closes no set. The other modules hear of it as of any change.
   */
  readonly restate: (cash: Float64Array, entryPrices: Float64Array | null) => void;
  /** Reports something: part of the command's batch. */
  readonly emit: (kind: string, data: ModuleEvent['data']) => void;
}

/** The other side of the cash that a change of the book sets: what a ledger books besides the accounts. */
export interface CashSource {
  /** Why, in words of the module. */
  readonly reason: string;
  /** What accounts of the house receive, minor units; the rest is `rest`'s. */
  readonly house?: readonly { readonly account: string; readonly currency: string; readonly amount: MinorUnits }[];
  readonly rest: 'external' | 'house/clearing';
}

/** Sums of adjustments of one netting set, settlement currency. */
export interface AddedAmounts {
  readonly balance: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

/** A tick as it is about to be done; a module may turn quotes that cannot be trusted into NaN. */
export interface TickPlan {
  /** Whole columns, the module's own copy to change. */
  readonly quotes: Quotes;
  /** By quote (`forward`, `impliedVolatility`, a further one): rows of the market that the command names; null: all. */
  readonly quoted: ReadonlyMap<string, ReadonlySet<number> | null>;
  /** Pairs whose index price it names. */
  readonly quotedPairs: ReadonlySet<string>;
}

/** Transitions as they would be: for a module that may hold them. Parallel lists, in netting set order. */
export interface ProposedTransitions {
  readonly sets: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Level of health before: of a set that returns from a quarantine or a pool, the one that it had before that. */
  readonly before: readonly number[];
}

/** Amounts per netting set that count besides the model's: settlement currency. */
export interface Adjustment {
  /** Name of the component in reports. */
  readonly name: string;
  /** `balance`: added to the margin balance, signed. `requirement`: added to initial and maintenance margin, >= 0. */
  readonly counts: 'balance' | 'requirement';
  /**
   * Writes the amounts of all netting sets (every element: they hold those of the tick before). `maintenance` is there
   * for requirements: what is added to maintenance margin. NaN quarantines the set.
   */
  compute(context: AccountContext, amounts: Float64Array, maintenance: Float64Array): void;
}

/**
 * A part of the account engine: it knows some kinds of commands, may adjust balances and requirements, and has a state
 * of its own. Everything that it does follows from its state, the command and the context: no clock, no random number.
 */
export interface AccountModule {
  readonly name: string;
  /**
   * Commands that the module knows, by kind (`ledger.post`). A handler checks the whole command before it changes
   * anything and throws `BadInputError` or `MargridError` if it refuses: then nothing has changed.
   */
  readonly commands?: Readonly<Record<string, (command: Command, context: AccountContext) => void>>;
  readonly adjustments?: readonly Adjustment[];
  /** Once, when the engine is made or restored; then `restore` follows, and the book is as it was: it must stay so. */
  attach?(context: AccountContext, isRestored: boolean): void;
  /** Before a tick is margined: the quotes to use. */
  beforeTick?(plan: TickPlan, context: AccountContext): Quotes;
  /**
   * After the book changed, by a command or by another module: what the module must change with it. Its own updates are
   * not told to it again. `source`: where the cash comes from, if the change says so.
   */
  bookChanged?(changes: BookChanges, context: AccountContext, source: CashSource | null): void;
  /** Accounts that mirror others (`AccountContext.mirrors`). */
  mirrors?(): ReadonlyMap<string, readonly string[]>;
  /** Netting sets that are margined only for reports, their status being another's (`POOLED`). Asked at every tick. */
  pooledSets?(context: AccountContext): Iterable<number>;
  /** Before transitions happen: places in the lists that must not happen at this tick. */
  holdTransitions?(proposed: ProposedTransitions, context: AccountContext): ReadonlySet<number>;
  /** After the transitions of a tick. */
  afterTick?(context: AccountContext, transitions: ProposedTransitions): void;
  /** After netting sets were opened or closed: `sources[set]` is the row that the set had before, -1 if it is new. */
  setsMoved?(sources: Int32Array, context: AccountContext): void;
  /** Everything that must survive a restart. */
  state(): Storable;
  /** Takes what `state` gave. */
  restore(state: Storable): void;
}
