import { SHAPE_CALL, SHAPE_PUT } from '../../assembly/portable/layout.ts';
import { Arena, planArena, type ArenaPlan } from '../../src/columns/arena.ts';
import { cellCountOf, noModelCounts } from '../../src/columns/schema.ts';
import type { RiskGroup } from '../../src/domain/instrument.ts';
import { writeContext } from '../../src/engine/tick-inputs.ts';
import { RandomStream } from '../../src/generate/random.ts';
import { deribitPm } from '../../src/margin/deribit-pm/model.ts';
import { writeGrid, type Scenario, type VolatilityDirection } from '../../src/scenario/grid.ts';
import { builtInParams } from '../built-in-params.ts';

export interface PriceSize {
  readonly instruments: number;
  readonly scenarios: number;
  readonly seed: number;
}

const optionStream = 103;
const indexPrice = 100_000;
/** Inverse options on one coin: the dearer kind, as every cell also divides by the shocked forward. */
const group: RiskGroup = {
  name: 'btc_btc',
  pair: 'btc_usd',
  baseCurrency: 'BTC',
  quoteCurrency: 'USD',
  settlementCurrency: 'BTC',
};
/** Years to expiry: a week to a year, and one that expires within hours. */
const expiryYears = [0.001, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 1] as const;
const volatilityOrder: readonly VolatilityDirection[] = ['up', 'same', 'down'];

export function planPrice({ instruments, scenarios }: PriceSize, heapBase: number): ArenaPlan {
  return planArena(
    {
      scenarioCount: scenarios,
      instrumentCount: instruments,
      expiryCount: expiryYears.length,
      groupCount: 1,
      currencyCount: 1,
      nettingSetCapacity: 1,
      positionCapacity: 1,
      model: noModelCounts,
    },
    1,
    heapBase,
  );
}

/** A synthetic chain of options only, calls and puts, strikes from half to twice the index. */
export function writePriceColumns(arena: Arena, { instruments, scenarios, seed }: PriceSize): void {
  const { instrument, expiry, group: groups } = arena.views;
  arena.seal();
  writeContext(arena);
  writeGrid(scenariosOf(scenarios), true, cellCountOf(scenarios), groups.grid);
  groups.inverse[0] = 1;
  groups.indexPrice[0] = indexPrice;
  groups.volatilityFloor[0] = 0.5;
  expiryYears.forEach((years, row) => {
    expiry.rootTime[row] = Math.sqrt(years);
    expiry.upFactor[row] = 1.5;
    expiry.downFactor[row] = 0.75;
    expiry.rollFactor[row] = 0.01;
  });
  const random = new RandomStream();
  for (let row = 0; row < instruments; row++) {
    random.restart(seed, row, optionStream);
    instrument.shape[row] = row % 2 === 0 ? SHAPE_CALL : SHAPE_PUT;
    instrument.group[row] = 0;
    instrument.expiry[row] = random.nextIndex(expiryYears.length);
    instrument.strike[row] = Math.round(indexPrice * (0.5 + 1.5 * random.nextFraction()));
    instrument.contractSize[row] = 1;
    instrument.forward[row] = indexPrice * (1 + 0.02 * random.nextFraction());
    instrument.volatility[row] = 0.3 + 0.7 * random.nextFraction();
  }
}

/**
 * The grid of deribit-pm where its count is asked for; else price moves in equal steps over -16% to +16%, each with
 * three volatilities.
 */
function scenariosOf(count: number): readonly Scenario[] {
  const own = deribitPm.scenarios(group, indexPrice, deribitPm.parseParams(builtInParams()));
  if (own.length === count) return own;
  const moves = Math.ceil(count / volatilityOrder.length);
  return Array.from({ length: count }, (_, index) => ({
    spotShock: moves === 1 ? 0 : (0.32 * Math.floor(index / volatilityOrder.length)) / (moves - 1) - 0.16,
    volatility: volatilityOrder[index % volatilityOrder.length],
    weight: 1,
    dampener: 0,
  }));
}
