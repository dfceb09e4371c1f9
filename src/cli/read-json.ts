import { readFile } from 'node:fs/promises';
import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';

/** A JSON file; `what` names its content in messages. Throws `FileNotFound`, `ParameterInvalid`. */
export async function readJson(file: string, what: string): Promise<Storable> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new MargridError('FileNotFound', `cannot read the ${what} file ${file}`, { file });
  }
  try {
    return JSON.parse(text) as Storable;
  } catch (cause) {
    throw new MargridError('ParameterInvalid', `${file} is not valid JSON: ${(cause as Error).message}`, { file });
  }
}
