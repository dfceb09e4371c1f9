import { SOBOL_BITS } from '../../assembly/portable/sobol.ts';
import { inverseScoreTable, mixingTable, scoreTable, type HermiteTable } from './hermite-tables.ts';
import type { PathModel } from './model.ts';
import { openPathMemory, type PathEngine, type PathMemory } from './path-kernels.ts';
import { drawStreams } from './philox.ts';
import { requireOption, seedWords } from './require.ts';
import { sobolSequence, sobolScrambles, type SobolScramble } from './sobol.ts';

/** Where the random numbers come from. */
export interface DrawOptions {
  /** A whole number in [0, 2^53). */
  readonly seed: number;
  /** Default `philox`. */
  readonly generator?: 'philox' | 'sobol';
  /** Of Sobol points; default `matrix`. Unscrambled, the first point, the origin, is left out. */
  readonly scramble?: SobolScramble;
  /** Paths 2 i and 2 i + 1 have normals of opposite sign. Default false. */
  readonly antithetic?: boolean;
}

/** Whole numbers of paths go into one word of the counter. */
export const pathCountMax = 2 ** 32;
/** Paths per block of whoever has no wish: a block of ten factors stays in the level-2 cache. */
export const defaultBlockPaths = 1_024;

/** What a column of draws is: mirrored normals, the normal score of the chi-square, uniforms of jump counts. */
type ColumnKind = 'normal' | 'mixing' | 'count';

interface Layout {
  readonly kinds: readonly ColumnKind[];
  /** First of the columns of scores, which become moves. */
  readonly latent: number;
  readonly mixing: number;
  readonly counts: number;
  readonly sizes: number;
}

function layoutOf({ plans, degrees, jumps }: PathModel): Layout {
  const n = plans.length;
  const kinds: ColumnKind[] = degrees === null ? [] : ['mixing'];
  const latent = kinds.length;
  kinds.push(...plans.map(() => 'normal' as const));
  const counts = kinds.length;
  kinds.push(...(jumps?.cumulative ?? []).map(() => 'count' as const));
  const sizes = kinds.length;
  if (jumps !== null) for (let j = 0; j < n; j++) kinds.push('normal');
  return { kinds, latent, mixing: 0, counts, sizes };
}

/** Uniforms that one path of the model takes: dimensions of a Sobol sequence. */
export function dimensionsOf(model: PathModel): number {
  return layoutOf(model).kinds.length;
}

interface PlacedTable extends HermiteTable {
  readonly at: number;
}

/**
 * Draws blocks of paths of a model into columns. A path is a function of model, seed and its number: blocks of any
 * size, in any order, give the same bits.
 *
 * Memory: (columns + 6) blocks of floats, tables of 64 KiB per Student t, 128 bytes per Sobol dimension.
 */
export class PathDrawer {
  readonly model: PathModel;
  readonly blockPaths: number;
  readonly memory: PathMemory;
  readonly #layout: Layout;
  readonly #draw: Required<DrawOptions>;
  readonly #key: readonly [number, number];
  readonly #stride: number;
  readonly #first: number;
  readonly #scratch: number;
  readonly #lower: number;
  readonly #tables = new Map<string, PlacedTable>();
  readonly #samples = new Map<number, number>();
  readonly #cumulative: number[] = [];
  readonly #directions: number;
  #shifts: Int32Array = new Int32Array();
  #replicate = -1;
  #next: number;

  /** `extraFloats`: to be had by `reserve`. Throws `OptionInvalid`, `LimitExceeded`. */
  constructor(
    model: PathModel, draw: DrawOptions, blockPaths = defaultBlockPaths, engine: PathEngine = 'wasm', extraFloats = 0,
  ) {
    requireOption(Number.isInteger(blockPaths) && blockPaths > 0 && blockPaths <= 1e6, 'blockPaths', blockPaths,
      'a whole number in [1, 1e6]');
    const { generator = 'philox', scramble = 'matrix', antithetic = false, seed } = draw;
    requireOption(generator === 'philox' || generator === 'sobol', 'generator', generator, "'philox' or 'sobol'");
    requireOption(sobolScrambles.includes(scramble), 'scramble', scramble, `one of ${sobolScrambles.join(', ')}`);
    this.#key = seedWords(seed);
    this.#draw = { generator, scramble, antithetic, seed };
    this.model = model;
    this.blockPaths = blockPaths;
    this.#layout = layoutOf(model);
    this.#stride = (blockPaths + 3) & ~1;
    const tables = tablesOf(model);
    const count = this.#floatCount(tables) + extraFloats;
    this.memory = openPathMemory(engine, count);
    this.#next = this.memory.start;
    this.#first = this.reserve(this.#layout.kinds.length * this.#stride);
    this.#scratch = this.reserve(3 * this.#stride);
    this.#lower = this.reserve(model.lower.length, model.lower);
    for (const [name, table] of tables) {
      this.#tables.set(name, { ...table, at: this.reserve(table.pairs.length, table.pairs) });
    }
    model.plans.forEach(({ sample }, j) => this.#samples.set(j, this.reserve(sample.length, sample)));
    this.#cumulative = (model.jumps?.cumulative ?? []).map((table) => this.reserve(table.length, table));
    this.#directions = this.reserve(generator === 'sobol' ? (this.#layout.kinds.length * SOBOL_BITS) / 2 : 0);
  }

  /** Index of the first of the factors' columns; they lie `stride` floats apart. */
  get columns(): number {
    return this.#first + this.#layout.latent * this.#stride;
  }

  get stride(): number {
    return this.#stride;
  }

  /** Takes floats of the memory for good, an even number; returns the index of the first. */
  reserve(count: number, content?: Float64Array): number {
    const at = this.#next;
    this.#next += (count + 1) & ~1;
    if (content !== undefined) this.memory.floats.set(content, at);
    return at;
  }

  /**
   * Fills the factors' columns with returns (log returns where the plan says so) of paths first ... first + count - 1,
   * count <= `blockPaths`. `replicate` chooses one of the independent randomisations of a Sobol sequence.
   */
  drawReturns(first: number, count: number, replicate = 0): void {
    this.#drawColumns(first, count, replicate);
    const { kernels } = this.memory;
    const { plans, degrees, lower } = this.model;
    const n = plans.length;
    kernels.correlateDraws(this.columns, this.#stride, this.#lower, n, count);
    if (degrees !== null) this.#mix(count);
    if (this.model.jumps?.isCommon === true && lower.length > 1) {
      kernels.correlateDraws(this.#column(this.#layout.sizes), this.#stride, this.#lower, n, count);
    }
    plans.forEach((plan, j) => {
      const column = this.columns + j * this.#stride;
      this.#applyMarginal(j, column, count);
      kernels.scaleColumn(column, count, plan.mean, plan.scale);
      this.#addJumps(j, column, count);
    });
  }

  /** Log returns become relative moves: the columns are then what a `ScenarioSet` holds. */
  toMoves(count: number): void {
    this.model.plans.forEach(({ isLog }, j) => {
      if (isLog) this.memory.kernels.relativeMoves(this.columns + j * this.#stride, count);
    });
  }

  #column(place: number): number {
    return this.#first + place * this.#stride;
  }

  #floatCount(tables: ReadonlyMap<string, HermiteTable>): number {
    const { lower, plans, jumps } = this.model;
    const sizes = [
      (this.#layout.kinds.length + 3) * this.#stride, lower.length,
      ...[...tables.values()].map(({ pairs }) => pairs.length),
      ...plans.map(({ sample }) => sample.length), ...(jumps?.cumulative ?? []).map(({ length }) => length),
      this.#layout.kinds.length * SOBOL_BITS,
    ];
    return sizes.reduce((sum, each) => sum + each + 2, 0);
  }

  /** Uniforms of every dimension, normals where they are wanted, both of a pair if antithetic. */
  #drawColumns(first: number, count: number, replicate: number): void {
    const { kinds } = this.#layout;
    const { generator, antithetic } = this.#draw;
    const odd = antithetic ? first % 2 : 0;
    const base = antithetic ? (first - odd) / 2 : first;
    const baseCount = antithetic ? Math.ceil((odd + count) / 2) : count;
    const spare = this.#scratch;
    if (generator === 'sobol') this.#prepareSobol(replicate);
    for (let d = 0; d < kinds.length; d += generator === 'sobol' ? 1 : 2) {
      const even = antithetic ? spare : this.#column(d);
      const other = antithetic || d + 1 >= kinds.length ? spare + this.#stride : this.#column(d + 1);
      if (generator === 'sobol') this.#drawSobol(d, even, base, baseCount);
      else this.#drawPhilox(d / 2, even, other, base, baseCount);
      this.#finishColumn(d, even, baseCount, count, odd);
      if (generator === 'philox' && d + 1 < kinds.length) this.#finishColumn(d + 1, other, baseCount, count, odd);
    }
  }

  #finishColumn(d: number, drawn: number, drawnCount: number, count: number, odd: number): void {
    const kind = this.#layout.kinds[d];
    const { kernels } = this.memory;
    if (kind !== 'count') kernels.drawNormals(drawn, drawnCount, this.#scratchWords);
    if (this.#draw.antithetic) kernels.spreadPairs(drawn, this.#column(d), count, odd, kind === 'normal' ? -1 : 1);
  }

  get #scratchWords(): number {
    return 2 * (this.#scratch + 2 * this.#stride);
  }

  #drawPhilox(pair: number, even: number, other: number, first: number, count: number): void {
    const [key0, key1] = this.#key;
    this.memory.kernels.drawPhilox(
      even, other, count, first | 0, 0, pair, drawStreams.paths, key0, key1, this.#scratchWords,
    );
  }

  #prepareSobol(replicate: number): void {
    if (replicate === this.#replicate) return;
    const { directions, shifts } = sobolSequence(
      this.#layout.kinds.length, this.#draw.scramble, this.#draw.seed, replicate,
    );
    this.memory.words.set(directions, 2 * this.#directions);
    this.#shifts = shifts;
    this.#replicate = replicate;
  }

  #drawSobol(d: number, column: number, first: number, count: number): void {
    const { kernels } = this.memory;
    const { scramble } = this.#draw;
    const words = this.#scratchWords;
    const index = scramble === 'none' ? first + 1 : first;
    const shift = scramble === 'owen' ? 0 : this.#shifts[d];
    kernels.drawSobol(words, count, index | 0, 2 * this.#directions + d * SOBOL_BITS, shift);
    if (scramble === 'owen') kernels.scrambleOwen(words, count, this.#shifts[d]);
    kernels.middlesOfCells(words, column, count);
  }

  /** Normals to the Student t of the copula: every factor of a path is divided by the same root of a chi-square. */
  #mix(count: number): void {
    const { kernels } = this.memory;
    const mixing = this.#column(this.#layout.mixing);
    this.#interpolate('mixing', mixing, count);
    kernels.exponentiateColumn(mixing, count);
    this.model.plans.forEach((_, j) => kernels.multiplyColumn(this.columns + j * this.#stride, mixing, count));
  }

  #applyMarginal(j: number, column: number, count: number): void {
    const { kernels } = this.memory;
    const { marginal, sample } = this.model.plans[j];
    if (marginal === 'copula') return;
    if (this.model.degrees !== null) {
      kernels.wallaceColumn(column, count, this.model.degrees);
      this.#interpolate('score', column, count);
    }
    if (marginal === 'empirical') kernels.sampleQuantiles(column, count, this.#samples.get(j)!, sample.length);
    else if (marginal !== 'normal') {
      this.#interpolate(`inverse ${marginal.degrees}`, column, count);
      kernels.inverseWallaceColumn(column, count, marginal.degrees);
    }
  }

  #interpolate(name: string, column: number, count: number): void {
    const { at, cells, from, cellsPerUnit } = this.#tables.get(name)!;
    this.memory.kernels.interpolateColumn(column, count, at, cells, from, cellsPerUnit);
  }

  #addJumps(j: number, column: number, count: number): void {
    const { jumps } = this.model;
    if (jumps === null) return;
    const { kernels } = this.memory;
    const place = jumps.isCommon ? 0 : j;
    const counts = this.#column(this.#layout.counts + place);
    if (!jumps.isCommon || j === 0) {
      kernels.invertCounts(counts, count, this.#cumulative[place], jumps.cumulative[place].length);
    }
    const sizes = this.#column(this.#layout.sizes + j);
    kernels.addJumps(column, counts, sizes, count, jumps.mean[j], jumps.sd[j]);
  }
}

/** Every table that the columns of a model go through. */
function tablesOf({ degrees, plans }: PathModel): ReadonlyMap<string, HermiteTable> {
  const tables = new Map<string, HermiteTable>();
  if (degrees !== null) tables.set('mixing', mixingTable(degrees));
  if (degrees !== null && plans.some(({ marginal }) => marginal !== 'copula')) tables.set('score', scoreTable(degrees));
  for (const { marginal } of plans) {
    if (typeof marginal !== 'object' || tables.has(`inverse ${marginal.degrees}`)) continue;
    tables.set(`inverse ${marginal.degrees}`, inverseScoreTable(marginal.degrees));
  }
  return tables;
}
