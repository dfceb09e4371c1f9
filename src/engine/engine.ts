import { CHUNK_SET_COUNT } from '../../assembly/portable/layout.ts';
import { headerWords, type Arena } from '../columns/arena.ts';
import { chunkTotalsBytesOf, outFloatsOf, type Counts } from '../columns/schema.ts';
import type { Book, CashColumns } from '../domain/book.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import { BadInputError, MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { MarginModel } from '../margin/model.ts';
import { modelByName } from '../margin/registry.ts';
import type { Kernels, RangeKernelName } from '../wasm/kernels.ts';
import type { AccountMargin } from './account-margin.ts';
import { applyBookChanges, changedSets, changeOfAccount, pooledCashRule, type BookChanges } from './book-changes.ts';
import { BookColumns, type HeldSet } from './book-columns.ts';
import { faultReason } from './fault-reason.ts';
import { planInstrumentRows, type InstrumentRows } from './instrument-rows.ts';
import { exportBook } from './export-book.ts';
import { requireKernels, setUpMachine, type KernelChoice, type Machine } from './machine.ts';
import { requireWorkerCount, type Haste, type StageRunner } from './pool.ts';
import { requireValidBook } from './valid-book.ts';
import { requireQuotes, requireValidMarket } from './valid-market.ts';
import { resultHash, resultHolderOf, stateHash } from './state-hash.ts';
import { sortBook, type SortedBook } from './sorted-book.ts';
import { StaleRows, type RowRun } from './stale-rows.ts';
import type { PartialStage, PartialTicks } from './partial-ticks.ts';
import { reduceSets, undoReductions, type ReductionUndo, type SetReductions } from './set-reductions.ts';
import { requireMarginable } from './marginable.ts';
import { pooledCurrencyOf } from '../margin/pooled-currency.ts';
import { InstrumentFaults, modelCountsOf, modelRowsOf } from './model-inputs.ts';
import { clearStatuses, clearTotals, foldTotals, refoldTotals, statusNames, type Totals } from './totals.ts';
import { firstInPieces, listOf, runChunks, type StageTask } from './stage.ts';
import { writeContext, writeExpirySlopes, writeStaticColumns, writeTickInputs, type Quotes, type TickSetup } from './tick-inputs.ts';
import { warmUpAround } from './warm-up.ts';

export interface EngineOptions {
  readonly market: Market;
  readonly book: Book;
  /** Name in the registry; default `deribit-pm`. */
  readonly model?: string;
  /** Model parameters as in their file; parsed and validated here. */
  readonly params: unknown;
  /**
   * Worker threads. 0 (default) runs on the calling thread, with the non-shared build. More needs the built package.
   * Results are the same bits for every number.
   */
  readonly workers?: number;
  /** `wasm` (default where WASM SIMD exists) or `javascript`: bit-equal, slower. */
  readonly kernels?: KernelChoice;
  /** Position slots and netting sets to plan for, so that updates have room; defaults leave an eighth. */
  readonly positionCapacity?: number;
  readonly nettingSetCapacity?: number;
}

/** Room for more than ticks take. */
export interface EngineRoom {
  /** Columns of certificates, for `Monitor`. */
  readonly certified?: boolean;
  /** References that they may be of at once. */
  readonly referenceCount?: number;
}

/** Milliseconds of one tick by stage. */
export interface TickTimings {
  /** Market columns, scenario tables and factors, on the calling thread. */
  readonly inputs: number;
  /** Kernel A. */
  readonly riskArray: number;
  /** Kernels B to D. */
  readonly margin: number;
  /** Folding the totals of the chunks. */
  readonly totals: number;
  readonly total: number;
}

export interface TickReport {
  readonly tick: number;
  readonly totals: Totals;
  readonly timingsMs: TickTimings;
}

/**
 * Result columns of the last tick, one row per netting set, in (account, currency) order. Views: valid until the next
 * update.
 */
export interface ResultColumns {
  readonly accountIndex: Uint32Array;
  readonly currencyIndex: Uint8Array;
  readonly equity: Float64Array;
  readonly initialMargin: Float64Array;
  readonly maintenanceMargin: Float64Array;
  readonly worstCase: Float64Array;
  readonly rollShock: Float64Array;
  readonly deltaShock: Float64Array;
  readonly worstScenario: Int32Array;
  readonly status: Uint8Array;
  readonly fault: Uint8Array;
  /** Names of the model's components, and their amounts: `componentNames.length` per netting set, row after row. */
  readonly componentNames: readonly string[];
  readonly components: Float64Array;
}

/** One account of the book, in engine order. */
export interface HeldAccount {
  readonly positions: readonly { readonly instrument: string; readonly quantity: number; readonly entryPrice: number }[];
  readonly orders: readonly { readonly instrument: string; readonly quantity: number; readonly limitPrice: number }[];
  /** One per netting set. */
  readonly cash: readonly { readonly currency: string; readonly amount: number }[];
}

/** Components of a grid model: result columns of their own. */
const gridComponents = ['worstCase', 'rollShock', 'deltaShock'];

/**
 * Instruments per chunk of kernel A: small enough that two workers finish together, large enough that claiming costs
 * nothing.
 */
const instrumentChunk = 64;

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
  readonly #model: MarginModel<unknown>;
  readonly #params: unknown;
  readonly #setup: TickSetup;
  readonly #runner: StageRunner;
  readonly #kernels: Kernels;
  readonly #instrumentRow: ReadonlyMap<string, number>;
  readonly #currencyRow: ReadonlyMap<string, number>;
  readonly #reasons: ReadonlyMap<number, string>;
  #accountRow: Map<string, number> | null = null;
  /** Since the last change of another kind: those that can be taken back. */
  #reductions: ReductionUndo[] = [];
  /** Of a model whose row kernel need not price every row. */
  readonly #staleRows: StaleRows | null;
  #quotes: Quotes;
  #tick = 0;
  /** Whether the risk array is that of `#quotes`: a tick that fails leaves half of one. */
  #isPriced = false;
  #state: 'loaded' | 'ticking' | 'ticked' | 'closed' = 'loaded';

  private constructor(parts: EngineParts) {
    const { options, setup, book, kernels, runner } = parts;
    const { model, params, rows, arena } = setup;
    this.#setup = setup;
    this.market = options.market;
    this.modelName = model.name;
    this.arena = arena;
    this.rows = rows;
    this.#book = book;
    this.#model = model;
    this.#params = params;
    this.#kernels = kernels;
    this.#runner = runner;
    this.#quotes = options.market;
    this.#staleRows = parts.staleRows;
    this.#reasons = new Map(
      options.book.quarantined.map(({ accountIndex, reason }) => [accountIndex, reason] as const),
    );
    this.#instrumentRow = new Map(
      options.market.instruments.map(({ name }, index) => [name, rows.rowOf[index]] as const),
    );
    this.#currencyRow = new Map(rows.currencies.map((name, index) => [name, index] as const));
  }

  /**
   * Loads a book. Throws `MargridError`: `LimitExceeded`, `ParameterInvalid`, `ModelUnknown`, `ComponentUnknown` (an
   * instrument the model
   * cannot margin), `PositionDuplicate`.
   */
  static create(options: EngineOptions, room: EngineRoom = {}): Engine {
    const workers = options.workers ?? 0;
    requireWorkerCount(workers);
    const choice = requireKernels(options.kernels);
    const model = modelByName(options.model ?? 'deribit-pm');
    const params = model.parseParams(options.params);
    requireValidMarket(options.market);
    requireValidBook(options.book, options.market);
    const pooled = pooledCurrencyOf(model, params);
    requirePooledCash(options.book, pooled);
    const rows = planInstrumentRows(options.market.instruments, options.book.currencies, pooled);
    const modelRows = modelRowsOf(rows, options.market.instruments);
    requireMarginable(options.book, rows, model, params);
    const sorted = sortBook(options.book, rows);
    const counts: Counts = {
      scenarioCount:
        model.kind === 'grid' ? model.scenarios(rows.groups[0], 1, params).length : model.scenarioCount(params),
      instrumentCount: options.market.instruments.length,
      expiryCount: rows.expiries.length,
      groupCount: rows.groups.length,
      currencyCount: rows.currencies.length,
      // One row more, for a set that is margined without being in the book (`preview`).
      nettingSetCapacity: capacityOf('nettingSet', options.nettingSetCapacity, sorted.setCount, 1024) + 1,
      positionCapacity: capacityOf('position', options.positionCapacity, sorted.row.length, 4096),
      model: modelCountsOf(model, params, modelRows),
      certified: room.certified === true,
      referenceCount: room.referenceCount ?? 0,
    };
    const machine = setUpMachine(counts, workers, choice);
    // The threads start while the book is loaded: the first tick does not wait for them.
    const runner = machine.start();
    try {
      return Engine.#load({ options, model, params, rows, modelRows, sorted, pooled, machine, runner });
    } catch (error) {
      void runner.close();
      throw error;
    }
  }

  static #load(parts: LoadParts): Engine {
    const { options, model, params, rows, modelRows, sorted, pooled, machine, runner } = parts;
    const { arena } = machine;
    arena.seal();
    writeContext(arena);
    writeStaticColumns(arena, rows, options.market);
    const book = new BookColumns(arena, rows, {
      instruments: options.market.instruments,
      accountIds: options.book.accountIds,
      ordersMargined: model.kind === 'portable' && model.ordersMargined,
      optionEntries: model.kind === 'portable' && model.optionEntryPrices === true,
      pooled,
    });
    const faults = model.kind === 'portable' ? new InstrumentFaults(model, params, modelRows) : null;
    const setup = { arena, rows, modelRows, model, params, faults };
    const staleRows = model.kind === 'grid' ? new StaleRows(arena) : null;
    if (staleRows !== null) for (const row of sorted.row) staleRows.hold(row);
    const warmUp = { setup, kernels: machine.kernels, staleRows, quotes: options.market };
    warmUpAround(warmUp, sorted.setCount, () => book.load(sorted));
    return new Engine({ options, setup, kernels: machine.kernels, book, runner, staleRows });
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
      this.#staleRows?.forget();
      throw error;
    }
  }

  #takeQuotes(quotes: Partial<Quotes>): void {
    this.#requireIdle();
    const next = withQuotes(this.#quotes, quotes);
    requireQuotes(next, this.market.instruments.length);
    if (!Number.isFinite(next.asOfMs)) throw new MargridError('OptionInvalid', `asOfMs must be a time, got ${next.asOfMs}`);
    this.#quotes = next;
    this.#state = 'ticking';
  }

  /** For `Monitor`, which evaluates some sets of a tick only: see `PartialTicks`. */
  partialTicks(): PartialTicks {
    return {
      setup: this.#setup,
      book: this.#book,
      model: this.#model,
      kernels: this.#kernels,
      workerCount: this.#runner.workerCount,
      begin: (quotes) => {
        this.#takeQuotes(quotes);
        // The driver writes rows behind the engine's back.
        this.#staleRows?.forget();
        // The workers wake while the inputs are written.
        this.#runner.call();
        this.#writeInputs();
        return this.#quotes;
      },
      stage: (stage) => this.#partialStage(stage),
      whole: () => this.#runStages(performance.now()),
      writeExpirySlopes: (boxTime) => writeExpirySlopes(this.#setup, this.#quotes, boxTime),
      end: (failed = false) => {
        this.#runner.release();
        if (this.#state !== 'closed') this.#state = failed ? 'loaded' : 'ticked';
        else if (!failed) throw closedDuringTick();
      },
      marginAgain: (set) => this.#marginAgain(set),
    };
  }

  async #partialStage({ kernel, itemCount, chunkItems, list, inlineItems, haste }: PartialStage): Promise<void> {
    if (itemCount === 0) return;
    const { header, control, context, scratch } = this.arena.plan;
    const plain = { kernel, context, itemCount, chunkItems, header, control, scratch };
    const task = list === undefined ? plain : { ...plain, list };
    if (itemCount > inlineItems) return this.#runStage(task, haste);
    let next = 0;
    runChunks(this.#kernels, task, scratch[0], () => next++, listOf(this.arena.buffer, task));
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
    await this.#priceRows();
    this.#isPriced = true;
    const priced = performance.now();
    await this.#marginSets(setCount);
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

  /** Kernels B to D, and the totals of chunks. */
  async #marginSets(setCount: number): Promise<void> {
    const { kernel } = this.#model;
    const { context, scratch } = this.arena.plan;
    const inPieces = firstInPieces({ kernel, context, itemCount: setCount, chunkItems: CHUNK_SET_COUNT, scratch });
    clearStatuses(this.arena, inPieces, setCount);
    await this.#stage(kernel, setCount, CHUNK_SET_COUNT);
    refoldTotals(this.arena, inPieces, setCount);
  }

  /** Kernel A: rows that nobody holds are left out, and rows that nothing has changed stay as they are. */
  async #priceRows(): Promise<void> {
    const count = this.market.instruments.length;
    const stale = this.#staleRows?.compare() ?? [{ first: 0, count }];
    const staleCount = stale.reduce((sum, run) => sum + run.count, 0);
    // A few rows take less time on the calling thread than all of them on the workers.
    if (staleCount < count && staleCount * Math.max(this.#runner.workerCount, 1) <= count) {
      for (const run of stale) this.#priceRun(run);
      return;
    }
    await this.#stage(this.#model.rowKernel, count, instrumentChunk);
    this.#staleRows?.priced({ first: 0, count });
  }

  #priceRun(run: RowRun): void {
    const { context, scratch } = this.arena.plan;
    this.#kernels[this.#model.rowKernel](context, run.first, run.count, scratch[0]);
    this.#staleRows?.priced(run);
  }

  /** Prices rows at the quotes of the last tick unless they are. */
  #requireRows(rows: readonly number[]): void {
    for (const first of rows) if (this.#staleRows?.isCurrent(first) === false) this.#priceRun({ first, count: 1 });
  }

  /** The next tick prices every held row, as if all quotes had changed: for whoever measures ticks. */
  forgetRows(): void {
    this.#requireIdle();
    this.#staleRows?.forget();
  }

  /**
   * Brings every row of the risk array (`arena.views.riskArray`) to the quotes of the last tick, also those of instruments
   * that nobody holds. Throws `EngineState` before the first tick.
   */
  priceAllRows(): void {
    this.#requireIdle();
    if (!this.#isPriced) throw noPrices();
    this.#requireRows(Array.from(this.rows.instrumentOf, (_, row) => row));
  }

  /**
   * Changes positions, cash and add-ons; the next tick margins the changed book. The result equals that of a book
   * loaded afresh, bit for bit.
   * All or nothing. Throws `BadInputError` (rows are 1-based places in the list given) or `LimitExceeded`.
   */
  update(changes: BookChanges): void {
    this.#requireIdle();
    const accountRow = this.#accounts();
    const known = this.#book.accountIds.length;
    const opened = applyBookChanges(this.#book, this.#directory(accountRow), changes);
    opened.forEach((account, index) => accountRow.set(account, known + index));
    for (const { instrument } of changes.positions ?? []) this.#staleRows?.hold(this.#instrumentRow.get(instrument)!);
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
    return this.#model.kind === 'portable' && this.#model.ordersMargined;
  }

  /** Whether the model values an option at the market's `markPrice`, not at Black-76 of its volatility. */
  usesMarkPrice(instrument: Instrument): boolean {
    return this.#model.kind === 'portable' && this.#model.requiredFields(instrument, this.#params).includes('markPrice');
  }

  /** Components of the requirement, in the order in which results hold them. */
  get componentNames(): readonly string[] {
    return this.#model.kind === 'grid' ? gridComponents : this.#model.resultComponents;
  }

  /** Row of an account in the order of `accountIds`, -1 if the book has none of that name. */
  accountRow(account: string): number {
    return this.#accounts().get(account) ?? -1;
  }

  /** What the book has for an account. Throws `AccountUnknown`. */
  heldBy(account: string): HeldAccount {
    const sets = this.heldSets(account);
    const nameOf = (row: number): string => this.market.instruments[this.rows.instrumentOf[row]].name;
    return {
      positions: sets.flatMap(({ positions }) =>
        positions.map(({ row, quantity, entryPrice }) => ({ instrument: nameOf(row), quantity, entryPrice })),
      ),
      orders: sets.flatMap(({ orders }) =>
        orders.map(({ row, quantity, entryPrice }) => ({ instrument: nameOf(row), quantity, limitPrice: entryPrice })),
      ),
      cash: sets.map(({ currency, cashAmount }) => ({ currency: this.rows.currencies[currency], amount: cashAmount })),
    };
  }

  get positionCount(): number {
    const { positionCount } = this.arena.views.nettingSet;
    return positionCount.subarray(0, this.#book.setCount).reduce((sum, count) => sum + count, 0);
  }

  /** Throws `EngineState` before the first tick and after an update that no tick has margined. */
  get results(): ResultColumns {
    this.#requireResults();
    const { nettingSet, result } = this.arena.views;
    const count = this.#book.setCount;
    const componentNames = this.#model.kind === 'portable' ? this.#model.resultComponents : [];
    return {
      accountIndex: nettingSet.account.subarray(0, count),
      currencyIndex: nettingSet.currency.subarray(0, count),
      equity: result.equity.subarray(0, count),
      initialMargin: result.initialMargin.subarray(0, count),
      maintenanceMargin: result.maintenanceMargin.subarray(0, count),
      worstCase: result.worstCase.subarray(0, count),
      rollShock: result.rollShock.subarray(0, count),
      deltaShock: result.deltaShock.subarray(0, count),
      worstScenario: result.worstScenario.subarray(0, count),
      status: result.status.subarray(0, count),
      fault: result.fault.subarray(0, count),
      componentNames,
      components: result.components.subarray(0, count * componentNames.length),
    };
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
    const accounts = this.#accounts();
    const row = accounts.get(account) ?? this.#book.accountIds.length;
    const change = changeOfAccount(this.#book, this.#directory(accounts), account, changes);
    const sets = changedSets(this.#book, row, change);
    for (const { positions } of sets) this.#requireRows(positions.map(({ row: instrument }) => instrument));
    return sets.map((held) => this.#marginAgain(this.#book.writeVisitor(held)));
  }

  /** Runs the margin kernel for one netting set on the calling thread; the totals of the tick stay as they are. */
  #marginAgain(set: number): AccountMargin {
    const { plan, views } = this.arena;
    const stride = chunkTotalsBytesOf(plan.counts.currencyCount) / 8;
    const chunk = Math.floor(set / CHUNK_SET_COUNT) * stride;
    const totals = views.chunk.totals.slice(chunk, chunk + stride);
    this.#kernels[this.#model.kernel](plan.context, plan.scratch[0], set, 1);
    views.chunk.totals.set(totals, chunk);
    return this.#marginOf(set);
  }

  #marginOf(set: number): AccountMargin {
    const { plan, views, buffer } = this.arena;
    const { result, nettingSet } = views;
    const { scenarioCount, model } = plan.counts;
    const isVectored = this.#model.kind === 'portable' && result.fault[set] === 0;
    const vector = plan.scratch[0] + outFloatsOf(model) * 8;
    return {
      currency: this.rows.currencies[nettingSet.currency[set]],
      equity: result.equity[set],
      initialMargin: result.initialMargin[set],
      maintenanceMargin: result.maintenanceMargin[set],
      components: this.#componentsOf(set),
      worstScenario: result.worstScenario[set],
      scenarioPnl: isVectored ? new Float64Array(buffer, vector, scenarioCount).slice() : new Float64Array(0),
      status: statusNames[result.status[set]],
      fault: this.faultReason(set),
    };
  }

  #componentsOf(set: number): Record<string, number> {
    const { result } = this.arena.views;
    if (this.#model.kind === 'grid') {
      const { worstCase, rollShock, deltaShock } = result;
      return { worstCase: worstCase[set], rollShock: rollShock[set], deltaShock: deltaShock[set] };
    }
    const names = this.#model.resultComponents;
    return Object.fromEntries(names.map((name, index) => [name, result.components[set * names.length + index]]));
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
    const row = this.#accounts().get(account);
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
    return stateHash(this.#book, this.#quotes.asOfMs, this.modelName, this.#params);
  }

  /** The kernels on the calling thread, for vectors that no result column holds. */
  get kernels(): Kernels {
    return this.#kernels;
  }

  /** Ends the worker threads. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    await this.#runner.close();
  }

  async #stage(kernel: RangeKernelName, itemCount: number, chunkItems: number): Promise<void> {
    const { header, control, context, scratch } = this.arena.plan;
    await this.#runStage({ kernel, context, itemCount, chunkItems, header, control, scratch });
  }

  async #runStage(task: StageTask, haste?: Haste): Promise<void> {
    try {
      await this.#runner.run(task, this.arena.control, haste);
    } catch (error) {
      throw this.#isClosed() ? closedDuringTick() : error;
    }
    if (this.#isClosed()) throw closedDuringTick();
  }

  #accounts(): Map<string, number> {
    if (this.#accountRow === null) {
      const { accountIds } = this.#book;
      this.#accountRow = new Map(accountIds.map((account, index) => [account, index] as const));
      if (this.#accountRow.size !== accountIds.length) {
        throw new MargridError(
          'OptionInvalid',
          'two accounts of the book have the same name: they cannot be told apart by name',
        );
      }
    }
    return this.#accountRow;
  }

  #directory(accountRow: ReadonlyMap<string, number>) {
    return { accountRow, instrumentRow: this.#instrumentRow, currencyRow: this.#currencyRow };
  }

  #requireResults(): void {
    if (this.#state !== 'ticked') throw new MargridError('EngineState', 'there are no results: call tick() first');
  }

  #requireIdle(): void {
    if (this.#state === 'ticking') throw new MargridError('EngineState', 'a tick is running: wait for it');
    if (this.#state === 'closed') throw new MargridError('EngineState', 'the engine is closed');
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}

function noPrices(): MargridError {
  return new MargridError('EngineState', 'there are no prices: call tick() first');
}

function closedDuringTick(): MargridError {
  return new MargridError('EngineState', 'the engine was closed during the tick');
}

/** The quotes given, the others as they were. Copies: what the caller does with its arrays afterwards is no quote. */
function withQuotes(old: Quotes, next: Partial<Quotes>): Quotes {
  const { asOfMs, forward, impliedVolatility, indexPrice, fields } = next;
  return {
    asOfMs: asOfMs ?? old.asOfMs,
    forward: forward?.slice() ?? old.forward,
    impliedVolatility: impliedVolatility?.slice() ?? old.impliedVolatility,
    indexPrice:
      indexPrice instanceof Map ? new Map([...old.indexPrice, ...indexPrice]) : (indexPrice ?? old.indexPrice),
    fields: new Map([...(old.fields ?? []), ...(fields ?? [])].map(([name, column]) => [name, column.slice()] as const)),
  };
}

/** What loading a book needs. */
interface LoadParts {
  readonly options: EngineOptions;
  readonly model: MarginModel<unknown>;
  readonly params: unknown;
  readonly rows: InstrumentRows;
  readonly modelRows: TickSetup['modelRows'];
  readonly sorted: SortedBook;
  readonly pooled: string | null;
  readonly machine: Machine;
  readonly runner: StageRunner;
}

interface EngineParts extends Pick<Machine, 'kernels'> {
  readonly staleRows: StaleRows | null;
  readonly runner: StageRunner;
  readonly options: EngineOptions;
  readonly setup: TickSetup;
  readonly book: BookColumns;
}

/** Throws `BadInputError` on cash that a pooled account cannot hold as cash. */
function requirePooledCash({ cash, currencies, accountIds }: Book, pooled: string | null): void {
  if (pooled === null) return;
  cash.amount.forEach((amount, row) => {
    const currency = currencies[cash.currencyIndex[row]];
    if (amount === 0 || currency === pooled) return;
    const message = `account ${accountIds[cash.accountIndex[row]]}: ${pooledCashRule(pooled, currency)}`;
    throw new BadInputError([{ code: 'CurrencyUnknown', row: row + 1, column: 'cash', value: currency, message }]);
  });
}

/**
 * The capacity asked for, or room for an eighth more, and at least some. Throws `OptionInvalid` if the book itself does
 * not fit.
 */
function capacityOf(kind: 'nettingSet' | 'position', asked: number | undefined, count: number, least: number): number {
  const limit = kind === 'position' ? limits.positionCountMax : limits.nettingSetCountMax;
  if (asked === undefined) return Math.max(count, Math.min(count + Math.max(count >> 3, least), limit));
  if (Number.isInteger(asked) && asked >= count) return asked;
  throw new MargridError(
    'OptionInvalid',
    `${kind}Capacity must be a whole number >= ${count}, which the book needs, got ${asked}`,
    {
      column: `${kind}Capacity`,
      value: asked,
    },
  );
}
