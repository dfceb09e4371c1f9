import * as draws from '../../assembly/portable/path-draws.ts';
import { philoxUniforms } from '../../assembly/portable/philox.ts';
import { cellMiddles, owenScrambleWords, sobolWords } from '../../assembly/portable/sobol.ts';
import type { KernelChoice } from '../revaluation/scenario-kernels.ts';
import { compileBuild, createMemory, heapBaseOf, instantiate } from '../wasm/module.ts';

/** What draws and revalues the paths: the WASM module, or the same arithmetic in JavaScript; bit-equal. */
export type PathEngine = KernelChoice;

type PathKernelName =
  | 'drawPhilox' | 'drawNormals' | 'drawSobol' | 'scrambleOwen'
  | 'middlesOfCells' | 'spreadPairs' | 'correlateDraws' | 'multiplyColumn'
  | 'exponentiateColumn' | 'interpolateColumn' | 'wallaceColumn' | 'inverseWallaceColumn'
  | 'sampleQuantiles' | 'invertCounts' | 'addJumps' | 'scaleColumn'
  | 'relativeMoves' | 'quadraticPnl' | 'combineColumns';

/**
 * Arguments are indexes into the memory (of floats; words, directions and their like: of words), counts and numbers.
 */
export type PathKernels = Readonly<Record<PathKernelName, (...args: number[]) => void>>;

/** A memory of its own with the kernels that work on it. */
export interface PathMemory {
  readonly kernels: PathKernels;
  readonly floats: Float64Array;
  /** The same bytes. */
  readonly words: Int32Array;
  /** First float that may be used. */
  readonly start: number;
}

/** A memory with `count` floats to use. Throws `KernelMismatch` if the module is missing, `LimitExceeded`. */
export function openPathMemory(engine: PathEngine, count: number): PathMemory {
  if (engine === 'javascript') {
    const floats = new Float64Array(count);
    const words = new Int32Array(floats.buffer);
    return { kernels: javaScriptKernels(floats, words), floats, words, start: 0 };
  }
  const module = compileBuild('single');
  const start = Math.ceil(heapBaseOf(instantiate(module, createMemory('single', 65_536))) / 64) * 8;
  const memory = createMemory('single', (start + count) * 8);
  const kernels = instantiate(module, memory) as unknown as PathKernels;
  return { kernels, floats: new Float64Array(memory.buffer), words: new Int32Array(memory.buffer), start };
}

function javaScriptKernels(f: Float64Array, w: Int32Array): PathKernels {
  return {
    drawPhilox: (even, odd, count, first, attempt, pair, stream, key0, key1, words) =>
      philoxUniforms(f, w, even, odd, count, first, attempt, pair, stream, key0, key1, words),
    drawNormals: (column, count) => draws.normalDraws(f, column, count),
    drawSobol: (words, count, first, directions, shift) => sobolWords(w, words, count, first, directions, shift),
    scrambleOwen: (words, count, seed) => owenScrambleWords(w, words, count, seed),
    middlesOfCells: (words, out, count) => cellMiddles(f, w, words, out, count),
    spreadPairs: (from, to, count, odd, mirror) => draws.spreadPairs(f, from, to, count, odd, mirror),
    correlateDraws: (columns, stride, lower, n, count) => draws.correlateDraws(f, columns, stride, lower, n, count),
    multiplyColumn: (column, by, count) => draws.multiplyColumn(f, column, by, count),
    exponentiateColumn: (column, count) => draws.exponentiateColumn(f, column, count),
    interpolateColumn: (column, count, table, cells, from, perUnit) =>
      draws.interpolateColumn(f, column, count, table, cells, from, perUnit),
    wallaceColumn: (column, count, nu) => draws.wallaceColumn(f, column, count, nu),
    inverseWallaceColumn: (column, count, nu) => draws.inverseWallaceColumn(f, column, count, nu),
    sampleQuantiles: (column, count, sample, size) => draws.sampleQuantiles(f, column, count, sample, size),
    invertCounts: (column, count, cumulative, steps) => draws.invertCounts(f, column, count, cumulative, steps),
    addJumps: (column, counts, normals, count, mean, sd) => draws.addJumps(f, column, counts, normals, count, mean, sd),
    scaleColumn: (column, count, mean, scale) => draws.scaleColumn(f, column, count, mean, scale),
    relativeMoves: (column, count) => draws.relativeMoves(f, column, count),
    quadraticPnl: (columns, stride, delta, quadratic, n, pnl, count) =>
      draws.quadraticPnl(f, columns, stride, delta, quadratic, n, pnl, count),
    combineColumns: (columns, stride, weights, n, to, count) =>
      draws.combineColumns(f, columns, stride, weights, n, to, count),
  };
}
