import { describe, expect, it } from 'vitest';
import { ExceptionTester, isWithinZone, type TestResult } from '../../src/backtest/exception-tests.ts';
import { trafficLight } from '../../src/backtest/traffic-light.ts';

const seriesOf = (count: number, days: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: count }, (_, day) => (days.includes(day) ? 1 : 0));
const every = (step: number, count: number): number[] => Array.from({ length: count }, (_, index) => index * step);

function tested(result: TestResult) {
  if ('refused' in result) throw new Error(result.refused);
  return result;
}

describe('tests of a series of exceptions', () => {
  it('of single days are the published ones', () => {
    // (1043, 57, 5%): 0.46147, p 0.49694 (specification, section 4.2).
    const { kupiec, observations, exceptions, expected } = new ExceptionTester({ probability: 0.05, horizonDays: 1 }).test(
      seriesOf(1043, every(18, 57)),
    );
    expect({ observations, exceptions }).toEqual({ observations: 1043, exceptions: 57 });
    expect(expected).toBeCloseTo(52.15, 12);
    expect(tested(kupiec).statistic).toBeCloseTo(0.46147, 5);
    expect(tested(kupiec).pValue).toBeCloseTo(0.49694, 5);
  });

  it('of overlapping days are the worst of the phases, times their number', () => {
    // Ten days of two: phase 0 has no exception in 5 days, phase 1 five. At one half each has 10 ln 2 = 6.9315, whose
    // chi-square tail is erfc(sqrt(5 ln 2)) = 0.00846919650753501.
    const { kupiec, duration, independence } = new ExceptionTester({ probability: 0.5, horizonDays: 2, paths: 100 }).test(
      seriesOf(10, [1, 3, 5, 7, 9]),
    );
    expect(tested(kupiec).statistic).toBeCloseTo(10 * Math.log(2), 12);
    expect(tested(kupiec).pValue).toBeCloseTo(2 * 0.00846919650753501, 12);
    expect(tested(kupiec).phase).toBe(0);
    expect(tested(independence).pValue).toBe(1);
    // Phase 0 has no spell, phase 1 spells of a day each.
    expect(tested(duration).phase).toBe(1);
  });

  it('a test that cannot be made says why', () => {
    const { duration, independence } = new ExceptionTester({ probability: 0.01, horizonDays: 1 }).test(seriesOf(1, []));
    expect(duration).toEqual({ refused: expect.stringMatching(/2 exceptions/) as string });
    expect(independence).toEqual({ refused: expect.stringMatching(/2 days/) as string });
    expect(() => new ExceptionTester({ probability: 0.01, horizonDays: 1 }).test(new Uint8Array(0))).toThrow(/no day/);
  });

  it('the traffic light of overlapping days allows for clusters', () => {
    const exceptions = seriesOf(250, [100, 101, 102, 103, 104]);
    const daily = new ExceptionTester({ probability: 0.01, horizonDays: 1 }).test(exceptions).trafficLight;
    // Five exceptions on 250 days: the first count in yellow, P(X <= 5) = 95.88%, plus factor 0.40.
    expect(daily).toMatchObject({ zone: 'yellow', plusFactor: 0.4, multiplier: 1.7 });
    expect(daily.cumulative).toBeCloseTo(0.9588, 4);
    const tenDays = new ExceptionTester({ probability: 0.01, horizonDays: 10, paths: 4000 }).test(exceptions).trafficLight;
    expect(tenDays).toMatchObject({ zone: 'green', plusFactor: null, multiplier: null });
    expect(tenDays.cumulative).toBeLessThan(trafficLight(250, 5, 0.01).cumulative - 0.05);
    const many = seriesOf(250, every(3, 80));
    expect(new ExceptionTester({ probability: 0.01, horizonDays: 10, paths: 400 }).test(many).trafficLight.zone).toBe('red');
  });

  it('zones are ordered', () => {
    expect(isWithinZone('green', 'green')).toBe(true);
    expect(isWithinZone('yellow', 'green')).toBe(false);
    expect(isWithinZone('yellow', 'yellow')).toBe(true);
    expect(isWithinZone('red', 'yellow')).toBe(false);
  });
});
