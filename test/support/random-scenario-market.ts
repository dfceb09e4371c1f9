import type { Instrument } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import { RandomStream } from '../../src/generate/random.ts';
import type { ScenarioSet } from '../../src/scenario/scenario-set.ts';

const dayMs = 86_400_000;
export const asOfMs = Date.UTC(2026, 7, 1);

/** A market with every kind of instrument, and scenarios that move it in every way, from one seed. */
export interface ScenarioCase {
  readonly market: Market;
  readonly scenarios: ScenarioSet;
}

const shapes: readonly Partial<Instrument>[] = [
  { kind: 'spot', payoff: 'linear' },
  { kind: 'perpetual', payoff: 'inverse' },
  { kind: 'future', payoff: 'linear' },
  { kind: 'future', payoff: 'inverse' },
  { kind: 'option', payoff: 'linear' },
  { kind: 'option', payoff: 'inverse' },
  { kind: 'option', payoff: 'linear', exercise: 'american' },
];

export interface CaseSize {
  readonly instruments: number;
  readonly scenarios: number;
  /** Without American options: their boundaries take time. */
  readonly european?: boolean;
}

export function randomCase(seed: number, { instruments, scenarios, european = false }: CaseSize): ScenarioCase {
  const random = new RandomStream();
  random.restart(seed, 1, 1);
  const between = (low: number, high: number): number => low + (high - low) * random.nextFineFraction();
  const rows: Instrument[] = [];
  const forward = new Float64Array(instruments);
  const impliedVolatility = new Float64Array(instruments).fill(NaN);
  for (let row = 0; row < instruments; row++) {
    const base = random.nextIndex(2) === 0 ? 'BTC' : 'ETH';
    const shape = shapes[random.nextIndex(european ? shapes.length - 1 : shapes.length)];
    const price = base === 'BTC' ? 60_000 : 3_000;
    const isDated = shape.kind === 'future' || shape.kind === 'option';
    forward[row] = price * between(0.95, 1.05);
    if (shape.kind === 'option') impliedVolatility[row] = between(0.05, 1.5);
    rows.push({
      name: `${base}-${row}`, kind: 'spot', payoff: 'linear', baseCurrency: base, quoteCurrency: 'USD',
      settlementCurrency: shape.payoff === 'inverse' ? base : 'USD', contractSize: between(0.1, 10),
      expiryMs: isDated ? asOfMs + dayMs * (1 + random.nextIndex(5) * 80) : null,
      strike: shape.kind === 'option' ? Math.round(price * between(0.4, 1.9)) : null,
      optionType: shape.kind === 'option' ? (random.nextIndex(2) === 0 ? 'call' : 'put') : null,
      ...shape,
    });
  }
  const market: Market = {
    asOfMs, instruments: rows, forward, impliedVolatility, openInterest: new Float64Array(instruments),
    indexPrice: new Map([['btc_usd', 60_000], ['eth_usd', 3_000]]),
    fields: new Map([
      ['interestRate', Float64Array.from(rows, () => between(-0.01, 0.08))],
      ['dividendYield', Float64Array.from(rows, () => between(0, 0.06))],
    ]),
  };
  return { market, scenarios: randomScenarios(random, scenarios) };
}

function randomScenarios(random: RandomStream, count: number): ScenarioSet {
  const between = (low: number, high: number): number => low + (high - low) * random.nextFineFraction();
  const change = (): 'relative' | 'absolute' => (random.nextIndex(2) === 0 ? 'relative' : 'absolute');
  const factors = [
    { kind: 'price', underlying: 'BTC', expiry: null, change: change() },
    { kind: 'price', underlying: 'ETH', expiry: null, change: change() },
    { kind: 'volatility', underlying: 'BTC', expiry: null, change: change() },
    { kind: 'volatility', underlying: 'ETH', expiry: null, change: change() },
  ] as const;
  const moves = new Float64Array(factors.length * count);
  factors.forEach((factor, at) => {
    const unit = factor.change === 'relative' ? 1 : factor.kind === 'volatility' ? 0.05 : at === 0 ? 60_000 : 3_000;
    // The second scenario of a set repeats the volatility of the first: boundaries are shared.
    for (let s = 0; s < count; s++) moves[at * count + s] = s === 1 && at > 1 ? moves[at * count] : unit * between(-0.6, 0.9);
  });
  const hasDays = random.nextIndex(2) === 0;
  return { factors, count, moves, ...(hasDays ? { days: Float64Array.from({ length: count }, () => random.nextIndex(4) * 30) } : {}) };
}
