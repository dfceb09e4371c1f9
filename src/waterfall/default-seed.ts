import { mix32 } from '../generate/random.ts';

/**
 * Seed of a random ADL order: follows from the engine's clock and the netting set, so that a replay has the same order.
 */
export function seedOf(clockMs: number, set: number): number {
  const high = Math.floor(clockMs / 4_294_967_296);
  return mix32(mix32(mix32(clockMs | 0) + high) + set) >>> 0;
}
