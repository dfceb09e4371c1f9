import { CHUNK_SET_COUNT } from '../../assembly/portable/layout.ts';
import { Arena, headerWords, planArena } from '../columns/arena.ts';
import type { Counts } from '../columns/schema.ts';
import type { Book, CashColumns } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { MargridError } from '../errors.ts';
import type { MarginModel } from '../margin/model.ts';
import { modelByName } from '../margin/registry.ts';
import { scalarKernels } from '../scalar/kernels.ts';
import type { Kernels, RangeKernelName } from '../wasm/kernels.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate, isSimdSupported, type BuildName } from '../wasm/module.ts';
import { applyBookChanges, type BookChanges } from './book-changes.ts';
import { BookColumns } from './book-columns.ts';
import { planInstrumentRows, type InstrumentRows } from './instrument-rows.ts';
import { createPool, requireWorkerCount, type StageRunner } from './pool.ts';
import { resultHash, stateHash } from './state-hash.ts';
import { sortBook } from './sorted-book.ts';
import { requireMarginable } from './marginable.ts';
import { clearTotals, foldTotals, type Totals } from './totals.ts';
import { writeContext, writeStaticColumns, writeTickInputs, type Quotes } from './tick-inputs.ts';
import { runChunks, type StageTask } from './worker.ts';

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
  readonly kernels?: 'wasm' | 'javascript' | 'wasm-debug';
  /** Position slots and netting sets to plan for, so that updates have room; defaults leave an eighth. */
  readonly positionCapacity?: number;
  readonly nettingSetCapacity?: number;
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

/** Result columns of the last tick, one row per netting set, in (account, currency) order. Views: valid until the next update. */
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
}

/** Instruments per chunk of kernel A: small enough that two workers finish together, large enough that claiming costs nothing. */
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
  readonly #runner: StageRunner;
  readonly #kernels: Kernels;
  readonly #instrumentRow: ReadonlyMap<string, number>;
  readonly #currencyRow: ReadonlyMap<string, number>;
  #accountRow: Map<string, number> | null = null;
  #quotes: Quotes;
  #tick = 0;
  #state: 'loaded' | 'ticking' | 'ticked' | 'closed' = 'loaded';

  private constructor(parts: EngineParts) {
    const { options, model, params, rows, arena, book, kernels, runner } = parts;
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
    this.#instrumentRow = new Map(options.market.instruments.map(({ name }, index) => [name, rows.rowOf[index]] as const));
    this.#currencyRow = new Map(rows.currencies.map((name, index) => [name, index] as const));
  }

  /**
   * Loads a book. Throws `MargridError`: `LimitExceeded`, `ParameterInvalid`, `ModelUnknown`, `ComponentUnknown` (an instrument the model
   * cannot margin), `PositionDuplicate`.
   */
  static create(options: EngineOptions): Engine {
    const workers = options.workers ?? 0;
    requireWorkerCount(workers);
    const model = modelByName(options.model ?? 'deribit-pm');
    const params = model.parseParams(options.params);
    const rows = planInstrumentRows(options.market.instruments, options.book.currencies);
    requireMarginable(options.book, options.market, rows, model, params);
    const sorted = sortBook(options.book, rows);
    const counts: Counts = {
      scenarioCount: model.scenarios(rows.groups[0], 1, params).length,
      instrumentCount: options.market.instruments.length,
      expiryCount: rows.expiries.length,
      groupCount: rows.groups.length,
      currencyCount: rows.currencies.length,
      nettingSetCapacity: options.nettingSetCapacity ?? withRoom(sorted.setCount, 1024),
      positionCapacity: options.positionCapacity ?? withRoom(sorted.row.length, 4096),
    };
    const machine = setUpMachine(counts, workers, options.kernels ?? (isSimdSupported() ? 'wasm' : 'javascript'));
    const { arena } = machine;
    arena.seal();
    writeContext(arena);
    writeStaticColumns(arena, rows, options.market);
    const book = new BookColumns(arena, rows, options.market.instruments, options.book.accountIds);
    book.load(sorted);
    return new Engine({ options, model, params, rows, ...machine, book });
  }

  /** Margins every account at the given quotes (default: those of the last tick, at first those of the market). */
  async tick(quotes?: Partial<Quotes>): Promise<TickReport> {
    this.#requireIdle();
    this.#state = 'ticking';
    const start = performance.now();
    this.#quotes = { ...this.#quotes, ...quotes };
    this.#requireQuoteLengths();
    const { setCount } = this.#book;
    writeTickInputs(this.arena, this.rows, this.#quotes, this.#model, this.#params, setCount);
    clearTotals(this.arena);
    const prepared = performance.now();
    await this.#stage('riskArray', this.market.instruments.length, instrumentChunk);
    const priced = performance.now();
    await this.#stage(this.#model.kernel, setCount, CHUNK_SET_COUNT);
    const margined = performance.now();
    const totals = foldTotals(this.arena, this.rows.currencies, setCount);
    const end = performance.now();
    this.#tick++;
    this.arena.header[headerWords.tickNumber] = this.#tick;
    this.#state = 'ticked';
    return {
      tick: this.#tick,
      totals,
      timingsMs: {
        inputs: prepared - start,
        riskArray: priced - prepared,
        margin: margined - priced,
        totals: end - margined,
        total: end - start,
      },
    };
  }

  /**
   * Changes positions, cash and add-ons; the next tick margins the changed book. The result equals that of a book loaded afresh, bit for bit.
   * All or nothing. Throws `BadInputError` (rows are 1-based places in the list given) or `LimitExceeded`.
   */
  update(changes: BookChanges): void {
    this.#requireIdle();
    const accountRow = this.#accounts();
    const opened = applyBookChanges(
      this.#book,
      { accountRow, instrumentRow: this.#instrumentRow, currencyRow: this.#currencyRow, instruments: this.market.instruments },
      changes,
    );
    opened.forEach((account) => accountRow.set(account, accountRow.size));
    this.#state = 'loaded';
  }

  /**
   * Replaces the cash of every netting set; sets without a row get none. For whole books: `update` is the call for single accounts. Throws
   * `EngineState` if a row's account holds nothing in that currency, because this call opens no netting sets.
   */
  replaceCash(cash: CashColumns, currencies: readonly string[]): void {
    this.#requireIdle();
    this.#book.replaceCash(cash, Uint8Array.from(currencies, (name) => this.rows.currencies.indexOf(name)));
    this.#state = 'loaded';
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

  get positionCount(): number {
    const { positionCount } = this.arena.views.nettingSet;
    return positionCount.subarray(0, this.#book.setCount).reduce((sum, count) => sum + count, 0);
  }

  /** Throws `EngineState` before the first tick and after an update that no tick has margined. */
  get results(): ResultColumns {
    if (this.#state !== 'ticked') throw new MargridError('EngineState', 'there are no results: call tick() first');
    const { nettingSet, result } = this.arena.views;
    const count = this.#book.setCount;
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
    };
  }

  /** Rows of `results` of one account, [first, end). Throws `AccountUnknown`. */
  resultRange(account: string): { readonly first: number; readonly end: number } {
    const row = this.#accounts().get(account);
    if (row === undefined) throw new MargridError('AccountUnknown', `the book has no account '${account}'`, { value: account });
    return { first: this.#book.accountFirstSet[row], end: this.#book.accountFirstSet[row + 1] };
  }

  /** The book as it now stands, in engine order: loading it into a new engine gives the same results and the same hash. */
  exportBook(): Book {
    return exportBook(this.#book);
  }

  /** SHA-256 of the result columns. */
  resultHash(): string {
    if (this.#state !== 'ticked') throw new MargridError('EngineState', 'there are no results: call tick() first');
    return resultHash(this.#book);
  }

  /** SHA-256 of inputs, parameters and results: the same for any number of workers, either engine, any history of updates. */
  stateHash(): string {
    if (this.#state !== 'ticked') throw new MargridError('EngineState', 'there are no results: call tick() first');
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
    const { control, context, scratch } = this.arena.plan;
    await this.#runner.run({ kernel, context, itemCount, chunkItems, control, scratch }, this.arena.control);
  }

  #accounts(): Map<string, number> {
    this.#accountRow ??= new Map(this.#book.accountIds.map((account, index) => [account, index] as const));
    return this.#accountRow;
  }

  #requireIdle(): void {
    if (this.#state === 'ticking') throw new MargridError('EngineState', 'a tick is running: wait for it');
    if (this.#state === 'closed') throw new MargridError('EngineState', 'the engine is closed');
  }

  #requireQuoteLengths(): void {
    const count = this.market.instruments.length;
    for (const column of ['forward', 'impliedVolatility'] as const) {
      if (this.#quotes[column].length === count) continue;
      this.#state = 'loaded';
      throw new MargridError('OptionInvalid', `quotes.${column} has ${this.#quotes[column].length} values, expected ${count}`);
    }
  }
}

interface Machine {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly runner: StageRunner;
}

interface EngineParts extends Machine {
  readonly options: EngineOptions;
  readonly model: MarginModel<unknown>;
  readonly params: unknown;
  readonly rows: InstrumentRows;
  readonly book: BookColumns;
}

/** Room for an eighth more, and at least some. */
function withRoom(count: number, least: number): number {
  return count + Math.max(count >> 3, least);
}

/** Memory, kernels and threads for the given sizes. */
function setUpMachine(counts: Counts, workers: number, choice: NonNullable<EngineOptions['kernels']>): Machine {
  if (choice === 'javascript') {
    const plan = planArena(counts, Math.max(workers, 1), 0);
    const buffer = workers > 0 ? new SharedArrayBuffer(plan.end) : new ArrayBuffer(plan.end);
    const kernels = scalarKernels(buffer);
    const runner = workers > 0
      ? createPool(workers, { memory: null, buffer: buffer as SharedArrayBuffer, module: null })
      : inline(kernels, plan.scratch[0]);
    return { arena: new Arena(plan, buffer), kernels, runner };
  }
  const build: BuildName = choice === 'wasm-debug' ? 'debug' : workers > 0 ? 'release' : 'single';
  const module = compileBuild(build);
  const heapBase = heapBaseOf(instantiate(module, createMemory(build, 65_536)));
  const plan = planArena(counts, Math.max(workers, 1), heapBase);
  const memory = createMemory(build, plan.end);
  const kernels = instantiate(module, memory);
  const runner = workers > 0
    ? createPool(workers, { memory, buffer: memory.buffer as unknown as SharedArrayBuffer, module })
    : inline(kernels, plan.scratch[0]);
  return { arena: new Arena(plan, memory.buffer), kernels, runner };
}

/** No threads: the calling thread does every chunk, in order. */
function inline(kernels: Kernels, scratch: number): StageRunner {
  return {
    workerCount: 0,
    run: async (task: StageTask) => {
      let next = 0;
      runChunks(kernels, task, scratch, () => next++);
    },
    close: async () => {},
  };
}

function exportBook(book: BookColumns): Book {
  const { nettingSet, position } = book.arena.views;
  let count = 0;
  for (let set = 0; set < book.setCount; set++) count += nettingSet.positionCount[set];
  const positions = {
    accountIndex: new Uint32Array(count),
    instrumentIndex: new Uint32Array(count),
    quantity: new Float64Array(count),
    entryPrice: new Float64Array(count),
  };
  const cash: { account: number; currency: number; amount: number }[] = [];
  const quarantined = new Map<number, string>();
  let to = 0;
  for (let set = 0; set < book.setCount; set++) {
    const account = nettingSet.account[set];
    if (nettingSet.cash[set] !== 0) cash.push({ account, currency: nettingSet.currency[set], amount: nettingSet.cash[set] });
    if (nettingSet.fault[set] !== 0) quarantined.set(account, 'quarantined on input');
    const first = nettingSet.firstPosition[set];
    for (let slot = first; slot < first + nettingSet.positionCount[set]; slot++, to++) {
      positions.accountIndex[to] = account;
      positions.instrumentIndex[to] = book.rows.instrumentOf[book.rowAt(slot)]!;
      positions.quantity[to] = position.quantity[slot]!;
      positions.entryPrice[to] = book.entryPrice[slot]!;
    }
  }
  return {
    accountIds: book.accountIds,
    currencies: book.rows.currencies,
    positions,
    cash: {
      accountIndex: Uint32Array.from(cash, ({ account }) => account),
      currencyIndex: Uint32Array.from(cash, ({ currency }) => currency),
      amount: Float64Array.from(cash, ({ amount }) => amount),
    },
    quarantined: [...quarantined].map(([accountIndex, reason]) => ({ accountIndex, reason })),
  };
}
