import { expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { segmentsOf } from '../../src/monitor/segments.ts';
import { scalarKernels } from '../../src/scalar/kernels.ts';
import type { Kernels } from '../../src/wasm/kernels.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { bookOf, params, syntheticMarket } from '../support/synthetic-book.ts';

it('are the least and the largest of every segment, in all kinds of kernels, whatever is not measured', () => {
  const market = syntheticMarket(4, 5);
  const references = 3;
  const engine = Engine.create({ market, book: bookOf([], []), params }, { certified: true, referenceCount: references });
  const { rows, arena, kernels } = engine;
  const { count, first, end } = segmentsOf(rows);
  // Odd and even ones, that begin at odd and even rows.
  expect(new Set([...first.keys()].map((each) => `${first[each] & 1}${(end[each] - first[each]) & 1}`)).size).toBeGreaterThan(1);
  const { certifiedInstrument, instrument } = arena.views;
  const { segmentMoves, perVolatility } = certifiedInstrument;
  const twin = kernels as unknown as { volatilityMovesScalar: Kernels['volatilityMoves'] };
  const javascript = scalarKernels(arena.buffer);
  const random = seededRandom(3);
  for (let pass = 0; pass < 40; pass++) {
    // Segments of other lengths than the market's own: any cut of the rows will do.
    const ends = pass === 0 ? [...end] : [...end].map((each) => each - (each < instrument.volatility.length && random() < 0.5 ? 1 : 0));
    certifiedInstrument.segmentEnd.set(ends);
    for (let row = 0; row < instrument.volatility.length; row++) instrument.volatility[row] = 0.2 + random();
    const missing = [0, 0.3, 1][pass % 3];
    for (let at = 0; at < perVolatility.length; at++) perVolatility[at] = random() < missing ? NaN : 1 / (0.2 + random());
    for (let reference = 0; reference < references; reference++) {
      const expected = ends.flatMap((last, segment) => {
        const ratios: number[] = [];
        for (let row = ends[segment - 1] ?? 0; row < last; row++) {
          const ratio = instrument.volatility[row] * perVolatility[reference * instrument.volatility.length + row];
          if (!Number.isNaN(ratio)) ratios.push(ratio);
        }
        return [Math.min(...ratios), Math.max(...ratios)];
      });
      for (const run of [kernels.volatilityMoves, twin.volatilityMovesScalar, javascript.volatilityMoves]) {
        segmentMoves.fill(-7);
        run(arena.plan.context, reference, count);
        expect([...segmentMoves.subarray(0, 2 * count)]).toEqual(expected);
        expect(segmentMoves.subarray(2 * count).every((untouched) => untouched === -7)).toBe(true);
      }
    }
  }
});
