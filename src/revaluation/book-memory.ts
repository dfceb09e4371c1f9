import { BOOK_WORD_COUNT } from '../../assembly/portable/book-layout.ts';
import { MEASURES_HEAD, MEASURES_LEVEL, MEASURES_WORST } from '../../assembly/portable/book-measures.ts';
import { MargridError } from '../errors.ts';
import { limits, requireWithinLimit } from '../limits.ts';

/** What is read off the tail of every portfolio in the same way: assembly/portable/book-measures.ts. */
export interface TailLevel {
  /** Between which order statistics VaR lies, from 0, and how far from the first to the second. */
  readonly position: { readonly lower: number; readonly upper: number; readonly weight: number };
  /** `shares[k]` of the k-th worst in ES. */
  readonly shares: Float64Array;
}

/** Room for the kernel that fills the rows (`RowFilling`). */
export interface FillingCounts {
  readonly instruments: number;
  /** Scenarios that are worked out together. */
  readonly batch: number;
  /** Bytes of the scenario kernels, and of what every thread needs of its own. */
  readonly areaBytes: number;
  readonly workBytes: number;
}

/** What the memory of a tail run is made for. */
export interface BookTailCounts {
  readonly portfolioCount: number;
  readonly positionCount: number;
  readonly rowCount: number;
  readonly scenarioCount: number;
  /** Values that a tail keeps. */
  readonly tailCapacity: number;
  readonly workers: number;
  /** All that is wanted of the tails; absent: the tails themselves. They are kept too if there are several blocks. */
  readonly levels?: readonly TailLevel[] | undefined;
  /** Absent: rows are filled by the caller. */
  readonly filling?: FillingCounts;
}

/** Sizes that change how long it takes, never the result. */
export interface BookTailSizes {
  /** Scenarios of a row that stand together where JavaScript adds up; a multiple of 8. Kernels with a screen take one. */
  readonly tile?: number;
  /** Scenarios of all rows of the screen that are in the cache together; a multiple of 8. */
  readonly screenTile?: number;
  /** Scenarios of all rows that are in the memory together. */
  readonly block?: number;
  /** Scenarios of them that are worked out together. */
  readonly batch?: number;
  /** Portfolios that go through a block together. */
  readonly chunk?: number;
  /** Of these, portfolios that are screened together. */
  readonly screenChunk?: number;
  /** Candidates of a chunk for which there is room; a chunk with more is gone through in pieces. */
  readonly candidates?: number;
}

/** Where everything is in the scratch area of a thread, in bytes: assembly/portable/book-layout.ts. */
export interface ScratchPlan {
  readonly state: number;
  readonly minima: number;
  readonly sums: number;
  readonly count: number;
  readonly place: number;
  readonly key: number;
  readonly value: number;
  readonly bucket: number;
  readonly list: number;
  readonly spare: number;
  readonly bin: number;
  /** Of the scenario kernels, and the rows that are being worked out. */
  readonly work: number;
  readonly batch: number;
  readonly bytes: number;
}

/** Where everything is, in bytes. */
export interface BookMemoryPlan extends Required<BookTailSizes> {
  readonly counts: BookTailCounts;
  readonly screenCells: number;
  readonly listCapacity: number;
  /** In the scratch area of a thread. */
  readonly within: ScratchPlan;
  readonly control: number;
  readonly context: number;
  readonly scratch: readonly number[];
  readonly firstPosition: number;
  readonly positionCount: number;
  readonly entry: number;
  readonly quantity: number;
  readonly pair: number;
  /** What is read off tails that are not kept, or null: they are kept. */
  readonly levels: readonly TailLevel[] | null;
  readonly measures: number;
  readonly results: number;
  readonly tails: number;
  readonly rows: number;
  readonly rowLargest: number;
  readonly screen: number;
  readonly order: number;
  /** P&L of one portfolio in a block. */
  readonly cells: number;
  /** Sums of the rows. */
  readonly sums: number;
  /** For filling the rows: assembly/portable/book-layout.ts. */
  readonly area: number;
  readonly rowOf: number;
  readonly offset: number;
  readonly weight: number;
  readonly unusable: number;
  readonly end: number;
}

/** A tile of the screen: a multiple of what its inner loop takes; so much of a row is read at a stretch. */
const screenStep = 24;
const screenTileMax = 1_440;
/** Rows in the memory together: beyond that, scenarios come block by block. */
const blockBytesMax = 256 * 1024 * 1024;
/** Eight scenarios are counted together, in sixteen bits. */
const blockMax = 200_000;
/** Portfolios of a chunk: their positions stay in a second-level cache of a megabyte while scenarios go by. */
const chunkMax = 2_048;
const chunkMin = 16;
/** Fewer, and one thread would wait for another. */
const chunksPerWorker = 8;
/** Screened P&L of the portfolios that are screened together: a part of a second-level cache. */
const screenChunkBytesMax = 384 * 1024;
const screenChunkMin = 16;
/** For ranks and keys of a few hundred candidates: assembly/revalue/candidates.ts. */
const spareBytesMin = 2_048;
/** For portfolios by their number of positions: assembly/revalue/book-candidates.ts. */
const binBytes = 256;
/** Candidates beyond one for every scenario: 18 bytes each. */
const candidatesMax = 1_048_576;

/**
 * Pure. Bytes, but for rounding to cache lines:
 *
 *   14 P + 18 N + 16 k P + 20 R + 8 R B + 2 R S + 12 B + W (16 t + 32 c + 2 B (s + 1) + 4 B + 18 C + 24 (B + k + 4))
 *
 * and for filling the rows 4 I + A + 12 b + W (64 b + a), I instruments, b scenarios of a batch, A and a what the
 * scenario kernels take for all and for a thread.
 *
 * P portfolios, N positions, R rows, B scenarios of a block (S: whole tiles of the screen), k values of a tail, W
 * workers, c portfolios of a chunk, s of them screened together, C candidates (B more than min(2 k c, a million)), t
 * scenarios of a tile: never P times scenarios. Where only L levels are wanted of tails of one block, 16 (L + 1) P
 * instead of 16 k P. Throws `LimitExceeded`, `OptionInvalid`.
 */
export function planBookMemory(counts: BookTailCounts, sizes: BookTailSizes, heapBase: number): BookMemoryPlan {
  const { portfolioCount, positionCount, rowCount, scenarioCount, tailCapacity, workers, filling } = counts;
  requireWithinLimit('positionCountMax', positionCount);
  const { tile = 1 } = sizes;
  if (tile !== 1) requireEights('tile', tile);
  const tileCount = Math.ceil(scenarioCount / tile);
  const block = wholeTiles(Math.min(sizes.block ?? Math.floor(blockBytesMax / (8 * rowCount)), blockMax), tile, tileCount);
  const screenTile = sizes.screenTile ?? screenTileFor(block);
  requireEights('screenTile', screenTile);
  const share = Math.ceil(portfolioCount / (chunksPerWorker * Math.max(workers, 1)));
  const chunk = sizes.chunk ?? Math.min(chunkMax, Math.max(chunkMin, share));
  const screenChunk = Math.min(
    chunk, sizes.screenChunk ?? Math.max(screenChunkMin, Math.floor(screenChunkBytesMax / (2 * block))),
  );
  const candidates = block + (sizes.candidates ?? Math.min(2 * tailCapacity * chunk, candidatesMax));
  // Two more: the list is counted two at a time.
  const listCapacity = Math.ceil((block + tailCapacity + 2) / 2) * 2;
  const screenCells = Math.ceil(block / 64) * 64;
  const batch = filling?.batch ?? 0;
  const within = planScratch(
    { block, tile, chunk, screenChunk, candidates, listCapacity, screenCells, batch }, filling?.workBytes ?? 0,
  );
  const levels = counts.levels !== undefined && block >= scenarioCount ? counts.levels : null;
  const take = placesFrom(heapBase);
  const plan = {
    counts, tile, levels, screenTile, block, chunk, screenChunk, candidates, screenCells, listCapacity, batch, within,
    control: take(64),
    context: take(BOOK_WORD_COUNT * 4),
    scratch: Array.from({ length: Math.max(workers, 1) }, () => take(within.bytes)),
    firstPosition: take(4 * (portfolioCount + 1)),
    positionCount: take(4 * portfolioCount),
    entry: take(4 * positionCount),
    quantity: take(8 * positionCount),
    pair: take(6 * (positionCount + portfolioCount + 2)),
    measures: take(levels === null ? 0 : 8 * measuresFloats(levels)),
    results: take(levels === null ? 0 : 8 * resultColumns(levels) * portfolioCount),
    tails: take(levels === null ? 16 * tailCapacity * portfolioCount : 0),
    // Two rows are read at a time.
    rows: take(8 * (rowCount * block + 1)),
    rowLargest: take(8 * rowCount),
    screen: take(2 * rowCount * screenTile * Math.ceil(block / screenTile)),
    order: take(4 * block),
    cells: take(8 * block),
    sums: take(8 * rowCount),
    area: take(filling?.areaBytes ?? 0),
    rowOf: take(4 * (filling?.instruments ?? 0)),
    offset: take(4 * batch),
    weight: take(8 * batch),
    unusable: take(4 * rowCount),
    end: take(0),
  };
  if (!(plan.end <= limits.memoryBytesMax)) {
    throw new MargridError(
      'LimitExceeded',
      `${portfolioCount} portfolios with the ${tailCapacity} worst of ${scenarioCount} scenarios and ${rowCount} ` +
        `rows need ${plan.end} bytes; one WASM memory has at most ${limits.memoryBytesMax} (memoryBytesMax): ` +
        'split the book, or ask for levels nearer to 1',
    );
  }
  return plan;
}

function measuresFloats(levels: readonly TailLevel[]): number {
  return levels.reduce((floats, { shares }) => floats + MEASURES_LEVEL + shares.length, MEASURES_HEAD);
}

/** What is read off a tail: the worst P&L and its scenario, then VaR and ES, level by level. */
export function resultColumns(levels: readonly TailLevel[]): number {
  return MEASURES_WORST + 2 * levels.length;
}

type ScratchSizes = Pick<
  BookMemoryPlan, 'block' | 'tile' | 'chunk' | 'screenChunk' | 'candidates' | 'listCapacity' | 'screenCells' | 'batch'
>;

function planScratch(
  { block, tile, chunk, screenChunk, candidates, listCapacity, screenCells, batch }: ScratchSizes, workBytes: number,
): ScratchPlan {
  const take = placesFrom(0);
  // At the start what kernels without a screen use: where sums start, and P&L of a tile.
  take(16 * tile);
  return {
    state: take(32 * chunk),
    minima: take(2 * screenCells),
    sums: take(2 * screenCells * screenChunk),
    count: take(4 * block),
    place: take(4 * candidates),
    // Eight keys are read at a time.
    key: take(2 * candidates + 16),
    value: take(8 * candidates),
    bucket: take(4 * candidates),
    list: take(12 * listCapacity),
    spare: take(Math.max(12 * listCapacity, spareBytesMin)),
    bin: take(binBytes),
    work: take(workBytes),
    // Eight rows of an even number of floats.
    batch: take(64 * (batch + (batch % 2))),
    bytes: take(0),
  };
}

/** Gives out places one after the other, each at the start of a cache line. */
function placesFrom(start: number): (bytes: number) => number {
  let top = start;
  return (bytes) => {
    const address = Math.ceil(top / 64) * 64;
    top = address + bytes;
    return address;
  };
}

/** Sizes for kernels with a screen: what they are given of tiles of P&L is checked, and not used. */
export function screenSizes(sizes: BookTailSizes): BookTailSizes {
  if (sizes.tile !== undefined) requireEights('tile', sizes.tile);
  return { ...sizes, tile: 1 };
}

/** As few tiles as can be, all about as large. */
function screenTileFor(scenarioCount: number): number {
  const tiles = Math.ceil(scenarioCount / screenTileMax);
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
