import { describe, expect, it } from 'vitest';
import { exp } from '../../assembly/portable/exp.ts';
import { log, logRatio } from '../../assembly/portable/log.ts';
import { erfcx, millsRatio, normalCdf, normalPdf, normalQuantile } from '../../assembly/portable/normal.ts';
import { power } from '../../assembly/portable/power.ts';
import { powerOfTwo } from '../../assembly/portable/power-of-two.ts';
import * as oracle from '../support/decimal-normal.ts';
import { between, seededRandom } from '../support/seeded-random.ts';

type Decimal = oracle.Decimal;

interface Accuracy {
  readonly name: string;
  readonly range: readonly [number, number];
  /** Relative. */
  readonly bound: number;
  readonly actual: (x: number) => number;
  readonly expected: (x: Decimal) => Decimal;
  readonly points?: number;
}

/** Measured with 400 random points and the ends of each range, then rounded up. */
const table: readonly Accuracy[] = [
  { name: 'exp', range: [-708, 709], bound: 2.3e-16, actual: exp, expected: (x) => x.exp() },
  { name: 'exp near 0', range: [-0.4, 0.4], bound: 2.3e-16, actual: exp, expected: (x) => x.exp() },
  { name: 'log', range: [1e-300, 1e300], bound: 2.3e-16, actual: log, expected: (x) => x.ln() },
  { name: 'log near 1', range: [0.7, 1.5], bound: 2.3e-16, actual: log, expected: (x) => x.ln() },
  { name: 'log at 1', range: [0.999999, 1.000001], bound: 2.3e-16, actual: log, expected: (x) => x.ln() },
  {
    name: 'logRatio(x, 3)', range: [0.01, 500], bound: 3e-16,
    actual: (x) => logRatio(x, 3), expected: (x) => x.div(3).ln(),
  },
  { name: 'millsRatio', range: [0, 60], bound: 6e-16, actual: millsRatio, expected: oracle.mills, points: 60 },
  { name: 'normalPdf', range: [-37, 37], bound: 6e-16, actual: normalPdf, expected: oracle.pdf },
  { name: 'normalCdf', range: [-37, -8], bound: 8e-16, actual: normalCdf, expected: oracle.cdf, points: 60 },
  { name: 'normalCdf', range: [-8, 8], bound: 8e-16, actual: normalCdf, expected: oracle.cdf, points: 120 },
  { name: 'erfcx', range: [-26, 0], bound: 1e-15, actual: erfcx, expected: oracle.erfcx, points: 60 },
  { name: 'erfcx', range: [0, 50], bound: 1e-15, actual: erfcx, expected: oracle.erfcx, points: 60 },
  {
    name: 'power(x, 0.3)', range: [0.01, 100], bound: 8e-16,
    actual: (x) => power(x, 0.3), expected: (x) => x.pow(oracle.exact(0.3)),
  },
];

/** Random points of a range: of its logarithm if it spans many decades. */
function pointsOf({ range: [low, high], points = 400 }: Accuracy): number[] {
  const random = seededRandom(20_260_101);
  const wide = low > 0 && high / low > 1e6;
  const inner = Array.from({ length: points }, () =>
    wide ? 10 ** between(random, Math.log10(low), Math.log10(high)) : between(random, low, high));
  return [low, high, ...inner].filter((x) => x !== 0 && x !== 1);
}

function worstError(accuracy: Accuracy): number {
  return Math.max(...pointsOf(accuracy).map((x) =>
    oracle.relativeError(accuracy.actual(x), accuracy.expected(oracle.exact(x)))));
}

describe('accuracy against 60-digit arithmetic', () => {
  it.each(table)('$name on $range is within $bound', (accuracy) => {
    expect(worstError(accuracy)).toBeLessThanOrEqual(accuracy.bound);
  });

  it('the comparison can fail: one ulp of exp is 20 times noticed at a bound of 1e-17', () => {
    const off: Accuracy = {
      name: 'off', range: [0.1, 1], bound: 1e-17,
      actual: (x) => exp(x) * (1 + 2 ** -52), expected: (x) => x.exp(),
    };
    expect(worstError(off)).toBeGreaterThan(20 * off.bound);
  });

  it('normalQuantile inverts the 60-digit distribution function', () => {
    const random = seededRandom(5);
    const central = Array.from({ length: 60 }, () => between(random, 0.001, 0.999));
    const tails = Array.from({ length: 30 }, () => 10 ** -between(random, 3, 280));
    for (const p of [...central, ...tails, 0.075, 0.925, 0.5 + 1e-10, 1 - 2 ** -53]) {
      const z = oracle.exact(normalQuantile(p));
      // One Newton step from z gives the exact quantile to twice its digits.
      const step = oracle.cdf(z).minus(oracle.exact(p)).div(oracle.pdf(z));
      expect(step.div(z).abs().toNumber(), `p = ${p}`).toBeLessThanOrEqual(1e-15);
    }
  });
});

describe('published values', () => {
  it('Phi(0.302569738839) = 0.618891110513, Phi(0.161148382602) = 0.564011732814 (py_lets_be_rational tests)', () => {
    expect(normalCdf(0.302569738839)).toBeCloseTo(0.618891110513, 12);
    expect(normalCdf(0.161148382602)).toBeCloseTo(0.564011732814, 12);
  });

  it('AS 241 check values: quantiles of 0.25, 0.001, 1e-20 (Wichura 1988)', () => {
    expect(normalQuantile(0.25)).toBeCloseTo(-0.6744897501960817, 15);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167814, 14);
    expect(normalQuantile(1e-20)).toBeCloseTo(-9.262340089798408, 14);
  });
});

describe('limits', () => {
  it('exp overflows, underflows through the subnormal numbers, keeps NaN', () => {
    expect(exp(710)).toBe(Infinity);
    expect(exp(-746)).toBe(0);
    expect(exp(-744.5)).toBe(5e-324);
    expect(exp(0)).toBe(1);
    expect(exp(-Infinity)).toBe(0);
    expect(exp(NaN)).toBeNaN();
  });

  it('log of subnormal numbers, 0, negative numbers, Infinity', () => {
    expect(oracle.relativeError(log(5e-324), oracle.exact(5e-324).ln())).toBeLessThan(2.3e-16);
    expect(oracle.relativeError(log(1.234e-310), oracle.exact(1.234e-310).ln())).toBeLessThan(2.3e-16);
    expect([log(0), log(-1), log(Infinity), log(1)]).toEqual([-Infinity, NaN, Infinity, 0]);
  });

  it('logRatio is antisymmetric and exact for equal numbers; it does not hang on bad ones', () => {
    expect(logRatio(7, 7)).toBe(0);
    expect(logRatio(3, 5)).toBe(-logRatio(5, 3));
    expect([logRatio(Infinity, 1), logRatio(1, 0), logRatio(NaN, 1)]).toEqual([NaN, NaN, NaN]);
  });

  it('normal distribution at 0 and far out', () => {
    expect([normalCdf(0), normalCdf(100), normalCdf(-100), normalCdf(-Infinity)]).toEqual([0.5, 1, 0, 0]);
    expect([normalPdf(100), millsRatio(Infinity) < 1e-299, erfcx(-30)]).toEqual([0, true, Infinity]);
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(0.5)]).toEqual([-Infinity, Infinity, 0]);
    const undefinedValues = [normalQuantile(-0.1), normalQuantile(1.1), normalQuantile(NaN), normalCdf(NaN)];
    expect(undefinedValues).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('power: exact cases', () => {
    expect([power(7, 0), power(7, 1), power(49, 0.5), power(0, 2), power(0, -1), power(-2, 2)])
      .toEqual([1, 7, 7, 0, Infinity, NaN]);
  });

  it('powerOfTwo is exact from -1000 to 1000', () => {
    for (let k = -1000; k <= 1000; k++) expect(powerOfTwo(k)).toBe(2 ** k);
  });
});
