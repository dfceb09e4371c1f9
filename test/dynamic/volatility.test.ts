import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitGarch, garchLogLikelihood } from '../../src/dynamic/garch-fit.ts';
import { logGamma } from '../../src/statistics/log-gamma.ts';
import { nelderMead } from '../../src/dynamic/nelder-mead.ts';
import { logReturns } from '../../src/dynamic/return-series.ts';
import {
  forecastVariances,
  horizonVariance,
  parseVolatilityModel,
  startVarianceNames,
  unconditionalVariance,
  variancePath,
  type GarchModel,
} from '../../src/dynamic/volatility-model.ts';

const runs = { numRuns: 2000 };

describe('EWMA', () => {
  it('follows the worked example of Hull: lambda 0.9, 1% a day, a return of 2%, then of 1.2%', () => {
    // Options, Futures and Other Derivatives, "The EWMA model": 0.9 x 0.01^2 + 0.1 x 0.02^2 = 0.00013: 1.14% a day.
    const path = variancePath({ kind: 'ewma', lambda: 0.9 }, [0.02, 0.012], 0.0001);
    expect(path[1]).toBeCloseTo(0.00013, 17);
    expect(Math.sqrt(path[1])).toBeCloseTo(0.0114, 4);
    // 0.9 x 0.00013 + 0.1 x 0.000144
    expect(path[2]).toBeCloseTo(0.0001314, 17);
  });

  it('has the start that is asked for', () => {
    const returns = [0.02, -0.01, 0.03];
    const start = (name: (typeof startVarianceNames)[number]): number => variancePath({ kind: 'ewma', lambda: 0.94 }, returns, name)[0];
    expect(start('first-squared-return')).toBeCloseTo(0.0004, 17);
    // The mean square is (4 + 1 + 9) / 3 e-4; around the mean 4/3 e-2: (4 + 49 + 25) / 9 e-4, n - 1 = 2.
    expect(start('mean-square')).toBeCloseTo(14e-4 / 3, 17);
    expect(start('sample-variance')).toBeCloseTo(78e-4 / 9 / 2, 17);
    expect(() => start('unconditional')).toThrow(/unconditional/);
  });

  it('is a mean of the start and the squares: between the least and the largest of them', () => {
    const series = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.999, noNaN: true }), series, (lambda, returns) => {
        const squares = [0.04, ...returns.map((each) => each * each)];
        const last = variancePath({ kind: 'ewma', lambda }, returns, 0.04).at(-1)!;
        // A few roundings per step.
        expect(last).toBeLessThanOrEqual(Math.max(...squares) * (1 + 1e-13));
        expect(last).toBeGreaterThanOrEqual(Math.min(...squares) * (1 - 1e-13));
      }),
      runs,
    );
  });

  it('refuses returns that are no numbers, naming the row', () => {
    expect(() => variancePath({ kind: 'ewma', lambda: 0.9 }, [0.1, NaN], 0.1)).toThrow(/return 2 must be finite/);
    expect(() => logReturns([1, 2, 0])).toThrow(/price 3 must be > 0/);
    expect(() => logReturns([1, Infinity])).toThrow(/price 2/);
  });
});

describe('GARCH(1,1)', () => {
  /** Hull, "The GARCH(1,1) model": omega 0.000002, alpha 0.13, beta 0.86. */
  const hull: GarchModel = { kind: 'garch', mu: 0, omega: 0.000002, alpha: 0.13, beta: 0.86 };

  it("follows Hull's example: 1.6% a day and a return of 1% give 1.53%; 1.4% in the long run", () => {
    const path = variancePath(hull, [0.01], 0.016 * 0.016);
    expect(path[1]).toBeCloseTo(0.00023516, 15);
    expect(Math.sqrt(path[1])).toBeCloseTo(0.0153, 4);
    expect(unconditionalVariance(hull)).toBeCloseTo(0.0002, 15);
  });

  it("forecasts as Hull's S&P example: 0.0003 today, 0.0002942 in ten days", () => {
    const model: GarchModel = { kind: 'garch', mu: 0, omega: 0.0000013465, alpha: 0.083394, beta: 0.910116 };
    // E[v(n + 10)] = V + (alpha + beta)^10 (v(n) - V): element 10 counts from the present one.
    const forecasts = forecastVariances(model, 0.0003, 11);
    expect(forecasts[10]).toBeCloseTo(0.0002942, 7);
    expect(horizonVariance(model, 0.0003, 11)).toBeCloseTo(forecasts.reduce((sum, each) => sum + each), 17);
    expect(forecastVariances({ kind: 'ewma', lambda: 0.9 }, 0.0003, 3)).toEqual(Float64Array.of(0.0003, 0.0003, 0.0003));
  });

  it('with omega 0, mu 0 and alpha = 1 - beta is EWMA, bit for bit', () => {
    const series = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(series, (returns) => {
        const garch: GarchModel = { kind: 'garch', mu: 0, omega: 0, alpha: 0.25, beta: 0.75 };
        const ewma = variancePath({ kind: 'ewma', lambda: 0.75 }, returns, 1);
        // Dyadic weights; the order of the two products differs, their sum does not.
        expect(Array.from(variancePath(garch, returns, 1))).toEqual(Array.from(ewma));
      }),
      runs,
    );
  });

  it.each([
    [{ kind: 'ewma', lambda: 1 }, /volatility.lambda/],
    [{ kind: 'ewma', lambda: 0 }, /volatility.lambda/],
    [{ kind: 'arch' }, /volatility.kind must be ewma or garch, got "arch"/],
    [{ kind: 'garch', omega: -1, alpha: 0.1, beta: 0.8 }, /volatility.omega/],
    [{ kind: 'garch', omega: 1, alpha: 0.3, beta: 0.8 }, /volatility.beta must leave alpha \+ beta <= 1/],
    [null, /volatility must be an object/],
  ])('refuses %o', (input, message) => {
    expect(() => parseVolatilityModel(input, 'volatility')).toThrow(message);
  });
});

interface Expected {
  readonly mu: number;
  readonly omega: number;
  readonly alpha: number;
  readonly beta: number;
  readonly degreesOfFreedom?: number;
  readonly logLikelihood: number;
}

describe('GARCH fit', () => {
  const golden = JSON.parse(readFileSync(new URL('./garch.json', import.meta.url), 'utf8')) as {
    readonly cases: readonly { readonly returns: number[]; readonly normal: Expected; readonly 'student-t'?: Expected }[];
  };
  const fits = golden.cases.flatMap((each, index) =>
    (['normal', 'student-t'] as const).flatMap((innovation) => {
      const expected = each[innovation];
      return expected === undefined ? [] : [{ index, innovation, returns: each.returns, expected }];
    }),
  );

  it.each(fits)('equals the one of scipy: series $index, $innovation', ({ innovation, returns, expected }) => {
    const fit = fitGarch(returns, { innovation });
    expect(fit.isConverged).toBe(true);
    // The top of a parabola: 1e-9 of log-likelihood is 4e-5 standard errors, which are a tenth of the parameters.
    expect(Math.abs(fit.logLikelihood - expected.logLikelihood)).toBeLessThan(1e-8);
    for (const name of ['mu', 'omega', 'alpha', 'beta'] as const) expect(Math.abs(fit.model[name] - expected[name])).toBeLessThan(2e-6);
    if (expected.degreesOfFreedom !== undefined) expect(fit.degreesOfFreedom! / expected.degreesOfFreedom).toBeCloseTo(1, 5);
    else expect(fit.degreesOfFreedom).toBeNull();
  });

  it('is the same for returns in another unit', () => {
    const { returns } = golden.cases[0];
    const percent = fitGarch(returns);
    const plain = fitGarch(returns.map((each) => each / 100));
    expect(plain.model.alpha).toBeCloseTo(percent.model.alpha, 6);
    expect((plain.model.omega * 10_000) / percent.model.omega).toBeCloseTo(1, 6);
    expect(plain.nextVariance).toBeCloseTo(percent.nextVariance / 10_000, 10);
  });

  it('refuses too few returns, equal ones, and a NaN', () => {
    expect(() => fitGarch([1, 2, 3])).toThrow(/needs 100 returns, got 3/);
    expect(() => fitGarch(new Float64Array(200).fill(0.5))).toThrow(/returns that differ/);
    // 0.001 is no binary number: rounding of the mean leaves a variance of 5e-38.
    expect(() => fitGarch(new Float64Array(200).fill(0.001))).toThrow(/returns that differ/);
    expect(() => fitGarch(new Float64Array(200).fill(NaN))).toThrow(/return 1 must be finite/);
  });

  it('has a likelihood that Student-t innovations with many degrees of freedom share with normal ones', () => {
    const { returns, normal } = golden.cases[1];
    const model: GarchModel = { kind: 'garch', mu: normal.mu, omega: normal.omega, alpha: normal.alpha, beta: normal.beta };
    expect(garchLogLikelihood(returns, model)).toBeCloseTo(normal.logLikelihood, 7);
    expect(garchLogLikelihood(returns, model, 1e6) / normal.logLikelihood).toBeCloseTo(1, 5);
  });
});

it('ln Gamma: factorials, halves, and a value by math.lgamma of Python', () => {
  expect(logGamma(1)).toBeCloseTo(0, 13);
  expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 12);
  expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
  expect(logGamma(2.7)).toBeCloseTo(0.4348205536551042, 13);
});

it('Nelder-Mead finds the bottom of the valley of Rosenbrock, and says when it was stopped', () => {
  const valley = ([x, y]: readonly number[]): number => 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x) + 1;
  const found = nelderMead(valley, [-1.2, 1], { step: 0.5, tolerance: 1e-15, evaluationsMax: 10_000 });
  expect(found.isConverged).toBe(true);
  expect(found.point[0]).toBeCloseTo(1, 5);
  expect(found.point[1]).toBeCloseTo(1, 5);
  expect(nelderMead(valley, [-1.2, 1], { step: 0.5, tolerance: 1e-15, evaluationsMax: 20 }).isConverged).toBe(false);
});
