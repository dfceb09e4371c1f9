import type { Storable } from '../account/events.ts';
import { MargridError } from '../errors.ts';
import { readText } from './read-text.ts';

/** A JSON file; `what` names its content in messages. Throws `FileNotFound`, `ParameterInvalid`. */
export async function readJson(file: string, what: string): Promise<Storable> {
  const text = await readText(file, `${what} file`);
  try {
    return JSON.parse(text) as Storable;
  } catch (cause) {
    throw new MargridError('ParameterInvalid', `${file} is not valid JSON: ${(cause as Error).message}`, { file });
  }
}
