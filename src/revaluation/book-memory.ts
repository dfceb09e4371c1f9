import { BOOK_WORD_COUNT } from '../../assembly/portable/book-layout.ts';
import { headerBytes } from '../columns/arena.ts';
import { MargridError } from '../errors.ts';
import { limits, requireWithinLimit } from '../limits.ts';

/** What the memory of a tail run is made for. */
export interface BookTailCounts {
  readonly portfolioCount: number;
  readonly positionCount: number;
  readonly rowCount: number;
  readonly scenarioCount: number;
  /** Values that a tail keeps. */
  readonly tailCapacity: number;
  readonly workers: number;
}

/** Sizes that change how long it takes, never the result. */
export interface BookTailSizes {
  /** Scenarios of all rows that are in the cache together; a multiple of 2. */
  readonly tile?: number;
  /** Scenarios of all rows that are in the memory together. */
  readonly block?: number;
  /** Portfolios that go through a block together. */
  readonly chunk?: number;
}

/** Where everything is, in bytes. */
export interface BookMemoryPlan extends Required<BookTailSizes> {
  readonly counts: BookTailCounts;
  readonly candidateCapacity: number;
  readonly header: number;
  readonly control: number;
  readonly context: number;
  readonly scratch: readonly number[];
  readonly firstPosition: number;
  readonly positionCount: number;
  readonly entry: number;
  readonly quantity: number;
  readonly tails: number;
  readonly rows: number;
  /** P&L of one portfolio in a block. */
  readonly cells: number;
  readonly end: number;
}

/** A tile takes half of a second-level cache of a megabyte, and is a multiple of the twelve cells of the inner loop. */
const tileBytesMax = 512 * 1024;
const tileStep = 12;
const tileMax = 504;
/** Rows in the memory together: beyond that, scenarios come block by block. */
const blockBytesMax = 256 * 1024 * 1024;
/** Candidate lists of a chunk: what one core has of a shared cache. */
const chunkBytesMax = 6 * 1024 * 1024;
const chunkMax = 2048;
const chunkMin = 16;

/**
 * Pure. Bytes, but for rounding to cache lines:
 *
 *   8 P + 12 N + 16 k P + 8 R B + 8 B + W (16 c + 16 t + 12 (4 k + t + 24) (c + 1))
 *
 * P portfolios, N positions, R rows, B scenarios of a block, k values of a tail, W workers, c portfolios of a chunk,
 * t scenarios of a tile: never P times scenarios. Throws `LimitExceeded`, `OptionInvalid`.
 */
export function planBookMemory(counts: BookTailCounts, sizes: BookTailSizes, heapBase: number): BookMemoryPlan {
  const { portfolioCount, positionCount, rowCount, scenarioCount, tailCapacity, workers } = counts;
  requireWithinLimit('positionCountMax', positionCount);
  const tile = sizes.tile ?? tileFor(rowCount, scenarioCount);
  requireEven('tile', tile);
  const tileCount = Math.ceil(scenarioCount / tile);
  const block = wholeTiles(sizes.block ?? Math.floor(blockBytesMax / (8 * rowCount)), tile, tileCount);
  // Two more than a multiple of four: the lists then start on sixteen bytes.
  const candidateCapacity = Math.ceil((4 * tailCapacity + tile + 16) / 4) * 4 + 2;
  const listBytes = 12 * (candidateCapacity + 2);
  const chunk = sizes.chunk ?? Math.min(chunkMax, Math.max(chunkMin, Math.floor(chunkBytesMax / listBytes)));
  let top = heapBase;
  const take = (bytes: number): number => {
    const address = Math.ceil(top / 64) * 64;
    top = address + bytes;
    return address;
  };
  const plan = {
    counts, tile, block, chunk, candidateCapacity,
    header: take(headerBytes),
    control: take(64),
    context: take(BOOK_WORD_COUNT * 4),
    scratch: Array.from({ length: Math.max(workers, 1) }, () => take(16 * (chunk + tile) + listBytes * (chunk + 1))),
    firstPosition: take(4 * portfolioCount),
    positionCount: take(4 * portfolioCount),
    entry: take(4 * positionCount),
    quantity: take(8 * positionCount),
    tails: take(16 * tailCapacity * portfolioCount),
    rows: take(8 * rowCount * block),
    cells: take(8 * block),
  };
  if (!(top <= limits.memoryBytesMax)) {
    throw new MargridError(
      'LimitExceeded',
      `${portfolioCount} portfolios with the ${tailCapacity} worst of ${scenarioCount} scenarios and ${rowCount} ` +
        `rows need ${top} bytes; one WASM memory has at most ${limits.memoryBytesMax} (memoryBytesMax): ` +
        'split the book, or ask for levels nearer to 1',
    );
  }
  return { ...plan, end: Math.ceil(top / 64) * 64 };
}

function tileFor(rowCount: number, scenarioCount: number): number {
  const fitting = Math.floor(tileBytesMax / (8 * rowCount) / tileStep) * tileStep;
  const needed = Math.ceil(scenarioCount / tileStep) * tileStep;
  return Math.min(needed, tileMax, Math.max(2 * tileStep, fitting));
}

/** At least one tile, at most all of them. */
function wholeTiles(block: number, tile: number, tileCount: number): number {
  return tile * Math.min(tileCount, Math.max(1, Math.floor(block / tile)));
}

function requireEven(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 2 && value % 2 === 0) return;
  throw new MargridError(
    'OptionInvalid', `${name} must be an even number, at least 2, got ${value}`, { column: name, value },
  );
}
