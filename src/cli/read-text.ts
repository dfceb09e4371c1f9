import { readFile } from 'node:fs/promises';
import { MargridError } from '../errors.ts';

/** A text file; `what` names its content in messages. Throws `FileNotFound`. */
export async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new MargridError('FileNotFound', `cannot read the ${what} ${file}`, { file });
  }
}
