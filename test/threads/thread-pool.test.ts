import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { ThreadPool } from '../../src/threads/thread-pool.ts';
import { startNode, temporaryFolder } from '../cli/run-cli.ts';

const folder = temporaryFolder();

/** Loads for a tenth of a second, and counts itself when it has: in word 0 of what it is started with. */
const slow = moduleOf('slow.mjs', `
  import { threadId, workerData } from 'node:worker_threads';
  await new Promise((resolve) => setTimeout(resolve, 100));
  Atomics.add(workerData, 0, 1);
  export default async function work(task) {
    if (task === 'end') process.exit(3);
    if (task === 'throw') throw new Error('thrown by a thread');
    if (task === 'long') await new Promise((resolve) => setTimeout(resolve, 600_000));
    return threadId;
  }
`);

function moduleOf(name: string, text: string): URL {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name));
}

function poolOf(workers: number): { pool: ThreadPool<string, number>; come: Int32Array } {
  const come = new Int32Array(new SharedArrayBuffer(4));
  return { pool: new ThreadPool<string, number>(slow, workers, come), come };
}

describe('a pool of threads', () => {
  it('closed at once, waits until its threads have come', async () => {
    const { pool, come } = poolOf(3);
    await Promise.all([pool.close(), pool.close()]);
    expect(come[0]).toBe(3);
  });

  it('waits for the thread that replaces one that ended', async () => {
    const { pool, come } = poolOf(1);
    await expect(pool.run('end')).rejects.toThrow('worker exited with code: 3');
    await pool.close();
    expect(come[0]).toBe(2);
  });

  it('does not wait for a thread that cannot come', async () => {
    const pool = new ThreadPool<string, number>(moduleOf('broken.mjs', "throw new Error('no such luck');"), 2);
    await expect(pool.run('anything')).rejects.toThrow('no such luck');
    await pool.close();
  });

  it('closed while a thread is at work, ends it', async () => {
    const { pool } = poolOf(1);
    await pool.run('come');
    const ended = expect(pool.run('long')).rejects.toThrow('Terminating worker thread');
    await pool.close();
    await ended;
  });

  it('runs one task on every thread, and rejects only when all of them are over', async () => {
    const { pool } = poolOf(2);
    expect(new Set(await pool.runOnAll('come')).size).toBe(2);
    await expect(pool.runOnAll('throw')).rejects.toThrow('thrown by a thread');
    expect((await pool.runOnAll('come')).length).toBe(2);
    await pool.close();
  });

  it('needs the built package', () => {
    expect(() => new ThreadPool(new URL('missing.js', slow), 1)).toThrow(/worker threads need the built package/);
  });
});

it('threads for a book may be closed at any moment of their coming', async () => {
  const book = pathToFileURL(join(packageRoot, 'build', 'js', 'src', 'revaluation', 'book-threads.js')).href;
  writeFileSync(join(folder, 'close-early.mjs'), `
    import { BookThreads } from ${JSON.stringify(book)};
    for (let ms = 0; ms < 100; ms += 5) {
      const threads = new BookThreads(2);
      await new Promise((resolve) => setTimeout(resolve, ms));
      await threads.close();
    }
    console.log('closed');
  `);
  // The process itself would be ended, on Node 20.
  const { code, signal, stdout } = await startNode([join(folder, 'close-early.mjs')], folder).finished;
  expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: 'closed\n' });
});
