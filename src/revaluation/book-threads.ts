import type { StageTask, WorkerSetup } from '../engine/stage.ts';
import { ThreadPool } from '../threads/thread-pool.ts';
import { reasonOf, workerFailed } from '../threads/worker-failed.ts';
import type { BookTask } from './book-worker.ts';

/** Threads for the stages of one run over a book. They start before their memory is there: it comes with the tasks. */
export class BookThreads {
  readonly #pool: ThreadPool<BookTask, number>;
  #runs = 0;

  /** Throws `EngineState` unless the package is built. */
  constructor(workers: number) {
    this.#pool = new ThreadPool(new URL('./book-worker.js', import.meta.url), workers);
  }

  get workerCount(): number {
    return this.#pool.workerCount;
  }

  /** Runs stages on one memory: one task per thread, all of them done when it returns. Throws `WorkerFailed`. */
  runnerOn(setup: WorkerSetup): (task: StageTask, control: Int32Array) => Promise<void> {
    const run = ++this.#runs;
    return async (task, control) => {
      control.fill(0);
      try {
        await this.#pool.runOnAll({ ...task, run, setup });
      } catch (cause) {
        throw workerFailed(`in stage ${task.kernel}`, reasonOf(cause));
      }
    };
  }

  /** Ends the threads. May be called again: all calls wait for the same end. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}
