import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { priceRestShape, timeShapes, volatilityRestShape, volatilityShape } from '../../src/monitor/box.ts';
import { Reference, type Displacement } from '../../src/monitor/reference.ts';
import { RowWatch } from '../../src/monitor/row-watch.ts';
import { segmentsOf } from '../../src/monitor/segments.ts';
import { bookOf, params, syntheticMarket } from '../support/synthetic-book.ts';

/** A movement is inside t times the box if some common movement in the quadrant leaves rests that are. */
function isInside(values: readonly number[], size: number, rest: number, falls: boolean): boolean {
  if (values.length === 0) return true;
  const low = Math.max(...values) - rest;
  const high = Math.min(...values) + rest;
  const [from, to] = falls ? [-size, 0] : [0, size];
  return Math.max(low, from) <= Math.min(high, to) * (1 + 1e-9) + 1e-12;
}

const nothing: Displacement = {
  distance: NaN, quadrant: -1, price: NaN, volatility: NaN, rest: NaN, elapsed: NaN, largest: NaN,
};

describe('displacement of a class', () => {
  const market = syntheticMarket(4, 5);
  const engine = Engine.create({ market, book: bookOf([], []), params }, { certified: true, referenceCount: 1 });
  const ticks = engine.partialTicks();
  const { rows, arena } = ticks.setup;
  const segments = segmentsOf(rows);
  const isLeftOut = new Uint8Array(market.instruments.length);

  it('is the size of a box that holds the movement of every instrument and of the index', () => {
    ticks.begin({});
    ticks.end();
    const watch = new RowWatch(segments, rows.expiries, market.instruments.length, rows.groups.length);
    watch.scan(arena, market.asOfMs);
    const { hasOneForward } = watch;
    const { kernels } = ticks;
    const at = { arena, kernels, expiries: rows.expiries, segments, asOfMs: market.asOfMs, isLeftOut, hasOneForward };
    const reference = new Reference(0, 1, at);
    const factor = fc.double({ min: -0.03, max: 0.03, noNaN: true });
    let alike = 0;
    fc.assert(
      fc.property(
        factor, factor, factor, fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.002, noNaN: true })),
        fc.integer({ min: 0, max: 3e7 }), fc.integer({ min: 1, max: 31 }),
        (index, price, volatility, scatter, passedMs, mask) => {
          const own = (row: number): number => scatter * (((row * 37) % 11) / 5 - 1);
          const forward = market.forward.map((value, row) => value * (1 + price) * (1 + own(row)));
          const impliedVolatility = market.impliedVolatility.map((value, row) => value * (1 + volatility) * (1 + own(row)));
          const indexPrice = new Map([...market.indexPrice].map(([pair, value]) => [pair, value * (1 + index)] as const));
          const asOfMs = market.asOfMs + passedMs;
          ticks.begin({ forward, impliedVolatility, indexPrice, asOfMs });
          ticks.end();
          watch.scan(arena, asOfMs);
          if (hasOneForward.includes(1)) alike++;
          reference.measure(arena, asOfMs, hasOneForward);
          const found: Displacement = { ...nothing };
          const group = rows.groups.findIndex(({ pair }) => pair === 'btc_usd');
          reference.displacementOf([[group, mask]], found);
          const prices = [Math.log(1 + index)];
          const volatilities: number[] = [];
          const times = [0];
          rows.instrumentOf.forEach((instrument, row) => {
            if (rows.group[row] !== group || (mask & (1 << reference.category[rows.expiry[row]])) === 0) return;
            prices.push(Math.log(forward[instrument] / market.forward[instrument]));
            const { expiryMs, kind } = market.instruments[instrument];
            const time = expiryMs === null ? 0 : Math.log((expiryMs - asOfMs) / (expiryMs - market.asOfMs));
            if (time !== 0) times.push(-time / timeShapes[reference.category[rows.expiry[row]]]);
            if (kind !== 'option') return;
            volatilities.push(Math.log(impliedVolatility[instrument] / market.impliedVolatility[instrument]));
          });
          const t = found.distance;
          expect(Math.max(...times)).toBeLessThanOrEqual(Math.min(t, found.largest));
          expect(isInside(prices, t, priceRestShape * t, (found.quadrant & 1) !== 0)).toBe(true);
          const y = volatilityShape * t;
          expect(isInside(volatilities, y, volatilityRestShape * y, (found.quadrant & 2) !== 0)).toBe(true);
          // The same by kind of movement.
          const { price: x, volatility: z, largest } = found;
          expect(largest).toBeGreaterThanOrEqual(Math.max(x, z, found.rest));
          expect(found.elapsed * 365 * 86_400_000).toBeCloseTo(passedMs, 3);
          expect(isInside(prices, x, priceRestShape * found.rest, (found.quadrant & 1) !== 0)).toBe(true);
          const rest = volatilityRestShape * volatilityShape * found.rest;
          expect(isInside(volatilities, volatilityShape * z, rest, (found.quadrant & 2) !== 0)).toBe(true);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
    // Options of one expiry have one forward in some of the runs.
    expect(alike).toBeGreaterThan(100);
  });

  /** A reference at the market as it is, and where the market is seen from there once it has moved. */
  function seen(quotes: Parameters<typeof ticks.begin>[0], leftOut: readonly number[] = []) {
    ticks.begin({ asOfMs: market.asOfMs, forward: market.forward, impliedVolatility: market.impliedVolatility, indexPrice: market.indexPrice });
    ticks.end();
    const watch = new RowWatch(segments, rows.expiries, market.instruments.length, rows.groups.length);
    watch.scan(arena, market.asOfMs);
    const { hasOneForward } = watch;
    const { kernels } = ticks;
    const reference = new Reference(
      0, 1, { arena, kernels, expiries: rows.expiries, segments, asOfMs: market.asOfMs, isLeftOut, hasOneForward },
    );
    for (const row of leftOut) reference.leaveOut(row);
    ticks.begin(quotes);
    ticks.end();
    const asOfMs = quotes.asOfMs ?? market.asOfMs;
    watch.scan(arena, asOfMs);
    reference.measure(arena, asOfMs, watch.hasOneForward);
    return (members: Parameters<Reference['displacementOf']>[0]): Displacement => {
      const found = { ...nothing };
      reference.displacementOf(members, found);
      return found;
    };
  }

  const groupOf = (pair: string): number => rows.groups.findIndex((each) => each.pair === pair);
  const everything = 31;

  it('volatilities that part, none of them far, are rests', () => {
    const impliedVolatility = market.impliedVolatility.map((value, row) => value * Math.exp(row % 2 === 0 ? 0.001 : -0.001));
    const { distance, rest } = seen({ impliedVolatility })([[groupOf('btc_usd'), everything]]);
    const least = 0.001 / (volatilityRestShape * volatilityShape);
    expect(distance).toBeGreaterThanOrEqual(least);
    expect(rest).toBeGreaterThanOrEqual(least);
    expect(distance).toBeLessThan(1.001 * least);
  });

  it('of several groups the farthest counts, in no quadrant of its own', () => {
    const pairs = [...market.indexPrice.keys()].filter((pair) => groupOf(pair) >= 0).slice(0, 2);
    const [one, other] = pairs.map(groupOf);
    const isFar = (row: number): boolean => rows.group[rows.instrumentOf.indexOf(row)] === one;
    const forward = market.forward.map((value, row) => value * (isFar(row) ? 0.98 : 0.999));
    const factorOf = (pair: string): number => (pair === pairs[0] ? 0.98 : 0.999);
    const indexPrice = new Map([...market.indexPrice].map(([pair, value]) => [pair, value * factorOf(pair)] as const));
    const at = seen({ forward, indexPrice });
    const [far, near] = [one, other].map((group) => at([[group, everything]]));
    expect(far.quadrant & 1).toBe(1);
    expect(far.distance).toBeGreaterThan(10 * near.distance);
    for (const members of [[one, other], [other, one]]) {
      const both = at(members.map((group) => [group, everything] as const));
      expect([both.distance, both.largest, both.quadrant]).toEqual([far.distance, far.distance, 0]);
    }
  });

  it('before the reference nothing dated is anywhere', () => {
    const at = seen({ asOfMs: market.asOfMs - 1 });
    const group = groupOf('btc_usd');
    expect(at([[group, everything]]).distance).toBe(Infinity);
    expect(at([[group, 1]]).distance).toBeLessThan(1e-9);
  });

  it('a row that was left out no longer speaks for the forwards of its expiry', () => {
    const group = groupOf('btc_usd');
    const segment = [...Array(segments.count).keys()].find((each) =>
      segments.group[each] === group && segments.isOption[each] === 1 && segments.end[each] - segments.first[each] > 1)!;
    const first = segments.first[segment];
    const { expiryMs } = rows.expiries[rows.expiry[first]];
    const moves = market.instruments.map((each) => each.expiryMs === expiryMs && each.kind === 'option');
    const forward = market.forward.map((value, row) => value * (moves[row] ? 1.01 : 1));
    expect(seen({ forward }, [first])([[group, everything]]).distance).toBeGreaterThan(0.005);
  });
});
