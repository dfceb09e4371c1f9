import { availableParallelism } from 'node:os';
import { MargridError } from '../errors.ts';
import { limits } from '../limits.ts';
import { claimedChunks, listOf, runChunks, type StageTask, type WorkerSetup } from './stage.ts';
import { ThreadPool } from '../threads/thread-pool.ts';
import { reasonOf, workerFailed } from '../threads/worker-failed.ts';
import type { Kernels } from '../wasm/kernels.ts';
import { createSignalBuffer, StageSignal } from './stage-signal.ts';
import type { ServeTask } from './worker.ts';

/**
 * How a stage is handed out. `patient`: to all workers; the calling thread turns to its event loop as soon as they have
 * come. `short`, a few milliseconds at most: where called workers are awake, to them and to the calling thread, which takes
 * part to the end; else as `patient`. `tiny`: to those that are awake, and nobody is woken for it.
 */
export type Haste = 'patient' | 'short' | 'tiny';

/** Runs the stages of a tick: on a pool of threads, or on the calling thread. */
export interface StageRunner {
  readonly workerCount: number;
  /**
   * `haste`: `patient` if left out. `meanwhile`: what the calling thread does before it takes part, with the workers at
   * work; it is called at once, and the stage fails if it throws.
   */
  run(task: StageTask, control: Int32Array, haste?: Haste, meanwhile?: () => void): Promise<void>;
  /** Short stages will follow: wakes the workers that take part in them. */
  call(): void;
  /** No short stage will follow. */
  release(): void;
  close(): Promise<void>;
}

export function requireWorkerCount(workers: number): void {
  if (!(Number.isInteger(workers) && workers >= 0 && workers <= limits.workerCountMax)) {
    throw new MargridError(
      'OptionInvalid',
      `workers must be an integer in [0, ${limits.workerCountMax}], got ${workers}`,
      {
        column: 'workers',
        value: workers,
      },
    );
  }
}

/**
 * Milliseconds after the last stage until the threads leave their loop: from then on they do not keep the process alive,
 * and the next stage has to send for them.
 */
const idleMs = 1_000;
/** Milliseconds that the calling thread sleeps for a stage before it turns to its event loop: many are shorter. */
const sleepMs = 0.2;
/** Milliseconds after which a called worker may be asleep again. */
const recallMs = 4;
/** Where no worker ever comes in time, one tick in so many tries again: a call takes about 90 microseconds then. */
const hopelessTicks = 8;

/** What the calling thread takes part with: its kernels and a scratch area of its own. */
export interface Helper {
  readonly kernels: Kernels;
  readonly scratch: number;
}

/**
 * Starts as many threads as workers. With a helper the calling thread works, too, while they wake. Throws `EngineState`
 * where the package is not built.
 */
export function createPool(workers: number, setup: WorkerSetup, helper: Helper | null = null): StageRunner {
  const pool = new ThreadPool<ServeTask, void>(new URL('./worker.js', import.meta.url), workers, setup);
  return new StagePool(pool, workers, setup.buffer, helper);
}

/** A thread that is gone, or could not start. */
interface Loss {
  readonly reason: unknown;
}

/**
 * Threads that run stages. The pool starts, replaces and ends them; each has one task of it, to serve, and then takes its
 * stages from shared words (stage-signal.ts): queues and messages would cost more than the smaller stages.
 */
class StagePool implements StageRunner {
  readonly workerCount: number;
  readonly #pool: ThreadPool<ServeTask, void>;
  readonly #buffer: SharedArrayBuffer;
  readonly #helper: Helper | null;
  readonly #signal: StageSignal;
  /** Workers in a short stage: with the calling thread no more than there are processors, for all of them look. */
  readonly #seats: number;
  /**
   * Workers whose coming ends the calling thread's help. With no more processors than workers the last one waits for
   * the processor that the help takes.
   */
  readonly #helpUntil: number;
  /** Whether the calling thread has left the stage to the workers. */
  #leaves = false;
  /** The threads' tasks while they serve; none once they have been told to stop. */
  #serving: Promise<void>[] = [];
  /** When all tasks of threads that have been told to stop are over. */
  #dismissed: Promise<unknown> = Promise.resolve();
  #loss: Loss | null = null;
  /** When a thread is lost. */
  #lost: Promise<unknown> = Promise.resolve();
  #stage: Promise<void> = Promise.resolve();
  #isRunning = false;
  #calledAt = -Infinity;
  /** Calls since a worker came. */
  #callsInVain = 0;
  readonly #idle: NodeJS.Timeout;

  constructor(pool: ThreadPool<ServeTask, void>, workerCount: number, buffer: SharedArrayBuffer, helper: Helper | null) {
    this.workerCount = workerCount;
    this.#helpUntil = Math.max(1, Math.min(workerCount, availableParallelism() - 1));
    this.#pool = pool;
    this.#buffer = buffer;
    this.#helper = helper;
    this.#signal = new StageSignal(createSignalBuffer(workerCount));
    this.#seats = Math.min(workerCount, availableParallelism()) - 1;
    this.#idle = setTimeout(() => this.#rest(), idleMs);
    this.#muster();
  }

  run(task: StageTask, control: Int32Array, haste: Haste = 'patient', meanwhile?: () => void): Promise<void> {
    this.#stage = this.#runStage(task, control, haste, meanwhile);
    return this.#stage;
  }

  call(): void {
    this.#callsInVain++;
    if (this.#callsInVain > 2 * this.workerCount && this.#callsInVain % hopelessTicks !== 0) return;
    if (this.#serving.length > 0 && this.#seats > 0) this.#signal.call(this.#seats);
    this.#calledAt = performance.now();
  }

  /** Whether the stage is for called workers and the calling thread. */
  #isForCalled(haste: Haste): boolean {
    if (haste === 'patient' || this.#helper === null) return false;
    if (this.#seats === 0) return true;
    if (this.#signal.awake > 0) this.#callsInVain = 0;
    else if (performance.now() - this.#calledAt > recallMs) this.call();
    return haste === 'tiny' || this.#signal.awake > 0;
  }

  release(): void {
    this.#signal.release();
  }

  async #runStage(task: StageTask, control: Int32Array, haste: Haste, meanwhile?: () => void): Promise<void> {
    this.#isRunning = true;
    control.fill(0);
    try {
      // A thread that was lost between stages has been replaced, but nobody has sent for the new one.
      if (this.#loss !== null) this.#dismiss();
      if (this.#serving.length === 0) {
        await this.#dismissed;
        this.#muster();
      }
      const isForCalled = this.#isForCalled(haste);
      if (isForCalled) this.#signal.postToCalled(task, this.#seats);
      else this.#signal.post(task);
      const enough = isForCalled ? Infinity : this.#helpUntil;
      const failure = this.#takePart(task, control, enough, meanwhile);
      // Only where nothing is left to claim may a worker stay out.
      const expected = this.#helper === null || this.#leaves ? this.workerCount : this.#signal.close();
      const isDone = isForCalled && this.#signal.isDoneSoon(expected);
      if (!isDone && !this.#signal.isDoneWithin(expected, sleepMs)) await this.#doneOrLost(expected, task);
      const reason = failure ?? this.#signal.failure;
      if (reason !== null) throw stageFailure(task, reason);
    } finally {
      this.#isRunning = false;
      this.#idle.refresh();
    }
  }

  /**
   * Does what there is to do meanwhile, and runs chunks until so many workers have come. Returns why that failed, null if
   * it did not.
   */
  #takePart(task: StageTask, control: Int32Array, enough: number, meanwhile?: () => void): string | null {
    this.#leaves = false;
    const claim = (): number => {
      this.#leaves = this.#signal.joined >= enough;
      return this.#leaves ? Infinity : Atomics.add(control, claimedChunks, 1);
    };
    try {
      meanwhile?.();
      if (this.#helper === null) return null;
      const { kernels, scratch } = this.#helper;
      runChunks(kernels, task, scratch, claim, listOf(this.#buffer, task));
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  }

  async #doneOrLost(expected: number, task: StageTask): Promise<void> {
    await Promise.race([this.#signal.done(expected), this.#lost]);
    if (this.#loss === null) return;
    // The next stage must not start while a thread is still in this one.
    const reason = reasonOf(this.#loss.reason);
    this.#dismiss();
    await this.#dismissed;
    throw stageFailure(task, reason);
  }

  /** Sends every thread to serve. */
  #muster(): void {
    const task = { signal: this.#signal.buffer, seen: this.#signal.epoch };
    this.#loss = null;
    this.#serving = Array.from({ length: this.workerCount }, () => this.#pool.run(task));
    this.#lost = new Promise((resolve) => {
      const lose = (reason: unknown): void => resolve((this.#loss = { reason }));
      for (const each of this.#serving) each.catch(lose);
    });
  }

  #dismiss(): void {
    this.#signal.postStop();
    this.#dismissed = Promise.allSettled(this.#serving);
    this.#serving = [];
    this.#loss = null;
  }

  #rest(): void {
    if (this.#isRunning) this.#idle.refresh();
    else if (this.#serving.length > 0) this.#dismiss();
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    // Whoever runs the stage is told if it fails.
    await this.#stage.catch(() => {});
    this.#rest();
    clearTimeout(this.#idle);
    await this.#dismissed;
    await this.#pool.close();
  }
}

function stageFailure(task: StageTask, reason: string): MargridError {
  return workerFailed(`in stage ${task.kernel}`, reason);
}
