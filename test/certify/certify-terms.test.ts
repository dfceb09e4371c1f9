import { describe, expect, it } from 'vitest';
import * as certificate from '../../assembly/portable/certificate-layout.ts';
import { claimToCrossing, type Directed, type Holding } from '../support/directed-set.ts';
import type { Box } from '../support/certificate-slopes.ts';

const falls = certificate.QUADRANT_PRICE_FALLS;
const volatilityFalls = certificate.QUADRANT_VOLATILITY_FALLS;
const equity = { requirement: 0, addOn: 0 };
const margin = { requirement: 1, addOn: 0 };

function boxOf(box: Partial<Box>): Box {
  return { price: 0, priceRest: 0, volatility: 0, volatilityRest: 0, time: 0, ...box };
}

function option(base: Holding['base'], type: 'call' | 'put', coins: number, ratio: number, days = 30): Holding {
  return { base, type, coins, ratio, days, volatility: 0.6 };
}

const outOfTheMoney = option('BTC', 'call', -10, 1.3);
const alternating = [option('BTC', 'call', 10, 1.1), option('BTC', 'call', -10, 1.15)];
const quiet = { volatility_range_up: 0, volatility_range_down: 0, min_volatility_for_shock_up: 0 };
const wide = { ...quiet, price_range: 0.4, extended_table_factor: 0 };
/** Makes two groups of one. */
const aside: Holding = { base: 'ETH', coins: 1e-4 };
const dampened = option('BTC', 'call', -300, 2, 10);
/** Short call and put of which the one that rises with the price is the worse at the reference. */
function strangle(puts: number): Holding[] {
  return [option('SPX', 'call', -10, 1.25), option('SPX', 'put', -puts, 0.82)];
}

/**
 * At the reference worth nothing, as in every scenario but that of 40% down: there 10 puts are worth 24% and the short
 * ones 10% each, the sum a little more than nothing, and less when the price falls.
 */
function ratioSpread(short: number): Holding[] {
  return [[10, 0.84], [short, 0.7]].map(([coins, ratio]) =>
    ({ base: 'SPX', type: 'put', coins, ratio, days: 2, volatility: 0.2 }));
}

/** A dated future against the perpetual: value and worst case stand still, but for the roll shock. */
function calendar(base: Holding['base']): Holding[] {
  return [{ base, coins: 10, days: 730 }, { base, coins: -10 }];
}

const rolling = { min_annualised_move: 1 };
const shocking = { delta_total_liq_shock_threshold: 100_000, m_inc: 0.01, max_delta_shock: 1 };
const shocked = { requirement: 10, addOn: 0 };
/** Call and put that stand still at first, and lose by the square of what prices move by. */
function straddle(coins: number): Holding[] {
  return [option('SPX', 'call', coins, 1.0148, 30), option('SPX', 'put', coins, 1.0148, 30)];
}
/** A straddle whose delta is a little, and crosses zero as prices move. */
function leaning(ratio: number): Holding[] {
  return ['call', 'put'].map((type) => option('SPX', type as 'call' | 'put', 10, ratio, 30));
}
const passing = { time: 0.02, volatilityRest: 0.0102 };
/** Time alone: as much of the box of deviations as it takes is common movement, and nothing has rests. */
function clock(time: number): Box {
  return boxOf({ time, volatility: time / 2 });
}

const still = { ...quiet, price_range: 1e-6, extended_table_factor: 0 };
const noRoll = { min_annualised_move: 0, annualised_move_risk: 0 };
/** Shocks alone count, and the delta shock by hundreds of times what anything else does to a health. */
const deltaShock = (usd: number, slope: number) => ({
  currency: noRoll, pair: { ...still, delta_total_liq_shock_threshold: usd, m_inc: slope, max_delta_shock: 1 },
});
const shocksAlone = { requirement: 1_000, addOn: 0 };
const short = option('SPX', 'call', -100_000, 1.1);
/** What counts is the short delta; the sum with that of the long put moves by no price and no volatility. */
const shortAndPut = [short, option('SPX', 'put', 100_000, 1.1)];
/** What counts is the sum: the short delta stands still. */
const futuresAndCall: Holding[] = [{ base: 'SPX', coins: -100_000 }, option('SPX', 'call', 200_000, 1.1)];
/**
 * A near put whose delta fades as time passes, and a far call that nothing happens to: volatilities move their deltas by as
 * much, the other way, so that time alone takes the sum across what the delta shock begins at.
 */
const fading = [option('SPX', 'put', -100_000, 0.883, 7), option('SPX', 'call', -44_203, 2.2, 400)];
const fadingShock = { delta_total_liq_shock_threshold: 7_486_226, m_inc: 0.00563, max_delta_shock: 1 };
/** A call whose delta in coin does not move with the price, and of it the delta of five coins. */
const centred: Holding = { base: 'BTC', type: 'call', coins: 0, days: 365, ratio: 0.7261490370736909, volatility: 0.8 };
const centredCoins = 5 / (centred.ratio! * 0.5);

/**
 * One term of the bound each: without it the radius passes the crossing that the search found. The number is how much
 * of the way to the crossing the radius has at least: as measured, less a hundredth or two.
 */
const cases: readonly (readonly [string, number, Directed])[] = [
  ['own price of values', 0.98,
    { holdings: alternating, box: boxOf({ priceRest: 0.002 }), threshold: equity, quadrant: 0 }],
  ['own volatility of values', 0.98,
    { holdings: alternating, box: boxOf({ volatilityRest: 0.002 }), threshold: equity, quadrant: 0 }],
  ['own price of cells', 0.98,
    { holdings: [outOfTheMoney], box: boxOf({ priceRest: 0.002 }), threshold: margin, quadrant: 0 }],
  ['own volatility of cells', 0.98,
    { holdings: [outOfTheMoney], box: boxOf({ volatilityRest: 0.002 }), threshold: margin, quadrant: 0 }],
  ['own price of futures', 0.98,
    { holdings: [{ base: 'BTC', coins: 10 }, { base: 'BTC', coins: -10, days: 30 }],
      box: boxOf({ priceRest: 0.002 }), threshold: equity, quadrant: 0 }],
  ['own price of futures and of their cells', 0.98,
    { holdings: [{ base: 'BTC', coins: 10 }, { base: 'BTC', coins: -7, days: 30 }],
      box: boxOf({ priceRest: 0.002 }), threshold: margin, quadrant: 0 }],
  ['curvature, inverse', 0.98,
    { holdings: [{ base: 'BTC', coins: 10 }], box: boxOf({ price: 0.2 }), threshold: equity, quadrant: falls }],
  ['curvature, linear', 0.98,
    { holdings: [{ base: 'ETH', coins: -10 }], box: boxOf({ price: 0.2 }), threshold: equity, quadrant: 0 }],
  ['rise by price', 0.98,
    { holdings: [{ base: 'BTC', coins: 10 }], box: boxOf({ price: 0.01 }), threshold: margin, quadrant: 0,
      rises: true }],
  ['rise as price falls', 0.98,
    { holdings: [{ base: 'BTC', coins: -10 }], box: boxOf({ price: 0.01 }), threshold: margin, quadrant: falls,
      rises: true }],
  ['rise by volatility', 0.97,
    { holdings: [option('BTC', 'call', 10, 1.1)], box: boxOf({ volatility: 0.01 }), threshold: equity, quadrant: 0,
      rises: true }],
  ['rise as volatility falls', 0.97,
    { holdings: [option('BTC', 'call', -10, 1.1)], box: boxOf({ volatility: 0.01 }), threshold: equity,
      quadrant: volatilityFalls, rises: true }],
  ['fall as volatility falls', 0.97,
    { holdings: [option('BTC', 'call', 10, 1.1)], box: boxOf({ volatility: 0.01 }), threshold: equity,
      quadrant: volatilityFalls }],
  ['price radius of values', 0.97,
    { holdings: [option('SPX', 'call', -10, 1.05, 5)], box: boxOf({ price: 0.02 }), threshold: equity, quadrant: 0 }],
  ['volatility radius of values', 0.61,
    { holdings: [option('SPX', 'call', -10, 1.3)], box: boxOf({ volatility: 0.2 }), threshold: equity, quadrant: 0 }],
  ['price radius of cells', 0.94,
    { holdings: [option('SPX', 'call', -10, 1.35, 7)], box: boxOf({ price: 0.05 }), threshold: margin, quadrant: 0 }],
  ['volatility radius of cells', 0.56,
    { holdings: [option('SPX', 'call', -10, 1.5, 7)], box: boxOf({ volatility: 0.2 }), threshold: margin,
      quadrant: 0 }],
  ['price slope of cells', 0.97,
    { holdings: [outOfTheMoney], box: boxOf({ price: 0.002 }), threshold: margin, quadrant: 0 }],
  ['volatility slope of cells', 0.97,
    { holdings: [outOfTheMoney], box: boxOf({ volatility: 0.002 }), threshold: margin, quadrant: 0 }],
  ['sum over groups', 0.98,
    { holdings: [{ base: 'ETH', coins: 10 }, { base: 'SPX', coins: -4 }], box: boxOf({ price: 0.002 }),
      threshold: margin, quadrant: falls }],
  ['sum over groups, rise', 0.98,
    { holdings: [{ base: 'ETH', coins: 10 }, { base: 'SPX', coins: -4 }], box: boxOf({ price: 0.002 }),
      threshold: margin, quadrant: 0, rises: true }],
  ['dampener by the index', 0.98,
    { holdings: [dampened], box: boxOf({ price: 0.002 }), threshold: margin, quadrant: 0, pair: quiet }],
  ['dampener by the index alone', 0.98,
    { holdings: [dampened], box: boxOf({ priceRest: 0.002 }), threshold: margin, quadrant: 0, pair: quiet }],
  ['dampener in currency stands still', 0.98,
    { holdings: [option('SPX', 'put', -2500, 0.5)], box: boxOf({ price: 0.002 }), threshold: margin, quadrant: falls,
      pair: quiet }],
  ['net delta through zero', 0.97,
    { holdings: [{ base: 'BTC', coins: -5, days: 365 }, { ...centred, coins: centredCoins }],
      box: boxOf({ price: 0.002 }), threshold: margin, quadrant: falls, pair: quiet, currency: rolling }],
  ['another scenario becomes the worst', 0.96,
    { holdings: strangle(11.3), box: boxOf({ price: 0.02 }), threshold: margin, quadrant: falls }],
  ['another scenario stays below', 0.89,
    { holdings: strangle(9.6), box: boxOf({ price: 0.02 }), threshold: margin, quadrant: falls, rises: true }],
  ['another scenario becomes the worst, two groups', 0.91,
    { holdings: [...ratioSpread(-22), aside], box: boxOf({ price: 0.05 }), threshold: margin, quadrant: falls,
      share: 0.95, pair: wide }],
  ['another scenario becomes the worst in a quarter, two groups', 0.73,
    { holdings: [...ratioSpread(-23.5), aside], box: boxOf({ price: 0.05 }), threshold: margin, quadrant: falls,
      share: 0.2, pair: wide }],
  ['time', 0.98,
    { holdings: [outOfTheMoney], box: boxOf({ time: 0.002, volatilityRest: 0.004 }), threshold: margin, quadrant: 0 }],
  ['square of values', 0.97,
    { holdings: straddle(-10), box: boxOf({ price: 0.02 }), threshold: equity, quadrant: 0 }],
  ['square of values, rise', 0.95,
    { holdings: straddle(10), box: boxOf({ price: 0.02 }), threshold: equity, quadrant: falls, rises: true }],
  ['square of values, two groups', 0.77,
    { holdings: [...straddle(-10), aside], box: boxOf({ price: 0.02 }), threshold: equity, quadrant: 0 }],
  ['square of values near, two groups', 0.77,
    { holdings: [...straddle(-10), aside], box: boxOf({ price: 0.02 }), threshold: equity, quadrant: 0, share: 0.2 }],
  ['square of values, rise, two groups', 0.86,
    { holdings: [...straddle(10), aside], box: boxOf({ price: 0.02 }), threshold: equity, quadrant: 0, rises: true,
      share: 0.9 }],
  ['square of cells', 0.94,
    { holdings: [option('SPX', 'call', -10, 1.35, 7)], box: boxOf({ price: 0.05 }), threshold: margin, quadrant: 0 }],
  ['square of futures', 0.98,
    { holdings: [{ base: 'BTC', coins: 10 }], box: boxOf({ price: 0.2 }), threshold: equity, quadrant: falls }],
  ['square of dampeners', 0.97,
    { holdings: [dampened], box: boxOf({ price: 0.05 }), threshold: margin, quadrant: 0, pair: quiet }],
  ['time of values', 0.8,
    { holdings: [option('SPX', 'call', 10, 1.05, 5)], box: boxOf(passing), threshold: equity, quadrant: 0 }],
  ['time of values, rise', 0.8,
    { holdings: [option('SPX', 'call', -10, 1.05, 5)], box: boxOf(passing), threshold: equity, quadrant: 0,
      rises: true }],
  ['time of values, two groups', 0.8,
    { holdings: [option('SPX', 'call', 10, 1.05, 5), aside], box: boxOf(passing), threshold: equity, quadrant: 0 }],
  ['time of values, rise, two groups', 0.8,
    { holdings: [option('SPX', 'call', -10, 1.05, 5), aside], box: boxOf(passing), threshold: equity, quadrant: 0,
      rises: true }],
  ['time of values of two expiries', 0.91,
    { holdings: [option('SPX', 'call', 10, 1.05, 5), option('SPX', 'call', 10, 1.05, 60)], box: boxOf(passing),
      threshold: equity, quadrant: 0 }],
  ['time of cells', 0.85,
    { holdings: [option('SPX', 'call', -10, 1.35, 7)], box: boxOf(passing), threshold: { requirement: 3, addOn: 0 },
      quadrant: 0, rises: true }],
  // It loses less and less: more at the start than in the middle of what the box holds.
  ['time radius of cells', 0.74,
    { holdings: [option('SPX', 'call', 10, 1.28, 7)], box: clock(0.05), threshold: { requirement: 1_000, addOn: 0 }, quadrant: 0,
      rises: true, share: 0.05, currency: noRoll, pair: { ...quiet, extended_table_factor: 0 } }],
  // In ln(time) as much as the box has; in years it is less of it than at first, and that is what the load of time counts.
  ['charges by time, nearer to the expiry', 0.8,
    { holdings: [option('BTC', 'put', 10, 0.808, 60)], box: clock(0.2), threshold: { requirement: 100_000, addOn: 0 }, quadrant: 0,
      rises: true, share: 0.9, currency: rolling, pair: still }],
  ['delta shock begins by time', 0.52,
    { holdings: fading, box: clock(0.01), threshold: shocked, quadrant: 0, share: 0.9, currency: noRoll,
      pair: { ...still, ...fadingShock } }],
  ['roll shock by time, delta of options', 0.88,
    { holdings: [option('SPX', 'call', 10, 1.1, 60)], box: boxOf(passing), threshold: { requirement: 10, addOn: 0 },
      quadrant: 0, rises: true, currency: rolling, pair: { ...quiet, price_range: 1e-6, extended_table_factor: 0 } }],
  ['delta shock by time, delta of options', 0.87,
    { holdings: [option('SPX', 'put', -100, 0.9, 60)], box: boxOf(passing), threshold: shocked, quadrant: 0,
      rises: true, pair: { ...quiet, ...shocking, price_range: 1e-6, extended_table_factor: 0 } }],
  ['volatility rises, two groups', 0.98,
    { holdings: [option('SPX', 'call', -10, 1.1), aside], box: boxOf({ volatility: 0.002 }), threshold: equity,
      quadrant: 0 }],
  ['volatility falls, two groups', 0.98,
    { holdings: [option('SPX', 'call', 10, 1.1), aside], box: boxOf({ volatility: 0.002 }), threshold: equity,
      quadrant: volatilityFalls }],
  ['roll shock by price, inverse', 0.98,
    { holdings: calendar('BTC'), box: boxOf({ price: 0.002 }), threshold: margin, quadrant: falls,
      currency: rolling }],
  ['roll shock by price, linear', 0.98,
    { holdings: calendar('ETH'), box: boxOf({ price: 0.002 }), threshold: margin, quadrant: 0, currency: rolling }],
  ['roll shock by own prices, inverse', 0.98,
    { holdings: [{ base: 'BTC', coins: 10, days: 730 }], box: boxOf({ priceRest: 0.002 }), threshold: margin,
      quadrant: 0, currency: rolling }],
  ['roll shock by own prices, linear', 0.98,
    { holdings: calendar('ETH'), box: boxOf({ priceRest: 0.002 }), threshold: margin, quadrant: 0,
      currency: rolling }],
  ['roll shock by delta of options, price', 0.98,
    { holdings: [option('SPX', 'call', 10, 1.1)], box: boxOf({ price: 0.002 }), threshold: margin, quadrant: 0,
      currency: rolling }],
  ['roll shock by delta of options, volatility', 0.98,
    { holdings: [option('SPX', 'call', 10, 1.1)], box: boxOf({ volatility: 0.002 }), threshold: margin, quadrant: 0,
      currency: rolling }],
  ['roll shock beyond zero, price', 0.95,
    { holdings: leaning(1.013), box: boxOf({ price: 0.012 }), threshold: shocked, quadrant: falls, share: 0.97,
      currency: rolling, pair: still }],
  ['roll shock beyond zero, other side', 0.95,
    { holdings: leaning(1.0166), box: boxOf({ price: 0.012 }), threshold: shocked, quadrant: 0, share: 0.97,
      currency: rolling, pair: still }],
  ['roll factor by time', 0.87,
    { holdings: calendar('BTC'), box: boxOf({ time: 0.02, volatilityRest: 0.1 }), threshold: margin, quadrant: 0,
      rises: true }],
  ['delta shock by price, inverse', 0.82,
    { holdings: [{ base: 'BTC', coins: -10 }], box: boxOf({ price: 0.002 }), threshold: shocked, quadrant: falls,
      pair: shocking }],
  ['delta shock by price, linear', 0.98,
    { holdings: [{ base: 'ETH', coins: -100 }], box: boxOf({ price: 0.002 }), threshold: shocked, quadrant: 0,
      pair: shocking }],
  ['delta shock by the index alone, inverse', 0.98,
    { holdings: [{ base: 'BTC', coins: -10 }], box: boxOf({ priceRest: 0.002 }), threshold: shocked, quadrant: 0,
      pair: { ...shocking, delta_total_liq_shock_threshold: 400_000 } }],
  ['delta shock by delta of options', 0.83,
    { holdings: [option('SPX', 'put', -100, 0.9)], box: boxOf({ price: 0.002 }), threshold: shocked, quadrant: falls,
      pair: shocking }],
  ['delta shock begins by price', 0.75,
    { holdings: [short], box: boxOf({ price: 0.001 }), threshold: shocksAlone, quadrant: 0, share: 0.9,
      ...deltaShock(160_182_843, 0.005) }],
  ['delta shock begins by volatility', 0.5,
    { holdings: [short], box: boxOf({ volatility: 0.004 }), threshold: shocksAlone, quadrant: 0, share: 0.9,
      ...deltaShock(160_132_843, 0.005) }],
  ['delta shock begins by own prices', 0.75,
    { holdings: [short], box: boxOf({ priceRest: 0.001 }), threshold: shocksAlone, quadrant: 0, share: 0.9,
      ...deltaShock(160_182_843, 0.005) }],
  ['delta shock begins by own volatilities', 0.5,
    { holdings: [short], box: boxOf({ volatilityRest: 0.004 }), threshold: shocksAlone, quadrant: 0, share: 0.9,
      ...deltaShock(160_132_843, 0.005) }],
  ['delta shock of what is no long option, price', 0.9,
    { holdings: shortAndPut, box: boxOf({ price: 0.001 }), threshold: shocksAlone, quadrant: 0, share: 0.9,
      ...deltaShock(159_927_843, 0.005) }],
  ['delta shock of what is no long option, volatility', 0.98,
    { holdings: shortAndPut, box: boxOf({ volatility: 0.004 }), threshold: shocksAlone, quadrant: 0, share: 0.9,
      ...deltaShock(159_927_843, 0.005) }],
  ['delta shock of the sum, price', 0.46,
    { holdings: futuresAndCall, box: boxOf({ price: 0.001 }), threshold: shocksAlone, quadrant: falls, share: 0.9,
      ...deltaShock(180_129_314, 0.005) }],
  ['delta shock of the sum, volatility', 0.98,
    { holdings: futuresAndCall, box: boxOf({ volatility: 0.004 }), threshold: shocksAlone, quadrant: volatilityFalls, share: 0.9,
      ...deltaShock(180_129_314, 0.005) }],
  // Steeper where the market is than anywhere else in the box: more than the middle of what it has.
  ['price radius of deltas', 0.78,
    { holdings: [{ base: 'SPX', coins: -1_000_000 }, option('SPX', 'call', -100_000, 1, 0.1)], box: boxOf({ price: 0.02 }),
      threshold: shocksAlone, quadrant: 0, share: 0.05, ...deltaShock(5_250_985_497, 0.0002 / 11) }],
  ['volatility radius of deltas', 0.91,
    { holdings: [{ base: 'SPX', coins: -2_000_000 }, option('SPX', 'call', -100_000, 1.2)], box: boxOf({ volatility: 0.6 }),
      threshold: shocksAlone, quadrant: 0, share: 0.05, ...deltaShock(10_082_520_130, 0.0005 / 21) }],
  ['volatility radius of deltas in the roll shock', 0.93,
    { holdings: [option('SPX', 'call', -10, 1.2)], box: boxOf({ volatility: 0.6 }), threshold: shocksAlone, quadrant: 0,
      share: 0.05, currency: rolling, pair: still }],
  // Quadratic where the market is, and steeper than the cap that it would reach.
  ['delta shock, capped elsewhere in the box', 0.5,
    { holdings: [option('SPX', 'call', -100, 1.1)], box: boxOf({ volatility: 0.3 }), threshold: shocksAlone,
      quadrant: volatilityFalls, rises: true, share: 0.2, currency: noRoll,
      pair: { ...still, delta_total_liq_shock_threshold: 1_000, m_inc: 0.0056, max_delta_shock: 0.2 } }],
  ['delta shock, capped', 0.35,
    { holdings: [{ base: 'ETH', coins: -100 }], box: boxOf({ price: 0.002 }), threshold: shocked, quadrant: 0,
      pair: { ...shocking, max_delta_shock: 0.2 } }],
];

describe('terms of the bound of deribit-pm', () => {
  it.each(cases)('%s', async (_, least, directed) => {
    const { radius, loads } = await claimToCrossing(directed);
    expect(radius).toBeLessThanOrEqual(1);
    expect(loads).toBeLessThanOrEqual(1);
    expect(radius).toBeGreaterThan(least);
  });

  it('a box of time beyond 16 in ln(time) is none', async () => {
    const outside = boxOf({ time: 16.1, volatility: 0.001 });
    expect((await claimToCrossing({ holdings: [outOfTheMoney], box: outside, threshold: margin, quadrant: 0, share: 0.4 })).radius).toBe(0);
  });
});
