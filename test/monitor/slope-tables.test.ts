import { describe, expect, it } from 'vitest';
import {
  CERTIFICATE_SLOPE_ROWS,
  CERTIFICATE_SLOPE_TERMS,
  CERTIFICATE_WORD_COUNT,
  SLOPE_CURVATURE_MIDDLE,
  SLOPE_SIZE,
  SLOPE_TERM_COUNT,
  SLOPE_TIME_RADIUS,
  slopeAt,
  slopeFloatsOf,
} from '../../assembly/portable/certificate-layout.ts';
import { FLAG_BITS, SHAPE_CALL } from '../../assembly/portable/layout.ts';
import { cellCountOf } from '../../src/columns/schema.ts';
import { Engine } from '../../src/engine/engine.ts';
import { boxSizes, expiryBoxOf, writeBox } from '../../src/monitor/box.ts';
import { Evaluation } from '../../src/monitor/evaluation.ts';
import { SlopeTables } from '../../src/monitor/slope-tables.ts';
import { nearThresholds, params } from '../support/monitored-book.ts';

describe('slope tables', () => {
  // Hours that the nearest expiry has left: around 36 and 6 hours, where boxes of time become wider; a little later, the
  // clock set back, much later.
  const hoursLeft = [36.03, 35.97, 14, 13.9, 13.6, 13.8, 13, 6.03, 5.97, 5.7, 5.8, 6.02, 1, 0.99];
  const walks = [
    { name: 'prices and volatilities', steps: 40, price: (step: number) => 1 + 0.0006 * Math.sin(step) * step ** 0.5 },
    { name: 'time', steps: hoursLeft.length, price: () => 1 },
  ];

  it.each(walks)('hold the slopes of the box around the present market, made here or elsewhere: $name', async (walk) => {
    const given = await nearThresholds(60, 41);
    const engine = Engine.create({ ...given, params }, { certified: true });
    const ticks = engine.partialTicks();
    const { arena, rows } = ticks.setup;
    const { certificate, certifiedInstrument, instrument } = arena.views;
    const words = new Uint32Array(certificate.block.buffer, certificate.block.byteOffset, CERTIFICATE_WORD_COUNT);
    const evaluation = new Evaluation(ticks);
    const tables = new SlopeTables(ticks, evaluation, []);
    const sets = Uint32Array.from({ length: ticks.book.setCount }, (_, set) => set);
    const [size] = boxSizes;
    const count = instrument.forward.length;
    const cellCount = cellCountOf(arena.plan.counts.scenarioCount);
    const rowFloats = slopeFloatsOf(cellCount);
    let kept = 0;
    let made = 0;
    let before = new Float32Array(0);
    const nearestMs = Math.min(...rows.expiries.flatMap(({ expiryMs }) => expiryMs ?? []));
    for (let step = 0; step < walk.steps; step++) {
      const price = walk.price(step);
      const asOfMs = walk.name === 'time' ? nearestMs - hoursLeft[step] * 3_600_000 : given.market.asOfMs + step * 20_000;
      const forward = given.market.forward.map((value) => value * price);
      ticks.begin({ forward, impliedVolatility: given.market.impliedVolatility.map((value) => value * price ** -1.5), asOfMs });
      evaluation.startTick();
      await tables.prepare(size, await evaluation.priceRowsOf(sets), asOfMs);
      ticks.end();
      const own = certifiedInstrument.slopeRow.slice(0, count * rowFloats);
      // The second table is free: the slopes of this very box, made now.
      words[CERTIFICATE_SLOPE_ROWS] = certifiedInstrument.slopeRow.byteOffset + count * rowFloats * 4;
      words[CERTIFICATE_SLOPE_TERMS] += certifiedInstrument.slopeTerms.byteLength / boxSizes.length;
      writeBox(arena, size, []);
      ticks.writeExpirySlopes(expiryBoxOf(rows.expiries, asOfMs, size));
      ticks.kernels.slopeRows(arena.plan.context, 0, count, arena.plan.scratch[0]);
      const held = new Set([...sets].flatMap((set) => heldRows(arena.views, set)));
      for (const row of held) {
        const at = row * rowFloats;
        const inner = certifiedInstrument.slopeRow.subarray(count * rowFloats + at);
        const largest = certifiedInstrument.slopeTerms[row * SLOPE_TERM_COUNT + SLOPE_SIZE];
        expect(isInside(inner, own.subarray(at), cellCount, largest), `${step} ${row}`).toBe(true);
        if (step === 0 || rows.shape[row] < SHAPE_CALL) continue;
        const curvature = at + slopeAt(SLOPE_CURVATURE_MIDDLE, 0);
        if (own[curvature] === before[curvature]) kept++;
        else made++;
      }
      before = own;
    }
    // Markets that stay near are served by the rows that are there.
    if (walk.name !== 'time') expect(kept).toBeGreaterThan(2 * made);
    expect(kept).toBeGreaterThan(100);
    expect(made).toBeGreaterThan(100);
    await engine.close();
  }, 60_000);
});

interface Holdings {
  readonly nettingSet: { readonly firstPosition: ArrayLike<number>; readonly positionCount: ArrayLike<number> };
  readonly position: { readonly row: Uint32Array };
}

function heldRows({ nettingSet, position }: Holdings, set: number): number[] {
  const first = nettingSet.firstPosition[set];
  return Array.from(position.row.subarray(first, first + nettingSet.positionCount[set]), (entry) => entry >>> FLAG_BITS);
}

/** Whether the intervals of `inner` lie in those of `outer`, up to the rounding of 32 bits of either, relative to `size` and themselves. */
function isInside(inner: Float32Array, outer: Float32Array, cellCount: number, size: number): boolean {
  for (let row = SLOPE_CURVATURE_MIDDLE; row < SLOPE_TIME_RADIUS; row += 2) {
    for (let cell = 0; cell < cellCount; cell++) {
      const [middle, radius] = [inner[slopeAt(row, cell)], inner[slopeAt(row + 1, cell)]];
      const [wideMiddle, wideRadius] = [outer[slopeAt(row, cell)], outer[slopeAt(row + 1, cell)]];
      const slack = 2 ** -20 * (size + Math.abs(wideMiddle) + wideRadius);
      if (!(Math.abs(middle - wideMiddle) + radius <= wideRadius + slack)) return false;
    }
  }
  return true;
}
