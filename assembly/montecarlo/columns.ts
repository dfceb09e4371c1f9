import { scaledExp2 } from "../math/exp.ts";
import { minus } from "../math/vector.ts";
import * as portable from "../portable/path-draws.ts";
import { cellMiddles, owenScrambleWords, sobolWords } from "../portable/sobol.ts";

// Kernels of Monte Carlo paths over columns of a block. Arguments are indexes of floats (`words`, `directions`: of
// words) and counts. Two paths at a time where it pays; the operations of each path and their order are those of the
// twins in assembly/portable.

// @ts-ignore: decorator
@inline
function address(index: i32): usize {
  return (<usize>index) << 3;
}

// @ts-ignore: decorator
@inline
function floats(): Floats {
  return changetype<Floats>(0);
}

export function drawSobol(words: i32, count: i32, first: i32, directions: i32, shift: i32): void {
  sobolWords(changetype<Ints>(0), words, count, first, directions, shift);
}

export function scrambleOwen(words: i32, count: i32, seed: i32): void {
  owenScrambleWords(changetype<Ints>(0), words, count, seed);
}

export function middlesOfCells(words: i32, out: i32, count: i32): void {
  cellMiddles(floats(), changetype<Ints>(0), words, out, count);
}

export function spreadPairs(from: i32, to: i32, count: i32, odd: i32, mirror: f64): void {
  portable.spreadPairs(floats(), from, to, count, odd, mirror);
}

/** Columns are of an even number of floats, so that the last pair may run over the end of the block. */
export function correlateDraws(columns: i32, stride: i32, lower: i32, n: i32, count: i32): void {
  const strideBytes = address(stride);
  const end = address(count + 1) & ~15;
  for (let j = n - 1; j >= 0; j--) {
    const row = address(lower + j * n);
    const rowEnd = row + address(j);
    const target = address(columns) + <usize>j * strideBytes;
    for (let at: usize = 0; at < end; at += 16) {
      let from = address(columns) + at;
      let sum = f64x2.mul(v128.load64_splat(row), v128.load(from));
      for (let k = row + 8; k <= rowEnd; k += 8) {
        from += strideBytes;
        sum = f64x2.add(sum, f64x2.mul(v128.load64_splat(k), v128.load(from)));
      }
      v128.store(target + at, sum);
    }
  }
}

export function multiplyColumn(column: i32, by: i32, count: i32): void {
  portable.multiplyColumn(floats(), column, by, count);
}

export function exponentiateColumn(column: i32, count: i32): void {
  portable.exponentiateColumn(floats(), column, count);
}

export function interpolateColumn(
  column: i32, count: i32, table: i32, cells: i32, from: f64, cellsPerUnit: f64,
): void {
  portable.interpolateColumn(floats(), column, count, table, cells, from, cellsPerUnit);
}

export function wallaceColumn(column: i32, count: i32, nu: f64): void {
  portable.wallaceColumn(floats(), column, count, nu);
}

export function inverseWallaceColumn(column: i32, count: i32, nu: f64): void {
  portable.inverseWallaceColumn(floats(), column, count, nu);
}

export function sampleQuantiles(column: i32, count: i32, sample: i32, size: i32): void {
  portable.sampleQuantiles(floats(), column, count, sample, size);
}

export function invertCounts(column: i32, count: i32, cumulative: i32, steps: i32): void {
  portable.invertCounts(floats(), column, count, cumulative, steps);
}

export function addJumps(column: i32, counts: i32, normals: i32, count: i32, mean: f64, sd: f64): void {
  portable.addJumps(floats(), column, counts, normals, count, mean, sd);
}

export function scaleColumn(column: i32, count: i32, mean: f64, scale: f64): void {
  portable.scaleColumn(floats(), column, count, mean, scale);
}

export function relativeMoves(column: i32, count: i32): void {
  const end = address(column) + (address(count + 1) & ~15);
  for (let at = address(column); at < end; at += 16) {
    v128.store(at, minus(scaledExp2(f64x2.splat(1.0), v128.load(at), f64x2.splat(0.0)), 1.0));
  }
}

export function quadraticPnl(
  columns: i32, stride: i32, delta: i32, quadratic: i32, n: i32, pnl: i32, count: i32,
): void {
  const strideBytes = address(stride);
  const end = address(count + 1) & ~15;
  for (let at: usize = 0; at < end; at += 16) {
    let sum = f64x2.splat(0.0);
    for (let j = 0; j < n; j++) {
      const own = address(columns) + <usize>j * strideBytes + at;
      let slope = v128.load64_splat(address(delta + j));
      let coefficient = address(quadratic + j * n + j);
      let from = own;
      for (let k = j; k < n; k++) {
        slope = f64x2.add(slope, f64x2.mul(v128.load64_splat(coefficient), v128.load(from)));
        coefficient += 8;
        from += strideBytes;
      }
      sum = f64x2.add(sum, f64x2.mul(v128.load(own), slope));
    }
    v128.store(address(pnl) + at, sum);
  }
}

export function combineColumns(columns: i32, stride: i32, weights: i32, n: i32, to: i32, count: i32): void {
  portable.combineColumns(floats(), columns, stride, weights, n, to, count);
}
