import { SHAPE_EUROPEAN } from '../../assembly/portable/scenario-layout.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { allocateColumns, type InstrumentColumns } from '../../src/revaluation/instrument-columns.ts';
import type { ScenarioSet } from '../../src/scenario/scenario-set.ts';

export interface GridSize {
  readonly instruments: number;
  readonly scenarios: number;
  readonly seed: number;
}

export interface GridPortfolio {
  readonly columns: InstrumentColumns;
  readonly quantities: Float64Array;
  readonly scenarios: ScenarioSet;
}

const optionStream = 105;
const scenarioStream = 106;
const indexPrice = 100_000;
/** Years to expiry: a week to two years, as listed for Bitcoin. */
const expiryYears = [0.02, 0.04, 0.08, 0.16, 0.25, 0.5, 0.75, 1, 1.5, 2] as const;

/**
 * Distinct options on one coin, in order of expiry as a chain is: strikes from half to twice the index, half of them
 * paid in the coin; scenarios move price (-20% to +20%) and volatility (-30% to +50%) of all.
 */
export function gridPortfolio({ instruments, scenarios, seed }: GridSize): GridPortfolio {
  const columns = allocateColumns(instruments);
  const quantities = new Float64Array(instruments);
  const random = new RandomStream();
  for (let row = 0; row < instruments; row++) {
    random.restart(seed, row, optionStream);
    const expiry = Math.floor((row * expiryYears.length) / instruments);
    columns.shape[row] = SHAPE_EUROPEAN;
    columns.sign[row] = row % 2 === 0 ? 1 : -1;
    columns.inverse[row] = (row >> 1) % 2;
    columns.contractSize[row] = 1;
    columns.forward[row] = indexPrice * (1 + 0.03 * expiryYears[expiry]);
    columns.strike[row] = indexPrice * (0.5 + 1.5 * random.nextFineFraction());
    columns.volatility[row] = 0.3 + 0.7 * random.nextFraction();
    columns.years[row] = expiryYears[expiry];
    columns.currencyRate[row] = columns.inverse[row] === 1 ? indexPrice : 1;
    columns.priceFactor[row] = 0;
    columns.volatilityFactor[row] = 1;
    columns.currencyFactor[row] = columns.inverse[row] === 1 ? 0 : -1;
    quantities[row] = random.nextIndex(201) - 100;
  }
  return { columns, quantities, scenarios: scenariosOf(scenarios, seed) };
}

/** The first options of a portfolio. */
export function firstOptions({ columns, quantities, scenarios }: GridPortfolio, count: number): GridPortfolio {
  const first = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, typeof column === 'number' ? count : (column as Float64Array).subarray(0, count)]),
  );
  return { columns: first as unknown as InstrumentColumns, quantities: quantities.subarray(0, count), scenarios };
}

function scenariosOf(count: number, seed: number): ScenarioSet {
  const moves = new Float64Array(2 * count);
  const random = new RandomStream();
  random.restart(seed, 0, scenarioStream);
  for (let s = 0; s < count; s++) {
    moves[s] = 0.4 * random.nextFraction() - 0.2;
    moves[count + s] = 0.8 * random.nextFraction() - 0.3;
  }
  return {
    factors: [
      { kind: 'price', underlying: 'BTC', expiry: null, change: 'relative' },
      { kind: 'volatility', underlying: 'BTC', expiry: null, change: 'relative' },
    ],
    count,
    moves,
  };
}
