/**
 * Seed of the properties, `MARGRID_SEED` or a fixed one; undefined where a random one is asked for.
 *
 * Properties draw the same inputs in every run, so that a run that passed passes again: a failure is then of the change, never
 * of the draw. Other inputs: `MARGRID_SEED=7 npx vitest run`, or `MARGRID_SEED=random`. A failure prints its seed.
 */
export function propertySeed(asked = process.env['MARGRID_SEED']): number | undefined {
  if (asked === undefined || asked === '') return 20261123;
  if (asked === 'random') return undefined;
  const seed = Number(asked);
  if (!Number.isInteger(seed) || (seed | 0) !== seed) {
    throw new RangeError(`MARGRID_SEED must be a whole number of 32 bits or 'random', got '${asked}'`);
  }
  return seed;
}
