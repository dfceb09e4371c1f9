import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { MargridError } from '../errors.ts';
import { reasonOf } from './worker-failed.ts';

/**
 * Threads of one compiled file, as many as workers from the beginning to the end: Piscina starts and replaces them. A task
 * goes to a thread that has none, or waits for one.
 */
export class ThreadPool<Task, Result> {
  readonly workerCount: number;
  readonly #pool: Piscina<Task, Result>;
  /** Threads that have loaded their modules, by id. */
  readonly #come = new Set<number>();
  #error: unknown = null;
  #closed: Promise<void> | null = null;

  /** `workerData`: what every thread is started with. Throws `EngineState` unless the package is built. */
  constructor(file: URL, workers: number, workerData?: unknown) {
    const filename = fileURLToPath(file);
    if (!existsSync(filename)) {
      throw new MargridError('EngineState', 'worker threads need the built package: run the build, or use workers: 0');
    }
    this.workerCount = workers;
    this.#pool = new Piscina<Task, Result>({
      filename, minThreads: workers, maxThreads: workers, concurrentTasksPerWorker: 1, idleTimeout: Infinity, workerData,
      // Not the calling process' own: a TypeScript loader, say, would be started in every thread, for nothing.
      execArgv: [],
    });
    // Without a listener an error event of the pool would end the process.
    this.#pool.on('error', (error: unknown) => (this.#error = error));
    const first = new Set(this.#pool.threads.map(({ threadId }) => threadId));
    for (const thread of this.#pool.threads) thread.once('message', () => this.#come.add(thread.threadId));
    // Piscina says so at once of the first threads, and of those that replace one when they have loaded.
    this.#pool.on('workerCreate', ({ id }: { readonly id: number }) => {
      if (!first.has(id)) this.#come.add(id);
    });
  }

  /** Rejects with what the task throws, or with why its thread ended. */
  run(task: Task): Promise<Result> {
    return this.#pool.run(task);
  }

  /**
   * One task for every thread; when it returns, all of them are over, whatever became of one. Rejects like `run`, and
   * where a thread ended meanwhile.
   */
  async runOnAll(task: Task): Promise<Result[]> {
    this.#error = null;
    const outcomes = await Promise.allSettled(Array.from({ length: this.workerCount }, () => this.#pool.run(task)));
    const results = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    const cause: unknown = failed?.reason ?? this.#error;
    if (cause !== null) throw cause instanceof Error ? cause : new Error(reasonOf(cause));
    return results;
  }

  /**
   * Ends the threads, at once where they are at work. Only once they have come: a thread that is ended while it loads its
   * modules takes the process with it (Node 20: "IsGraphAsync must be used on an instantiated module"). May be called
   * again: all calls wait for the same end.
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #end(): Promise<void> {
    await Promise.all(this.#pool.threads.filter(({ threadId }) => !this.#come.has(threadId)).map(hasCome));
    await this.#pool.destroy();
  }
}

/** Resolves when the thread has loaded its modules, or ended because it could not. The process stays alive for it. */
function hasCome(thread: Worker): Promise<void> {
  thread.ref();
  return new Promise((resolve) => {
    thread.once('message', () => resolve());
    thread.once('exit', () => resolve());
  });
}
