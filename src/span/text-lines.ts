import { createReadStream } from 'node:fs';
import { spanFileError } from './record.ts';

/** Lines of a file as they come, without their ends; the file is never in memory as a whole. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunksOf(path)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest;
}

/** Text of a file in pieces; one byte is one character. Throws `FileNotFound`. */
export async function* chunksOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'latin1', highWaterMark: 1 << 20 });
  try {
    for await (const chunk of stream) yield chunk as string;
  } catch (cause) {
    throw spanFileError({ code: 'FileNotFound', file: path, message: `cannot be read: ${(cause as Error).message}` });
  }
}
