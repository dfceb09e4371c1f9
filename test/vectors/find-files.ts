import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UnreadableFileError } from './content.ts';

/** The file itself, or every file below the directory, in an order that is the same on every machine. */
export function findFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return names.flatMap((name) => findFiles(join(path, name)));
  } catch (cause) {
    if (cause instanceof UnreadableFileError) throw cause;
    throw new UnreadableFileError(`cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}
