import { existsSync } from 'node:fs';
import type { SpanParams } from '../margin/span/parameters.ts';
import { readSpanFile } from './read-span-file.ts';

/** Whether a path names a risk-parameter file: `cme.pa2`, `nsccl.spn`, or some of it: `cme.pa2@GC,SI`. */
export function isSpanSource(path: string): boolean {
  return /\.(pa2|spn)(@[^/\\]+)?$/i.test(path);
}

/** Throws what `readSpanFile` throws. */
export async function readSpanSource(path: string): Promise<SpanParams> {
  const at = path.lastIndexOf('@');
  if (at < 0 || existsSync(path)) return readSpanFile(path);
  return readSpanFile(path.slice(0, at), { combinedCommodities: path.slice(at + 1).split(',') });
}
