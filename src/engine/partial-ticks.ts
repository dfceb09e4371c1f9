import type { ExpiryBox, MarginModel } from '../margin/model.ts';
import type { Kernels, RangeKernelName } from '../wasm/kernels.ts';
import type { AccountMargin } from './account-margin.ts';
import type { BookColumns } from './book-columns.ts';
import type { TickReport } from './tick-report.ts';
import type { Haste } from './pool.ts';
import type { Quotes, TickSetup } from './tick-inputs.ts';

/** A stage of which only some items run, or all: `list` is the byte address of u32 items. */
export interface PartialStage {
  readonly kernel: RangeKernelName;
  readonly itemCount: number;
  readonly chunkItems: number;
  readonly list?: number;
  /** Stages of at most so many items run on the calling thread: handing them out would take longer. */
  readonly inlineItems: number;
  /** How it is handed out, and what the calling thread does first: src/engine/pool.ts. */
  readonly haste?: Haste;
  readonly meanwhile?: () => void;
}

/**
 * What drives an engine by parts of a tick (src/monitor): between `begin` and `end` stages run at the new quotes, for
 * the items that the driver chooses. Result columns then hold what the last evaluation of each set left there: the
 * engine's own accessors of results mean nothing any more, which is why the driver keeps the engine to itself.
 */
export interface PartialTicks {
  readonly setup: TickSetup;
  readonly book: BookColumns;
  readonly model: MarginModel<unknown>;
  readonly kernels: Kernels;
  readonly workerCount: number;
  /** Takes the quotes and writes what the kernels read. Throws as `Engine.tick` does. */
  begin(quotes: Partial<Quotes>): Quotes;
  stage(stage: PartialStage): Promise<void>;
  /** The whole tick at the quotes begun: every row, every set. */
  whole(): Promise<TickReport>;
  /** Boxes of expiries and their slopes by time at the quotes begun, into their column. */
  writeExpirySlopes(box: ExpiryBox): void;
  /** Goes on with the tick that has ended: stages run again, at its quotes. Throws `EngineState`. */
  resume(): void;
  /** Ends the tick; `failed`: nothing may be read until the next. */
  end(failed?: boolean): void;
  /** Runs the margin kernel for one set on the calling thread, at the rows as they are. */
  marginAgain(set: number): AccountMargin;
}
