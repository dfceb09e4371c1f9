import { describe, expect, it } from 'vitest';
import * as built from '../../build/js/src/index.js';
import { tailCount, tailEstimate } from '../../src/montecarlo/estimates.ts';
import { monteCarloVar, type MonteCarloVarOptions } from '../../src/montecarlo/monte-carlo-var.ts';
import { TailSelector } from '../../src/montecarlo/tail-selector.ts';
import { monteCarloScenarios } from '../../src/montecarlo/scenarios.ts';
import { blackPrice } from '../../assembly/portable/black76.ts';
import type { Market } from '../../src/domain/market.ts';
import { Revaluation } from '../../src/revaluation/revaluation.ts';
import { parseFactor } from '../../src/scenario/scenario-set.ts';

const factorsOf = (n: number) => Array.from({ length: n }, (_, i) => parseFactor(`price:F${i}`, 'absolute'));

/** A loss that is one factor of unit scale: its VaR and ES are those of the distribution. */
const unitLoss = {
  factors: factorsOf(1), volatilities: [1], unitVariance: false, portfolio: { kind: 'delta-gamma', delta: [-1] },
} as const;

const plain = { paths: 262_144, seed: 42 } as const;
const methods: readonly (readonly [string, Partial<MonteCarloVarOptions>])[] = [
  ['philox', {}], ['antithetic', { antithetic: true }], ['sobol', { generator: 'sobol' }],
  ['sobol, hashed', { generator: 'sobol', scramble: 'owen' }], ['sobol, shifted', { generator: 'sobol', scramble: 'shift' }],
  ['control', { control: 'delta' }], ['all', { generator: 'sobol', antithetic: true, control: 'delta' }],
];

describe('closed forms', () => {
  // Normal and t quantiles and shortfalls with 40 digits (mpmath): normal 95%, 99%, t(5) 95%, 97.5%, 99%.
  const forms = [
    ['normal', 0.95, 1.6448536269514722, 2.0627128075074257], ['normal', 0.99, 2.3263478740408408, 2.6652142203457848],
    [5, 0.95, 2.01504837333302424, 2.89012894627307406], [5, 0.975, 2.57058183563631551, 3.52157733173942716],
    [5, 0.99, 3.36492999890721859, 4.4524291118179704],
  ] as const;
  const cases = forms.flatMap((form) => methods.map(([name, changes]) => [name, ...form, changes] as const));

  it.each(cases)('%s: %s at %f within four standard errors', async (_, degrees, level, valueAtRisk, shortfall, changes) => {
    const model = degrees === 'normal' ? ({ kind: 'normal' } as const) : ({ kind: 'student-t', degrees } as const);
    const { measures: [measure] } = await monteCarloVar({ ...unitLoss, ...plain, model, levels: [level], ...changes });
    expect(Math.abs(measure.valueAtRisk - valueAtRisk)).toBeLessThan(4 * measure.valueAtRiskError!);
    expect(Math.abs(measure.expectedShortfall - shortfall)).toBeLessThan(4 * measure.expectedShortfallError!);
    // The errors mean something: under 3% of the loss everywhere.
    expect(measure.valueAtRiskError! / valueAtRisk).toBeLessThan(0.03);
    expect(measure.valueAtRiskInterval![0]).toBeLessThan(measure.valueAtRisk);
    expect(measure.valueAtRiskInterval![1]).toBeGreaterThan(measure.valueAtRisk);
  });

  it('stated errors are right: the spread over forty seeds is that of the errors, intervals cover', async () => {
    const runs = await Promise.all(Array.from({ length: 40 }, (_, seed) =>
      monteCarloVar({ ...unitLoss, paths: 20_000, seed, levels: [0.975] })));
    const found = runs.map(({ measures: [each] }) => each);
    const spread = (of: (each: (typeof found)[number]) => number): number => {
      const mean = found.reduce((sum, each) => sum + of(each), 0) / 40;
      return Math.sqrt(found.reduce((sum, each) => sum + (of(each) - mean) ** 2, 0) / 39);
    };
    const average = (of: (each: (typeof found)[number]) => number): number => found.reduce((sum, each) => sum + of(each), 0) / 40;
    // A standard deviation of 40 values has a standard error of 11%: 3.5 of them; the stated VaR error one of its own.
    expect(spread((each) => each.valueAtRisk) / average((each) => each.valueAtRiskError!)).toBeGreaterThan(0.6);
    expect(spread((each) => each.valueAtRisk) / average((each) => each.valueAtRiskError!)).toBeLessThan(1.5);
    expect(spread((each) => each.expectedShortfall) / average((each) => each.expectedShortfallError!)).toBeGreaterThan(0.6);
    expect(spread((each) => each.expectedShortfall) / average((each) => each.expectedShortfallError!)).toBeLessThan(1.4);
    const exact = 1.959963984540054;
    const covered = found.filter(({ valueAtRiskInterval: interval }) => interval![0] <= exact && exact <= interval![1]);
    // Binomial(40, 0.95): fewer than 33 has probability 0.003.
    expect(covered.length).toBeGreaterThanOrEqual(33);
  });
});

describe('quadratic portfolios', () => {
  // Exact quantiles by inversion of the characteristic function. Five factors: OpenSourceRisk, deltagammavar.cpp, case
  // 001 (https://github.com/OpenSourceRisk/Engine), P&L with the signs there turned.
  const omega = [
    96.3436, -0.828459, -6.59142, 0.583848, -0.0639266, -0.828459, 97.7309, 12.4906, -2.03511, -0.504752,
    -6.59142, 12.4906, 95.12, 0.800706, 0.443861, 0.583848, -2.03511, 0.800706, 2.71239, 0.288881,
    -0.0639266, -0.504752, 0.443861, 0.288881, 1.42701,
  ];
  const delta = [691.043, 8.62406, 9706.97, 0, 0].map((each) => -each);
  const gamma = [-13.9605, -0.174223, -196.1, 0, 0].flatMap((each, i) => Array.from({ length: 5 }, (_, j) => (i === j ? -each : 0)));
  const five = {
    factors: factorsOf(5), covariance: omega, portfolio: { kind: 'delta-gamma', delta, gamma } as const, levels: [0.95, 0.975, 0.99],
  };
  const exact = [129_554.7886003908, 148_814.614927385, 168_921.8636469216];

  it.each(methods)('of five factors: %s', async (_, changes) => {
    const { measures } = await monteCarloVar({ ...five, ...plain, ...changes });
    measures.forEach(({ valueAtRisk, valueAtRiskError }, i) => {
      expect(Math.abs(valueAtRisk - exact[i])).toBeLessThan(4 * valueAtRiskError!);
    });
  });

  it('Sobol points are five times as exact as plain paths, the control twice', async () => {
    const errors = async (changes: Partial<MonteCarloVarOptions>): Promise<number> =>
      (await monteCarloVar({ ...five, ...plain, levels: [0.95], ...changes })).measures[0].valueAtRiskError!;
    const base = await errors({});
    expect(base / (await errors({ generator: 'sobol' }))).toBeGreaterThan(5);
    expect(base / (await errors({ control: 'delta' }))).toBeGreaterThan(2);
  });

  it('of one factor, P&L = 5 x + 20,000 x^2: the mean and a quantile near the bound', async () => {
    // Long straddle, sd 0.012; exact by hand: mean 20,000 * 0.000144 = 2.88; 2.5% quantile 0.00251616597.
    const run = await monteCarloVar({
      factors: factorsOf(1), volatilities: [0.012], portfolio: { kind: 'delta-gamma', delta: [5], gamma: [40_000] },
      paths: 262_144, seed: 9, levels: [0.975], generator: 'sobol',
    });
    expect(Math.abs(run.mean - 2.88)).toBeLessThan(4 * run.meanError!);
    expect(run.mean).toBeCloseTo(2.88, 3);
    expect(Math.abs(run.measures[0].valueAtRisk + 0.002516165970709217)).toBeLessThan(4 * run.measures[0].valueAtRiskError!);
    expect(run.standardDeviation).toBeCloseTo(Math.sqrt(16.5924), 1);
  });

  it('the control makes the mean of a nearly linear portfolio exact, and says how much it explains', async () => {
    const run = await monteCarloVar({ ...five, ...plain, control: 'delta' });
    const without = await monteCarloVar({ ...five, ...plain });
    expect(run.controlCorrelation).toBeGreaterThan(0.98);
    expect(run.meanError! / without.meanError!).toBeLessThan(0.25);
    expect(without.controlCorrelation).toBeNull();
  });

  it('a constant moves every measure by itself, not the errors', async () => {
    const run = await monteCarloVar({ ...five, ...plain, paths: 20_000 });
    const moved = await monteCarloVar({ ...five, ...plain, paths: 20_000, portfolio: { ...five.portfolio, constant: -1024 } });
    run.measures.forEach((each, i) => {
      expect(moved.measures[i].valueAtRisk).toBeCloseTo(each.valueAtRisk + 1024, 8);
      expect(moved.measures[i].expectedShortfall).toBeCloseTo(each.expectedShortfall + 1024, 7);
    });
  });

  it('nor the deviation, however large it is: sums of squares of 1e9 would leave nothing of a deviation of 1e-2', async () => {
    const options = { factors: factorsOf(1), volatilities: [0.01], returns: 'relative', seed: 3, control: 'delta', paths: 64_000 } as const;
    const still = await monteCarloVar({ ...options, portfolio: { kind: 'delta-gamma', delta: [1] } });
    const moved = await monteCarloVar({ ...options, portfolio: { kind: 'delta-gamma', delta: [1], constant: 1e9 } });
    // A P&L about 1e9 is rounded to 1.2e-7: 1e-5 of the deviation, by chance up or down.
    expect(Math.abs(moved.standardDeviation / still.standardDeviation - 1)).toBeLessThan(1e-5);
    expect(Math.abs(still.standardDeviation / 0.01 - 1)).toBeLessThan(4 / Math.sqrt(2 * 64_000));
    expect(moved.controlCorrelation).toBeCloseTo(1, 6);
    // The control is the whole P&L: what is left of the mean is the rounding, of which ulp / sqrt(12 n) would be the error.
    expect(Math.abs(moved.mean - 1e9)).toBeLessThan(1.2e-7);
  });

  it('by itself takes no more batches than leave paths in each stratum of each', async () => {
    const options = { ...five, ...plain, control: 'delta', levels: [0.99], seed: 1 } as const;
    // 10,000 paths: a hundred in the tail, twenty of them in each of five batches; 32 would leave three, or none.
    for (let seed = 1; seed <= 20; seed++) {
      const { measures } = await monteCarloVar({ ...options, seed, paths: 10_000 });
      expect(measures[0].valueAtRiskError).toBeGreaterThan(0);
    }
    await expect(monteCarloVar({ ...options, paths: 3_000, batches: 30 })).rejects.toThrow(/no path of 100 falls into stratum 1/);
  });

  it.each(methods)('the same bits for every block size, engine and number of threads: %s', async (_, changes) => {
    const options: MonteCarloVarOptions = { ...five, ...plain, paths: 20_001, batches: 7, ...changes };
    const expected = await monteCarloVar(options);
    expect(await monteCarloVar({ ...options, blockPaths: 333 })).toEqual(expected);
    expect(await monteCarloVar({ ...options, blockPaths: 1_000_000 })).toEqual(expected);
    expect(await monteCarloVar({ ...options, engine: 'javascript' })).toEqual(expected);
    expect(await built.monteCarloVar({ ...options, workers: 2 })).toEqual(expected);
  });

  it('the worst path can be drawn again', async () => {
    const { worst } = await monteCarloVar({ ...five, ...plain, paths: 5_000 });
    const { moves } = monteCarloScenarios({ factors: five.factors, covariance: omega, seed: 42, paths: 1, firstPath: worst.path });
    let pnl = 0;
    for (let i = 0; i < 5; i++) pnl += moves[i] * (delta[i] + (gamma[6 * i] / 2) * moves[i]);
    expect(pnl).toBeCloseTo(-worst.loss, 6);
  });
});

describe('full revaluation', () => {
  const market: Market = {
    asOfMs: Date.UTC(2026, 8, 1),
    instruments: [
      {
        name: 'BTC-PERPETUAL', kind: 'perpetual', payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: 'USD',
        settlementCurrency: 'USD', contractSize: 1, expiryMs: null, optionType: null, strike: null,
      },
      {
        name: 'BTC-P', kind: 'option', payoff: 'linear', baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'USD',
        contractSize: 1, expiryMs: Date.UTC(2026, 8, 25), optionType: 'put', strike: 100,
      },
    ] as never,
    forward: Float64Array.of(100, 100),
    impliedVolatility: Float64Array.of(NaN, 0.5),
    indexPrice: new Map([['btc_usd', 100]]),
    openInterest: new Float64Array(2),
  };
  const options: MonteCarloVarOptions = {
    factors: [parseFactor('price:BTC'), parseFactor('volatility:BTC')], volatilities: [0.05, 0.1], correlation: [1, -0.5, -0.5, 1],
    portfolio: { kind: 'revaluation', market, holdings: [{ instrument: 0, quantity: 2 }, { instrument: 1, quantity: 1 }], days: 1 },
    paths: 20_000, seed: 4, levels: [0.975, 0.99],
  };

  it('is that of the scenario set, held in memory, path by path', async () => {
    const { measures } = await monteCarloVar(options);
    const set = monteCarloScenarios({ ...options, paths: 20_000, days: 1 });
    const pnl = new Revaluation(market, set).portfolioPnl([{ instrument: 0, quantity: 2 }, { instrument: 1, quantity: 1 }]);
    const sorted = pnl.slice().sort();
    expect(measures[0].valueAtRisk).toBe(-sorted[499]);
    expect(measures[1].valueAtRisk).toBe(-sorted[199]);
    const years = (24 - 1) / 365;
    const now = blackPrice(-1, 100, 100, 0.5 * Math.sqrt(24 / 365));
    const moved = blackPrice(-1, 100 * (1 + set.moves[7]), 100, 0.5 * (1 + set.moves[20_007]) * Math.sqrt(years));
    expect(pnl[7]).toBeCloseTo(2 * 100 * set.moves[7] + moved - now, 10);
  });

  it('takes a control, threads, or a function', async () => {
    const base = await monteCarloVar(options);
    const controlled = await monteCarloVar({ ...options, control: 'delta' });
    base.measures.forEach(({ valueAtRisk, valueAtRiskError }, i) => {
      expect(Math.abs(controlled.measures[i].valueAtRisk - valueAtRisk)).toBeLessThan(4 * valueAtRiskError!);
    });
    expect(controlled.controlCorrelation).toBeGreaterThan(0.9);
    expect(await built.monteCarloVar({ ...options, workers: 2 })).toEqual(base);
    const linear = await monteCarloVar({
      ...options, control: 'delta', portfolio: { kind: 'function', pnl: (block) => block.moves.slice(0, block.count).map((x) => 7 * x) },
    });
    expect(linear.controlCorrelation).toBeGreaterThan(0.998);
  });
});

describe('selection and estimates', () => {
  it('keeps the k smallest of any order', () => {
    const values = Array.from({ length: 1_000 }, (_, i) => (i * 7_919) % 613);
    const sorted = [...values].sort((a, b) => a - b);
    for (const capacity of [1, 2, 37, 999, 1_000, 2_000]) {
      const selector = new TailSelector(capacity);
      values.forEach((value, i) => selector.offer(value, i));
      expect([...selector.sorted()]).toEqual(sorted.slice(0, capacity));
      expect(selector.worst).toEqual({ value: 0, path: 0 });
      expect(selector.offered).toBe(1_000);
    }
    expect(() => new TailSelector(3).offer(NaN, 6)).toThrow('the P&L of path 6 is NaN');
  });

  it('VaR is an order statistic, ES counts a part of the boundary', () => {
    const tail = { tails: [Float64Array.of(-9, -7, -4, -1)], counts: [10], probabilities: null };
    // Ten paths: 20% are two, 25% two and a half.
    expect(tailEstimate(tail, 0.8)).toEqual({ valueAtRisk: 7, expectedShortfall: 8 });
    expect(tailEstimate(tail, 0.75)).toEqual({ valueAtRisk: 4, expectedShortfall: (9 + 7 + 0.5 * 4) / 2.5 });
    expect(() => tailEstimate(tail, 0.5)).toThrow(/ends before the quantile/);
  });

  it('strata weigh as their probabilities', () => {
    // 20% of the probability on 4 of 10 paths: each weighs a half; 80% on 6: 4/3 each.
    const tail = {
      tails: [Float64Array.of(-9, -7, -4, -1), Float64Array.of(-5)], counts: [4, 6], probabilities: Float64Array.of(0.2, 0.8),
    };
    // 10%: weight 1: -9 and -7. 15%: weight 1.5: half of -9, of -7, the rest of -5.
    expect(tailEstimate(tail, 0.9)).toEqual({ valueAtRisk: 7, expectedShortfall: 8 });
    const at85 = tailEstimate(tail, 0.85);
    expect(at85.valueAtRisk).toBe(5);
    expect(at85.expectedShortfall).toBeCloseTo((4.5 + 3.5 + 0.5 * 5) / 1.5, 12);
  });

  it('ten million times one per cent is a hundred thousand', () => {
    expect(tailCount(1e7, 0.99)).toBe(100_000);
    expect(tailCount(1e7, 0.975)).toBe(250_000);
    expect(tailCount(250, 0.99)).toBeCloseTo(2.5, 12);
  });
});

describe('running', () => {
  const small: MonteCarloVarOptions = { ...unitLoss, paths: 6_400, seed: 1, batches: 8 };

  it('tells how far it is', async () => {
    const seen: number[] = [];
    await monteCarloVar({ ...small, progress: ({ paths, total, remainingMs }) => {
      seen.push(paths);
      expect(total).toBe(6_400);
      expect(remainingMs).toBeGreaterThanOrEqual(0);
    } });
    expect(seen).toEqual([800, 1_600, 2_400, 3_200, 4_000, 4_800, 5_600, 6_400]);
  });

  it('can be stopped', async () => {
    const controller = new AbortController();
    const run = monteCarloVar({ ...small, signal: controller.signal, progress: () => controller.abort() });
    await expect(run).rejects.toThrow('the run was interrupted after 1 batches');
  });

  it('has no errors to tell of unscrambled points', async () => {
    const run = await monteCarloVar({ ...small, batches: 1, generator: 'sobol', scramble: 'none' });
    expect(run.errorMethod).toBe('none');
    expect(run.measures[0].valueAtRiskError).toBeNull();
    expect(run.meanError).toBeNull();
    expect(run.measures[0].valueAtRisk).toBeCloseTo(2.326, 2);
  });

  it.each([
    [{ paths: 700, batches: 8 }, /level 0.99 needs 800 paths in 8 batches, got 700/],
    [{ levels: [] }, /levels must be one level at least/],
    [{ levels: [1] }, /level must be in \[0.5, 1\), got 1/],
    [{ paths: 1.5 }, /paths must be in/],
    [{ batches: 0 }, /batches must be a whole number/],
    [{ generator: 'sobol', scramble: 'none', batches: 2 }, /batches must be 1 for unscrambled/],
    [{ blockPaths: 0 }, /blockPaths must be a whole number/],
    [{ workers: -1 }, /workers must be in/],
    [{ workers: 1, portfolio: { kind: 'function', pnl: () => [] } }, /workers must be 0 if the P&L is a function/],
    [{ workers: 1 }, /worker threads need the built package/],
    [{ control: 'gamma' }, /control must be 'none' or 'delta'/],
    [{ control: 'delta', model: { kind: 'jump-diffusion', jumps: { intensity: 1, mean: 0, sd: 0 } } }, /'none' with jumps/],
    [{ control: 'delta', portfolio: { kind: 'delta-gamma', delta: [0], gamma: [1] } }, /'none' for a portfolio without delta/],
    [{ portfolio: { kind: 'delta-gamma', delta: [1, 2] } }, /delta must be 1 numbers, got 2/],
    [{ portfolio: { kind: 'delta-gamma', delta: [1], gamma: [1, 2] } }, /gamma must be 1 x 1 numbers/],
    [{ portfolio: { kind: 'other' } }, /portfolio must be one of/],
    [{ portfolio: { kind: 'function', pnl: () => [1] } }, /P&L of the portfolio must be 800 numbers, got 1/],
    [{ portfolio: { kind: 'delta-gamma', delta: [NaN] } }, /delta must be finite/],
  ])('refuses %j', async (changes, message) => {
    await expect(monteCarloVar({ ...small, ...changes } as MonteCarloVarOptions)).rejects.toThrow(message);
  });
});
