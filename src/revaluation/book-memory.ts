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
  /** Scenarios of a row that stand together, in 64 bits; a multiple of 8. */
  readonly tile?: number;
  /** Scenarios of all rows of the screen that are in the cache together; a multiple of 8. */
  readonly screenTile?: number;
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
  readonly weight: number;
  readonly tails: number;
  readonly rows: number;
  readonly rowLargest: number;
  readonly screen: number;
  readonly order: number;
  /** P&L of one portfolio in a block. */
  readonly cells: number;
  readonly end: number;
}

/** P&L in 64 bits is read eight scenarios at a time, here and there: a cache line. */
const tileDefault = 8;
/** A tile of the screen takes half of a second-level cache of a megabyte: a multiple of what its inner loop takes. */
const screenBytesMax = 512 * 1024;
const screenStep = 24;
const screenTileMax = 2_400;
/** Rows in the memory together: beyond that, scenarios come block by block. */
const blockBytesMax = 256 * 1024 * 1024;
/** Eight scenarios are counted together, in sixteen bits. */
const blockMax = 200_000;
/** Screened P&L of a chunk: what one core has of a shared cache. */
const chunkBytesMax = 2_560 * 1024;
const chunkMax = 2048;
const chunkMin = 16;

/**
 * Pure. Bytes, but for rounding to cache lines:
 *
 *   10 P + 14 N + 16 k P + 8 R + 8 R B + 2 R S + 12 B + W (16 t + 24 c + 2 B + (81 B / 8) c + 24 (4 k + 32))
 *
 * P portfolios, N positions, R rows, B scenarios of a block (whole tiles; S: whole tiles of the screen), k values of a
 * tail, W workers, c portfolios of a chunk, t scenarios of a tile: never P times scenarios. Throws `LimitExceeded`,
 * `OptionInvalid`.
 */
export function planBookMemory(counts: BookTailCounts, sizes: BookTailSizes, heapBase: number): BookMemoryPlan {
  const { portfolioCount, positionCount, rowCount, scenarioCount, tailCapacity, workers } = counts;
  requireWithinLimit('positionCountMax', positionCount);
  const { tile = tileDefault } = sizes;
  requireEights('tile', tile);
  const tileCount = Math.ceil(scenarioCount / tile);
  const block = wholeTiles(Math.min(sizes.block ?? Math.floor(blockBytesMax / (8 * rowCount)), blockMax), tile, tileCount);
  const screenTile = sizes.screenTile ?? screenTileFor(rowCount, block);
  requireEights('screenTile', screenTile);
  // Two more than a multiple of four: the lists then start on sixteen bytes.
  const candidateCapacity = Math.ceil((4 * tailCapacity + 8 + 16) / 4) * 4 + 2;
  const listBytes = 12 * (candidateCapacity + 2);
  const chunk = sizes.chunk ?? Math.min(chunkMax, Math.max(chunkMin, Math.floor(chunkBytesMax / (2 * block))));
  const groups = Math.ceil(block / 8);
  const scratchBytes = 16 * tile + 16 * chunk + 16 * Math.ceil(chunk / 2) + 2 * block * (chunk + 1) +
    2 * listBytes + groups * chunk + 64 + 64 * groups * chunk;
  let top = heapBase;
  const take = (bytes: number): number => {
    const address = Math.ceil(top / 64) * 64;
    top = address + bytes;
    return address;
  };
  const plan = {
    counts, tile, screenTile, block, chunk, candidateCapacity,
    header: take(headerBytes),
    control: take(64),
    context: take(BOOK_WORD_COUNT * 4),
    scratch: Array.from({ length: Math.max(workers, 1) }, () => take(scratchBytes)),
    firstPosition: take(4 * portfolioCount),
    positionCount: take(4 * portfolioCount),
    // Positions are taken two by two: the last one may have none beside it.
    entry: take(4 * (positionCount + 1)),
    quantity: take(8 * positionCount),
    weight: take(2 * (positionCount + portfolioCount)),
    tails: take(16 * tailCapacity * portfolioCount),
    rows: take(8 * rowCount * block),
    rowLargest: take(8 * rowCount),
    screen: take(2 * rowCount * screenTile * Math.ceil(block / screenTile)),
    order: take(4 * block),
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

/** As few tiles as fit, all about as large. */
function screenTileFor(rowCount: number, scenarioCount: number): number {
  const fitting = Math.min(screenTileMax, Math.max(2 * screenStep, screenBytesMax / (2 * rowCount)));
  const tiles = Math.ceil(scenarioCount / fitting);
  return Math.ceil(scenarioCount / tiles / screenStep) * screenStep;
}

/** At least one tile, at most all of them. */
function wholeTiles(block: number, tile: number, tileCount: number): number {
  return tile * Math.min(tileCount, Math.max(1, Math.floor(block / tile)));
}

function requireEights(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 8 && value % 8 === 0) return;
  throw new MargridError('OptionInvalid', `${name} must be a multiple of 8, at least 8, got ${value}`, { column: name, value });
}
