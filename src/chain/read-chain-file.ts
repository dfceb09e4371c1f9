import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { MargridError } from '../errors.ts';
import type { Chain } from './chain.ts';
import { parseChain } from './parse-chain.ts';

/** A chain of this size would have a million rows; more is not a chain file. */
const chainFileBytesMax = 64 * 1024 ** 2;

export function readChainFile(path: string): Chain {
  const file = basename(path);
  let text: string;
  try {
    const size = statSync(path).size;
    if (size > chainFileBytesMax) {
      throw new MargridError('FileTooLarge', `${file}: ${size} bytes, at most ${chainFileBytesMax} are read`, { file });
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof MargridError) throw error;
    throw new MargridError('FileNotFound', `${path}: ${(error as Error).message}`, { file });
  }
  return parseChain(text, file);
}
