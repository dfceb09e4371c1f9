import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ageWeights, alignHistories, combineScenarios, factorName, filteredPaths, filteredPnl, findStressPeriods, historicalScenarios,
  meanOfWorst, movesOf, parseFactor, stressedScenarios, type MarketHistory, type ScenarioSet,
} from '../../src/index.ts';
import { chained } from '../../src/history/returns.ts';
import { expMinusOne } from '../../src/statistics/near-one.ts';
import { seededNormal, thrownBy } from './fixtures.ts';

const day = (n: number): string => new Date(Date.UTC(2020, 0, 1 + n)).toISOString().slice(0, 10);

function historyOf(series: Readonly<Record<string, readonly number[]>>): MarketHistory {
  return alignHistories(Object.entries(series).map(([name, values]) => ({
    factor: parseFactor(name), source: name, dates: values.map((_, n) => day(n)), values,
  })));
}

const prices = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 12, maxLength: 60 });

describe('historical scenarios', () => {
  // By hand: 100 -> 110 -> 99 -> 198.
  const history = historyOf({ 'price:A': [100, 110, 99, 198], 'volatility:A': [0.2, 0.3, 0.24, 0.48] });

  it('relative, absolute and by kind', () => {
    const set = historicalScenarios(history, { returns: { price: 'relative', volatility: 'absolute' } });
    expect([...movesOf(set, 0)]).toEqual([0.1, -0.1, 1]);
    expect([...movesOf(set, 1)].map((move) => move.toFixed(12))).toEqual(['0.100000000000', '-0.060000000000', '0.240000000000']);
    expect(set.factors.map((factor) => `${factorName(factor)} ${factor.change}`)).toEqual(['price:A relative', 'volatility:A absolute']);
    expect(set.labels).toEqual([day(1), day(2), day(3)]);
    expect(set.report).toMatchObject({ count: 3, firstDate: day(0), lastDate: day(3), unused: 0 });
  });

  it('an unscaled log return is the relative one, bit for bit; a scaled one is exp(sqrt(h) ln) - 1', () => {
    expect(historicalScenarios(history, { returns: 'log' }).moves).toEqual(historicalScenarios(history).moves);
    const [first] = historicalScenarios(history, { returns: 'log', horizonDays: 4, windows: 'square-root' }).moves;
    // exp(2 ln 1.1) - 1 = 0.21: two roundings of an exponential and a logarithm.
    expect(first).toBeCloseTo(0.21, 14);
  });

  it('windows: overlapping, non-overlapping from the end, square root', () => {
    const two = historicalScenarios(history, { horizonDays: 2 });
    expect([...movesOf(two, 0)].map((move) => move.toFixed(12))).toEqual(['-0.010000000000', '0.800000000000']);
    expect(two.labels).toEqual([day(2), day(3)]);
    expect(historicalScenarios(history, { horizonDays: 2, windows: 'non-overlapping' }).labels).toEqual([day(3)]);
    expect(historicalScenarios(history, { horizonDays: 9, windows: 'square-root', lookback: 2 }).moves.slice(0, 1)).toEqual(Float64Array.of(3 * ((99 - 110) / 110)));
  });

  it('looks at nothing after the end date', () => {
    const cut = historicalScenarios(history, { endDate: day(2), horizonDays: 1, lookback: 2 });
    expect(cut.labels).toEqual([day(1), day(2)]);
    const other = historyOf({ 'price:A': [100, 110, 99, 7], 'volatility:A': [0.2, 0.3, 0.24, 9] });
    const filter = { model: { kind: 'ewma', lambda: 0.9 } } as const;
    expect(historicalScenarios(other, { endDate: day(2), filter }).moves).toEqual(historicalScenarios(history, { endDate: day(2), filter }).moves);
  });

  it('says how many observations there are and how many it needs', () => {
    const error = thrownBy(() => historicalScenarios(history, { lookback: 3, horizonDays: 2 }));
    expect(error).toMatchObject({ code: 'ObservationsMissing', place: { value: 2 } });
    expect(error.message).toMatch(/3 scenarios of 2 days \(overlapping\) from 4 days needs 3 observations, there are 2/);
    expect(thrownBy(() => historicalScenarios(history, { endDate: '2019-12-31' })).code).toBe('ObservationsMissing');
    expect(thrownBy(() => historicalScenarios(history, { horizonDays: 100, windows: 'square-root', returns: 'relative', lookback: 2 })).code).toBe('ScenarioInvalid');
  });

  it('counts overlapping windows: days - h; others: floor((days - 1) / h); their moves chain', () => {
    fc.assert(fc.property(prices, fc.integer({ min: 1, max: 10 }), (values, horizonDays) => {
      const of = historyOf({ 'price:A': values });
      const overlapping = historicalScenarios(of, { horizonDays });
      const separate = historicalScenarios(of, { horizonDays, windows: 'non-overlapping' });
      expect(overlapping.count).toBe(values.length - horizonDays);
      expect(separate.count).toBe(Math.floor((values.length - 1) / horizonDays));
      const grown = separate.moves.reduce((growth, move) => growth * (1 + move), 1);
      const start = values[values.length - 1 - separate.count * horizonDays];
      expect(grown / (values.at(-1)! / start)).toBeCloseTo(1, 10);
    }));
  });

  it('does not depend on the order of the factors', () => {
    // Prices near each other: the variance of a jump by a factor of 1,000 scales the days before it out of all bounds.
    fc.assert(fc.property(prices, (wild) => {
      const values = wild.map((value) => 100 + value / 100);
      const other = values.map((value) => 2 * value * value);
      const filter = { model: { kind: 'ewma', lambda: 0.94 }, start: 1e-4 } as const;
      const ab = historicalScenarios(historyOf({ 'price:A': values, 'price:B': other }), { filter, returns: 'log' });
      const ba = historicalScenarios(historyOf({ 'price:B': other, 'price:A': values }), { filter, returns: 'log' });
      expect(movesOf(ab, 0)).toEqual(movesOf(ba, 1));
      expect(movesOf(ab, 1)).toEqual(movesOf(ba, 0));
    }));
  });
});

describe('weights by age', () => {
  it('Hull, 4 indices: lambda 0.995 of 500 days', () => {
    const weights = ageWeights(500, 0.995);
    // Risk Management and Financial Institutions, table of the weighted scenarios, as printed.
    const printed = { 494: '0.00528', 339: '0.00243', 349: '0.00255', 329: '0.00231', 487: '0.00510', 227: '0.00139' };
    for (const [scenario, weight] of Object.entries(printed)) expect(weights[Number(scenario) - 1].toFixed(5)).toBe(weight);
  });

  it('add up to 1, grow by 1 / lambda; lambda = 1 is all the same', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0.5, max: 1, noNaN: true }), (count, lambda) => {
      const weights = ageWeights(count, lambda);
      expect(weights.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
      if (count > 1 && weights[count - 2] > 0) expect(weights[count - 2] / weights[count - 1]).toBeCloseTo(lambda, 12);
    }));
    expect([...ageWeights(4, 1)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(ageWeights(250, 1 - 1e-9)[0] * 250).toBeCloseTo(1, 6);
    expect(thrownBy(() => ageWeights(3, 1.1)).code).toBe('OptionInvalid');
    expect(thrownBy(() => ageWeights(0, 0.9)).code).toBe('ObservationsMissing');
  });
});

describe('filtered historical simulation', () => {
  it('EWMA by hand: two returns, start variance given', () => {
    // r = 0.1, -0.1; v1 = 0.01, v2 = 0.5 0.01 + 0.5 0.01 = 0.01, v3 = 0.01: nothing changes. With v1 = 0.04: v2 = 0.025,
    // v3 = 0.0175, so r1* = 0.1 sqrt(0.0175 / 0.04), r2* = -0.1 sqrt(0.0175 / 0.025).
    const history = historyOf({ 'price:A': [100, 110, 99] });
    const model = { kind: 'ewma', lambda: 0.5 } as const;
    const same = historicalScenarios(history, { filter: { model, start: 0.01 } }).moves;
    expect([...same].map((move) => move.toFixed(14))).toEqual(['0.10000000000000', '-0.10000000000000']);
    const { moves, report } = historicalScenarios(history, { filter: { model, start: 0.04 } });
    expect(moves[0]).toBeCloseTo(0.1 * Math.sqrt(0.4375), 14);
    expect(moves[1]).toBeCloseTo(-0.1 * Math.sqrt(0.7), 14);
    expect(report.filters[0].forecast).toBeCloseTo(Math.sqrt(0.0175), 14);
    const capped = historicalScenarios(history, { filter: { model, start: 0.04, ratioFloor: 0.7 } });
    expect(capped.moves[0]).toBeCloseTo(0.07, 14);
    expect(capped.report.filters[0]).toMatchObject({ floored: 1, capped: 0 });
  });

  it('GARCH: residual form keeps the mean, ratio form scales it', () => {
    const history = historyOf({ 'price:A': [100, 110, 99] });
    const model = { kind: 'garch', mu: 0.02, omega: 0.001, alpha: 0.1, beta: 0.8 } as const;
    // e = 0.08, -0.12; v1 = 0.01, v2 = 0.001 + 0.1 0.0064 + 0.008 = 0.00964, v3 = 0.001 + 0.1 0.0144 + 0.8 0.00964 = 0.010152.
    const residual = historicalScenarios(history, { filter: { model, start: 0.01 } }).moves;
    expect(residual[0]).toBeCloseTo(0.02 + 0.08 * Math.sqrt(1.0152), 14);
    expect(residual[1]).toBeCloseTo(0.02 - 0.12 * Math.sqrt(0.010152 / 0.00964), 14);
    const ratio = historicalScenarios(history, { filter: { model, start: 0.01, form: 'ratio' } }).moves;
    expect(ratio[0]).toBeCloseTo(0.1 * Math.sqrt(1.0152), 14);
  });

  it('of a P&L: the same scaling on the portfolio', () => {
    const model = { kind: 'ewma', lambda: 0.5 } as const;
    const { pnl } = filteredPnl([10, -10], { model, start: 400 });
    // v1 = 400, v2 = 250, v3 = 175.
    expect([...pnl]).toEqual([10 * Math.sqrt(175 / 400), -10 * Math.sqrt(175 / 250)]);
  });

  it('refuses a day without volatility', () => {
    const still = historyOf({ 'price:A': [100, 100, 101] });
    const filter = { model: { kind: 'ewma', lambda: 0.9 }, start: 'first-squared-return' } as const;
    expect(thrownBy(() => historicalScenarios(still, { filter }))).toMatchObject({ code: 'ValueOutOfRange', place: { row: 1, column: 'price:A' } });
  });

  const model = { kind: 'garch', mu: 0, omega: 4e-6, alpha: 0.08, beta: 0.9 } as const;
  /** Log returns of a GARCH with normal innovations, by the seed. */
  function simulated(seed: number, days: number): { readonly history: MarketHistory; readonly next: number } {
    const normal = seededNormal(seed);
    let variance = 2e-4;
    let level = 0;
    const levels = [100];
    for (let n = 0; n < days; n++) {
      const move = Math.sqrt(variance) * normal();
      level += move;
      levels.push(100 * Math.exp(level));
      variance = model.omega + model.alpha * move * move + model.beta * variance;
    }
    return { history: historyOf({ 'price:A': levels }), next: Math.sqrt(variance) };
  }

  it('of a simulated GARCH: quantile 1% is that of the normal of tomorrow, within its standard error', () => {
    const days = 20_000;
    const { history, next } = simulated(7, days);
    const set = historicalScenarios(history, { filter: { model, start: 2e-4 }, returns: 'log' });
    const sorted = set.moves.map((move) => Math.log(1 + move)).sort();
    const z = -2.3263478740408408;
    // sqrt(p (1 - p) / n) / pdf(z), pdf(z) = 0.026652: 0.0264 standard deviations.
    const error = Math.sqrt((0.01 * 0.99) / days) / 0.02665214220345808;
    expect(Math.abs(sorted[days / 100 - 1] / next - z)).toBeLessThan(3 * error);
    // The unfiltered history is not it: its variance is another one today.
    const plain = historicalScenarios(history, { returns: 'log' }).moves.map((move) => Math.log(1 + move)).sort();
    expect(Math.abs(plain[days / 100 - 1] / next - z)).toBeGreaterThan(6 * error);
  });

  it('paths of ten days: variance is the sum of the forecasts, within its standard error', () => {
    const { history, next } = simulated(11, 5000);
    const paths = 40_000;
    const filter = { model, start: 2e-4 } as const;
    const set = filteredPaths(history, { filter, paths, horizonDays: 10, seed: 3 });
    const sums = set.moves.map((move) => Math.log(1 + move));
    const mean = sums.reduce((sum, each) => sum + each, 0) / paths;
    const variance = sums.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (paths - 1);
    let expected = 0;
    let forecast = next * next;
    for (let n = 0; n < 10; n++) {
      expected += forecast;
      forecast = model.omega + (model.alpha + model.beta) * forecast;
    }
    // Residuals of 5,000 days have variance 1 +- sqrt(2 / 5000); the paths add sqrt((kurtosis - 1) / paths), below 0.01.
    expect(Math.abs(variance / expected - 1)).toBeLessThan(3 * (Math.sqrt(2 / 5000) + 0.01));
    expect(filteredPaths(history, { filter, paths: 10, horizonDays: 10, seed: 3 }).moves).toEqual(set.moves.slice(0, 10));
    expect(filteredPaths(history, { filter, paths: 10, horizonDays: 10, seed: 4 }).moves).not.toEqual(set.moves.slice(0, 10));
  });

  it('paths of one day are drawn from the scaled returns of the same days, all factors together', () => {
    const { history } = simulated(5, 300);
    const two: MarketHistory = { dates: history.dates, factors: [parseFactor('price:A'), parseFactor('price:B')], values: Float64Array.from([...history.values, ...history.values]) };
    const filter = { model, start: 2e-4 } as const;
    const known = new Set(historicalScenarios(history, { filter, returns: 'log', lookback: 200 }).moves);
    const set = filteredPaths(two, { filter, paths: 500, horizonDays: 1, seed: 1, lookback: 200 });
    expect(movesOf(set, 0)).toEqual(movesOf(set, 1));
    expect([...movesOf(set, 0)].every((move) => known.has(move))).toBe(true);
    expect(new Set(movesOf(set, 0)).size).toBeGreaterThan(150);
  });

  it('two days that each take more than everything away make no gain', () => {
    // (1 - 1.5)(1 - 1.2) - 1 would be -0.9, a move like any other; a move of -1 is refused by the set.
    expect(chained('relative', Float64Array.of(-1.5, -1.2))).toBe(-1);
    expect(chained('relative', Float64Array.of(0.5, -0.2))).toBeCloseTo(0.2, 15);
  });

  it('e^x - 1 keeps its digits near 0', () => {
    // x + x^2 / 2 + x^3 / 6 to its last digit there.
    for (const x of [1e-3, -1e-5, 1e-9, -1e-12]) expect(Math.abs(expMinusOne(x) / Math.expm1(x) - 1)).toBeLessThan(1e-15);
    expect(expMinusOne(0)).toBe(0);
  });
});

describe('stressed periods', () => {
  const values = [100, 101, 100, 80, 90, 60, 90, 91, 92, 50, 95];
  const history = historyOf({ 'price:A': values });
  const long = (set: ScenarioSet): Float64Array => movesOf(set, 0).slice();
  const worst = (pnl: Float64Array): number => -Math.min(...pnl);

  it('finds the windows of greatest loss; the scenarios of a found period are those that were measured', () => {
    // Daily moves: ..., 100 -> 80, 80 -> 90, 90 -> 60 (-33%), ..., 92 -> 50 (-45.7%) on day 9.
    const found = findStressPeriods(history, long, worst, { length: 2, count: 2 });
    expect(found.map(({ from, to, loss }) => [from, to, loss])).toEqual([
      [day(7), day(9), 42 / 92],
      [day(3), day(5), 30 / 90],
    ]);
    const [{ from, to }] = found;
    const set = stressedScenarios(history, [{ from, to, name: 'first' }]);
    expect(set.labels).toEqual([`first ${day(8)}`, `first ${day(9)}`]);
    expect(worst(long(set))).toBe(42 / 92);
  });

  it('refuses more periods than fit', () => {
    expect(thrownBy(() => findStressPeriods(history, long, worst, { length: 6, count: 2 })).code).toBe('ObservationsMissing');
  });

  it('mean of the worst share: with a part of the last value', () => {
    // 10 values, 25%: (-4 - 3 - 0.5 2) / 2.5.
    expect(meanOfWorst(Float64Array.of(5, -1, -2, 0, 9, -4, 3, 2, 1, -3), 0.25)).toBe(8 / 2.5);
    expect(thrownBy(() => meanOfWorst(Float64Array.of(1), 0)).code).toBe('OptionInvalid');
  });

  it('combined: weights of each set, factors in any order', () => {
    const a = historicalScenarios(historyOf({ 'price:A': [1, 2, 3], 'price:B': [4, 4, 6] }), { ageLambda: 0.5 });
    const b = historicalScenarios(historyOf({ 'price:B': [2, 1], 'price:A': [1, 4] }), { days: 1 });
    const set = combineScenarios([{ set: a, weight: 3 }, { set: b, weight: 1, prefix: 'stress ' }]);
    expect([...set.weights!]).toEqual([0.25, 0.5, 0.25]);
    expect([...movesOf(set, 0)]).toEqual([1, 0.5, 3]);
    expect([...movesOf(set, 1)]).toEqual([0, 0.5, -0.5]);
    expect([...set.days!]).toEqual([0, 0, 1]);
    expect(set.labels).toEqual([day(1), day(2), `stress ${day(1)}`]);
    const other = historicalScenarios(historyOf({ 'price:A': [1, 2] }));
    expect(thrownBy(() => combineScenarios([{ set: a }, { set: other }])).code).toBe('FactorMissing');
    expect(thrownBy(() => combineScenarios([{ set: a, weight: 1 }, { set: b }])).code).toBe('OptionInvalid');
  });
});
