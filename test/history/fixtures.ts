import { MargridError } from '../../src/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

export function thrownBy(call: () => unknown): MargridError {
  try {
    call();
  } catch (cause) {
    if (cause instanceof MargridError) return cause;
    throw cause;
  }
  throw new Error('nothing was thrown');
}

/** Standard normal numbers by Box and Muller. */
export function seededNormal(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
