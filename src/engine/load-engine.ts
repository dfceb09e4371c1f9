import type { Counts } from '../columns/schema.ts';
import type { Book } from '../domain/book.ts';
import { BadInputError, MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { MarginModel } from '../margin/model.ts';
import { pooledCurrencyOf } from '../margin/pooled-currency.ts';
import { modelByName } from '../margin/registry.ts';
import { pooledCashRule } from './book-changes.ts';
import { BookColumns } from './book-columns.ts';
import type { EngineOptions, EngineRoom } from './engine-options.ts';
import { planInstrumentRows, type InstrumentRows } from './instrument-rows.ts';
import { requireKernels, setUpMachine, type Machine } from './machine.ts';
import { requireMarginable } from './marginable.ts';
import { InstrumentFaults, modelCountsOf, modelRowsOf } from './model-inputs.ts';
import { requireWorkerCount, type StageRunner } from './pool.ts';
import { sortBook, type SortedBook } from './sorted-book.ts';
import { StaleRows } from './stale-rows.ts';
import { writeContext, writeStaticColumns, type TickSetup } from './tick-inputs.ts';
import type { StageParts } from './tick-stages.ts';
import { requireValidBook } from './valid-book.ts';
import { requireValidMarket } from './valid-market.ts';
import { warmUpAround } from './warm-up.ts';

/** An engine with its book in memory, not yet ticked. */
export interface LoadedEngine extends StageParts {
  readonly book: BookColumns;
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

/** Checks everything, plans the memory, starts the threads and loads the book. Throws what `Engine.create` throws. */
export function loadEngine(options: EngineOptions, room: EngineRoom): LoadedEngine {
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
    return loadBook({ options, model, params, rows, modelRows, sorted, pooled, machine, runner });
  } catch (error) {
    void runner.close();
    throw error;
  }
}

function loadBook(parts: LoadParts): LoadedEngine {
  const { options, model, params, rows, modelRows, sorted, pooled, machine, runner } = parts;
  const { arena, kernels } = machine;
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
  warmUpAround({ setup, kernels, staleRows, quotes: options.market }, sorted.setCount, () => book.load(sorted));
  return { setup, kernels, book, runner, staleRows };
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
