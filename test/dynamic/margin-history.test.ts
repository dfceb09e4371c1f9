import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedTools, runTools, toolsNamed } from '../../src/dynamic/compare-tools.ts';
import { defaultMeasure, marginHistory, tailOf, type MarginMeasure } from '../../src/dynamic/margin-history.ts';

const measure = (given: Partial<MarginMeasure> = {}): MarginMeasure => ({
  ...defaultMeasure, volatility: { kind: 'ewma', lambda: 0.5 }, tail: 'var', warmUpDays: 2, stressDays: 2, floorDays: 3, liquidationDays: 1, ...given,
});
/** Returns of ln 2, -ln 2, 0, ln 4: times ln 2 1, -1, 0, 2. */
const prices = [100, 200, 100, 100, 400];
const unit = Math.LN2;

describe('a history of margins', () => {
  it('follows by hand: EWMA of a half, quantile of 99%', () => {
    // The normal quantile, 2.3263478740408408 (Abramowitz and Stegun, table 26.5, to more digits).
    const z = 2.3263478740408408;
    const history = marginHistory(prices, measure());
    // Variances in units of ln2^2: start 1, then 1, 1, 1/2, 2.25. The first margin after two returns.
    const variances = [1, 0.5, 2.25];
    variances.forEach((variance, day) => {
      expect(history.volatility[day]).toBeCloseTo(unit * Math.sqrt(variance), 12);
      expect(history.base[day]).toBeCloseTo(z * unit * Math.sqrt(variance), 12);
    });
    // Two-day mean squares: 1, 1/2, 2; the stressed one is the largest so far. Three-day ones: 1 (two days), 2/3, 5/3.
    [1, 1, 2].forEach((variance, day) => expect(history.stress[day]).toBeCloseTo(z * unit * Math.sqrt(variance), 12));
    [1, 2 / 3, 5 / 3].forEach((variance, day) => expect(history.tenYear[day]).toBeCloseTo(z * unit * Math.sqrt(variance), 12));
    // Long: the next days' returns 0 and 2 ln 2; the last day has none.
    expect(history.loss[0]).toBeCloseTo(0, 15);
    expect(history.loss[1]).toBeCloseTo(-2 * unit, 12);
    expect(history.loss[2]).toBeNaN();
  });

  it('expected shortfall, several days, units, the other side', () => {
    // Mean beyond the quantile of 99%: phi(z) / 0.01 = 2.6652142203457 (McNeil, Frey and Embrechts: 2.67).
    const { base } = marginHistory(prices, measure({ tail: 'es', liquidationDays: 4, holding: 'units' }));
    expect(base[1]).toBeCloseTo(2.6652142203457 * unit * Math.sqrt(0.5 * 4) * 100, 9);
    const short = marginHistory(prices, measure({ side: 'short' }));
    expect(short.loss[1]).toBeCloseTo(2 * unit, 12);
    const two = marginHistory(prices, measure({ liquidationDays: 2 }));
    expect(two.loss[0]).toBeCloseTo(-2 * unit, 12);
    expect(two.loss[1]).toBeNaN();
  });

  it('filtered returns: the worst of them in units of their own volatility, for the side held', () => {
    // Returns over volatility of the day before: 1, -1, 0, 2 / sqrt(1/2). Long, of two and of three days: the worst is -1.
    const long = marginHistory(prices, measure({ distribution: 'filtered' }));
    expect(long.base[0]).toBeCloseTo(unit, 12);
    expect(long.base[2]).toBeCloseTo(unit * Math.sqrt(2.25), 12);
    // Of the last three, -1, 0 and 2.8, the first still is one; of the last two no longer: no loss, no margin.
    const lookback = (days: number): number => marginHistory(prices, measure({ distribution: 'filtered', lookbackDays: days })).base[2];
    expect(lookback(3)).toBeCloseTo(unit * Math.sqrt(2.25), 12);
    expect(lookback(2)).toBe(0);
    const short = marginHistory(prices, measure({ distribution: 'filtered', side: 'short' }));
    expect(short.base[2]).toBeCloseTo(unit * Math.sqrt(2.25) * (2 / Math.SQRT1_2), 10);
  });

  it('nothing of a day comes from a later one', () => {
    const walk = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(walk, fc.constantFrom('normal', 'filtered'), fc.constantFrom('var', 'es'), (factors, distribution, tail) => {
        const path = factors.reduce<number[]>((so, factor) => [...so, so.at(-1)! * factor], [100]);
        const days = path.length - 4;
        const given = measure({ distribution, tail, stressDays: 5, floorDays: 6, lookbackDays: 8 });
        const whole = marginHistory(path, given);
        const part = marginHistory(path.slice(0, days), given);
        for (const name of ['base', 'stress', 'tenYear'] as const) {
          expect(Array.from(whole[name].subarray(0, part[name].length))).toEqual(Array.from(part[name]));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a history that the warm-up eats up', () => {
    expect(() => marginHistory([1, 2, 3], measure())).toThrow(/3 prices are too few after 2 days of warm-up/);
    expect(() => marginHistory([1, 2, -3, 4], measure())).toThrow(/price 3/);
  });
});

describe('the tail of a sample', () => {
  const losses = Array.from({ length: 500 }, (_, place) => 500 - place);

  it('VaR: the fifth worst of 500 at 99%, as in Hull; ES: the mean of the five', () => {
    expect(tailOf(losses, 0.99, 'var')).toBe(496);
    expect(tailOf(losses, 0.99, 'es')).toBe(498);
  });

  it('ES takes the loss at the boundary in part', () => {
    // 250 x 0.01 = 2.5: (500 + 499 + 498 / 2) / 2.5.
    expect(tailOf(losses.slice(0, 250), 0.99, 'es')).toBeCloseTo(1248 / 2.5, 12);
    expect(tailOf(losses.slice(0, 250), 0.99, 'var')).toBe(498);
    expect(tailOf(losses.slice(0, 10), 0.99, 'es')).toBe(500);
  });
});

describe('tools over a history', () => {
  // 300 quiet days, a crash, and 100 loud days.
  const path: number[] = [100];
  for (let day = 1; day <= 400; day++) path.push(path[day - 1] * (day === 300 ? 0.8 : 1 + (day % 2 === 0 ? 1 : -1) * (day < 300 ? 0.002 : 0.02)));
  const history = marginHistory(path, { ...defaultMeasure, warmUpDays: 100, stressDays: 50, liquidationDays: 1 });
  const outcomes = namedTools.map((tools) => runTools(history, tools, [1, 5]));
  const outcome = (name: string) => outcomes.find((each) => each.name === name)!;

  it('each does what it is for', () => {
    const none = outcome('none');
    expect(none.cost).toBe(0);
    expect(outcome('stress').peakToTrough).toBeLessThan(none.peakToTrough);
    expect(outcome('speed-limit').rises[0].ratio).toBeLessThan(none.rises[0].ratio!);
    expect(outcome('speed-limit').daysBelowBase).toBeGreaterThan(0);
    expect(outcome('buffer').cost).toBeGreaterThan(0);
    expect(outcome('buffer').daysBelowBase).toBe(0);
    expect(outcome('floor').items.every(({ margin, base }) => margin >= base)).toBe(true);
    expect(none.observed).toBe(path.length - 101);
    expect(none.alarms).toBe(1);
    expect(none.breaches).toBeGreaterThanOrEqual(1);
    // ln 1.25 lost at once, against a margin of less than 1%.
    expect(none.worstShortfall).toBeGreaterThan(0.2);
  });

  it('a window measures its days; what came before it still counts', () => {
    const whole = outcome('buffer');
    const window = runTools(history, toolsNamed('buffer'), [1], { from: 190, end: 260 });
    expect(window.items).toEqual(whole.items.slice(190, 260));
    expect(window.mean).toBeCloseTo(whole.items.slice(190, 260).reduce((sum, { margin }) => sum + margin, 0) / 70, 12);
  });

  it('names join with +; unknown ones are refused', () => {
    expect(toolsNamed('stress+floor').rules).toMatchObject({ stress: { weight: 0.25 }, floor: { multiple: 1 } });
    expect(() => toolsNamed('stress+flor')).toThrow(/no tool is named 'flor'; there are none, buffer/);
  });
});
