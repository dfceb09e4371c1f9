import { describe, expect, it } from 'vitest';
import { coverageBacktest, type CoverageOptions, type CoverageRun, type TestedModel } from '../../src/backtest/coverage/coverage-backtest.ts';
import { coverageReport } from '../../src/backtest/coverage/coverage-report.ts';
import { standardPortfolios } from '../../src/backtest/coverage/test-portfolios.ts';
import { modelNames } from '../../src/margin/registry.ts';
import { shippedParams } from '../../src/margin/shipped-params.ts';
import { normalQuantile } from '../../assembly/portable/normal.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { cdf, Decimal } from '../support/decimal-normal.ts';

const dates = (count: number): string[] =>
  Array.from({ length: count }, (_, day) => new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10));

/** A path with these relative moves, starting at a price. */
function pathOf(start: number, moves: readonly number[]) {
  const prices = [start];
  for (const move of moves) prices.push(prices.at(-1)! * (1 + move));
  return { dates: dates(prices.length), prices };
}

/** 4% a day, seeded. */
function randomPath(count: number, seed: number) {
  const stream = new RandomStream();
  stream.restart(seed, 0, 1);
  return pathOf(20_000, Array.from({ length: count - 1 }, () => 0.04 * normalQuantile(stream.nextFineFraction() + 2 ** -54)));
}

/** Margin of a perpetual is a tenth of its notional, at every size: nothing else is in it. */
const tenth: TestedModel = {
  label: 'tenth',
  model: 'hyperliquid',
  params: {
    source: 'made up', date: '2026-01-01', unconfirmed: [], transferRate: 0.1,
    assets: { btc: { marginTiers: [{ lowerBound: 0, maxLeverage: 10 }] } },
  },
};
const shipped = (model: string): TestedModel => ({ label: model, model, params: shippedParams(model) });
const outrights = standardPortfolios.slice(0, 2);
const named = (...names: string[]) => standardPortfolios.filter(({ name }) => names.includes(name));
const constant = { kind: 'constant', volatility: 0.5 } as const;

const runOf = (options: Partial<CoverageOptions> & Pick<CoverageOptions, 'path' | 'models'>): Promise<CoverageRun> =>
  coverageBacktest({ warmUpDays: 1, randomCount: 0, volatility: constant, ...options });

describe('a margin of a tenth of the notional', () => {
  // Long loses more than 10% on days 2 and 6, short (a rise of more than 10%) on day 4. The move from day 0 warms up.
  const path = pathOf(100, [0.3, -0.05, -0.11, 0.02, 0.12, 0.03, -0.25, 0.1, -0.09]);

  it('is exceeded on the days that were put there', async () => {
    const report = coverageReport(await runOf({ path, models: [tenth], portfolios: outrights, notional: 5000 }));
    const [long, short] = report.models[0].portfolios;
    expect(long.observations).toBe(8);
    expect(long.exceedances.map(({ date }) => date)).toEqual(['2025-01-03', '2025-01-07']);
    expect(short.exceedances.map(({ date }) => date)).toEqual(['2025-01-05']);
    expect(long.coverage).toBe(0.75);
    expect(short.coverage).toBe(0.875);
    expect(long.meetsLevel).toBe(false);
    // 25% of 5,000 lost against 500: 750 short, one and a half margins.
    expect(long.largestShortfall).toMatchObject({ date: '2025-01-07', endDate: '2025-01-08' });
    expect(long.largestShortfall!.loss).toBeCloseTo(1250, 9);
    expect(long.largestShortfall!.shortfall).toBeCloseTo(750, 9);
    expect(long.largestShortfall!.ratio).toBeCloseTo(1.5, 12);
    expect(long.meanMargin).toBeCloseTo(0.1, 14);
    expect(long.procyclicality!.peakToTrough).toBeCloseTo(1, 12);
    const { overall } = report.models[0];
    expect(overall).toMatchObject({ observations: 16, exceedances: 3, daysWithExceedance: 3, portfoliosBelowLevel: 2 });
    expect(overall!.coverage).toBe(1 - 3 / 16);
  });

  it('exactly reached is not exceeded', async () => {
    // 100 to 90: a loss of a tenth, with the rounding of the quotient.
    const run = await runOf({ path: { dates: dates(4), prices: [100, 100, 90, 90] }, models: [tenth], portfolios: outrights });
    expect(coverageReport(run).models[0].portfolios[0].exceedances).toEqual([]);
  });

  it('of two days is compared with the loss of two days', async () => {
    const report = coverageReport(await runOf({ path, models: [tenth], portfolios: outrights, horizonDays: 2 }), { paths: 100 });
    const [long, short] = report.models[0].portfolios;
    // Two-day moves from day 1 on: -15.5%, -9.2%, +14.2%, +15.4%, -22.8%, -17.5%, +0.1%.
    expect(long.exceedances.map(({ date }) => date)).toEqual(['2025-01-02', '2025-01-06', '2025-01-07']);
    expect(short.exceedances.map(({ date }) => date)).toEqual(['2025-01-04', '2025-01-05']);
    expect(long.exceedances[0].endDate).toBe('2025-01-04');
    expect(long.exceedances[0].loss / 100_000).toBeCloseTo(1 - 0.95 * 0.89, 12);
  });

  it('measures the days asked for', async () => {
    const run = await runOf({ path, models: [tenth], portfolios: outrights, from: '2025-01-04', to: '2025-01-06' });
    expect(run.dates).toEqual(['2025-01-04', '2025-01-05', '2025-01-06']);
  });
});

describe('realised losses', () => {
  it('of inverse contracts are in coin', async () => {
    const run = await runOf({ path: pathOf(100, [0, -0.1, 0.1]), models: [shipped('deribit-sm')], portfolios: outrights });
    const [long, short] = run.models[0].portfolios;
    expect(run.models[0].currency).toBe('BTC');
    // 100,000 dollars from 100 to 90: 100,000 (1/90 - 1/100) coins.
    expect(long.loss[0]).toBeCloseTo(100_000 * (1 / 90 - 1 / 100), 9);
    expect(short.loss[0]).toBeCloseTo(-100_000 * (1 / 90 - 1 / 100), 9);
    expect(run.models[0].notional[0]).toBeCloseTo(1000, 12);
  });

  it('of options are of the same contract, older by the days that passed', async () => {
    const path = { dates: ['2025-01-01', '2025-01-03', '2025-01-06'], prices: [100, 100, 104] };
    const run = await runOf({ path, models: [shipped('derive-srm')], portfolios: named('short-put'), volatility: constant });
    // Put struck at 100 of 30 days at 50%, then of 27 days at 104; 1,000 of them (notional 100,000).
    const put = (price: number, days: number): Decimal => {
      const v = new Decimal(days).div(365).sqrt().times('0.5');
      const d1 = new Decimal(price).div(100).ln().div(v).plus(v.div(2));
      return new Decimal(100).times(cdf(v.minus(d1))).minus(new Decimal(price).times(cdf(d1.negated())));
    };
    const expected = put(104, 27).minus(put(100, 30)).times(1000).toNumber();
    expect(expected).toBeLessThan(-1500);
    // The kernel's Black-76 is right to 1e-13 of the price; a difference of two of 5,700 leaves nine decimals.
    expect(run.models[0].portfolios[0].loss[0]).toBeCloseTo(expected, 8);
  });

  it('of a long option are at most what it cost, and that is what covers them', async () => {
    const path = pathOf(100, [0, -0.9, 0]);
    for (const name of ['regt', 'deribit-sm', 'bybit-linear']) {
      const run = await runOf({ path, models: [shipped(name)], portfolios: named('long-call') });
      const [call] = coverageReport(run).models[0].portfolios;
      expect(call.exceedances.length, name).toBe(0);
      expect(call.meanMargin, name).toBe(0);
      // 2 Phi(0.071673) - 1 of the notional.
      expect(call.meanCover, name).toBeCloseTo(0.057138, 6);
    }
    // TIMS lends against the option: all but the loss of its scan. When the price is gone, so is more than that.
    const run = await runOf({ path, models: [shipped('tims')], portfolios: named('long-call') });
    expect(coverageReport(run).models[0].portfolios[0].exceedances.map(({ date }) => date)).toEqual(['2025-01-02']);
  });

  it('of a delta-hedged short straddle are small for a small move and of gamma', async () => {
    const hedged = async (move: number): Promise<number> => {
      const path = pathOf(100, [0, move, 0]);
      const run = await runOf({ path, models: [shipped('derive-pmrm')], portfolios: named('short-gamma'), notional: 100 });
      return run.models[0].portfolios[0].loss[0];
    };
    const still = await hedged(0);
    // Gamma of two options at the money with 29 days left: 2 phi(0.07047) / (100 * 0.14094); half of it times the squared
    // move. The mean of a rise and a fall is without the terms of odd order; that of the fourth is below 0.1%.
    const gamma = (2 * 0.397953) / (100 * 0.14094);
    const mean = ((await hedged(0.005)) + (await hedged(-0.005))) / 2;
    expect((mean - still) / (0.5 * gamma * 0.25)).toBeCloseTo(1, 2);
    expect(still).toBeLessThan(0);
  });
});

describe('every registered model', () => {
  const path = randomPath(40, 3);

  it.each(modelNames())('%s margins or refuses every portfolio, with its reason', async (name) => {
    const run = await coverageBacktest({ path, models: [shipped(name)], warmUpDays: 20, to: '2025-01-26' });
    const [model] = run.models;
    expect(model.portfolios.length + model.refused.length).toBe(standardPortfolios.length + 4);
    expect(model.portfolios.length).toBeGreaterThanOrEqual(2);
    for (const { reason } of model.refused) expect(reason.length).toBeGreaterThan(10);
    for (const each of model.portfolios) {
      for (let day = 0; day < run.dates.length; day++) {
        if (each.refusals.size > 0 && Number.isNaN(each.initialMargin[day])) continue;
        expect(Number.isFinite(each.initialMargin[day] + each.cover[day] + each.loss[day]), `${each.portfolio} ${day}`).toBe(true);
      }
    }
    const [report] = coverageReport(run).models;
    expect(report.overall!.observations).toBeGreaterThan(0);
    expect(report.parameters!.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it('says why it margins nothing', async () => {
    const run = await runOf({ path, models: [shipped('regt'), tenth], underlyings: ['BTC'] });
    expect(run.models[0]).toMatchObject({ listing: null, portfolios: [] });
    expect(run.models[0].refused).toHaveLength(1);
    expect(run.models[0].refused[0].reason).toMatch(/regt margins nothing on BTC: .*not a marginable security/);
    expect(run.models[1].portfolios).toHaveLength(2);
    expect(run.models[1].refused.find(({ portfolio }) => portfolio === 'calendar')!.reason).toMatch(/near-future: only perpetuals/);
  });

  it('counts the days on which an account is refused', async () => {
    // A short coin is refused by this manager; the portfolio holds one every day.
    const portfolios = [{ name: 'short-coin', legs: [{ slot: 'spot' as const, units: -1 }] }];
    const run = await runOf({ path, models: [shipped('derive-pmrm1')], portfolios });
    expect(run.models[0].portfolios).toEqual([]);
    expect(run.models[0].refused[0]).toMatchObject({ portfolio: 'short-coin' });
    expect(run.models[0].refused[0].reason).toMatch(/short of a collateral/);
  });
});

describe('what a day knows', () => {
  it('is not changed by later prices', async () => {
    const path = randomPath(40, 5);
    const known = 30;
    const changed = { ...path, prices: path.prices.map((price, day) => (day > known ? price * (1 + 0.3 * (day % 3)) : price)) };
    const models = ['deribit-pm', 'tims', 'span', 'regt'].map(shipped);
    const options = { models, warmUpDays: 10, horizonDays: 2, randomCount: 2 };
    const before = await coverageBacktest({ path, ...options });
    const after = await coverageBacktest({ path: changed, ...options });
    const days = known - 10 + 1;
    for (const [index, model] of before.models.entries()) {
      for (const [place, each] of model.portfolios.entries()) {
        const other = after.models[index].portfolios[place];
        expect(other.initialMargin.slice(0, days)).toEqual(each.initialMargin.slice(0, days));
        expect(other.cover.slice(0, days)).toEqual(each.cover.slice(0, days));
        expect(other.loss.slice(0, days - 2)).toEqual(each.loss.slice(0, days - 2));
        if (model.model !== 'span' && each.portfolio === 'short-straddle') {
          expect(other.cover.slice(days)).not.toEqual(each.cover.slice(days));
        }
      }
    }
  });

  it('is the same bits in a second run, whatever other models run with it', async () => {
    const path = randomPath(30, 7);
    const alone = await coverageBacktest({ path, models: [shipped('paradex-pm')], warmUpDays: 10 });
    const together = await coverageBacktest({ path, models: [shipped('okx-pm'), shipped('paradex-pm')], warmUpDays: 10 });
    expect(together.models[1]).toEqual(alone.models[0]);
  });
});

describe('sizes', () => {
  it('are whole lots of shares', async () => {
    // 100,000 dollars at 300: 3.33 lots, so 3; at 90: 11.1, so 11.
    const run = await runOf({ path: { dates: dates(4), prices: [300, 300, 90, 90] }, models: [shipped('regt')], portfolios: outrights });
    expect([...run.models[0].notional]).toEqual([3 * 100 * 300, 11 * 100 * 90]);
    expect(run.models[0].portfolios[0].initialMargin[0]).toBeCloseTo(45_000, 6);
  });

  it('of SPAN arrays move with the price or are held', async () => {
    const path = pathOf(100, [0, 0.5, -0.2, 0]);
    const one = { path, models: [shipped('span')], portfolios: outrights };
    const moving = (await runOf(one)).models[0].portfolios[0];
    const held = (await runOf({ ...one, arrayScaling: 'hold' })).models[0].portfolios[0];
    // Long METAL future of the spot month: (12,000 + 500) * 1.1 for 3,600 * 100.
    expect(moving.initialMargin[0] / 100_000).toBeCloseTo(13_750 / 360_000, 12);
    expect([...moving.initialMargin].map((each) => each / moving.initialMargin[0])).toEqual([1, 1, 1]);
    expect(held.initialMargin[1] / held.initialMargin[0]).toBeCloseTo(1 / 1.5, 12);
    expect(held.initialMargin[2] / held.initialMargin[0]).toBeCloseTo(1 / 1.2, 12);
    expect(held.loss).toEqual(moving.loss);
  });
});

describe('refused options', () => {
  const path = pathOf(100, [0, 0.1, 0.1]);
  it.each([
    ['no model', { models: [] }, /no model/],
    ['a label twice', { models: [tenth, tenth] }, /two models are called 'tenth'/],
    ['a horizon of no day', { horizonDays: 0 }, /horizonDays/],
    ['a history that is too short', { warmUpDays: 3 }, /no day can be measured: the history has 4 days/],
    ['a tenor within the horizon', { terms: { tenorDays: [1, 90], moneyness: [0.9, 1, 1.1] }, models: [shipped('tims')] }, /expires within/],
    ['a volatility of 0', { volatility: { kind: 'constant', volatility: 0 } }, /volatility must be > 0/],
    ['volatilities of other days', { volatility: { kind: 'series', volatilities: [0.5] } }, /each of the 4 days, got 1/],
    ['a price of 0', { path: { dates: dates(3), prices: [1, 0, 1] } }, /price of 2025-01-02 must be > 0/],
    ['dates that go back', { path: { dates: ['2025-01-02', '2025-01-01'], prices: [1, 1] } }, /after the one before/],
    ['a notional of 0', { notional: 0 }, /notional/],
  ] as const)('%s', async (_name, options, message) => {
    await expect(runOf({ path, models: [tenth], ...(options as Partial<CoverageOptions>) })).rejects.toThrow(message);
  });
});

describe('volatility', () => {
  it('is that of the day and of the end, as the policy says', async () => {
    const path = pathOf(100, [0.1, -0.1, 0.1, 0, 0]);
    const series = { kind: 'series', volatilities: [0.5, 0.5, 0.6, 0.6, 0.6, 0.6] } as const;
    const run = await runOf({ path, models: [shipped('derive-srm')], portfolios: named('short-straddle'), volatility: series });
    expect([...run.volatilities]).toEqual([0.5, 0.6, 0.6, 0.6]);
    const realised = await runOf({ path, models: [tenth], volatility: { kind: 'realised', lambda: 0.5, factor: 2, floor: 0.01 } });
    // Daily log returns of +-10%: about 0.1 * sqrt(365) * 2 = 3.8 a year while they last.
    expect(realised.volatilities[0]).toBeCloseTo(Math.log(1.1) * Math.sqrt(365) * 2, 9);
    expect(realised.volatilities[1]).toBeCloseTo(Math.sqrt((Math.log(1.1) ** 2 + Math.log(0.9) ** 2) / 2 * 365) * 2, 9);
  });
});
