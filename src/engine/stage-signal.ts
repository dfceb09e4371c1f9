import { rangeKernelNames } from '../wasm/kernels.ts';
import type { StageTask } from './stage.ts';

/**
 * Words that the calling thread and the workers share: the stage to run and who is in it. A word that one side waits for
 * has a cache line to itself.
 *
 * A stage: the calling thread writes the task, opens the gate and raises `epoch`. A worker that sees the epoch reads the
 * task and then joins, if the gate is open still; when no chunk is left to claim it adds 1 to `done`. The calling thread
 * claims chunks, too, until all workers have joined or no chunk is left; then it closes the gate, and the stage is over
 * when as many are done as have joined. A worker that wakes too late is not waited for. A worker that fails says why in
 * `failure`. `stop` with a new epoch sends the workers home.
 */
const epochWord = 0;
const stopWord = 1;
/** The epoch's low bits, whether closed, how many have joined: one word, so that nobody joins another stage. */
const gateWord = 16;
const doneWord = 32;
const failureWord = 48;
const taskWords = 64;
/** Kernel, context, items, items per chunk, header, control, list (its address) or 0 and whether there is one, scratches. */
const taskHeadWords = 9;
/** Bytes of an error message; a longer one is cut. */
const messageBytes = 2_048;

const epochShift = 16;
const closedBit = 1 << 15;
const joinedMask = closedBit - 1;

/** Between stages of one tick little passes: a worker looks so often before it sleeps. */
const looksBeforeSleep = 500;

export type SignalBuffer = SharedArrayBuffer;

/** Room for a task with a scratch area for each worker and for the calling thread. */
export function createSignalBuffer(workers: number): SignalBuffer {
  return new SharedArrayBuffer((taskWords + taskHeadWords + workers + 1) * 4 + messageBytes);
}

/** The calling thread's side. */
export class StageSignal {
  readonly buffer: SignalBuffer;
  readonly #words: Int32Array;
  readonly #message: Uint8Array;

  constructor(buffer: SignalBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, (buffer.byteLength - messageBytes) >> 2);
    this.#message = new Uint8Array(buffer, buffer.byteLength - messageBytes);
  }

  get epoch(): number {
    return Atomics.load(this.#words, epochWord);
  }

  /** Hands out a stage. The one before must be over. */
  post(task: StageTask): void {
    writeTask(this.#words, task);
    this.#words[stopWord] = 0;
    this.#words[failureWord] = 0;
    Atomics.store(this.#words, doneWord, 0);
    Atomics.store(this.#words, gateWord, openGate(this.epoch + 1));
    this.#raise();
  }

  /** Workers that are in the stage, or were. */
  get joined(): number {
    return Atomics.load(this.#words, gateWord) & joinedMask;
  }

  /** Lets nobody else join. Returns how many have. */
  close(): number {
    return Atomics.or(this.#words, gateWord, closedBit) & joinedMask;
  }

  /** Tells the workers to return from `serveStages`. */
  postStop(): void {
    this.#words[stopWord] = 1;
    this.#raise();
  }

  #raise(): void {
    Atomics.add(this.#words, epochWord, 1);
    Atomics.notify(this.#words, epochWord);
  }

  /** Whether so many workers are done within some time, for which the thread sleeps. */
  isDoneWithin(expected: number, milliseconds: number): boolean {
    const deadline = performance.now() + milliseconds;
    for (;;) {
      const done = Atomics.load(this.#words, doneWord);
      if (done === expected) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.#words, doneWord, done, left);
    }
  }

  /** When so many workers are done. */
  async done(expected: number): Promise<void> {
    for (;;) {
      const done = Atomics.load(this.#words, doneWord);
      if (done === expected) return;
      const waiting = Atomics.waitAsync(this.#words, doneWord, done);
      if (waiting.async) await waiting.value;
    }
  }

  /** Why the stage failed in a worker; null if it did not. */
  get failure(): string | null {
    const bytes = Atomics.load(this.#words, failureWord);
    // A copy: decoders need not take shared memory.
    return bytes === 0 ? null : new TextDecoder().decode(this.#message.slice(0, bytes - 1));
  }
}

/** A worker's side: runs stages as they are posted, from the one after epoch `seen` on, until it is told to stop. */
export function serveStages(buffer: SignalBuffer, seen: number, run: (task: StageTask) => void): void {
  const words = new Int32Array(buffer, 0, (buffer.byteLength - messageBytes) >> 2);
  for (let epoch = nextEpoch(words, seen); Atomics.load(words, stopWord) === 0; epoch = nextEpoch(words, epoch)) {
    // Read before joining: until then the calling thread may be writing the next one, and then the gate is not this one's.
    const task = readTask(words);
    if (!hasJoined(words, epoch)) continue;
    try {
      run(task);
    } catch (error) {
      writeFailure(words, new Uint8Array(buffer, buffer.byteLength - messageBytes), error);
    }
    Atomics.add(words, doneWord, 1);
    Atomics.notify(words, doneWord);
  }
}

function openGate(epoch: number): number {
  return epoch << epochShift;
}

/** Joins the stage of an epoch unless its gate is closed. */
function hasJoined(words: Int32Array, epoch: number): boolean {
  for (let gate = Atomics.load(words, gateWord); (gate & ~joinedMask) === openGate(epoch);) {
    const found = Atomics.compareExchange(words, gateWord, gate, gate + 1);
    if (found === gate) return true;
    gate = found;
  }
  return false;
}

/** Waits until the epoch is another: awake for a moment, then asleep. */
function nextEpoch(words: Int32Array, seen: number): number {
  for (let look = 0; look < looksBeforeSleep; look++) {
    if (Atomics.load(words, epochWord) !== seen) return Atomics.load(words, epochWord);
  }
  while (Atomics.load(words, epochWord) === seen) Atomics.wait(words, epochWord, seen);
  return Atomics.load(words, epochWord);
}

function writeTask(words: Int32Array, task: StageTask): void {
  const { kernel, context, itemCount, chunkItems, header, control, list, scratch } = task;
  const head = [
    rangeKernelNames.indexOf(kernel), context, itemCount, chunkItems, header, control, list ?? 0, list === undefined ? 0 : 1,
    scratch.length,
  ];
  words.set(head, taskWords);
  words.set(scratch, taskWords + taskHeadWords);
}

/** Addresses are unsigned: an arena may reach to 4 GiB. */
function readTask(words: Int32Array): StageTask {
  const word = (place: number): number => words[taskWords + place] >>> 0;
  const scratch: number[] = [];
  for (let slot = 0; slot < word(8); slot++) scratch.push(word(taskHeadWords + slot));
  const plain = {
    kernel: rangeKernelNames[word(0)], context: word(1), itemCount: word(2), chunkItems: word(3), header: word(4),
    control: word(5), scratch,
  };
  return word(7) === 0 ? plain : { ...plain, list: word(6) };
}

/** The first failure of a stage is kept; its length, and 1, says that there is one. */
function writeFailure(words: Int32Array, message: Uint8Array, error: unknown): void {
  const claimed = Atomics.compareExchange(words, failureWord, 0, 1) === 0;
  if (!claimed) return;
  const bytes = new TextEncoder().encode(reasonOf(error)).subarray(0, message.length);
  message.set(bytes);
  Atomics.store(words, failureWord, bytes.length + 1);
}

/** What a failure says of itself. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
