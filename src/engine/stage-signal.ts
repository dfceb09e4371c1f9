import { reasonOf } from '../threads/worker-failed.ts';
import { rangeKernelNames } from '../wasm/kernels.ts';
import type { StageTask } from './stage.ts';

/**
 * Words that the calling thread and the workers share: the stage to run and who is in it. A word that one side waits for
 * has a cache line to itself.
 *
 * A stage: the calling thread writes the task, opens the gate and raises `epoch`. A worker that sees the epoch reads the
 * task and then joins, if the gate is open still; when no chunk is left to claim it adds 1 to `done`. The calling thread
 * claims chunks, too, until all workers have joined or no chunk is left; then it closes the gate, and the stage is over
 * when as many are done as have joined. A worker that wakes too late is not waited for, nor one that finds all `seats`
 * taken. A worker that fails says why in `failure`. `stop` with a new epoch sends the workers home.
 *
 * Waking takes longer than a short stage: `call` wakes workers before there is a stage, and they look for it until
 * `release`.
 */
const epochWord = 0;
const stopWord = 1;
/** The epoch's low bits, whether closed, how many have joined: one word, so that nobody joins another stage. */
const gateWord = 16;
const doneWord = 32;
const failureWord = 48;
const seatsWord = 49;
/** Raised by `call` and by `release`: odd while workers are called. */
const callWord = 64;
/** Of a call: workers that are to come and have not. */
const callsWord = 65;
/** Workers that look for a stage, and need no waking. */
const awakeWord = 80;
/** Epoch once more: what workers wait for that are the first to be called. */
const reserveWord = 96;
/** Call after which the calling thread has gone on. */
const goesOnWord = 66;
/** Microseconds (a float) at which the workers were called. */
const calledAtWord = 68;
const taskWords = 112;
/** Kernel, context, items, items per chunk, header, control, list (its address) or 0 and whether there is one, scratches. */
const taskHeadWords = 9;
/** Bytes of an error message; a longer one is cut. */
const messageBytes = 2_048;

const epochShift = 16;
const closedBit = 1 << 15;
const joinedMask = closedBit - 1;

/** Between stages of one tick little passes: a worker looks so often before it sleeps. */
const looksBeforeSleep = 500;
/** Milliseconds between stages that a called worker stays awake: the tick may be doing something else. */
const awakeMs = 4;
/** A worker that comes later than this after its call has not found a processor for itself. */
const lateMicroseconds = 300;
/** The calling thread goes on so soon after it has woken a worker, unless it has lost its processor. */
const returnMicroseconds = 30;
/** Milliseconds that the calling thread looks for the end of a stage before it sleeps: what a chunk takes. */
const lookMs = 0.05;
/** Looks between two readings of the clock. */
const looksPerReading = 128;

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
  readonly #calledAt: Float64Array;

  constructor(buffer: SignalBuffer) {
    this.buffer = buffer;
    this.#calledAt = new Float64Array(buffer, 4 * calledAtWord, 1);
    this.#words = new Int32Array(buffer, 0, (buffer.byteLength - messageBytes) >> 2);
    this.#message = new Uint8Array(buffer, buffer.byteLength - messageBytes);
  }

  get epoch(): number {
    return Atomics.load(this.#words, epochWord);
  }

  /** Hands out a stage. The one before must be over. */
  post(task: StageTask): void {
    this.#open(task, joinedMask);
    this.#raise();
  }

  /** The same for at most so many of those workers that have been called and are awake: nobody is woken. */
  postToCalled(task: StageTask, seats: number): void {
    this.#open(task, seats);
    this.#nextEpoch();
  }

  #open(task: StageTask, seats: number): void {
    writeTask(this.#words, task);
    this.#words[seatsWord] = seats;
    this.#words[stopWord] = 0;
    this.#words[failureWord] = 0;
    Atomics.store(this.#words, doneWord, 0);
    Atomics.store(this.#words, gateWord, openGate(this.epoch + 1));
  }

  /**
   * Wakes so many workers: those of them that find a processor of their own look for stages until `release`, or until none
   * has come for long.
   */
  call(workers: number): void {
    this.release();
    this.#calledAt[0] = microseconds();
    Atomics.store(this.#words, callsWord, workers);
    const call = Atomics.add(this.#words, callWord, 1) + 1;
    const woken = Atomics.notify(this.#words, reserveWord, workers);
    if (woken < workers) Atomics.notify(this.#words, epochWord, workers - woken);
    Atomics.store(this.#words, goesOnWord, call);
  }

  /** Workers that need no waking. */
  get awake(): number {
    return Atomics.load(this.#words, awakeWord);
  }

  /** Called workers may sleep. */
  release(): void {
    const call = Atomics.load(this.#words, callWord);
    if (call % 2 !== 0) Atomics.store(this.#words, callWord, call + 1);
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

  #nextEpoch(): void {
    Atomics.store(this.#words, reserveWord, Atomics.add(this.#words, epochWord, 1) + 1);
  }

  /** A new epoch, for everybody. */
  #raise(): void {
    this.#nextEpoch();
    Atomics.notify(this.#words, epochWord);
    Atomics.notify(this.#words, reserveWord);
  }

  /** Whether so many workers are done within what a chunk takes: the thread looks all the time. */
  isDoneSoon(expected: number): boolean {
    const deadline = performance.now() + lookMs;
    do {
      for (let look = 0; look < looksPerReading; look++) {
        if (Atomics.load(this.#words, doneWord) === expected) return true;
      }
    } while (performance.now() < deadline);
    return false;
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
  const wait = waiterOf(words, new Float64Array(buffer, 4 * calledAtWord, 1));
  for (let epoch = wait(seen); Atomics.load(words, stopWord) === 0; epoch = wait(epoch)) {
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
    // If these are the seats of another stage, the gate is not this one's any more, and nobody gets through.
    if ((gate & joinedMask) >= words[seatsWord]) return false;
    const found = Atomics.compareExchange(words, gateWord, gate, gate + 1);
    if (found === gate) return true;
    gate = found;
  }
  return false;
}

/** What waits until the epoch is another: awake for a moment, or as long as it is called, then asleep. */
function waiterOf(words: Int32Array, calledAt: Float64Array): (seen: number) => number {
  /** The call that the worker has come for. */
  let answered = 0;
  /** Where it sleeps: those that came in time for the last call are the first to be called again. */
  let bed = epochWord;
  const sleep = (seen: number): void => {
    Atomics.sub(words, awakeWord, 1);
    Atomics.wait(words, bed, seen);
    Atomics.add(words, awakeWord, 1);
  };
  return (seen) => {
    Atomics.add(words, awakeWord, 1);
    for (let look = 0; look < looksBeforeSleep; look++) if (Atomics.load(words, epochWord) !== seen) break;
    while (Atomics.load(words, epochWord) === seen) {
      const call = Atomics.load(words, callWord);
      if (call % 2 !== 0 && call !== answered) {
        bed = isInTime(words, calledAt, call) && takesCall(words) ? reserveWord : epochWord;
        answered = call;
      }
      if (call % 2 !== 0 && bed === reserveWord && isPosted(words, seen, call)) break;
      if (Atomics.load(words, epochWord) === seen) sleep(seen);
    }
    Atomics.sub(words, awakeWord, 1);
    return Atomics.load(words, epochWord);
  };
}

/**
 * Whether the calling thread is running. A scheduler may wake a worker on the processor of whoever wakes it, though
 * another one is idle (virtual machines whose idle processors count as taken): then the caller does not come to say that
 * it goes on, or the worker came too late, when it was the caller's turn to wait. Such a worker would be in the way.
 */
function isInTime(words: Int32Array, calledAt: Float64Array, call: number): boolean {
  const now = microseconds();
  if (now - calledAt[0] > lateMicroseconds) return false;
  do {
    if (Atomics.load(words, goesOnWord) === call) return true;
  } while (microseconds() - now < returnMicroseconds);
  return false;
}

/** The same clock in all threads. */
function microseconds(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds * 1e-3;
}

function takesCall(words: Int32Array): boolean {
  for (let calls = Atomics.load(words, callsWord); calls > 0;) {
    const found = Atomics.compareExchange(words, callsWord, calls, calls - 1);
    if (found === calls) return true;
    calls = found;
  }
  return false;
}

/** Looks for another epoch, until the call is over or has lasted too long. */
function isPosted(words: Int32Array, seen: number, call: number): boolean {
  const deadline = performance.now() + awakeMs;
  do {
    for (let look = 0; look < looksPerReading; look++) if (Atomics.load(words, epochWord) !== seen) return true;
  } while (Atomics.load(words, callWord) === call && performance.now() < deadline);
  return false;
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
