import { describe, expect, it } from 'vitest';
import {
  SLOPE_PRICE_RADIUS, SLOPE_SIZE, SLOPE_VALUE_PRICE_RADIUS,
  SLOPE_VALUE_VOLATILITY_RADIUS, SLOPE_VOLATILITY_RADIUS,
} from '../../assembly/portable/certificate-layout.ts';
import * as layout from '../../assembly/portable/layout.ts';
import { MovingMarket, optionEngine } from '../support/moving-market.ts';
import type { Box } from '../support/slope-arena.ts';

/** Half of the difference of largest and smallest derivative: what no radius can be below. */
interface SampledRadii {
  /** Of the shocked prices times their weights: CELL_COUNT per instrument. */
  readonly shocked: Float64Array;
  /** Of the values, one per instrument. */
  readonly values: Float64Array;
}

const samples = 9;

/** Half ranges of the derivatives over a grid of points of the box, corners included. */
function sampledRadii(market: MovingMarket, box: Box, axis: 'price' | 'volatility'): SampledRadii {
  const { arena } = market;
  const halves = { price: box.price + box.priceRest, volatility: box.volatility + box.volatilityRest };
  const step = 1e-3 * halves[axis];
  const cellCount = arena.instrumentCount * arena.cellCount;
  const lowest = new Float64Array(cellCount + arena.instrumentCount).fill(Infinity);
  const highest = new Float64Array(cellCount + arena.instrumentCount).fill(-Infinity);
  const widen = (index: number, slope: number): void => {
    lowest[index] = Math.min(lowest[index], slope);
    highest[index] = Math.max(highest[index], slope);
  };
  const everywhere = (x: number): Float64Array => new Float64Array(arena.instrumentCount).fill(x);
  const time = new Float64Array(arena.expiryCount);
  for (let i = 0; i < samples * samples; i++) {
    const point = {
      price: halves.price * ((2 * (i % samples)) / (samples - 1) - 1),
      volatility: halves.volatility * ((2 * Math.floor(i / samples)) / (samples - 1) - 1),
    };
    point[axis] -= Math.sign(point[axis]) * step;
    const [low, high] = [-step, step].map((by) => {
      const moved = { ...point, [axis]: point[axis] + by };
      return market.at({ price: everywhere(moved.price), volatility: everywhere(moved.volatility), time });
    });
    for (let row = 0; row < arena.instrumentCount; row++) {
      const term = row * layout.TERM_COUNT + layout.TERM_VALUE;
      const value = (high.terms[term] - low.terms[term]) / (2 * step);
      widen(cellCount + row, value);
      for (let s = 0; s < arena.cellCount; s++) {
        const at = row * arena.cellCount + s;
        widen(at, (high.cells[at] - low.cells[at]) / (2 * step) + market.weightOf(row, s) * value);
      }
    }
  }
  const radii = highest.map((high, index) => (high - lowest[index]) / 2);
  return { shocked: radii.subarray(0, cellCount), values: radii.subarray(cellCount) };
}

function quantiles(ratios: number[]): { readonly median: number; readonly p99: number; readonly max: number; readonly least: number } {
  const sorted = ratios.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { median: at(0.5), p99: at(0.99), max: at(1), least: at(0) };
}

/** Radii of all cells of options of which the grid of samples resolves the density, against what was sampled. */
function radiiOf(market: MovingMarket, box: Box, axis: 'price' | 'volatility') {
  const { arena } = market;
  const sampled = sampledRadii(market, box, axis);
  const ofCell = axis === 'price' ? SLOPE_PRICE_RADIUS : SLOPE_VOLATILITY_RADIUS;
  const ofValue = axis === 'price' ? SLOPE_VALUE_PRICE_RADIUS : SLOPE_VALUE_VOLATILITY_RADIUS;
  const result: { cells: number[]; values: number[]; sizes: number[] } = { cells: [], values: [], sizes: [] };
  for (let row = 0; row < arena.instrumentCount; row++) {
    if (!(market.leastDeviationOf(row) > (box.price + box.priceRest) / 2)) continue;
    const { rows, terms } = arena.slopesOf(row);
    // Below this the samples are roundings.
    const least = 1e-6 * terms[SLOPE_SIZE];
    if (sampled.values[row] > least) result.values.push(terms[ofValue] / sampled.values[row]);
    for (let s = 0; s < arena.cellCount; s++) {
      const radius = rows[ofCell * arena.cellCount + s];
      const apart = sampled.shocked[row * arena.cellCount + s] + market.weightOf(row, s) * sampled.values[row];
      if (apart > least) result.cells.push(radius / apart);
      result.sizes.push(radius / terms[SLOPE_SIZE]);
    }
  }
  return result;
}

describe('slopes are tight', () => {
  // Found: medians 1.0004 to 1.0014, in the box of 0.1% 1.0043 (the rounding of 32 bits, 4e-6 of the price), 99th percentiles up to 4.1, maxima up to 22.8 (deep in the money, where a
  // rising e^z and a falling N(-d) nearly cancel and both are bounded on their own).
  it.each([
    { price: 0.001, priceRest: 0, volatility: 0.002, volatilityRest: 0 },
    { price: 0.004, priceRest: 0.0005, volatility: 0.008, volatilityRest: 0.001 },
    { price: 0.02, priceRest: 0.0025, volatility: 0.04, volatilityRest: 0.005 },
    { price: 0.08, priceRest: 0.01, volatility: 0.16, volatilityRest: 0.02 },
  ])('in the box %o', async (box) => {
    const engine = await optionEngine(7, 160);
    const market = new MovingMarket(engine);
    market.reference();
    market.arena.setBox(box);
    market.arena.run();
    for (const axis of ['price', 'volatility'] as const) {
      const { cells, values, sizes } = radiiOf(market, box, axis);
      expect(Math.min(cells.length, 40 * values.length)).toBeGreaterThan(2000);
      for (const ratios of [quantiles(cells), quantiles(values)]) {
        expect(ratios.median).toBeLessThan(box.price < 0.002 ? 1.005 : 1.002);
        expect(ratios.p99).toBeLessThan(4.5);
        expect(ratios.max).toBeLessThan(25);
        // Nothing is below what was found in the box.
        expect(ratios.least).toBeGreaterThan(0.999);
      }
      // Against the price of the underlying: a fraction of the box.
      const width = axis === 'price' ? box.price + box.priceRest : 0.1 * (box.volatility + box.volatilityRest);
      expect(quantiles(sizes).median).toBeLessThan(width);
    }
  });
});
