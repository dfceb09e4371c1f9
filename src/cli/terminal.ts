import { SingleBar } from 'cli-progress';
import { exitCodes } from './interruption.ts';

/** The only place that writes to the terminal: results on stdout, everything else on stderr. */
export interface Terminal {
  /** A line of the result. */
  readonly print: (line: string) => void;
  /** A remark that is no result. */
  readonly note: (line: string) => void;
  /** Progress of something longer than two seconds; shows nothing unless stderr is a terminal. */
  progress(label: string, total: number): Progress;
  /**
   * What is being done now, on one line that the next one replaces; null clears it. Nothing unless stderr is a
   * terminal.
   */
  stage(label: string | null): void;
}

export interface Progress {
  update(done: number): void;
  stop(): void;
}

const showAfterMs = 2_000;

export function openTerminal(): Terminal {
  // The reader of a pipe may leave early (`margrid ... | head`): that is no failure of ours to describe, but nor is it
  // a success.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(exitCodes.readerLeft);
      throw error;
    });
  }
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    stage: (label) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${label === null ? '' : `${label} …`}`);
    },
    progress: (label, total) => (process.stderr.isTTY ? startBar(label, total) : { update: () => {}, stop: () => {} }),
  };
}

function startBar(label: string, total: number): Progress {
  const start = Date.now();
  let bar: SingleBar | null = null;
  return {
    update(done) {
      if (bar === null && Date.now() - start >= showAfterMs) {
        bar = new SingleBar({
          format: `${label} {bar} {percentage}% | {value}/{total} | {eta}s left`,
          stream: process.stderr,
        });
        bar.start(total, done);
      }
      bar?.update(done);
    },
    stop: () => bar?.stop(),
  };
}
