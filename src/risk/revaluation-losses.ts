import type { Market } from '../domain/market.ts';
import { Revaluation, type Holding, type RevaluationOptions } from '../revaluation/revaluation.ts';
import type { RiskFactor } from '../scenario/scenario-set.ts';

/**
 * The loss of a portfolio as a function of factor moves, by full revaluation: what `reverseStressSearch` takes. `days`
 * pass in every scenario.
 */
export function revaluationLosses(
  market: Market,
  factors: readonly RiskFactor[],
  holdings: readonly Holding[],
  cash: ReadonlyMap<string, number> = new Map(),
  { days = 0, ...options }: RevaluationOptions & { readonly days?: number } = {},
): (points: Float64Array, count: number) => Float64Array {
  return (points, count) => {
    const n = factors.length;
    const moves = Float64Array.from({ length: n * count }, (_, place) => {
      const [factor, scenario] = [Math.floor(place / count), place % count];
      return points[scenario * n + factor];
    });
    const scenarios = { factors, count, moves, days: new Float64Array(count).fill(days) };
    return new Revaluation(market, scenarios, options).portfolioPnl(holdings, cash).map((each) => -each);
  };
}

/** Least moves that a relative factor may make, for `reverseStressSearch`: nothing falls below a hundredth. */
export function lowestMoves(market: Market, factors: readonly RiskFactor[]): Float64Array {
  return Float64Array.from(factors, (factor) => (factor.change === 'relative' ? -0.99 : leastAbsolute(market, factor)));
}

/** An absolute move may not take the least value of its kind below a hundredth of itself. */
function leastAbsolute(market: Market, { kind, underlying }: RiskFactor): number {
  let least = Infinity;
  market.instruments.forEach((instrument, row) => {
    const pair = `${instrument.baseCurrency}_${instrument.quoteCurrency}`.toLowerCase();
    if (instrument.baseCurrency !== underlying && pair !== underlying) return;
    const value = kind === 'price' ? market.forward[row] : market.impliedVolatility[row];
    if (value > 0 && value < least) least = value;
  });
  return least < Infinity ? -0.99 * least : -Infinity;
}
