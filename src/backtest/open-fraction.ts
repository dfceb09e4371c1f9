import type { RandomStream } from '../generate/random.ts';

const twoPowerMinus54 = 1 / 2 ** 54;

/** In (0, 1), symmetric about 1/2: half a step above the multiples of 2^-53, so that every quantile is finite. */
export function openFraction(stream: RandomStream): number {
  return stream.nextFineFraction() + twoPowerMinus54;
}
