import { describe, expect, it } from 'vitest';
import * as certificate from '../../assembly/portable/certificate-layout.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { MovingMarket, optionEngine } from '../support/moving-market.ts';
import { OptionCells } from '../support/option-derivatives.ts';
import type { Box } from '../support/slope-arena.ts';

const kinds = ['price', 'curvature', 'volatility', 'time'] as const;
type Kind = (typeof kinds)[number];
type Ranges = Record<Kind, [number, number]>;

/** Samples of an axis of the box, both ends included. */
const samples = 9;

/** Least and greatest derivative over a grid of points of the box: what no interval can be narrower than. */
function rangesOf(option: OptionCells, box: Box, [fall, rise]: readonly [number, number], shock: 'up' | 'same' | 'down', multiplier: number): Ranges {
  const ranges = Object.fromEntries(kinds.map((kind) => [kind, [Infinity, -Infinity]])) as Ranges;
  const along = (index: number, from: number, to: number): number => from + (index / (samples - 1)) * (to - from);
  const widen = (kind: Kind, slope: number): void => {
    ranges[kind][0] = Math.min(ranges[kind][0], slope);
    ranges[kind][1] = Math.max(ranges[kind][1], slope);
  };
  const rates = [-1, -0.5, 0].map((end) => option.rate(shock, 0, end * box.time, box.time));
  const reach = box.price + box.priceRest;
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j < samples; j++) {
      const deviation = option.deviation(shock, along(j, -fall, rise), 0);
      const slopes = option.at(option.forward * multiplier * Math.exp(along(i, -reach, reach)), deviation);
      widen('price', slopes.price);
      widen('curvature', slopes.curvature);
      widen('volatility', slopes.volatility);
      for (const rate of rates) widen('time', -slopes.volatility * rate);
    }
  }
  return ranges;
}

function quantiles(ratios: number[]): { readonly median: number; readonly p99: number; readonly max: number; readonly least: number } {
  const sorted = ratios.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { median: at(0.5), p99: at(0.99), max: at(1), least: at(0) };
}

const radiusRows = {
  curvature: certificate.SLOPE_CURVATURE_RADIUS,
  volatility: certificate.SLOPE_VOLATILITY_RADIUS,
  time: certificate.SLOPE_TIME_RADIUS,
} as const;

/** Radii of all cells of options of which the grid of samples resolves the density, against what was sampled. */
function ratiosOf(market: MovingMarket, box: Box): Record<Kind, number[]> {
  const { arena, engine } = market;
  const result: Record<Kind, number[]> = { price: [], curvature: [], volatility: [], time: [] };
  const { shape } = engine.arena.views.instrument;
  for (let row = 0; row < arena.instrumentCount; row++) {
    if (shape[row] < layout.SHAPE_CALL) continue;
    if (!(market.leastDeviationOf(row) > (box.price + box.priceRest) / 2)) continue;
    const option = new OptionCells(market, row);
    // A floor that may bind is hulled: not what is measured here.
    if (option.floorSlope('up', 0, 0) === 0) continue;
    const { rows, terms } = arena.slopesOf(row);
    const expiry = market.expiryOf[row] * certificate.EXPIRY_SLOPE_COUNT;
    const ends = [certificate.EXPIRY_DEVIATION_FALL, certificate.EXPIRY_DEVIATION_RISE].map((end) => arena.expirySlopes[expiry + end]) as [number, number];
    const value = rangesOf(option, box, ends, 'same', 1);
    option.scenarios.forEach(({ multiplier, weight, shock }, s) => {
      const shocked = rangesOf(option, box, ends, shock, multiplier);
      const largest = Math.max(shocked.price[1] - value.price[0], value.price[1] - shocked.price[0]) * weight;
      // Below this the samples are roundings, of 32 bits and of the closed form.
      const least = 1e-4 * terms[certificate.SLOPE_SIZE];
      if (largest > least) result.price.push(rows[certificate.SLOPE_PRICE_SIZE * arena.cellCount + s] / largest);
      for (const kind of ['curvature', 'volatility', 'time'] as const) {
        const apart = (weight * (shocked[kind][1] - shocked[kind][0] + value[kind][1] - value[kind][0])) / 2;
        const size = kind === 'time' ? least * Math.abs(option.rate('same', 0, 0, box.time)) : least;
        if (apart > size) result[kind].push(rows[radiusRows[kind] * arena.cellCount + s] / apart);
      }
    });
  }
  return result;
}

describe('slopes are tight', () => {
  // Found: medians 1.0000 to 1.0017, of curvatures 1.07, 1.07, 1.15 and 1.30 (e d - 1 of either sign in the box, where the two
  // bounds of phi(e) / s are not attained together); 99th percentiles up to 4.2, of curvatures in the largest box 6.6;
  // maxima up to 18 (deep in the money, where a rising e^z and a falling N(-d) nearly cancel).
  it.each([
    { price: 0.001, priceRest: 0, volatility: 0.002, volatilityRest: 0, time: 0.001 },
    { price: 0.004, priceRest: 0.0005, volatility: 0.008, volatilityRest: 0.001, time: 0.004 },
    { price: 0.02, priceRest: 0.0025, volatility: 0.04, volatilityRest: 0.005, time: 0.02 },
    { price: 0.08, priceRest: 0.01, volatility: 0.16, volatilityRest: 0.02, time: 0.08 },
  ])('in the box %o', async (box) => {
    const engine = await optionEngine(7, 160);
    const market = new MovingMarket(engine);
    market.reference();
    market.arena.setBox(box);
    market.setExpirySlopes(box);
    market.arena.run();
    const ratios = ratiosOf(market, box);
    for (const kind of kinds) {
      const found = quantiles(ratios[kind]);
      expect(found.median).toBeLessThan(kind === 'curvature' ? 1.35 : 1.005);
      expect(found.p99).toBeLessThan(7);
      expect(found.max).toBeLessThan(25);
      expect(ratios[kind].length).toBeGreaterThan(500);
      // Nothing is below what was found in the box.
      expect(found.least).toBeGreaterThan(0.999);
    }
  });
});
