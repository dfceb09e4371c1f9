import { describe, expect, it } from 'vitest';
import { Revaluation } from '../../src/revaluation/revaluation.ts';
import { portfolioReverseStress } from '../../src/risk/portfolio-reverse-stress.ts';
import { lowestMoves, revaluationLosses } from '../../src/risk/revaluation-losses.ts';
import { reverseStressSearch } from '../../src/risk/reverse-stress-search.ts';
import { riskMarket, riskScenarios, rowOf } from '../support/risk-market.ts';

const market = riskMarket();
const { factors } = riskScenarios([[0], [0]]);
// Deviations of 4% and 10%, correlation -0.3.
const covariance = [0.0016, -0.0012, -0.0012, 0.01];
const distance = (x: number, y: number): number => {
  const determinant = 0.0016 * 0.01 - 0.0012 * 0.0012;
  return Math.sqrt((0.01 * x * x + 2 * 0.0012 * x * y + 0.0016 * y * y) / determinant);
};
/** Short call and put at the forward: two calls less, one perpetual more, as call less put is the forward. */
const straddle = [{ instrument: rowOf.call, quantity: -20 }, { instrument: rowOf.linearPerpetual, quantity: 10 }];

describe('losses by full revaluation', () => {
  it('are bit for bit those of Revaluation, with cash of a coin and days, in more points than a block holds', () => {
    const count = 1_300;
    const moves = [0, 1].map((f) => Array.from({ length: count }, (_, s) => ((s * (7 + f)) % 101) / 100 - 0.4));
    const holdings = [...straddle, { instrument: rowOf.inversePut, quantity: -3 }, { instrument: rowOf.inversePerpetual, quantity: 5 }];
    const cash = new Map([['BTC', 1.5]]);
    const points = Float64Array.from({ length: 2 * count }, (_, place) => moves[place % 2][Math.floor(place / 2)]);
    const losses = revaluationLosses(market, factors, holdings, cash, { days: 2 })(points, count);
    const set = riskScenarios(moves, { days: new Float64Array(count).fill(2) });
    const pnl = new Revaluation(market, set).portfolioPnl(holdings, cash);
    expect(losses).toEqual(pnl.map((each) => -each));
  });
});

describe('reverse stress of a short straddle under full revaluation', () => {
  // In steps of 0.4% of price and 2% of volatility: 301 x 101 scenarios.
  const prices = Array.from({ length: 301 }, (_, i) => -0.6 + 0.004 * i);
  const volatilities = Array.from({ length: 101 }, (_, j) => -0.9 + 0.02 * j);
  const grid = prices.flatMap((x) => volatilities.map((y) => [x, y] as const));
  const pnl = new Revaluation(market, riskScenarios([grid.map(([x]) => x), grid.map(([, y]) => y)])).portfolioPnl(straddle);

  it.each([20, 60, 150])('a loss of %i: no point of a fine grid is nearer, and some are nearly as near', (loss) => {
    const { scenario, others, isGlobal, revaluedLoss } = portfolioReverseStress({
      market, factors, holdings: straddle, covariance, loss, method: 'full',
    });
    const reaching = grid.flatMap(([x, y], s) => (-pnl[s] >= loss ? [distance(x, y)] : []));
    const nearest = Math.min(...reaching);
    expect(reaching.length).toBeGreaterThan(100);
    expect(scenario!.distance).toBeLessThanOrEqual(nearest);
    // A cell is 0.1 deviations of price wide and 0.2 of volatility, which a correlation of -0.3 stretches by less than 1.3.
    expect(nearest - scenario!.distance).toBeLessThan(0.3);
    expect(distance(scenario!.moves[0], scenario!.moves[1])).toBeCloseTo(scenario!.distance, 9);
    // A price move of 1e-13 is 1e-10 of a loss of hundreds.
    expect(revaluedLoss! / loss).toBeCloseTo(1, 9);
    expect(isGlobal).toBe(false);
    // The other side of the strike is reported too.
    expect(others.some(({ moves }) => moves[0] * scenario!.moves[0] < 0)).toBe(true);
  });

  it('delta-gamma finds nearly the same for a small loss and says what it misses; a book that gains cannot be made to lose', () => {
    const input = { market, factors, holdings: straddle, covariance, loss: 5 } as const;
    const full = portfolioReverseStress({ ...input, method: 'full' }).scenario!;
    const { scenario, revaluedLoss } = portfolioReverseStress({ ...input, method: 'delta-gamma' });
    expect(scenario!.loss).toBeCloseTo(5, 9);
    expect(Math.abs(scenario!.distance / full.distance - 1)).toBeLessThan(0.05);
    expect(Math.abs(revaluedLoss! / 5 - 1)).toBeLessThan(0.1);
    expect(revaluedLoss).not.toBe(5);
    const bought = straddle.map(({ instrument, quantity }) => ({ instrument, quantity: -quantity }));
    // What was paid is all that can be lost: 20 x 5.72 (a third of a volatility of 50% in a month of 100, 0.3989 x 0.1434 x 100).
    const never = portfolioReverseStress({ ...input, holdings: bought, loss: 1_000, method: 'full' });
    expect(never).toMatchObject({ scenario: null, revaluedLoss: null });
    expect(never.reason).toMatch(/loses 1000: the largest loss found is (9|10|11)\d\./);
  });

  it('a linear answer that no price allows has no revaluation', () => {
    const coins = [{ instrument: rowOf.spot, quantity: 1 }];
    const found = portfolioReverseStress({ market, factors, holdings: coins, covariance, loss: 150, method: 'linear' });
    expect(found.scenario!.moves[0]).toBeCloseTo(-1.5, 12);
    expect(found.revaluedLoss).toBeNull();
  });

  it('tells how far it is, at every way out that it follows', () => {
    const seen: number[][] = [];
    const losses = revaluationLosses(market, factors, straddle);
    reverseStressSearch({
      losses, covariance, loss: 60, lowest: lowestMoves(market, factors),
      progress: (done, total, points) => seen.push([done, total, points]),
    });
    expect(seen.map(([done]) => done)).toEqual(seen.map((_, place) => place));
    expect(seen.every(([, total], place) => total === seen.length && seen[place][2] > (seen[place - 1]?.[2] ?? 0))).toBe(true);
  });
});
