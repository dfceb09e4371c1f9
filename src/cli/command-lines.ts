import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from '../account/command.ts';
import { MargridError } from '../errors.ts';

/** A command of a file, and where it stands there, from 1. */
export interface CommandLine {
  readonly line: number;
  readonly command: Command;
}

/**
 * Commands of an NDJSON file, `-`: of standard input. Blank lines are none. `signal` ends them, also where the next one
 * has not come yet. Throws `FileNotFound`, `CommandInvalid`.
 */
export async function* commandLines(file: string, signal: AbortSignal): AsyncGenerator<CommandLine> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity, signal })) {
      line++;
      if (text.trim() !== '') yield { line, command: parseCommand(text, file, line) };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new MargridError('FileNotFound', `cannot read the command file ${file}`, { file });
  } finally {
    // Whoever writes to standard input may go on for hours: it must not keep a process alive that has given up.
    input.destroy();
  }
}

function parseCommand(text: string, file: string, line: number): Command {
  let command: unknown;
  try {
    command = JSON.parse(text);
  } catch (cause) {
    const message = `${file}, line ${line}: not valid JSON: ${(cause as Error).message}`;
    throw new MargridError('CommandInvalid', message, { file, row: line });
  }
  if (typeof command === 'object' && command !== null && !Array.isArray(command)) return command as Command;
  throw new MargridError('CommandInvalid', `${file}, line ${line}: a command must be an object`, { file, row: line });
}
