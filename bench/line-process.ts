import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { packageRoot } from '../src/package-root.ts';

/**
 * A child process that answers every line on its standard input with one line: it does its work when told to, so
 * that it takes its turn with the other entrants.
 */
export class LineProcess {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  /** Lines that nobody has asked for yet. */
  readonly #unread: string[] = [];
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  readonly #exit: Promise<unknown>;
  #ended: Error | null = null;

  constructor(program: string, parameters: readonly string[]) {
    this.#child = spawn(program, parameters, { cwd: packageRoot, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! });
    this.#lines.on('line', (line) => {
      const first = this.#waiting.shift();
      if (first === undefined) this.#unread.push(line);
      else first.resolve(line);
    });
    this.#exit = once(this.#child, 'close');
    // A child that ends early must not leave its caller waiting, nor end this process by writing into a closed pipe.
    this.#child.stdin!.on('error', (error) => this.#fail(error));
    this.#child.on('error', (error) => this.#fail(error));
    this.#child.on('close', (code) => this.#fail(new Error(`${program} ended with code ${code}`)));
    this.#exit.catch(() => {});
  }

  async ask(line: string): Promise<string> {
    if (this.#ended !== null) throw this.#ended;
    const answer = this.answer();
    this.#child.stdin!.write(`${line}\n`);
    return answer;
  }

  /** The next line of its own accord: that it is ready, say. */
  async answer(): Promise<string> {
    const line = this.#unread.shift();
    if (line !== undefined) return line;
    if (this.#ended !== null) throw this.#ended;
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Ends its input and waits until it has ended. */
  async close(): Promise<void> {
    if (this.#ended === null) this.#child.stdin!.end();
    await this.#exit.catch(() => {});
  }

  #fail(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
