import { philox4x32 as philoxWords } from '../../assembly/portable/philox.ts';

/** What the streams of one seed are for: draws of different purposes never share numbers. */
export const drawStreams = { paths: 0, scrambling: 1 } as const;

const out = new Int32Array(4);

/**
 * Philox4x32-10 of a counter of four words and a key of two: four random words (Salmon et al., SC11, 2011). Words are
 * taken modulo 2^32.
 */
export function philox4x32(counter: readonly number[], key: readonly number[]): Uint32Array {
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter;
  philoxWords(out, 0, c0 | 0, c1 | 0, c2 | 0, c3 | 0, (key[0] ?? 0) | 0, (key[1] ?? 0) | 0);
  return new Uint32Array(out);
}
