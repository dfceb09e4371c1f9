import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { StageTask, WorkerSetup } from '../engine/stage.ts';
import { MargridError } from '../errors.ts';
import type { BookTask } from './book-worker.ts';

/** Threads for the stages of one run over a book. They start before their memory is there: it comes with the tasks. */
export class BookThreads {
  readonly workerCount: number;
  readonly #pool: Piscina<BookTask, number>;
  #poolError: unknown = null;
  #runs = 0;
  #closed: Promise<void> | null = null;

  /** Throws `EngineState` unless the package is built. */
  constructor(workers: number) {
    const filename = fileURLToPath(new URL('./book-worker.js', import.meta.url));
    if (!existsSync(filename)) {
      throw new MargridError('EngineState', 'worker threads need the built package: run the build, or use workers: 0');
    }
    this.workerCount = workers;
    this.#pool = new Piscina<BookTask, number>({
      filename, minThreads: workers, maxThreads: workers, maxQueue: 2 * workers, concurrentTasksPerWorker: 1,
      idleTimeout: Infinity,
      // Not the calling process' own: a TypeScript loader, say, would be started in every thread, for nothing.
      execArgv: [],
    });
    this.#pool.on('error', (error: unknown) => (this.#poolError = error));
  }

  /** Runs stages on one memory: one task per thread, all of them done when it returns. Throws `WorkerFailed`. */
  runnerOn(setup: WorkerSetup): (task: StageTask, control: Int32Array) => Promise<void> {
    const run = ++this.#runs;
    return async (task, control) => {
      control.fill(0);
      this.#poolError = null;
      // All of them, whatever becomes of one: the next stage must not start while a thread is still in this one.
      const tasks = Array.from({ length: this.workerCount }, () => this.#pool.run({ ...task, run, setup }));
      const outcomes = await Promise.allSettled(tasks);
      const cause: unknown = outcomes.find((outcome) => outcome.status === 'rejected')?.reason ?? this.#poolError;
      if (cause === null) return;
      const reason = cause instanceof Error ? cause.message : JSON.stringify(cause);
      throw new MargridError('WorkerFailed', `a worker failed in stage ${task.kernel}: ${reason}`);
    };
  }

  /** Ends the threads. May be called again: all calls wait for the same end. */
  close(): Promise<void> {
    return (this.#closed ??= this.#pool.close({ force: true }));
  }
}
