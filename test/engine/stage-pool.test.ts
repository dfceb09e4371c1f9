import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
// Worker threads run built files, so this test uses the built package.
import { createPool } from '../../build/js/src/engine/pool.js';
import { Engine } from '../../build/js/src/index.js';
import { Arena } from '../../src/columns/arena.ts';
import { serveStages, StageSignal, createSignalBuffer } from '../../src/engine/stage-signal.ts';
import type { StageTask } from '../../src/engine/stage.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../../src/wasm/module.ts';
import { planPrice } from '../../bench/price/columns.ts';
import { accountNames, bookOf, params, syntheticMarket, syntheticRows } from '../support/synthetic-book.ts';

const task: StageTask = {
  kernel: 'tims', context: 128, itemCount: 7, chunkItems: 2, header: 0, control: 64, scratch: [4_294_967_232, 640, 704],
};

it('hands a task over as it is, also addresses above 2 GiB and a list', () => {
  for (const given of [task, { ...task, kernel: 'bookTails' as const, list: 3_000_000_000 }]) {
    const signal = new StageSignal(createSignalBuffer(2));
    const seen = signal.epoch;
    const got: StageTask[] = [];
    signal.post(given);
    serveStages(signal.buffer, seen, (each) => {
      got.push(each);
      signal.postStop();
    });
    expect(got).toEqual([given]);
    expect(signal.isDoneWithin(1, 0)).toBe(true);
  }
});

it('does not let a late worker into a stage that is over', async () => {
  const signal = new StageSignal(createSignalBuffer(2));
  const seen = signal.epoch;
  signal.post(task);
  expect(signal.close()).toBe(0);
  // It starts now: the epoch is another than the one it knows, but the gate is closed.
  const { worker, messages, started } = serving(signal, seen);
  await started;
  await new Promise((resolve) => setTimeout(resolve, 50));
  signal.post({ ...task, kernel: 'span' });
  await signal.done(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(messages).toEqual(['starts', 'span']);
  signal.postStop();
  await worker.terminate();
});

it('hands a stage to workers that were called, and to no more than it has seats', async () => {
  const signal = new StageSignal(createSignalBuffer(2));
  const { worker, messages, started } = serving(signal, signal.epoch);
  await started;
  // A machine that is busy may wake it too late for its call: then it is nobody's, and called again.
  for (let round = 0; round < 200 && messages.length < 2; round++) {
    signal.call(1);
    await new Promise((resolve) => setTimeout(resolve, 2));
    signal.postToCalled(task, 0);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(signal.close()).toBe(0);
    signal.postToCalled({ ...task, kernel: 'span' }, 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await signal.done(signal.close());
    signal.release();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(messages).toEqual(['starts', 'span']);
  signal.postStop();
  await worker.terminate();
});

/** A thread that serves the stages of a signal, and tells of those that it runs. */
function serving(signal: StageSignal, seen: number): {
  readonly worker: Worker; readonly messages: string[]; readonly started: Promise<unknown>;
} {
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { serveStages } = await import(workerData.url);
    parentPort.postMessage('starts');
    serveStages(workerData.buffer, workerData.seen, ({ kernel }) => parentPort.postMessage(kernel));`;
  const url = new URL('../../build/js/src/engine/stage-signal.js', import.meta.url).href;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: { url, buffer: signal.buffer, seen },
  });
  const messages: string[] = [];
  const started = new Promise((resolve) => worker.on('message', (message: string) => {
    messages.push(message);
    resolve(message);
  }));
  return { worker, messages, started };
}

it('says that a worker failed, once, with its reason, and is done all the same', () => {
  const signal = new StageSignal(createSignalBuffer(2));
  const seen = signal.epoch;
  signal.post(task);
  expect(signal.failure).toBeNull();
  serveStages(signal.buffer, seen, () => {
    signal.postStop();
    throw new RangeError(`außer Bereich ${'x'.repeat(5_000)}`);
  });
  expect(signal.isDoneWithin(1, 0)).toBe(true);
  expect(signal.failure).toMatch(/^außer Bereich x+$/);
  expect(signal.failure!.length).toBeLessThan(2_049);
  signal.post(task);
  expect(signal.failure).toBeNull();
});

it('fails a stage whose threads cannot start', async () => {
  const module = compileBuild('release');
  const plan = planPrice({ instruments: 1, scenarios: 1, seed: 1 }, heapBaseOf(instantiate(module, createMemory('release', 65_536))));
  const memory = createMemory('release', plan.end);
  const arena = new Arena(plan, memory.buffer);
  arena.seal();
  // A module without a memory to run on: the thread's own modules throw.
  const pool = createPool(1, { memory: null, buffer: memory.buffer as unknown as SharedArrayBuffer, module, isHost: false });
  const { header, control, context, scratch } = plan;
  const stage = pool.run(
    { kernel: 'riskArray', context, itemCount: 0, chunkItems: 1, header, control, scratch }, arena.control,
  );
  await expect(stage).rejects.toMatchObject({ code: 'WorkerFailed' });
  await pool.close();
});

it('does meanwhile what it is given, once, however the stage is handed out, and fails if that throws', async () => {
  const market = syntheticMarket();
  const book = bookOf(syntheticRows(market, 50, 6, 3), accountNames(50));
  for (const workers of [0, 2]) {
    const engine = Engine.create({ market, book, params, workers });
    await engine.tick();
    engine.priceAllRows();
    const { row } = engine.arena.views.riskArray;
    const expected = row.slice();
    const ticks = engine.partialTicks();
    ticks.begin({});
    const stage = { kernel: ticks.model.rowKernel, itemCount: market.instruments.length, chunkItems: 2 };
    for (const haste of ['patient', 'short', 'tiny'] as const) {
      for (const inlineItems of [0, stage.itemCount]) {
        row.fill(-1);
        let calls = 0;
        await ticks.stage({ ...stage, inlineItems, haste, meanwhile: () => void calls++ });
        expect(calls).toBe(1);
        expect(row).toEqual(expected);
        await ticks.stage({ ...stage, itemCount: 0, inlineItems, haste, meanwhile: () => void calls++ });
        expect(calls).toBe(2);
        const meanwhile = (): void => {
          throw new RangeError('not now');
        };
        await expect(ticks.stage({ ...stage, inlineItems, haste, meanwhile })).rejects.toThrow('not now');
      }
    }
    ticks.end();
    await engine.tick();
    await engine.close();
  }
});

it('is idle when there is nothing to do, serves again after a rest, and gives the same bits', async () => {
  const market = syntheticMarket();
  const engine = Engine.create({ market, book: bookOf(syntheticRows(market, 50, 6, 3), accountNames(50)), params, workers: 2 });
  await engine.tick();
  const hash = engine.stateHash();
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const { user, system } = process.cpuUsage(before);
  // A thread that span for this time would alone take 1.5 s; what the files before this one left is collected meanwhile.
  expect((user + system) / 1e6).toBeLessThan(1.2);
  await engine.tick();
  expect(engine.resultHash()).toHaveLength(64);
  const again = Engine.create({ market, book: bookOf(syntheticRows(market, 50, 6, 3), accountNames(50)), params, workers: 0 });
  await again.tick();
  expect(again.stateHash()).toBe(hash);
  await engine.close();
  await again.close();
});

it('does not keep a process alive that forgets to close an engine', () => {
  const index = fileURLToPath(new URL('../../build/js/src/index.js', import.meta.url));
  const script = `
    const { generateMarginedBook, loadBuiltInMarket, shippedParams } = await import(${JSON.stringify(index)});
    const { market } = loadBuiltInMarket();
    const { engine } = await generateMarginedBook(market, { accounts: 20, seed: 1 }, { params: shippedParams(), workers: 2 });
    await engine.tick();
    console.log('ticked');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 300_000, encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe('ticked\n');
  expect(status).toBe(0);
});
