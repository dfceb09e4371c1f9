import { describe, expect, it } from 'vitest';
import {
  EXPIRY_DEVIATION_FALL, EXPIRY_DEVIATION_RISE, EXPIRY_DOWN_TIME_HIGH, EXPIRY_DOWN_TIME_LOW, EXPIRY_ROLL_TIME,
  EXPIRY_SLOPE_COUNT, EXPIRY_TIME, EXPIRY_TIME_GROWTH, EXPIRY_UP_TIME_HIGH, EXPIRY_UP_TIME_LOW,
} from '../../assembly/portable/certificate-layout.ts';
import { expirySlopes, type ExpirySlopes } from '../../src/margin/deribit-pm/expiry-slopes.ts';
import { deribitPm } from '../../src/margin/deribit-pm/model.ts';
import { parseDeribitPmParams, type DeribitPmPairParams } from '../../src/margin/deribit-pm/params.ts';
import { rollRate, volatilityFactors } from '../../src/margin/deribit/risk-matrix.ts';
import type { TickMarket } from '../../src/margin/model.ts';
import { between, pick, seededRandom } from '../support/seeded-random.ts';
import { params } from '../support/synthetic-book.ts';

const parsed = parseDeribitPmParams(params);
const pair = parsed.pairs.get('btc_usd')!;
const currency = parsed.currencies.get('btc')!;
const day = 1 / 365;

interface Found {
  /** Largest slope of a chord of ln(factor), up or down; of the roll rate. */
  readonly shock: number;
  readonly roll: number;
  /** Least and greatest slope of ln(deviation), by direction of the shock. */
  readonly up: readonly [number, number];
  readonly down: readonly [number, number];
}

/** Largest slopes against ln(time) between neighbours of a dense grid of times: no more than the largest derivative. */
function chords(years: number, boxTime: number, own: DeribitPmPairParams, ownCurrency = currency): Found {
  const points = 4000;
  const found = {
    shock: 0, roll: 0, up: [Infinity, -Infinity] as [number, number],
    down: [Infinity, -Infinity] as [number, number],
  };
  let before: { log: number; up: number; down: number; roll: number } | null = null;
  for (let i = 0; i <= points; i++) {
    const log = Math.log(years) + boxTime * (i / points - 1);
    const factors = volatilityFactors(Math.exp(log), own);
    const now = { log, up: Math.log(factors.up), down: Math.log(factors.down), roll: rollRate('dated', Math.exp(log), ownCurrency) };
    if (before !== null) {
      const step = log - before.log;
      for (const side of ['up', 'down'] as const) {
        if (now[side] === -Infinity && before[side] === -Infinity) continue;
        const slope = (now[side] - before[side]) / step;
        found.shock = Math.max(found.shock, Math.abs(slope));
        found[side] = [Math.min(found[side][0], slope + 0.5), Math.max(found[side][1], slope + 0.5)];
      }
      found.roll = Math.max(found.roll, Math.abs(now.roll - before.roll) / step);
    }
    before = now;
  }
  return found;
}

/** Logarithms good to 1e-15, over steps of 1e-6 at least. */
const chordError = 1e-8;

function expectWithin(slopes: ExpirySlopes, found: Found): void {
  for (const [bounds, [least, most]] of [[slopes.upTime, found.up], [slopes.downTime, found.down]] as const) {
    expect(bounds[0]).toBeLessThan(least + chordError);
    expect(bounds[1]).toBeGreaterThan(most - chordError);
  }
}

describe('slopes of expiries by time', () => {
  it.each([0.9, 1, 1.0000001, 2, 7, 29.99, 30, 30.01, 45, 90, 365, 730])('of the shipped parameters at %d days', (days) => {
    for (const boxTime of [0.002, 0.05, 0.4]) {
      const slopes = expirySlopes('dated', days * day, boxTime, pair, currency);
      const found = chords(days * day, boxTime, pair);
      expect(slopes.rollTime).toBeGreaterThan(found.roll - chordError);
      expectWithin(slopes, found);
      // Tight: the bound is taken at the ends of the window, the grid has them too, and the other side of a seam.
      const wider = chords(days * day * 1.001, boxTime + 0.002, pair);
      expect(slopes.rollTime).toBeLessThan(wider.roll * 1.003 + 1e-6);
      for (const [bounds, [least, most]] of [[slopes.upTime, wider.up], [slopes.downTime, wider.down]] as const) {
        expect(bounds[0]).toBeGreaterThan(least - 0.003 * wider.shock - chordError);
        expect(bounds[1]).toBeLessThan(most + 0.003 * wider.shock + chordError);
      }
    }
  });

  it('of random parameters and windows', () => {
    const random = seededRandom(11);
    let infinite = 0;
    for (let i = 0; i < 300; i++) {
      const own = {
        ...pair,
        volatilityRangeUp: between(random, 0, 3),
        volatilityRangeDown: between(random, 0, 1),
        shortTermVegaPower: between(random, 0, 1.5),
        longTermVegaPower: between(random, 0, 1.5),
      };
      const ownCurrency = { ...currency, annualisedMoveRisk: between(random, 0, 0.5), minAnnualisedMove: between(random, 0, 0.05) };
      const days = pick(random, [1, 30, Math.exp(between(random, -3, 7))]);
      const boxTime = pick(random, [0.001, 0.1, 1]);
      const slopes = expirySlopes('dated', days * day, boxTime, own, ownCurrency);
      if (slopes.downTime[1] === Infinity) {
        infinite++;
        const ends = [-1, 0].map((end) => volatilityFactors(days * day * Math.exp(end * boxTime), own).down);
        expect(ends[0]).toBeLessThan(1e-6);
        expect(ends[1]).toBeGreaterThan(-1e-6);
        continue;
      }
      const found = chords(days * day, boxTime, own, ownCurrency);
      expect(slopes.rollTime).toBeGreaterThan(found.roll - chordError);
      expectWithin(slopes, found);
    }
    expect(infinite).toBeGreaterThan(5);
    expect(infinite).toBeLessThan(150);
  });

  it('by hand: ten days, no window', () => {
    // e = 0.25 * 3^0.3 = 0.347597 down and 0.695194 up. Down 0.3 * 0.347597 / 0.652403 = 0.159838.
    const slopes = expirySlopes('dated', 10 * day, 0, pair, currency);
    // Up 0.3 * 0.695194 / 1.695194 = 0.123029, and a longer time means a smaller shock.
    for (const end of [0, 1] as const) {
      expect(slopes.upTime[end]).toBeCloseTo(0.376971, 5);
      expect(slopes.downTime[end]).toBeCloseTo(0.659838, 5);
    }
    expect(slopes.upTime[0]).toBeLessThan(slopes.upTime[1]);
    expect(slopes.downTime[0]).toBeLessThan(slopes.downTime[1]);
  });

  it('have no bound where the down shock reaches -100% inside the window, nor once expired', () => {
    const steep = { ...pair, volatilityRangeDown: 0.9, shortTermVegaPower: 1 };
    // 0.9 * 30 / days reaches 1 at 27 days.
    expect(expirySlopes('dated', 27 * day, 0.01, steep, currency).downTime[1]).toBe(Infinity);
    expect(expirySlopes('dated', 29 * day, 0.01, steep, currency).downTime[1]).toBeLessThan(Infinity);
    // Below, the multiplier is 0 and stays 0: only the up shock moves, 0.5 * 1.5 / (1 + 0.5 * 1.5) at 20 days.
    const below = expirySlopes('dated', 20 * day, 0, steep, currency);
    expect(below.upTime[0]).toBeCloseTo(0.5 - 0.75 / 1.75, 9);
    expect(below.downTime[1]).toBeCloseTo(0.5, 9);
    // Time passes forward only: at 27.2 days the multiplier was above 0, and a tenth less is beyond.
    expect(expirySlopes('dated', 26.9 * day, 0.1, steep, currency).downTime[1]).toBeCloseTo(0.5, 9);
    expect(expirySlopes('dated', 27.2 * day, 0.1, steep, currency).downTime[1]).toBe(Infinity);
    for (const years of [0, -1, NaN, Infinity]) {
      const slopes = expirySlopes('dated', years, 0.01, pair, currency);
      const everything = [-Infinity, Infinity];
      expect(slopes).toEqual({ rollTime: Infinity, upTime: everything, downTime: everything });
    }
    expect(expirySlopes('dated', 1, NaN, pair, currency).downTime[1]).toBe(Infinity);
  });

  it('of spot and perpetuals: time stands still', () => {
    for (const kind of ['perpetual', 'spot'] as const) {
      const slopes = expirySlopes(kind, 0, 0.01, pair, currency);
      expect(slopes).toEqual({ rollTime: 0, upTime: [0.5, 0.5], downTime: [0.5, 0.5] });
    }
  });

  it('are written per expiry row, by the model', () => {
    const group = { baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC', pair: 'btc_usd' };
    const market = {
      groups: [group],
      expiries: [
        { group: 0, kind: 'perpetual', expiryMs: null },
        { group: 0, kind: 'dated', expiryMs: 1 },
      ],
      timeYears: Float64Array.of(0, 10 * day),
    } as unknown as TickMarket;
    const out = new Float64Array(2 * EXPIRY_SLOPE_COUNT).fill(NaN);
    deribitPm.certificate!.writeExpirySlopes(market, parsed, { time: Float64Array.of(0.02, 0.02), volatility: 0.01 }, out);
    const wanted = expirySlopes('dated', 10 * day, 0.02, pair, currency);
    expect(out[EXPIRY_ROLL_TIME]).toBe(0);
    expect(out[EXPIRY_SLOPE_COUNT + EXPIRY_ROLL_TIME]).toBe(wanted.rollTime);
    const ofTime = [EXPIRY_UP_TIME_LOW, EXPIRY_UP_TIME_HIGH, EXPIRY_DOWN_TIME_LOW, EXPIRY_DOWN_TIME_HIGH];
    expect(ofTime.map((term) => out[term])).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(ofTime.map((term) => out[EXPIRY_SLOPE_COUNT + term])).toEqual([...wanted.upTime, ...wanted.downTime]);
    // Of a perpetual no time passes; ten days lose e^-0.02, and deviations fall by 0.6598 (above) to 0.661 of that.
    const boxes = [EXPIRY_TIME, EXPIRY_TIME_GROWTH, EXPIRY_DEVIATION_FALL, EXPIRY_DEVIATION_RISE];
    const [perpetual, dated] = [0, EXPIRY_SLOPE_COUNT].map((at) => boxes.map((each) => out[at + each]));
    [0, 1, 0.01, 0.01].forEach((value, each) => expect(perpetual[each]).toBeCloseTo(value, 11));
    expect(dated[0]).toBe(0.02);
    expect(dated[1]).toBeGreaterThanOrEqual(Math.exp(0.02));
    expect(dated[1]).toBeCloseTo(1.0202013400267558, 9);
    expect(dated[2]).toBeGreaterThan(0.01 + 0.6598 * 0.02);
    expect(dated[2]).toBeLessThan(0.01 + 0.662 * 0.02);
    expect(dated[3]).toBeCloseTo(0.01, 11);
  });

  it('deviations rise as time passes where a shock grows faster than the root of time falls', () => {
    // Shock up 3 * 30 / days: at a day 90 / 91 of d ln(time), so that deviations rise by about half of what time loses.
    const steep = { ...pair, volatilityRangeUp: 3, shortTermVegaPower: 1, volatilityRangeDown: 0.01 };
    const own = { ...parsed, pairs: new Map([['btc_usd', steep]]) };
    const group = { baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC', pair: 'btc_usd' };
    const market = {
      groups: [group], expiries: [{ group: 0, kind: 'dated', expiryMs: 1 }], timeYears: Float64Array.of(2 * day),
    } as unknown as TickMarket;
    const out = new Float64Array(EXPIRY_SLOPE_COUNT);
    deribitPm.certificate!.writeExpirySlopes(market, own, { time: Float64Array.of(0.5), volatility: 0.02 }, out);
    const [early, late] = [2 * day, 2 * day * Math.exp(-0.5)].map((years) => Math.log(volatilityFactors(years, steep).up * Math.sqrt(years)));
    expect(late - early).toBeGreaterThan(0.23);
    expect(out[EXPIRY_DEVIATION_RISE]).toBeGreaterThan(0.02 + late - early);
    expect(out[EXPIRY_DEVIATION_RISE]).toBeLessThan(0.02 + 0.25);
  });
});
