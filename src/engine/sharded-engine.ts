import { CHUNK_SET_COUNT, STATUS_COUNT, TOTALS_SUM_COUNT } from '../../assembly/portable/layout.ts';
import { MargridError } from '../errors.ts';
import type { AccountMargin } from './account-margin.ts';
import { Engine, type EngineOptions, type TickReport, type TickTimings } from './engine.ts';
import { splitBook, type ShardSize } from './split-book.ts';
import { resultHash } from './state-hash.ts';
import { addResults, totalsOfSums, type Totals } from './totals.ts';
import type { Quotes } from './tick-inputs.ts';

type OptionsOfAllShards = Omit<EngineOptions, 'positionCapacity' | 'nettingSetCapacity'>;

export interface ShardedEngineOptions extends OptionsOfAllShards, ShardSize {}

/**
 * A book that is larger than one WASM memory: engines that hold whole accounts each, margined by one call.
 *
 * One engine is one memory of at most `limits.memoryBytesMax` bytes. Shards tick one after another, each on all its
 * worker threads, so that no more threads than `workers` are ever busy. Results, hash and totals are those of one
 * engine with the whole book, bit for bit: netting sets are independent, and sums are folded in account order.
 */
export class ShardedEngine {
  /** In account order: account i of the whole book is in the shard whose accounts before it are at most i. */
  readonly shards: readonly Engine[];

  private constructor(shards: readonly Engine[]) {
    this.shards = shards;
  }

  /** Splits the book by accounts and loads the parts. Throws what `Engine.create` throws; nothing stays open then. */
  static async create(options: ShardedEngineOptions): Promise<ShardedEngine> {
    const { accountsPerShard, positionsPerShard, book, ...rest } = options;
    const size: ShardSize = {
      ...(accountsPerShard === undefined ? {} : { accountsPerShard }),
      ...(positionsPerShard === undefined ? {} : { positionsPerShard }),
    };
    const shards: Engine[] = [];
    try {
      for (const part of splitBook(book, size)) shards.push(Engine.create({ ...rest, book: part }));
    } catch (error) {
      for (const shard of shards) await shard.close();
      throw error;
    }
    return new ShardedEngine(shards);
  }

  /**
   * Engines that were loaded one by one, where the whole book would not fit beside them. They belong to the sharded
   * engine from now on. Throws `OptionInvalid` unless there is one at least, and all have one market, model and list of
   * currencies.
   */
  static over(shards: readonly Engine[]): ShardedEngine {
    const [first] = shards;
    const isAlike = (shard: Engine): boolean =>
      shard.market === first.market &&
      shard.modelName === first.modelName &&
      shard.currencies.join() === first.currencies.join();
    if (first === undefined || !shards.every(isAlike) || new Set(shards).size < shards.length) {
      throw new MargridError('OptionInvalid', 'shards must be different engines of one market, model and currencies');
    }
    return new ShardedEngine([...shards]);
  }

  /** The next tick prices every held row, as if all quotes had changed: for whoever measures ticks. */
  forgetRows(): void {
    for (const shard of this.shards) shard.forgetRows();
  }

  /** Margins every account of every shard at the given quotes; `timingsMs` are summed over the shards. */
  async tick(quotes: Partial<Quotes> = {}): Promise<TickReport> {
    const reports: TickReport[] = [];
    for (const shard of this.shards) reports.push(await shard.tick(quotes));
    const last = reports[reports.length - 1];
    if (reports.length === 1) return last;
    const start = performance.now();
    const totals = this.#foldTotals();
    const folded = performance.now() - start;
    const sum = (stage: keyof TickTimings): number => reports.reduce((all, { timingsMs }) => all + timingsMs[stage], 0);
    return {
      tick: last.tick,
      totals,
      timingsMs: {
        inputs: sum('inputs'),
        riskArray: sum('riskArray'),
        margin: sum('margin'),
        totals: sum('totals') + folded,
        total: sum('total') + folded,
      },
    };
  }

  get accountCount(): number {
    return this.shards.reduce((sum, { accountIds }) => sum + accountIds.length, 0);
  }

  get nettingSetCount(): number {
    return this.shards.reduce((sum, { nettingSetCount }) => sum + nettingSetCount, 0);
  }

  get positionCount(): number {
    return this.shards.reduce((sum, { positionCount }) => sum + positionCount, 0);
  }

  /**
   * The engine that holds an account: for updates, previews and everything else that concerns it. Throws
   * `AccountUnknown`, and `OptionInvalid` if several shards have an account of that name.
   */
  shardOf(account: string): Engine {
    const holding = this.shards.filter((shard) => shard.accountRow(account) >= 0);
    if (holding.length === 1) return holding[0];
    if (holding.length === 0) {
      throw new MargridError('AccountUnknown', `the book has no account '${account}'`, { value: account });
    }
    throw new MargridError('OptionInvalid', `several shards have an account '${account}'`, { value: account });
  }

  /** As `Engine.accountMargins`. */
  accountMargins(account: string): AccountMargin[] {
    return this.shardOf(account).accountMargins(account);
  }

  /** SHA-256 of the result columns: that of one engine with the whole book. */
  resultHash(): string {
    this.#requireResults();
    return resultHash(
      this.shards.map(({ arena, rows, nettingSetCount, accountIds }) => ({
        arena,
        rows,
        setCount: nettingSetCount,
        accountCount: accountIds.length,
      })),
    );
  }

  /** Ends the worker threads of all shards. */
  async close(): Promise<void> {
    for (const shard of this.shards) await shard.close();
  }

  #requireResults(): void {
    if (this.shards.every(({ isMargined }) => isMargined)) return;
    throw new MargridError('EngineState', 'there are no results: call tick() first');
  }

  /**
   * Sums of the chunks that one engine with the whole book would have, in its order: a shard's own chunks start
   * elsewhere, and sums of floats depend on where they are cut.
   */
  #foldTotals(): Totals {
    const { currencies } = this.shards[0];
    const counts = new Int32Array(STATUS_COUNT);
    const sums = new Float64Array(TOTALS_SUM_COUNT * currencies.length);
    const chunk = new Float64Array(sums.length);
    let set = 0;
    for (const { arena, nettingSetCount } of this.shards) {
      for (let row = 0; row < nettingSetCount;) {
        if (set % CHUNK_SET_COUNT === 0) moveInto(sums, chunk);
        const end = Math.min(nettingSetCount, row + CHUNK_SET_COUNT - (set % CHUNK_SET_COUNT));
        addResults(arena, row, end, counts, chunk);
        set += end - row;
        row = end;
      }
    }
    moveInto(sums, chunk);
    return totalsOfSums([...counts], sums, currencies);
  }
}

function moveInto(sums: Float64Array, chunk: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += chunk[i];
  chunk.fill(0);
}
