import { headerWords, type Arena } from '../columns/arena.ts';
import type { Book, CashColumns } from '../domain/book.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { Kernels } from '../wasm/kernels.ts';
import type { AccountMargin } from './account-margin.ts';
import { applyBookChanges, changedSets, changeOfAccount, type BookChanges } from './book-changes.ts';
import type { BookColumns, HeldSet } from './book-columns.ts';
import { BookNames } from './book-names.ts';
import type { EngineOptions, EngineRoom } from './engine-options.ts';
import { exportBook } from './export-book.ts';
import { faultReason } from './fault-reason.ts';
import { heldAccountOf, type HeldAccount } from './held-account.ts';
import type { InstrumentRows } from './instrument-rows.ts';
import { loadEngine, type LoadedEngine } from './load-engine.ts';
import { nextQuotes } from './next-quotes.ts';
import type { PartialTicks } from './partial-ticks.ts';
import { componentNamesOf, resultColumnsOf, type ResultColumns } from './result-columns.ts';
import { marginAgain } from './set-margin.ts';
import { reduceSets, undoReductions, type ReductionUndo, type SetReductions } from './set-reductions.ts';
import { resultHash, resultHolderOf, stateHash } from './state-hash.ts';
import { writeExpirySlopes, writeTickInputs, type Quotes, type TickSetup } from './tick-inputs.ts';
import type { TickReport } from './tick-report.ts';
import { closedDuringTick, TickStages } from './tick-stages.ts';
import { clearTotals, foldTotals } from './totals.ts';

export type { EngineOptions, ResultColumns, TickReport };
export type { TickTimings } from './tick-report.ts';

/**
 * A book under one margin model: load once, then tick and update. One engine is one memory.
 *
 * Not re-entrant: wait for a tick before the next call.
 */
export class Engine {
  readonly market: Market;
  readonly modelName: string;
  readonly arena: Arena;
  readonly rows: InstrumentRows;
  readonly #book: BookColumns;
  readonly #names: BookNames;
  readonly #setup: TickSetup;
  readonly #kernels: Kernels;
  readonly #stages: TickStages;
  /** By account row: why its input was bad. */
  readonly #reasons: ReadonlyMap<number, string>;
  /** Since the last change of another kind: those that can be taken back. */
  #reductions: ReductionUndo[] = [];
  #quotes: Quotes;
  #tick = 0;
  /** Whether the risk array is that of `#quotes`: a tick that fails leaves half of one. */
  #isPriced = false;
  #state: 'loaded' | 'ticking' | 'ticked' | 'closed' = 'loaded';

  private constructor({ market, book: { quarantined } }: EngineOptions, loaded: LoadedEngine) {
    const { setup, book, kernels } = loaded;
    this.market = market;
    this.modelName = setup.model.name;
    this.arena = setup.arena;
    this.rows = setup.rows;
    this.#book = book;
    this.#names = new BookNames(book, setup.rows, market);
    this.#setup = setup;
    this.#kernels = kernels;
    this.#stages = new TickStages(loaded);
    this.#quotes = market;
    this.#reasons = new Map(quarantined.map(({ accountIndex, reason }) => [accountIndex, reason] as const));
  }

  /**
   * Loads a book. Throws `MargridError`: `LimitExceeded`, `ParameterInvalid`, `ModelUnknown`, `ComponentUnknown` (an
   * instrument the model
   * cannot margin), `PositionDuplicate`.
   */
  static create(options: EngineOptions, room: EngineRoom = {}): Engine {
    return new Engine(options, loadEngine(options, room));
  }

  /** Margins every account at the given quotes (default: those of the last tick, at first those of the market). */
  async tick(quotes: Partial<Quotes> = {}): Promise<TickReport> {
    this.#takeQuotes(quotes);
    try {
      const start = performance.now();
      this.#writeInputs();
      return await this.#runStages(start);
    } catch (error) {
      // A tick that failed leaves no results, but the book is as it was: the next tick may succeed.
      if (this.#state === 'ticking') this.#state = 'loaded';
      this.#stages.forgetRows();
      throw error;
    }
  }

  #takeQuotes(quotes: Partial<Quotes>): void {
    this.#requireIdle();
    this.#quotes = nextQuotes(this.#quotes, quotes, this.market.instruments.length);
    this.#state = 'ticking';
  }

  /** For `Monitor`, which evaluates some sets of a tick only: see `PartialTicks`. */
  partialTicks(): PartialTicks {
    const { runner } = this.#stages;
    return {
      setup: this.#setup,
      book: this.#book,
      model: this.#setup.model,
      kernels: this.#kernels,
      workerCount: runner.workerCount,
      begin: (quotes) => {
        this.#takeQuotes(quotes);
        // The driver writes rows behind the engine's back.
        this.#stages.forgetRows();
        // The workers wake while the inputs are written.
        runner.call();
        this.#writeInputs();
        return this.#quotes;
      },
      stage: (stage) => this.#stages.partial(stage),
      whole: () => this.#runStages(performance.now()),
      writeExpirySlopes: (box) => writeExpirySlopes(this.#setup, this.#quotes, box),
      resume: () => {
        this.#requireIdle();
        this.#state = 'ticking';
        runner.call();
      },
      end: (failed = false) => {
        runner.release();
        if (this.#state !== 'closed') this.#state = failed ? 'loaded' : 'ticked';
        else if (!failed) throw closedDuringTick();
      },
      marginAgain: (set) => this.#marginAgain(set),
    };
  }

  #writeInputs(): void {
    this.#isPriced = false;
    writeTickInputs(this.#setup, this.#quotes, this.#book.setCount);
  }

  /** Every stage of a tick whose inputs are written. */
  async #runStages(start: number): Promise<TickReport> {
    const { setCount } = this.#book;
    clearTotals(this.arena);
    const prepared = performance.now();
    await this.#stages.priceRows();
    this.#isPriced = true;
    const priced = performance.now();
    await this.#stages.marginSets(setCount);
    const margined = performance.now();
    const totals = foldTotals(this.arena, this.rows.currencies, setCount);
    const end = performance.now();
    this.#tick++;
    this.arena.header[headerWords.tickNumber] = this.#tick;
    this.#state = 'ticked';
    const timingsMs = {
      inputs: prepared - start,
      riskArray: priced - prepared,
      margin: margined - priced,
      totals: end - margined,
      total: end - start,
    };
    return { tick: this.#tick, totals, timingsMs };
  }

  /** The next tick prices every held row, as if all quotes had changed: for whoever measures ticks. */
  forgetRows(): void {
    this.#requireIdle();
    this.#stages.forgetRows();
  }

  /**
   * Brings every row of the risk array (`arena.views.riskArray`) to the quotes of the last tick, also those of instruments
   * that nobody holds. Throws `EngineState` before the first tick.
   */
  priceAllRows(): void {
    this.#requireIdle();
    if (!this.#isPriced) throw noPrices();
    this.#stages.requireRows(Array.from(this.rows.instrumentOf, (_, row) => row));
  }

  /**
   * Changes positions, cash and add-ons; the next tick margins the changed book. The result equals that of a book
   * loaded afresh, bit for bit.
   * All or nothing. Throws `BadInputError` (rows are 1-based places in the list given) or `LimitExceeded`.
   */
  update(changes: BookChanges): void {
    this.#requireIdle();
    const known = this.#book.accountIds.length;
    const opened = applyBookChanges(this.#book, this.#names.directory(), changes);
    this.#names.open(opened, known);
    for (const { instrument } of changes.positions ?? []) this.#stages.hold(this.#names.instrumentRow(instrument)!);
    this.#reductions = [];
    this.#state = 'loaded';
  }

  /**
   * Replaces the cash of every netting set; sets without a row get none. For whole books: `update` is the call for
   * single accounts. Throws
   * `EngineState` if a row's account holds nothing in that currency, because this call opens no netting sets.
   */
  replaceCash(cash: CashColumns, currencies: readonly string[]): void {
    this.#requireIdle();
    this.#book.replaceCash(
      cash,
      Uint8Array.from(currencies, (name) => this.rows.currencies.indexOf(name)),
    );
    this.#reductions = [];
    this.#state = 'loaded';
  }

  /**
   * Closes shares of whole netting sets, columns in, no objects per set: for simulators. The next tick margins the book
   * that is left, as if it had been loaded afresh; a set that holds nothing any more keeps its row of zeros. Throws
   * `OptionInvalid`.
   */
  reduceSets(reductions: SetReductions): ReductionUndo {
    this.#requireIdle();
    const undo = reduceSets(this.#book, reductions);
    this.#reductions.push(undo);
    this.#state = 'loaded';
    return undo;
  }

  /**
   * Takes back the last reductions, down to and including `undo`. Throws `EngineState` if the book has been changed
   * otherwise since.
   */
  undoReductions(undo: ReductionUndo): void {
    this.#requireIdle();
    const place = this.#reductions.indexOf(undo);
    if (place < 0) throw new MargridError('EngineState', 'these reductions cannot be taken back: the book has changed');
    for (const each of this.#reductions.splice(place).reverse()) undoReductions(this.#book, each);
    this.#state = 'loaded';
  }

  /**
   * Cash of every netting set, and entry prices of every position slot (null: they stay), at once: for whole books. No
   * set is opened or closed, even where nothing is left. Throws `EngineState`.
   */
  restate(cash: Float64Array, entryPrices: Float64Array | null): void {
    this.#requireIdle();
    this.#book.restate(cash, entryPrices);
    this.#state = 'loaded';
  }

  /** Market row of the instrument in a position slot. */
  instrumentAt(slot: number): number {
    return this.rows.instrumentOf[this.#book.rowAt(slot)];
  }

  /** Account names in result order. */
  get accountIds(): readonly string[] {
    return this.#book.accountIds;
  }

  get currencies(): readonly string[] {
    return this.rows.currencies;
  }

  get nettingSetCount(): number {
    return this.#book.setCount;
  }

  /** Raised whenever an update opens or closes netting sets: rows of `results` then belong to others than before. */
  get structureVersion(): number {
    return this.#book.structureVersion;
  }

  /** Account row and currency row of every netting set, in the order of `results`. Views: valid until the next update. */
  get setKeys(): { readonly account: Uint32Array; readonly currency: Uint8Array } {
    const { account, currency } = this.arena.views.nettingSet;
    return { account: account.subarray(0, this.#book.setCount), currency: currency.subarray(0, this.#book.setCount) };
  }

  /** Entry prices in the order of the position slots (`arena.views.position`); 0 where none matters. A view. */
  get entryPrices(): Float64Array {
    return this.#book.entryPrice;
  }

  /** Reporting currency of a model that pools an account's currencies; null for one that margins each by itself. */
  get pooledCurrency(): string | null {
    return this.#book.pooled;
  }

  /** Whether there are prices: a tick has been done, and none has failed since. */
  get isPriced(): boolean {
    return this.#isPriced;
  }

  /** Whether there are results: the book is as the last tick margined it. */
  get isMargined(): boolean {
    return this.#state === 'ticked';
  }

  /** Quotes of the last tick; of the market before the first. */
  get quotes(): Quotes {
    return this.#quotes;
  }

  /** Whether the model margins open orders; if not, an account that has any in the book is refused. */
  get ordersMargined(): boolean {
    const { model } = this.#setup;
    return model.kind === 'portable' && model.ordersMargined;
  }

  /** Whether the model values an option at the market's `markPrice`, not at Black-76 of its volatility. */
  usesMarkPrice(instrument: Instrument): boolean {
    const { model, params } = this.#setup;
    return model.kind === 'portable' && model.requiredFields(instrument, params).includes('markPrice');
  }

  /** Components of the requirement, in the order in which results hold them. */
  get componentNames(): readonly string[] {
    return componentNamesOf(this.#setup.model);
  }

  /** Row of an account in the order of `accountIds`, -1 if the book has none of that name. */
  accountRow(account: string): number {
    return this.#names.accountRow(account) ?? -1;
  }

  /** What the book has for an account. Throws `AccountUnknown`. */
  heldBy(account: string): HeldAccount {
    return heldAccountOf(this.heldSets(account), this.rows, this.market.instruments);
  }

  get positionCount(): number {
    const { positionCount } = this.arena.views.nettingSet;
    return positionCount.subarray(0, this.#book.setCount).reduce((sum, count) => sum + count, 0);
  }

  /** Throws `EngineState` before the first tick and after an update that no tick has margined. */
  get results(): ResultColumns {
    this.#requireResults();
    return resultColumnsOf(this.arena, this.#setup.model, this.#book.setCount);
  }

  /** Why a netting set (a row of `results`) is quarantined; null if it is not. */
  faultReason(set: number): string | null {
    return faultReason(this.#setup, this.#book, this.#reasons, set);
  }

  /**
   * The last tick's margins of one account, netting set by netting set, with components and scenario P&L. Throws
   * `AccountUnknown`, `EngineState` as `results` does.
   */
  accountMargins(account: string): AccountMargin[] {
    this.#requireResults();
    const { first, end } = this.resultRange(account);
    return Array.from({ length: end - first }, (_, index) => this.#marginAgain(first + index));
  }

  /**
   * Margins of one account as they would be after changes, at the quotes of the last tick; the book stays as it is. An
   * account that the book does not know starts empty. Throws `BadInputError` for bad changes, `EngineState` before the
   * first tick. Takes microseconds: one account, no copy of anything else.
   */
  preview(account: string, changes: Omit<BookChanges, 'addOns'>): AccountMargin[] {
    this.#requireIdle();
    if (!this.#isPriced) throw noPrices();
    const row = this.#names.accountRow(account) ?? this.#book.accountIds.length;
    const change = changeOfAccount(this.#book, this.#names.directory(), account, changes);
    const sets = changedSets(this.#book, row, change);
    for (const { positions } of sets) this.#stages.requireRows(positions.map(({ row: instrument }) => instrument));
    return sets.map((held) => this.#marginAgain(this.#book.writeVisitor(held)));
  }

  #marginAgain(set: number): AccountMargin {
    return marginAgain({ setup: this.#setup, kernels: this.#kernels, book: this.#book, reasons: this.#reasons }, set);
  }

  /**
   * What one account holds, netting set by netting set, in currency order; nothing for an account without any. Costs the
   * account, not the book. Throws `AccountUnknown`.
   */
  heldSets(account: string): HeldSet[] {
    const { first, end } = this.resultRange(account);
    return Array.from({ length: end - first }, (_, index) => this.#book.readSet(first + index));
  }

  /** Rows of `results` of one account, [first, end). Throws `AccountUnknown`. */
  resultRange(account: string): { readonly first: number; readonly end: number } {
    const row = this.#names.accountRow(account);
    if (row === undefined)
      throw new MargridError('AccountUnknown', `the book has no account '${account}'`, { value: account });
    return { first: this.#book.accountFirstSet[row], end: this.#book.accountFirstSet[row + 1] };
  }

  /**
   * The book as it now stands, in engine order: loading it into a new engine with the same market gives the same
   * results and the same hash.
   * Entry prices are kept where they matter, for futures and perpetuals.
   */
  exportBook(): Book {
    return exportBook(this.#book, this.#reasons);
  }

  /** SHA-256 of the result columns. */
  resultHash(): string {
    this.#requireResults();
    return resultHash([resultHolderOf(this.#book)]);
  }

  /**
   * SHA-256 of inputs, parameters and results: the same for any number of workers, either engine, any history of
   * updates.
   */
  stateHash(): string {
    this.#requireResults();
    return stateHash(this.#book, this.#quotes.asOfMs, this.modelName, this.#setup.params);
  }

  /** The kernels on the calling thread, for vectors that no result column holds. */
  get kernels(): Kernels {
    return this.#kernels;
  }

  /** Ends the worker threads. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    await this.#stages.close();
  }

  #requireResults(): void {
    if (this.#state !== 'ticked') throw new MargridError('EngineState', 'there are no results: call tick() first');
  }

  #requireIdle(): void {
    if (this.#state === 'ticking') throw new MargridError('EngineState', 'a tick is running: wait for it');
    if (this.#state === 'closed') throw new MargridError('EngineState', 'the engine is closed');
  }
}

function noPrices(): MargridError {
  return new MargridError('EngineState', 'there are no prices: call tick() first');
}
