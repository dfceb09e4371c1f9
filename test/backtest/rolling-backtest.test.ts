import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../assembly/portable/normal.ts';
import { rollingBacktest, type RollingOptions } from '../../src/backtest/rolling/rolling-backtest.ts';
import { rollingReport } from '../../src/backtest/rolling/rolling-report.ts';
import { defaultMethods, methodText, varMethodNames } from '../../src/backtest/rolling/var-method.ts';
import { weightedPortfolio } from '../../src/backtest/rolling/weights-market.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { historicalScenarios, windowRules } from '../../src/history/historical-scenarios.ts';
import type { MarketHistory } from '../../src/history/market-history.ts';
import { Revaluation } from '../../src/revaluation/revaluation.ts';
import { riskMeasures } from '../../src/risk/measures.ts';
import { parseFactor } from '../../src/scenario/scenario-set.ts';
import { tinyMarket } from '../support/tiny-market.ts';

const dates = (count: number): string[] =>
  Array.from({ length: count }, (_, day) => new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10));

function historyOf(series: Readonly<Record<string, readonly number[]>>): MarketHistory {
  const paths = Object.values(series).map((moves) => {
    const values = [100];
    for (const move of moves) values.push(values.at(-1)! * (1 + move));
    return values;
  });
  return { dates: dates(paths[0].length), factors: Object.keys(series).map((name) => parseFactor(name)), values: Float64Array.from(paths.flat()) };
}

/** 2% a day, seeded. */
function randomMoves(count: number, seed: number): number[] {
  const stream = new RandomStream();
  stream.restart(seed, 0, 1);
  return Array.from({ length: count }, () => 0.02 * normalQuantile(stream.nextFineFraction() + 2 ** -54));
}

const moves = [-0.01, 0.02, -0.03, 0.01, -0.04, -0.02, 0.01];
const one = { ...weightedPortfolio(new Map([['A', 100]])), history: historyOf({ 'price:A': moves }) };
const historical = { kind: 'historical' } as const;
const options = (rest: Partial<RollingOptions>): RollingOptions => ({ ...one, method: historical, levels: [0.75], lookback: 4, ...rest });

describe('a rolling backtest, by hand', () => {
  it('historical: the worst of four days, then the next one', () => {
    const run = rollingBacktest(options({}));
    expect(run.dates).toEqual(['2025-01-05', '2025-01-06', '2025-01-07']);
    expect(run.endDates).toEqual(['2025-01-06', '2025-01-07', '2025-01-08']);
    const [level] = run.levels;
    // Windows end with +1%, -4%, -2%: worst 3%, 4%, 4%; what follows is -4%, -2%, +1%.
    [3, 4, 4].forEach((value, day) => expect(level.valueAtRisk[day]).toBeCloseTo(value, 12));
    [3, 4, 4].forEach((value, day) => expect(level.expectedShortfall[day]).toBeCloseTo(value, 12));
    [-4, -2, 1].forEach((value, day) => expect(run.pnl[day]).toBeCloseTo(value, 12));
    expect([...level.exceptions]).toEqual([1, 0, 0]);
  });

  it('age-weighted: an old loss weighs less than the tail', () => {
    // Three days at one half: weights 1/7, 2/7, 4/7. Day 6 (returns +1%, -4%, -2%): -4% weighs 2/7 > 1/4, VaR 4.
    // Day 7 needs a further day; day 5 (-3%, +1%, -4%): the newest is worst. Day 4 (+2%, -3%, +1%): -3% weighs 2/7.
    const { levels, dates: days } = rollingBacktest(options({ method: { kind: 'age-weighted', lambda: 0.5 }, lookback: 3 }));
    expect(days).toEqual(['2025-01-04', '2025-01-05', '2025-01-06', '2025-01-07']);
    // Day 3 (-1%, +2%, -3%): -3% is the newest.
    [3, 3, 4, 4].forEach((value, day) => expect(levels[0].valueAtRisk[day]).toBeCloseTo(value, 12));
    const tail = rollingBacktest(options({ method: { kind: 'age-weighted', lambda: 0.5 }, lookback: 4, levels: [0.8] }));
    // Weights 1/15, 2/15, 4/15, 8/15; returns to day 4: -1%, +2%, -3%, +1%: -3% weighs 4/15 > 0.2.
    // To day 6: -3% (1/15), +1%, -4% (4/15), -2%: 4.
    [3, 4, 4].forEach((value, day) => expect(tail.levels[0].valueAtRisk[day]).toBeCloseTo(value, 12));
  });

  it('delta-normal: z times the root mean square of the returns', () => {
    const z = 2.3263478740408408;
    const method = { kind: 'delta-normal', lambda: null } as const;
    const run = rollingBacktest(options({ method, lookback: 2, levels: [0.99], returns: 'relative', horizonDays: 2 }));
    expect(run.dates[0]).toBe('2025-01-03');
    // Returns -1% and +2% before the first day; two days ahead.
    const deviation = 100 * Math.sqrt((0.01 ** 2 + 0.02 ** 2) / 2) * Math.SQRT2;
    // The delta is a central difference of a linear P&L: rounding over 2e-4.
    expect(run.levels[0].valueAtRisk[0]).toBeCloseTo(z * deviation, 9);
    // phi(z) / 0.01 = 2.665214220345808.
    expect(run.levels[0].expectedShortfall[0]).toBeCloseTo(2.665214220345808 * deviation, 9);
    expect(run.pnl[0]).toBeCloseTo(100 * (0.97 * 1.01 - 1), 12);
  });

  it('delta-normal of two factors is that of their covariance', () => {
    const other = [0.02, 0.01, -0.02, 0.03, 0.01, -0.01, 0.02];
    const { market, holdings } = weightedPortfolio(new Map([['A', 100], ['B', -50]]));
    const history = historyOf({ 'price:A': moves, 'price:B': other });
    const run = rollingBacktest(options({ market, holdings, history, method: { kind: 'delta-normal', lambda: null }, returns: 'relative' }));
    // w' S w with S the mean of the outer products of the first four days.
    const mean = (of: (day: number) => number): number => [0, 1, 2, 3].reduce((sum, day) => sum + of(day), 0) / 4;
    const variance = 1e4 * mean((d) => moves[d] ** 2) + 2500 * mean((d) => other[d] ** 2) - 1e4 * mean((d) => moves[d] * other[d]);
    // The 75% quantile of the standard normal.
    expect(run.levels[0].valueAtRisk[0]).toBeCloseTo(0.6744897501960817 * Math.sqrt(variance), 9);
  });
});

const long = historyOf({
  'price:BTC': randomMoves(160, 1), 'volatility:BTC': randomMoves(160, 2), 'price:SPX': randomMoves(160, 3), 'volatility:SPX': randomMoves(160, 4),
});
const market = tinyMarket();
const optionRow = market.instruments.findIndex(({ kind, strike }) => kind === 'option' && strike === 60_000);
const book: Partial<RollingOptions> = {
  market, history: long, lookback: 40, levels: [0.9, 0.95],
  holdings: [{ instrument: 0, quantity: 500 }, { instrument: optionRow, quantity: -2 }, { instrument: market.instruments.length - 100, quantity: 1 }],
  cash: new Map([['BTC', 0.5], ['USD', 1000]]),
};

describe('a rolling backtest of a book', () => {
  it.each(windowRules)('%s: VaR of a day is that of the scenarios up to the day', (windows) => {
    const run = rollingBacktest(options({ ...book, windows, horizonDays: 3, lookback: 20 }));
    for (const place of [0, 7, run.dates.length - 1]) {
      const scenarios = historicalScenarios(long, { endDate: run.dates[place], horizonDays: 3, windows, lookback: 20, returns: 'log' });
      const pnl = new Revaluation(market, scenarios).portfolioPnl(book.holdings!, book.cash);
      const expected = riskMeasures(pnl, [0.9, 0.95]);
      run.levels.forEach(({ valueAtRisk, expectedShortfall }, index) => {
        expect(valueAtRisk[place]).toBe(expected[index].valueAtRisk);
        expect(expectedShortfall[place]).toBe(expected[index].expectedShortfall);
      });
    }
  });

  it.each(varMethodNames)('%s does not look ahead', (name) => {
    // A GARCH fit needs 100 returns.
    const lookback = name === 'fhs-garch' ? 101 : 40;
    const run = rollingBacktest(options({ ...book, lookback, method: defaultMethods[name], horizonDays: 2 }));
    const known = lookback + 30;
    const count = long.dates.length;
    const values = long.values.map((value, place) => (place % count > known ? value * (1 + 0.2 * (place % 4)) : value));
    const after = rollingBacktest(
      options({ ...book, lookback, history: { ...long, values }, method: defaultMethods[name], horizonDays: 2 }),
    );
    const days = run.dates.indexOf(long.dates[known]) + 1;
    expect(days).toBeGreaterThan(20);
    run.levels.forEach((level, index) => {
      const other = after.levels[index];
      expect(other.valueAtRisk.slice(0, days)).toEqual(level.valueAtRisk.slice(0, days));
      expect(other.expectedShortfall.slice(0, days)).toEqual(level.expectedShortfall.slice(0, days));
      expect(other.exceptions.slice(0, days - 2)).toEqual(level.exceptions.slice(0, days - 2));
      expect(other.valueAtRisk.slice(days)).not.toEqual(level.valueAtRisk.slice(days));
    });
    expect(after.pnl.slice(0, days - 2)).toEqual(run.pnl.slice(0, days - 2));
  });

  it('a GARCH is fitted to all the days of windows that do not overlap', () => {
    const history = historyOf({ 'price:A': randomMoves(160, 4) });
    // 25 windows of 5 days: a fit to 25 + 5 - 1 days would be refused, it needs 100.
    const garch = { history, method: { ...defaultMethods['fhs-garch'], refitDays: 1 }, windows: 'non-overlapping', horizonDays: 5 } as const;
    const run = rollingBacktest(options({ ...garch, lookback: 25, levels: [0.9] }));
    expect(run.dates[0]).toBe(history.dates[125]);
    const scenarios = historicalScenarios(history, {
      endDate: run.dates[0], returns: 'log', horizonDays: 5, windows: 'non-overlapping', lookback: 25,
      filter: { model: { kind: 'garch-fit' } },
    });
    const [expected] = riskMeasures(scenarios.moves.map((move) => 100 * move), [0.9]);
    expect(run.levels[0].valueAtRisk[0]).toBeCloseTo(expected.valueAtRisk, 10);
  });

  it('filtered scenarios follow the volatility', () => {
    const calming = randomMoves(260, 9).map((move, day) => (day < 150 ? move : move / 4));
    const history = historyOf({ 'price:A': calming });
    const of = (name: 'historical' | 'fhs-ewma' | 'fhs-garch') =>
      rollingBacktest(options({ history, method: defaultMethods[name], lookback: 120, levels: [0.95] })).levels[0].valueAtRisk;
    // Fifty days after the storm most of the lookback is of it, nothing of the forecast: a quarter of the volatility.
    const day = 200 - 120;
    expect(of('fhs-ewma')[day]).toBeLessThan(0.5 * of('historical')[day]);
    expect(of('fhs-garch')[day]).toBeLessThan(0.7 * of('historical')[day]);
  });
});

describe('the report', () => {
  it('of a right model on normal returns rejects nothing', () => {
    const history = historyOf({ 'price:A': randomMoves(1600, 21) });
    const run = rollingBacktest(options({ history, lookback: 500, levels: [0.975, 0.99] }));
    const report = rollingReport(run, { paths: 500 });
    expect(report.days).toBe(1100);
    for (const { coverage, level, tests, z2, exceptions } of report.levels) {
      // Four standard deviations of a binomial share; the estimate of 500 days adds as much again as 1100 / 500 of it.
      expect(Math.abs(coverage - level)).toBeLessThan(4 * Math.sqrt(((level * (1 - level)) / 1100) * (1 + 1100 / 500)));
      expect(tests.exceptions).toBe(exceptions.length);
      expect('statistic' in z2 && z2.normal.pValue).toBeGreaterThan(0.01);
    }
    expect(report.worstPnl).toBe(Math.min(...run.pnl));
  });

  it('of a VaR that is half of what it should be rejects', () => {
    const history = historyOf({ 'price:A': randomMoves(400, 22).map((move, day) => (day < 150 ? move / 2 : move)) });
    const run = rollingBacktest(options({ history, lookback: 150, levels: [0.975], to: history.dates[220] }));
    const [level] = rollingReport(run, { paths: 500 }).levels;
    expect(level.tests.trafficLight.zone).not.toBe('green');
    expect('statistic' in level.z2 && level.z2.normal.isRejected).toBe(true);
  });

  it('says why there is no test of ES', () => {
    const history = historyOf({ 'price:A': [0.01, 0.02, 0.01, 0.03, 0.01, 0.02, 0.01] });
    const [level] = rollingReport(rollingBacktest(options({ history })), { paths: 100 }).levels;
    expect(level.z1).toEqual({ refused: expect.stringMatching(/ES 1 must be > 0/) as string });
    expect(level.tests.duration).toEqual({ refused: expect.stringMatching(/2 exceptions/) as string });
  });
});

describe('refused', () => {
  it.each([
    ['a level that is no tail', { levels: [0.01] }, /levels must be in/],
    ['a lookback beyond the history', { lookback: 7 }, /no day can be tested: the history has 8 days.*7 scenarios need 8/],
    ['a period without a day', { from: '2026-01-01' }, /no day from 2026-01-01 to the end/],
    ['too few scenarios for the level', { levels: [0.99] }, /observations/],
    ['an empty portfolio', { holdings: [] }, /portfolio is empty/],
    ['an instrument that nothing moves', { history: historyOf({ 'price:B': moves }) }, /no scenario moves the price of A/],
    ['a horizon of half a day', { horizonDays: 0.5 }, /horizonDays must be a whole number/],
  ])('%s', (_name, rest, message) => {
    expect(() => rollingBacktest(options(rest))).toThrow(message);
  });

  it('amounts that are none', () => {
    expect(() => weightedPortfolio(new Map())).toThrow(/at least one amount/);
    expect(() => weightedPortfolio(new Map([['A', NaN]]))).toThrow(/amount of A must be finite/);
  });

  it('methods are named with their settings', () => {
    expect(methodText(defaultMethods['fhs-garch'])).toBe('fhs-garch, normal, fitted every 21 days');
    expect(methodText(defaultMethods['delta-normal'])).toBe('delta-normal');
    expect(methodText({ kind: 'age-weighted', lambda: 0.99 })).toBe('age-weighted:0.99');
  });
});
