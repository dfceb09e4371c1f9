import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ageWeights, expectedShortfall, liquidityAdjustedShortfall, partsOfMatrix, portfolioRisk, scaledByRootOfTime,
  shortfallComponents, spreadCost, stressedShortfall, valueAtRisk, valueAtRiskComponents,
} from '../../src/index.ts';

const cents = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 100);
const portfolios = fc.integer({ min: 1, max: 7 }).chain((parts) =>
  fc.array(cents, { minLength: parts * 60, maxLength: parts * 60 }).map((pnl) => partsOfMatrix(Float64Array.from(pnl), 60)));
const level = 0.93;

const sumOf = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, each) => sum + each, 0);

/** Two parts in ten scenarios; the whole: -9, -7, -5, 0, 1, 2, 3, 4, 5, 6. */
const first = [-10, 1, -5, 0, 0, 1, 1, 2, 2, 3];
const second = [1, -8, 0, 0, 1, 1, 2, 2, 3, 3];
const two = partsOfMatrix(Float64Array.from([...first, ...second]), 10);

describe('components', () => {
  it('of ES by hand: tail of 2.5 scenarios', () => {
    const { components, total } = shortfallComponents(two, { level: 0.75 });
    // (10 - 1 + 2.5) / 2.5, (-1 + 8 + 0) / 2.5; ES (9 + 7 + 2.5) / 2.5.
    expect(components[0]).toBeCloseTo(4.6, 12);
    expect(components[1]).toBeCloseTo(2.8, 12);
    expect(total).toBeCloseTo(7.4, 12);
  });

  it('of VaR in the scenario of the quantile, and by a triangle around it', () => {
    expect(valueAtRiskComponents(two, { level: 0.8 })).toMatchObject({ total: 7, components: Float64Array.of(-1, 8), scale: 1 });
    // Ranks 1, 2, 3 with weights 1, 2, 1 over 4: (10 - 2 + 5) / 4 = 3.25 and (-1 + 16 + 0) / 4 = 3.75, scaled from 7 to 7.
    const kernel = valueAtRiskComponents(two, { level: 0.8, width: 1 });
    expect(kernel.scale).toBeCloseTo(1, 14);
    expect(kernel.components[0]).toBeCloseTo(3.25, 12);
    expect(kernel.components[1]).toBeCloseTo(3.75, 12);
    expect(() => valueAtRiskComponents(two, { level: 0.8, width: 9 })).not.toThrow();
    expect(() => valueAtRiskComponents(two, { level: 0.8, width: 0.5 })).toThrow(/whole number/);
  });

  it('of a quantile between two scenarios are between those of the two', () => {
    // Type 7 at 25%: position 3.25 of -9, -7, -5, 0: -3.75.
    const { components, total } = valueAtRiskComponents(two, { level: 0.75, convention: 'numpy' });
    expect(total).toBeCloseTo(3.75, 12);
    expect(components[0]).toBeCloseTo(3.75, 12);
    expect(components[1]).toBe(0);
  });

  it('add up exactly, in any order and grouping, plain and weighted', () => {
    fc.assert(fc.property(portfolios, fc.boolean(), (pnl, weighted) => {
      const weights = weighted ? ageWeights(pnl.scenarios, 0.97) : undefined;
      const options = { level, ...(weights === undefined ? {} : { weights }) };
      const total = new Float64Array(pnl.scenarios);
      for (let part = 0; part < pnl.parts; part++) Array.from(pnl.pnlOf(part)).forEach((each, index) => (total[index] += each));
      for (const [result, measure] of [
        [shortfallComponents(pnl, options), expectedShortfall(total, options)],
        [valueAtRiskComponents(pnl, options), valueAtRisk(total, options)],
      ] as const) {
        expect(sumOf(result.components)).toBe(result.total);
        expect(sumOf(Array.from(result.components).reverse())).toBe(result.total);
        const [evens, odds] = [0, 1].map((rest) => sumOf(result.components.filter((_, index) => index % 2 === rest)));
        expect(evens + odds).toBe(result.total);
        const size = sumOf(result.components.map(Math.abs)) + Math.abs(measure);
        expect(Math.abs(result.total - measure)).toBeLessThanOrEqual(size * 2 ** -50);
      }
    }), { numRuns: 150 });
  });

  it('follow their own part: scaled by a power of two it scales alone with the rest unchanged at the tail', () => {
    const pnl = partsOfMatrix(Float64Array.from([...first, ...first.map((each) => each * 4)]), 10);
    const { components } = shortfallComponents(pnl, { level: 0.75 });
    expect(components[1]).toBe(4 * components[0]);
  });

  it('refuse parts that are not those of the whole', () => {
    const total = Float64Array.from(first, (each, index) => each + second[index] - 1);
    expect(() => shortfallComponents(two, { level: 0.75, total })).toThrow(/parts add up to .*, not to the total/);
    expect(() => shortfallComponents(two, { level: 0.75, total: [1] })).toThrow(/the whole has 1 scenarios, expected 10/);
    expect(() => partsOfMatrix(new Float64Array(7), 3)).toThrow(/7 P&L are no whole number of rows of 3/);
    const broken = { parts: 1, scenarios: 2, pnlOf: () => [1, NaN] };
    expect(() => shortfallComponents(broken, { level: 0.5 })).toThrow(/P&L of part 1 in scenario 2 must be finite, got NaN/);
  });
});

describe('incremental and marginal risk', () => {
  it('by hand', () => {
    const { valueAtRisk: v, expectedShortfall: es } = portfolioRisk(two, { level: 0.8, exposures: [50, 0] });
    // Alone: worst two of each, -10, -5 and -8, 0. Without the first: the second.
    expect(Array.from(v.standalone)).toEqual([5, 0]);
    expect(Array.from(v.incremental)).toEqual([7 - 0, 7 - 5]);
    expect(Array.from(es.standalone)).toEqual([7.5, 4]);
    expect(Array.from(es.incremental)).toEqual([8 - 4, 8 - 7.5]);
    expect(v.marginal![0]).toBe(-1 / 50);
    expect(v.marginal![1]).toBeNaN();
    expect(portfolioRisk(two, { level: 0.8 }).valueAtRisk.marginal).toBeNull();
    expect(() => portfolioRisk(two, { level: 0.8, exposures: [1] })).toThrow(/1 exposures for 2 parts/);
  });

  it('the component of ES is at most the part alone and at least its increment', () => {
    fc.assert(fc.property(portfolios, (pnl) => {
      const { expectedShortfall: es } = portfolioRisk(pnl, { level });
      for (let part = 0; part < pnl.parts; part++) {
        expect(es.components[part]).toBeLessThanOrEqual(es.standalone[part] + 1e-6);
        expect(es.components[part]).toBeGreaterThanOrEqual(es.incremental[part] - 1e-6);
      }
    }), { numRuns: 60 });
  });
});

describe('liquidity', () => {
  it('cascade of MAR33.4 by hand: 100^2 + 60^2 + 30^2 (20 / 10) + 20^2 (20 / 10) + 10^2 (60 / 10)', () => {
    expect(liquidityAdjustedShortfall([100, 60, 30, 20, 10])).toBeCloseTo(Math.sqrt(10000 + 3600 + 1800 + 800 + 600), 12);
    expect(liquidityAdjustedShortfall([100])).toBe(100);
    expect(liquidityAdjustedShortfall([3, 4], [1, 5])).toBeCloseTo(Math.sqrt(9 + 64), 12);
    expect(() => liquidityAdjustedShortfall([1, 2], [10, 10])).toThrow(/ascending/);
    expect(() => liquidityAdjustedShortfall([])).toThrow(/1 to 5/);
    expect(() => liquidityAdjustedShortfall([1, NaN])).toThrow(/shortfall 2 must be finite/);
  });

  it('stress ratio is floored at 1', () => {
    expect(stressedShortfall(200, 120, 100)).toBe(240);
    expect(stressedShortfall(200, 90, 100)).toBe(200);
    expect(() => stressedShortfall(200, 90, 0)).toThrow(/must be > 0/);
  });

  it('root of time and spreads', () => {
    expect(scaledByRootOfTime(10, 10)).toBeCloseTo(31.622776601683793, 12);
    expect(scaledByRootOfTime(10, 40, 10)).toBe(20);
    expect(() => scaledByRootOfTime(1, 0)).toThrow(/days/);
    // 1,000 long and 500 short at 1% +- 0.2%: half of 1.6% at k = 3.
    const positions = [{ value: 1000, spreadMean: 0.01, spreadDeviation: 0.002 }, { value: -500, spreadMean: 0.02 }];
    expect(spreadCost(positions, 3)).toBeCloseTo(8 + 5, 12);
    expect(() => spreadCost([{ value: 1, spreadMean: -0.1 }], 3)).toThrow(/position 1/);
  });
});
