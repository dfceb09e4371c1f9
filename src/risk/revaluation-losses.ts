import type { Market } from '../domain/market.ts';
import { compileInstruments, InstrumentCompiler } from '../revaluation/instrument-columns.ts';
import type { Holding, RevaluationOptions } from '../revaluation/revaluation.ts';
import { ownMachine, scenarioAreaBytes, ScenarioKernels } from '../revaluation/scenario-kernels.ts';
import { scenarioMoves } from '../revaluation/scenario-lines.ts';
import { movedValue } from '../revaluation/shocks.ts';
import type { RiskFactor, ScenarioSet } from '../scenario/scenario-set.ts';

/** Points that are revalued at a time. */
const blockPoints = 512;

/**
 * The loss of a portfolio as a function of factor moves, by full revaluation: what `reverseStressSearch` takes. `days`
 * pass in every scenario. Instruments are matched and compiled once, not at every call: thousands of calls are cheap. Bit
 * for bit minus what `Revaluation.portfolioPnl` gives. Throws as `Revaluation`; moves must keep prices and volatilities
 * above 0 (`lowestMoves`).
 */
export function revaluationLosses(
  market: Market,
  factors: readonly RiskFactor[],
  holdings: readonly Holding[],
  cash: ReadonlyMap<string, number> = new Map(),
  { days = 0, currency = 'USD', unmatched = 'refuse' }: LossOptions = {},
): (points: Float64Array, count: number) => Float64Array {
  const n = factors.length;
  const still = { factors, count: 1, moves: new Float64Array(n) };
  const { columns } = compileInstruments(market, still, holdings.map(({ instrument }) => instrument), { currency, unmatched });
  const compiler = new InstrumentCompiler(market, still, { currency, unmatched });
  const quantities = Float64Array.from(holdings, ({ quantity }) => quantity);
  const paid = [...cash].map(([each, amount]) => ({ amount, ...compiler.currency(each) }));
  const passing = new Float64Array(blockPoints).fill(days);
  const largest = { factors, count: blockPoints, moves: new Float64Array(n * blockPoints), days: passing };
  const memory = ownMachine(scenarioAreaBytes({ instruments: columns, scenarios: scenarioMoves(largest) }));
  const add = (points: Float64Array, first: number, count: number, pnl: Float64Array): void => {
    const moves = Float64Array.from({ length: n * count }, (_, place) =>
      points[(first + (place % count)) * n + Math.floor(place / count)]);
    const scenarios: ScenarioSet = { factors, count, moves, days: passing.subarray(0, count) };
    for (const { amount, factor, rate } of paid) {
      for (let s = 0; s < count; s++) pnl[s] += amount * (movedValue(scenarios, factor, s, rate) - rate);
    }
    const kernels = new ScenarioKernels({ instruments: columns, scenarios: scenarioMoves(scenarios) }, { memory });
    kernels.addRows(0, quantities.length, quantities, 0, count, pnl);
  };
  return (points, count) => {
    const pnl = new Float64Array(count);
    for (let first = 0; first < count; first += blockPoints) {
      const size = Math.min(blockPoints, count - first);
      add(points, first, size, pnl.subarray(first, first + size));
    }
    return pnl.map((each) => -each);
  };
}

interface LossOptions extends Pick<RevaluationOptions, 'currency' | 'unmatched'> {
  readonly days?: number;
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
