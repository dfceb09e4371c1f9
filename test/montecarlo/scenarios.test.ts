import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../assembly/portable/normal.ts';
import { inverseScoreTable, mixingTable, scoreTable, type HermiteTable } from '../../src/montecarlo/hermite-tables.ts';
import type { FactorModel } from '../../src/montecarlo/model.ts';
import { openPathMemory } from '../../src/montecarlo/path-kernels.ts';
import { monteCarloScenarios, type MonteCarloScenarioOptions } from '../../src/montecarlo/scenarios.ts';
import { movesOf, parseFactor, type ScenarioSet } from '../../src/scenario/scenario-set.ts';
import { chiSquareQuantile } from '../../src/statistics/chi-square.ts';
import { studentTCdf, studentTQuantile } from '../../src/statistics/student-t.ts';

const factors = ['price:BTC', 'price:ETH', 'volatility:BTC'].map((name) => parseFactor(name));
const volatilities = [0.04, 0.05, 0.1];
const correlation = [1, 0.6, -0.3, 0.6, 1, -0.2, -0.3, -0.2, 1];
const base = { factors, volatilities, correlation, paths: 100_000, seed: 20_261_123 };

const empirical: ScenarioSet = {
  factors, count: 5, moves: Float64Array.from([-0.1, 0, 0.02, 0.05, 0.08, 0.01, 0.02, -0.05, 0, 0.07, 0.1, -0.2, 0.3, 0, 0.05]),
};
const models: Readonly<Record<string, FactorModel>> = {
  normal: { kind: 'normal' },
  't marginals': { kind: 'normal', marginals: [{ degrees: 4 }, 'normal', { degrees: 8 }] },
  'student-t': { kind: 'student-t', degrees: 5 },
  'student-t, normal marginals': { kind: 'student-t', degrees: 3, marginals: 'normal' },
  'student-t, mixed': { kind: 'student-t', degrees: 3, marginals: ['normal', { degrees: 6 }, { degrees: 3 }] },
  jumps: { kind: 'jump-diffusion', jumps: { intensity: [0.5, 2, 0], mean: [-0.03, 0.01, 0], sd: [0.02, 0.05, 0] } },
  'common jumps': { kind: 'jump-diffusion', jumps: { intensity: 0.7, mean: -0.05, sd: 0.04, common: true } },
};
const draws: Readonly<Record<string, Partial<MonteCarloScenarioOptions>>> = {
  philox: {}, antithetic: { antithetic: true }, sobol: { generator: 'sobol' },
  owen: { generator: 'sobol', scramble: 'owen' }, shift: { generator: 'sobol', scramble: 'shift', antithetic: true },
  'plain sobol': { generator: 'sobol', scramble: 'none' },
};

function logReturns(set: ScenarioSet, factor: number): number[] {
  return [...movesOf(set, factor)].map((move) => Math.log1p(move));
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
const sdOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((each) => (each - mean) ** 2)));
};
function correlationOf(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [meanOf(a), meanOf(b)];
  return meanOf(a.map((each, i) => (each - ma) * (b[i] - mb))) / sdOf(a) / sdOf(b);
}
function kolmogorov(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  return Math.sqrt(n) * Math.max(...sorted.map((x, i) => Math.max((i + 1) / n - cdf(x), cdf(x) - i / n)));
}

describe('any block, any engine', () => {
  const cases = Object.keys(models).flatMap((model) => Object.keys(draws).map((draw) => [model, draw] as const));

  it.each(cases)('%s by %s: WASM and JavaScript alike, and every block by itself', (model, draw) => {
    const options = { ...base, paths: 3_000, model: models[model], ...draws[draw] };
    const all = monteCarloScenarios(options);
    expect(monteCarloScenarios({ ...options, engine: 'javascript' }).moves).toEqual(all.moves);
    fc.assert(fc.property(fc.nat(2_900), fc.integer({ min: 1, max: 99 }), (firstPath, paths) => {
      const block = monteCarloScenarios({ ...options, firstPath, paths });
      factors.forEach((_, j) => {
        expect(movesOf(block, j)).toEqual(movesOf(all, j).slice(firstPath, firstPath + paths));
      });
    }), { numRuns: 3 });
  });
});

describe('correlated normals', () => {
  const set = monteCarloScenarios({ ...base, mean: [0.01, 0, -0.02], horizon: 4 });
  const returns = factors.map((_, j) => logReturns(set, j));

  it('have the mean, deviation and correlation asked for, over the horizon', () => {
    const n = base.paths;
    [0.04, 0, -0.08].forEach((mean, j) => {
      // Four standard errors: sd / sqrt(n), sd / sqrt(2 n).
      expect(Math.abs(meanOf(returns[j]) - mean)).toBeLessThan((4 * 2 * volatilities[j]) / Math.sqrt(n));
      expect(Math.abs(sdOf(returns[j]) / (2 * volatilities[j]) - 1)).toBeLessThan(4 / Math.sqrt(2 * n));
    });
    for (const [i, j, expected] of [[0, 1, 0.6], [0, 2, -0.3], [1, 2, -0.2]]) {
      expect(Math.abs(correlationOf(returns[i], returns[j]) - expected)).toBeLessThan((4 * (1 - expected ** 2)) / Math.sqrt(n));
    }
  });

  it('are normal', () => {
    expect(kolmogorov(returns[1], (x) => normalCdf(x / 0.1))).toBeLessThan(1.95);
  });

  it('are as asked for with covariance instead, and moves themselves with returns: relative', () => {
    const covariance = correlation.map((each, place) => each * volatilities[Math.floor(place / 3)] * volatilities[place % 3]);
    const { volatilities: _, correlation: __, ...rest } = { ...base, paths: 50 };
    const other = monteCarloScenarios({ ...rest, covariance });
    // Root of a rounded square: last digits.
    monteCarloScenarios({ ...base, paths: 50 }).moves.forEach((move, i) => expect(other.moves[i]).toBeCloseTo(move, 14));
    const relative = monteCarloScenarios({ ...base, paths: 50, returns: 'relative' });
    const log = monteCarloScenarios({ ...base, paths: 50 });
    log.moves.forEach((move, i) => expect(relative.moves[i]).toBeCloseTo(Math.log1p(move), 14));
  });

  it('pair opposite returns when antithetic', () => {
    const [first] = factors.map((_, j) => logReturns(monteCarloScenarios({ ...base, paths: 64, antithetic: true }), j));
    for (let i = 0; i < 64; i += 2) expect(first[i] + first[i + 1]).toBeCloseTo(0, 15);
  });
});

describe('Student-t copula', () => {
  const paths = 100_000;

  it.each([[5, true], [2.5, false]])('%f degrees, unit variance %s: t marginals and tails that come together', (degrees, unit) => {
    const set = monteCarloScenarios({ ...base, paths, unitVariance: unit, model: { kind: 'student-t', degrees }, returns: 'log' });
    const scale = unit ? Math.sqrt((degrees - 2) / degrees) : 1;
    const returns = [0, 1].map((j) => logReturns(set, j));
    expect(kolmogorov(returns[1], (x) => studentTCdf(x / 0.05 / scale, degrees))).toBeLessThan(1.95);
    // Both below their 1% quantile: P = P(X1 < q, X2 < q); coefficient of tail dependence of t(5), rho 0.6 is 0.2 to 0.4
    // at this depth, of the normal copula 0.15 (Demarta and McNeil 2005, table 1, between 1% and the limit).
    const limits = [0.04, 0.05].map((sd) => sd * scale * studentTQuantile(0.01, degrees));
    const both = returns[0].filter((x, i) => x < limits[0] && returns[1][i] < limits[1]).length / paths / 0.01;
    expect(both).toBeGreaterThan(0.26);
    const normal = monteCarloScenarios({ ...base, paths, model: { kind: 'student-t', degrees, marginals: 'normal' } });
    const scores = [0, 1].map((j) => logReturns(normal, j).map((x) => x / volatilities[j]));
    expect(kolmogorov(scores[0], normalCdf)).toBeLessThan(1.95);
    // Marginals are monotone maps: the same paths lie in the joint tail.
    const joint = scores[0].filter((x, i) => x < -2.3263478740408408 && scores[1][i] < -2.3263478740408408).length;
    expect(Math.abs(joint / paths / 0.01 - both)).toBeLessThan(1e-3);
  });

  it('takes marginals of other degrees and of a sample', () => {
    const { volatilities: _, correlation: __, ...rest } = base;
    const set = monteCarloScenarios({
      ...rest, covariance: [0.0016, 0, 0, 0, 0.0025, 0, 0, 0, 0.01], history: empirical,
      model: { kind: 'student-t', degrees: 3, marginals: ['empirical', { degrees: 6 }, 'normal'] },
    });
    const t6 = logReturns(set, 1).map((x) => x / 0.05 / Math.sqrt(4 / 6));
    expect(kolmogorov(t6, (x) => studentTCdf(x, 6))).toBeLessThan(1.95);
    // Type 7 of -10%, 0, 2%, 5%, 8% in log returns: the distribution function is linear between them.
    const logs = [-0.1, 0, 0.02, 0.05, 0.08].map(Math.log1p);
    const cdf = (x: number): number => {
      const cell = Math.min(Math.max(logs.findIndex((each) => each > x) - 1, 0), 3);
      return (cell + (x - logs[cell]) / (logs[cell + 1] - logs[cell])) / 4;
    };
    const drawn = logReturns(set, 0);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(logs[0] - 1e-15);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(logs[4] + 1e-15);
    expect(kolmogorov(drawn.filter((x) => x < logs[4]), cdf)).toBeLessThan(1.95);
  });
});

/** Value of a table by its kernel. */
function interpolated(table: HermiteTable, x: number): number {
  const { kernels, floats, start } = openPathMemory('javascript', table.pairs.length + 2);
  floats.set(table.pairs, start + 2);
  floats[start] = x;
  kernels.interpolateColumn(start, 1, start + 2, table.cells, table.from, table.cellsPerUnit);
  return floats[start];
}

describe('tables', () => {
  it.each([2.1, 5, 30])('of %f degrees are exact to 1e-10', (degrees) => {
    const [mixing, score, inverse] = [mixingTable(degrees), scoreTable(degrees), inverseScoreTable(degrees)];
    for (const z of [-7.9931, -3.333, -1e-4, 0.7071, 2.9997, 8.1]) {
      if (z < 0.5) {
        const direct = Math.sqrt(degrees / chiSquareQuantile(normalCdf(z), degrees));
        expect(Math.exp(interpolated(mixing, z)) / direct - 1).toBeCloseTo(0, 10);
      }
      // There and back.
      expect(interpolated(score, interpolated(inverse, z))).toBeCloseTo(z, 10);
    }
  });
});

describe('jump diffusion', () => {
  it('has the moments of Merton: drift made up for, variance of the compound Poisson', () => {
    const jumps = { intensity: [0.5, 2, 0], mean: [-0.03, 0.01, 0], sd: [0.02, 0.05, 0] };
    const set = monteCarloScenarios({ ...base, paths: 200_000, model: { kind: 'jump-diffusion', jumps } });
    [0, 1].forEach((j) => {
      // E[e^x] = e^(sd^2 / 2): the jumps change no expected value; Var(x) = sd^2 + lambda (mean^2 + sd_J^2).
      const variance = volatilities[j] ** 2 + jumps.intensity[j] * (jumps.mean[j] ** 2 + jumps.sd[j] ** 2);
      const growth = meanOf([...movesOf(set, j)]) + 1;
      expect(Math.abs(growth - Math.exp(volatilities[j] ** 2 / 2))).toBeLessThan((4 * Math.sqrt(variance)) / Math.sqrt(200_000));
      expect(Math.abs(sdOf(logReturns(set, j)) / Math.sqrt(variance) - 1)).toBeLessThan(0.01);
    });
    expect(sdOf(logReturns(set, 2)) / 0.1).toBeCloseTo(1, 2);
  });

  it('jumps together if common: covariance lambda (mean^2 + rho sd^2) more', () => {
    const jumps = { intensity: 0.7, mean: -0.05, sd: 0.04, common: true, compensated: false };
    const set = monteCarloScenarios({ ...base, paths: 200_000, model: { kind: 'jump-diffusion', jumps } });
    const [a, b] = [logReturns(set, 0), logReturns(set, 1)];
    const own = 0.7 * (0.05 ** 2 + 0.04 ** 2);
    const expected = (0.6 * 0.04 * 0.05 + 0.7 * (0.05 ** 2 + 0.6 * 0.04 ** 2)) / Math.sqrt((0.0016 + own) * (0.0025 + own));
    expect(Math.abs(correlationOf(a, b) - expected)).toBeLessThan(0.01);
    expect(Math.abs(meanOf(a) + 0.7 * 0.05)).toBeLessThan((4 * Math.sqrt(0.0016 + own)) / Math.sqrt(200_000));
  });

  it('draws the number of jumps by inversion: P(N = 0), 1, 2', () => {
    // Jumps of exactly one, nothing else: the return is the number.
    const set = monteCarloScenarios({
      factors: [parseFactor('price:X', 'absolute')], volatilities: [0], paths: 100_000, seed: 3,
      model: { kind: 'jump-diffusion', jumps: { intensity: 1.5, mean: 1, sd: 0, compensated: false } },
    });
    [0.22313016014842982, 0.33469524022264474, 0.25102143016698353].forEach((p, n) => {
      const share = set.moves.filter((x) => x === n).length / 100_000;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 100_000));
    });
  });
});

describe('from a history', () => {
  it('estimates mean and covariance', () => {
    const history: ScenarioSet = {
      factors: factors.slice(0, 2), count: 4, moves: Float64Array.from([0.02, -0.02, 0.04, 0, 0.01, 0.01, -0.03, 0.05]),
    };
    const set = monteCarloScenarios({ history, mean: 'history', returns: 'relative', paths: 100_000, seed: 1 });
    expect(set.factors).toEqual(history.factors);
    // Mean 0.01, variance (1 + 9 + 9 + 1) e-4 / 3.
    const sd = Math.sqrt(20e-4 / 3);
    expect(Math.abs(meanOf([...movesOf(set, 0)]) - 0.01)).toBeLessThan((4 * sd) / Math.sqrt(100_000));
    expect(Math.abs(sdOf([...movesOf(set, 0)]) / sd - 1)).toBeLessThan(4 / Math.sqrt(200_000));
  });
});

describe('refusals', () => {
  const call = (changes: object) => () => monteCarloScenarios({ ...base, paths: 10, ...changes });
  it.each([
    [{ correlation: [1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1] }, /not positive definite: pivot of row 3 \(volatility:BTC\)/],
    [{ correlation: [1, 0.6, 0, 0.5, 1, 0, 0, 0, 1] }, /not symmetric/],
    [{ correlation: [1, 0.6] }, /correlation must be 3 x 3 numbers, got 2/],
    [{ covariance: [1] }, /covariance must be given, or volatilities/],
    [{ volatilities: undefined, covariance: undefined, correlation: undefined }, /covariance must be given/],
    [{ volatilities: [0.1, -1, 0] }, /volatility of price:ETH must be >= 0, got -1/],
    [{ mean: [0] }, /mean must be 3 numbers, got 1/],
    [{ mean: 'history' }, /mean must be numbers, or 'history'/],
    [{ seed: -1 }, /seed must be a whole number/],
    [{ paths: 0 }, /paths must be > 0/],
    [{ paths: 2e7 }, /scenarioSetCountMax/],
    [{ firstPath: 2 ** 32 }, /firstPath must be a whole number/],
    [{ horizon: 0 }, /horizon must be > 0/],
    [{ factors: [] }, /factors must be given/],
    [{ generator: 'mersenne' }, /generator must be 'philox' or 'sobol'/],
    [{ generator: 'sobol', scramble: 'x' }, /scramble must be one of/],
    [{ model: { kind: 'cauchy' } }, /model must be 'normal'/],
    [{ model: { kind: 'student-t', degrees: 2 } }, /degrees must be > 2/],
    [{ model: { kind: 'student-t', degrees: -1 } }, /degrees must be in \(0, 1e6\]/],
    [{ model: { kind: 'normal', marginals: 'empirical' } }, /marginals must be other than 'empirical' without a history/],
    [{ model: { kind: 'normal', marginals: ['normal'] } }, /marginals must be 3 marginals, got 1/],
    [{ model: { kind: 'jump-diffusion', jumps: { intensity: 101, mean: 0, sd: 0 } } }, /<= 100, got 101/],
    [{ model: { kind: 'jump-diffusion', jumps: { intensity: 1, mean: 0, sd: -1 } } }, /jump sd of price:BTC must be >= 0/],
    [{ returns: 'relative', volatilities: [1, 1, 1] }, /the move must be finite and > -1/],
    [{ history: { factors: factors.slice(0, 1), count: 1, moves: new Float64Array(1) } }, /the history has no price:ETH/],
  ])('%j', (changes, message) => {
    const { volatilities: v, correlation: c, ...rest } = base;
    const options = { volatilities: v, correlation: c, ...changes };
    expect(() => monteCarloScenarios({ ...rest, paths: 10, ...options } as never)).toThrow(message);
    expect(call({})).not.toThrow();
  });

  it('a table of 1,024 dimensions is not enough for 1,025 factors', () => {
    const many = Array.from({ length: 1_025 }, (_, i) => parseFactor(`price:F${i}`));
    expect(call({ factors: many, volatilities: many.map(() => 0.1), correlation: undefined, generator: 'sobol' })).toThrow(
      /1025 are needed/,
    );
  });

  it('repairs a correlation only on request, and says by how much', async () => {
    const { pathModel } = await import('../../src/montecarlo/model.ts');
    const broken = [1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1];
    const { repairDistance, lower } = pathModel({ ...base, correlation: broken, repairCorrelation: true });
    // Nearest: off-diagonals 1/2 in size (by symmetry: eigenvalue 1 - 2 c = 0), distance sqrt(6) 0.4.
    expect(repairDistance).toBeCloseTo(Math.sqrt(6) * 0.4, 6);
    expect(lower[3]).toBeCloseTo(0.5, 6);
    expect(pathModel({ ...base, repairCorrelation: true }).repairDistance).toBe(0);
  });
});
