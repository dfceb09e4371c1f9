import { MargridError } from './errors.ts';

/**
 * Every maximum of the engine, with the relations between them asserted below.
 *
 * A count beyond a limit is refused with a message that names the limit; nothing is truncated.
 */
export const limits = {
  /** wasm32 addresses 4 GiB; one engine is one memory. */
  memoryBytesMax: 65_536 * 65_536,
  accountCountMax: 8_000_000,
  nettingSetCountMax: 16_000_000,
  positionCountMax: 200_000_000,
  /** Positions of one account; a market maker holds several hundred, a whole chain is about twenty thousand. */
  positionCountPerAccountMax: 1_000_000,
  instrumentCountMax: 200_000,
  riskGroupCountMax: 4_096,
  /** Expiries of all risk groups together. */
  expiryCountMax: 65_536,
  currencyCountMax: 255,
  /**
   * Cells of a risk array row: ten years of days in five sub-samples. A row of 2,500 is 20 kB, so 100,000 instruments
   * are 2 GB of the arena, and an account of three risk groups needs 80 kB of scratch per worker.
   */
  scenarioCountMax: 16_384,
  /** Scenarios of one set that is held in memory; Monte Carlo paths are drawn in blocks and have no such limit. */
  scenarioSetCountMax: 10_000_000,
  workerCountMax: 256,
  /** Ids of commands that are remembered, so that a command sent again is not applied again. */
  commandIdCountMax: 100_000,
  /**
   * Rows and bytes of one input file; adjustable per call, they stop decompression bombs before anything is allocated.
   */
  inputRowCountMax: 250_000_000,
  inputBytesMax: 16 * 1024 ** 3,
  /** Problems listed in full; the rest are counted. */
  problemCountMax: 1_000,
  /** Magnitudes beyond these are bad data, and they keep every sum of the kernels far from overflow. */
  quantityMax: 1e15,
  priceMax: 1e12,
  volatilityMax: 100,
  timeToExpiryYearsMax: 100,
} as const;

/** Bytes of a 64-bit float: the unit of nearly every column. */
const f64Bytes = 8;

// An instrument row shares a 32-bit word with four flag bits. A risk array row of the widest grid, for the most
// instruments, must leave most of the memory to the book at usual grid sizes;
// the arena plan refuses the rest. What must hold for all inputs is that a sum over an account cannot overflow:
const accountSumMax = limits.quantityMax * limits.priceMax * limits.positionCountPerAccountMax;
if (!(
  limits.instrumentCountMax < 2 ** 28 &&
  accountSumMax < 1e300 &&
  limits.nettingSetCountMax * f64Bytes < limits.memoryBytesMax
)) {
  throw new MargridError('LimitExceeded', 'limits.ts: the limits contradict each other');
}

/** Throws `LimitExceeded`, naming the limit, unless `count` is an integer in [0, limit]. */
export function requireWithinLimit(name: keyof typeof limits, count: number): void {
  if (!(Number.isInteger(count) && count >= 0 && count <= limits[name])) {
    throw new MargridError('LimitExceeded', `${name} is ${limits[name]}, got ${count}`);
  }
}
