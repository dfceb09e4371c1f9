import { createHash } from 'node:crypto';
import type { Market } from '../domain/market.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import { Engine, type EngineOptions } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { MargridError } from '../errors.ts';
import { statusOf, type AccountStatus } from './account-status.ts';
import { AdjustmentSums } from './adjustment-sums.ts';
import { appliedIds, type AppliedIds } from './applied-ids.ts';
import { AttachedModules } from './attached-modules.ts';
import type { BookCommand, Command, TickCommand } from './command.ts';
import { commitTransitions } from './commit-transitions.ts';
import { emptyTransitions, transitionOf, type EventBatch, type ModuleEvent, type Storable, type Transition, type TransitionColumns } from './events.ts';
import type { AccountContext, AccountModule, CashSource } from './module.ts';
import type { Outcome, OutcomeOrRefusal } from './outcome.ts';
import { changedQuotes } from './quote-change.ts';
import { requireCommand } from './require-command.ts';
import { restatedChanges } from './restated-changes.ts';
import { defaultAccountRules, parseAccountRules, type AccountRules } from './rules.ts';
import { noProposals, scanStatuses, type Proposals } from './scan.ts';
import { SetStatus, sourcesOf, type SetKeys } from './set-status.ts';
import { plainQuotes, readSnapshot, writeSnapshot, type AccountSnapshot } from './snapshot.ts';
import { levelNames, type LevelName } from './status.ts';
import { hashStorable } from './storable-hash.ts';
import { describeTransitions } from './transition-causes.ts';

export type { AccountStatus, Outcome, OutcomeOrRefusal };

/** Where commands and their events go before they are acknowledged. */
export interface JournalSink {
  /** Resolves when the entries are durable. */
  append(entries: readonly Storable[]): Promise<void>;
}

export interface AccountEngineOptions extends Omit<EngineOptions, 'params'> {
  readonly params: unknown;
  /** As in their file (`parseAccountRules`); default `defaultAccountRules`. */
  readonly rules?: unknown;
  readonly modules?: readonly AccountModule[];
  readonly journal?: JournalSink;
}

/**
 * A book with statuses: margins every account at each tick, raises margin calls and says who is to be liquidated, and
 * why. Everything happens by commands, one at a time; what a command does follows from the state before it and the
 * command alone, so that the journal of commands replays to the same state.
 */
export class AccountEngine {
  readonly engine: Engine;
  readonly market: Market;
  #rules: AccountRules;
  /** As they were given: for snapshots and modules. */
  readonly #params: unknown;
  readonly #journal: JournalSink | null;
  readonly #status = new SetStatus();
  readonly #found: Proposals = noProposals();
  readonly #sums: AdjustmentSums;
  readonly #applied: AppliedIds = appliedIds();
  readonly #rowOf: ReadonlyMap<string, number>;
  readonly #modules: AttachedModules;
  #keys: SetKeys;
  #structureVersion: number;
  #clockMs: number;
  #sequence = 0;
  #eventCount = 0;
  #events: ModuleEvent[] = [];
  /** As the commands gave them; the engine may have been given less, where a module does not trust them. */
  #askedQuotes: Quotes;
  #previousQuotes: Quotes;
  #state: 'idle' | 'busy' | 'failed' | 'closed' = 'idle';
  /** Whether the command in hand has changed something: an error from here on leaves a state that no journal knows. */
  #isChanged = false;

  private constructor(options: AccountEngineOptions, engine: Engine) {
    this.#params = options.params;
    this.engine = engine;
    this.market = options.market;
    this.#rules = options.rules === undefined ? defaultAccountRules : parseAccountRules(options.rules);
    this.#journal = options.journal ?? null;
    this.#clockMs = options.market.asOfMs;
    this.#askedQuotes = engine.quotes;
    this.#previousQuotes = engine.quotes;
    this.#rowOf = new Map(options.market.instruments.map(({ name }, row) => [name, row] as const));
    this.#keys = keysOf(engine);
    this.#structureVersion = engine.structureVersion;
    this.#status.reset(engine.nettingSetCount);
    this.#modules = new AttachedModules(options.modules ?? [], (module) => this.#contextOf(module));
    this.#sums = new AdjustmentSums(this.modules);
  }

  /** Loads a book; nothing is margined yet. Throws what `Engine.create` throws, and `ParameterInvalid` for bad rules. */
  static create(options: AccountEngineOptions): AccountEngine {
    const made = new AccountEngine(options, Engine.create(options));
    for (const module of made.modules) {
      module.attach?.(made.#modules.contextOf(module), false);
      made.#resetStructure();
    }
    return made;
  }

  /**
   * The state of a snapshot: the same from here on, bit for bit. Of the options only those count that a snapshot does
   * not hold: workers, kernels, capacities, modules (as when it was taken), journal. Throws `SnapshotInvalid`.
   */
  static async restore(snapshot: Storable, options: Omit<AccountEngineOptions, 'market' | 'book' | 'params' | 'model' | 'rules'>): Promise<AccountEngine> {
    const read = readSnapshot(snapshot);
    const made = new AccountEngine({ ...options, ...read.inputs }, Engine.create({ ...options, ...read.inputs }));
    try {
      await made.#takeSnapshot(read);
    } catch (error) {
      await made.close();
      throw error;
    }
    return made;
  }

  async #takeSnapshot(read: AccountSnapshot): Promise<void> {
    const { columns, modules, quotes, askedQuotes, adjustments, isPriced, isMargined, sequence, eventCount, clockMs, applied } = read;
    if (columns.level.length !== this.engine.nettingSetCount) {
      throw new MargridError('SnapshotInvalid', `the snapshot has ${columns.level.length} netting sets, its book ${this.engine.nettingSetCount}`);
    }
    const names = this.modules.map(({ name }) => name);
    if (names.join() !== Object.keys(modules).join()) {
      throw new MargridError('SnapshotInvalid', `the snapshot is of modules [${Object.keys(modules).join(', ')}], got [${names.join(', ')}]`);
    }
    const own = this.#status.columns();
    for (const name of Object.keys(own) as (keyof typeof own)[]) own[name].set(columns[name]);
    this.#sequence = sequence;
    this.#eventCount = eventCount;
    this.#clockMs = clockMs;
    for (const [id, number] of applied) this.#applied.add(id, number);
    for (const module of this.modules) {
      module.attach?.(this.#modules.contextOf(module), true);
      module.restore(modules[module.name]);
    }
    this.#askedQuotes = askedQuotes;
    this.#previousQuotes = quotes;
    // Amounts of the last tick, not of the book as it is now: commands until the next tick go by them.
    this.#sums.restore(adjustments);
    if (!isPriced) return;
    await this.engine.tick(quotes);
    // Results of a book that has changed since are none.
    if (!isMargined) this.engine.update({});
  }

  get modules(): readonly AccountModule[] {
    return this.#modules.all;
  }

  get rules(): AccountRules {
    return this.#rules;
  }

  /** Number of the last command. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The engine's clock: time of the last command; of the market before the first. */
  get clockMs(): number {
    return this.#clockMs;
  }

  /** Level of every netting set (`status.ts`), in the order of `engine.results`. A view: valid until the next command. */
  get level(): Uint8Array {
    return this.#status.level;
  }

  /** Ids of the commands that were applied, as far as they are kept, oldest first. */
  get appliedIds(): string[] {
    return this.#applied.entries().map(([id]) => id);
  }

  /** Whether a command was applied, as far as its id is kept. */
  hasApplied(id: string): boolean {
    return this.#applied.get(id) !== undefined;
  }

  /** Netting sets by level. */
  get counts(): Readonly<Record<LevelName, number>> {
    const counts = levelNames.map(() => 0);
    for (const level of this.level) counts[level]++;
    return Object.fromEntries(levelNames.map((name, level) => [name, counts[level]])) as Record<LevelName, number>;
  }

  /**
   * Applies a command: all of it or nothing. Resolves when the journal, if there is one, holds it for good. Throws
   * `CommandInvalid` (or what its module throws) if the command is refused, and `EngineState` while another is running.
   */
  async apply(command: Command | TickCommand | BookCommand): Promise<Outcome> {
    const [outcome] = await this.applyAll([command]);
    if ('refused' in outcome) throw outcome.refused;
    return outcome;
  }

  /** Applies commands in order, with one wait for the journal. A refused one changes nothing and stops nobody. */
  async applyAll(commands: readonly (Command | TickCommand | BookCommand)[]): Promise<OutcomeOrRefusal[]> {
    this.#requireIdle();
    this.#state = 'busy';
    const entries: Storable[] = [];
    const outcomes: OutcomeOrRefusal[] = [];
    try {
      for (const command of commands as readonly Command[]) {
        const outcome = await this.#attempt(command);
        outcomes.push(outcome);
        if ('batch' in outcome && outcome.batch !== null && this.#journal !== null) {
          entries.push({ command, batch: outcome.batch as unknown as Storable });
        }
      }
      if (entries.length > 0) await this.#journal!.append(entries);
      this.#state = 'idle';
      return outcomes;
    } catch (error) {
      // What is in memory may not be in the journal: only the journal can tell the state from here on.
      this.#state = 'failed';
      throw error;
    }
  }

  async #attempt(command: Command): Promise<OutcomeOrRefusal> {
    this.#isChanged = false;
    this.#events = [];
    try {
      // First of all: a command that is sent again is older than the clock.
      const earlier = this.#applied.get(command.id);
      if (earlier !== undefined) return { sequence: earlier, repeated: true, batch: null };
      requireCommand(command, this.#clockMs);
      return await this.#execute(command);
    } catch (error) {
      if (this.#isChanged) throw error;
      if (error instanceof MargridError) return { refused: error };
      const reason = error instanceof Error ? error.message : String(error);
      return { refused: new MargridError('CommandInvalid', `the command is malformed: ${reason}`) };
    }
  }

  async #execute(command: Command): Promise<Outcome> {
    const before = this.#clockMs;
    this.#clockMs = command.timeMs;
    let transitions = emptyTransitions(0);
    try {
      if (command.kind === 'tick') transitions = await this.#tick(command as unknown as TickCommand);
      else if (command.kind === 'book') this.#change((command as unknown as BookCommand).changes, null, null);
      else if (command.kind === 'rules') this.#rules = parseAccountRules(command['rules']);
      else this.#modules.command(command);
    } catch (error) {
      this.#clockMs = before;
      throw error;
    }
    this.#sequence++;
    this.#applied.add(command.id, this.#sequence);
    const batch: EventBatch = {
      sequence: this.#sequence,
      timeMs: command.timeMs,
      firstEvent: this.#eventCount + 1,
      events: this.#events,
      transitions,
    };
    this.#eventCount += batch.events.length + transitions.count;
    return { sequence: this.#sequence, repeated: false, batch };
  }

  /** Changes the book for a module (null: the command itself), and lets the others follow. */
  #change(changes: BookChanges, by: AccountModule | null, source: CashSource | null): void {
    this.engine.update(changes);
    this.#isChanged = true;
    this.#followStructure();
    for (const module of this.modules) if (module !== by) module.bookChanged?.(changes, this.#modules.contextOf(module), source);
  }

  /** As `#change`, over whole columns; the changes are spelt out only if some module wants to hear of them. */
  #restate(cash: Float64Array, entryPrices: Float64Array | null, by: AccountModule): void {
    const followers = this.modules.filter((module) => module !== by && module.bookChanged !== undefined);
    const changes = followers.length === 0 ? {} : restatedChanges(this.engine, cash, entryPrices);
    this.engine.restate(cash, entryPrices);
    this.#isChanged = true;
    for (const module of followers) module.bookChanged!(changes, this.#modules.contextOf(module), null);
  }

  /** Columns of statuses for the netting sets there are, if attaching a module opened or closed any. */
  #resetStructure(): void {
    if (this.engine.structureVersion === this.#structureVersion) return;
    this.#structureVersion = this.engine.structureVersion;
    this.#keys = keysOf(this.engine);
    this.#status.reset(this.engine.nettingSetCount);
  }

  /** Columns of statuses move with the netting sets. */
  #followStructure(): void {
    if (this.engine.structureVersion === this.#structureVersion) return;
    this.#structureVersion = this.engine.structureVersion;
    const next = keysOf(this.engine);
    const sources = sourcesOf(this.#keys, next);
    this.#keys = next;
    this.#status.rearrange(sources);
    this.#sums.rearrange(sources);
    for (const module of this.modules) module.setsMoved?.(sources, this.#modules.contextOf(module));
  }

  async #tick({ quotes: change = {}, timeMs }: TickCommand): Promise<TransitionColumns> {
    const { quotes: asked, quoted } = changedQuotes(this.#askedQuotes, change, this.market, this.#rowOf, timeMs);
    // From here on modules may change: a tick that fails leaves the engine to be restored.
    this.#isChanged = true;
    const plan = this.#modules.planned({ quotes: asked, quoted: quoted.rows, quotedPairs: quoted.pairs });
    const before = this.#previousQuotes;
    await this.engine.tick(plan.quotes);
    this.#askedQuotes = asked;
    this.#previousQuotes = plan.quotes;
    const { nettingSetCount } = this.engine;
    const pooled = this.#modules.pooled(nettingSetCount);
    this.#sums.compute(this.#modules.contexts, nettingSetCount);
    const { equity, initialMargin, maintenanceMargin, status: kernelStatus } = this.engine.results;
    const { balanceAdded, initialAdded, maintenanceAdded } = this.#sums;
    const minimumTransfer = this.#minimumTransfers();
    const inputs = {
      equity,
      initialMargin,
      maintenanceMargin,
      kernelStatus,
      balanceAdded,
      initialAdded,
      maintenanceAdded,
      pooled,
      minimumTransfer,
      ...this.#keys,
    };
    scanStatuses(this.#status, inputs, this.#rules, timeMs, this.#found);
    const places = this.#modules.notHeldBack(this.#found, this.#status);
    const transitions = commitTransitions(this.#status, this.#found, places, this.#rules, this.#clockMs);
    this.#describe(transitions, places, before, plan.quotes);
    if (this.modules.length === 0) return transitions;
    const sets = places === null ? this.#found.sets : places.map((place) => this.#found.sets[place]);
    this.#modules.ticked(transitions, sets, this.#status);
    return transitions;
  }

  /** Fills in what caused the transitions: price, scenario, component. */
  #describe(transitions: TransitionColumns, places: readonly number[] | null, before: Quotes, after: Quotes): void {
    if (transitions.count === 0) return;
    const sets = places === null ? this.#found.sets.subarray(0, transitions.count) : places.map((place) => this.#found.sets[place]);
    describeTransitions({ engine: this.engine, market: this.market, sums: this.#sums, before, after }, transitions, sets);
  }

  #minimumTransfers(): Float64Array {
    const { minimumTransfer } = this.#rules.marginCall;
    return Float64Array.from(this.engine.currencies, (currency) => minimumTransfer[currency] ?? minimumTransfer['default'] ?? 0);
  }

  /** How an account stands, netting set by netting set. Throws `AccountUnknown`. */
  status(account: string): AccountStatus[] {
    const { first, end } = this.engine.resultRange(account);
    return Array.from({ length: end - first }, (_, index) => {
      const set = first + index;
      return statusOf(this.#status, set, this.engine.currencies[this.#keys.currency[set]], this.#sums.of(set), this.#rules);
    });
  }

  /** The transitions of a batch in words, [first, end). Prices are those of the last two ticks: for the batch at hand. */
  transitions(batch: EventBatch, first = 0, end = batch.transitions.count): Transition[] {
    const names = {
      accountIds: this.engine.accountIds,
      currencies: this.engine.currencies,
      components: [...this.engine.componentNames, ...this.#sums.requirementNames],
      instruments: this.market.instruments,
    };
    return Array.from({ length: end - first }, (_, index) => transitionOf(batch, first + index, names));
  }

  /** SHA-256 of everything: book, quotes, results, statuses, timers, modules. Throws `EngineState` before a tick. */
  stateHash(): string {
    const hash = createHash('sha256').update(this.engine.stateHash());
    const { sequence, clockMs } = this;
    hashStorable(hash, { sequence, clockMs, eventCount: this.#eventCount, ...this.#status.columns() });
    hashStorable(hash, { rules: this.#rules as unknown as Storable, askedQuotes: plainQuotes(this.#askedQuotes) });
    for (const module of this.modules) hashStorable(hash, { [module.name]: module.state() });
    return hash.digest('hex');
  }

  /** Everything that `restore` needs. Columns are copies. */
  snapshot(): Storable {
    this.#requireIdle();
    return writeSnapshot({
      inputs: { market: this.market, book: this.engine.exportBook(), model: this.engine.modelName, params: this.#params, rules: this.#rules },
      quotes: this.engine.quotes,
      askedQuotes: this.#askedQuotes,
      adjustments: this.#sums.amounts(),
      isPriced: this.engine.isPriced,
      isMargined: this.engine.isMargined,
      columns: this.#status.columns(),
      sequence: this.#sequence,
      eventCount: this.#eventCount,
      clockMs: this.#clockMs,
      applied: this.#applied.entries(),
      modules: Object.fromEntries(this.modules.map((module) => [module.name, module.state()] as const)),
    });
  }

  /** Ends the worker threads. */
  async close(): Promise<void> {
    this.#state = 'closed';
    await this.engine.close();
  }

  #requireIdle(): void {
    if (this.#state === 'idle') return;
    const reasons = {
      busy: 'a command is being applied: wait for it',
      failed: 'a command failed half-way or could not be journaled: restore the engine from its snapshot and journal',
      closed: 'the engine is closed',
    };
    throw new MargridError('EngineState', reasons[this.#state]);
  }

  #contextOf(module: AccountModule): AccountContext {
    const status = this.#status;
    // Getters: contexts live as long as the engine, what they show changes.
    const own = (): AccountEngine => this;
    return {
      engine: this.engine,
      market: this.market,
      params: this.#params,
      get clockMs() {
        return own().#clockMs;
      },
      get quotes() {
        return own().#previousQuotes;
      },
      get level() {
        return status.level;
      },
      get levelBefore() {
        return status.levelBefore;
      },
      get balance() {
        return status.balance;
      },
      get initialMargin() {
        return status.initialMargin;
      },
      get maintenanceMargin() {
        return status.maintenanceMargin;
      },
      added: (set) => this.#sums.added(set, this.#modules.contexts),
      mirrors: () => this.#modules.mirrors(),
      isClaimed: (account, currency) => this.#modules.isClaimed(account, currency),
      update: (changes, source) => this.#change(changes, module, source ?? null),
      restate: (cash, entryPrices) => this.#restate(cash, entryPrices, module),
      emit: (kind, data) => void this.#events.push({ module: module.name, kind, data }),
    };
  }
}

function keysOf(engine: Engine): SetKeys {
  const { account, currency } = engine.setKeys;
  return { account: account.slice(), currency: currency.slice() };
}
