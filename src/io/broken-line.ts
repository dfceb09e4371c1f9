import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { InputFile } from './input-file.ts';

/**
 * The 1-based number of the first line of an NDJSON file that is no JSON, looked for only after reading has failed:
 * DuckDB names a line too, but often the one after it. /
 */
export async function findBrokenLine(file: InputFile): Promise<number | undefined> {
  const stream = createReadStream(file.absolutePath, { encoding: 'utf8' });
  try {
    let number = 0;
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      number += 1;
      if (line.trim() !== '' && !isJson(line)) return number;
    }
    return undefined;
  } finally {
    stream.destroy();
  }
}

/** What DuckDB reads, which is a little more than JSON: NaN, infinities, and a comma before a closing bracket. */
function isJson(line: string): boolean {
  try {
    JSON.parse(line.replace(/\b(NaN|Infinity|Inf)\b/gi, '0').replace(/,\s*([}\]])/g, '$1'));
    return true;
  } catch {
    return false;
  }
}
