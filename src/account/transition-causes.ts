import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import { pairOf } from '../domain/instrument.ts';
import type { Market } from '../domain/market.ts';
import type { Engine } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import type { AdjustmentSums } from './adjustment-sums.ts';
import type { TransitionColumns } from './events.ts';
import { instrumentValue } from './instrument-values.ts';

/** What a tick did to prices and requirements. */
export interface TickChange {
  readonly engine: Engine;
  readonly market: Market;
  readonly sums: AdjustmentSums;
  readonly before: Quotes;
  readonly after: Quotes;
}

/** Fills in the columns that say why: price, scenario, component. `sets`: netting set of each transition. */
export function describeTransitions(change: TickChange, transitions: TransitionColumns, sets: ArrayLike<number>): void {
  const { engine, before, after } = change;
  const { worstScenario } = engine.results;
  const valueChange = valueChanges(change);
  const component = componentFinder(change);
  for (let row = 0; row < transitions.count; row++) {
    const set = sets[row];
    transitions.scenario[row] = worstScenario[set];
    transitions.component[row] = component(set);
    const instrument = largestMover(engine, valueChange, set);
    transitions.instrument[row] = instrument;
    if (instrument < 0) continue;
    transitions.priceBefore[row] = before.forward[instrument];
    transitions.priceAfter[row] = after.forward[instrument];
  }
}

/**
 * Change of value of one contract by market row, coin-settled ones in quote currency at the index of now, so that
 * positions of one account compare. Worked out when first asked for: a calm tick asks for a few.
 */
function valueChanges({ market, before, after }: TickChange): (row: number) => number {
  const known = new Uint8Array(market.instruments.length);
  const changes = new Float64Array(market.instruments.length);
  return (row) => {
    if (known[row] === 0) {
      known[row] = 1;
      const { payoff, baseCurrency, quoteCurrency } = market.instruments[row];
      const rate = payoff === 'inverse' ? (after.indexPrice.get(pairOf(baseCurrency, quoteCurrency)) ?? NaN) : 1;
      changes[row] = (instrumentValue(market, after, row) - instrumentValue(market, before, row)) * rate;
    }
    return changes[row];
  };
}

/** Market row of the position whose value changed most, of equal ones the first; -1 if none changed. */
function largestMover(engine: Engine, valueChange: (row: number) => number, set: number): number {
  const { nettingSet, position } = engine.arena.views;
  const { instrumentOf } = engine.rows;
  const first = nettingSet.firstPosition[set];
  const end = first + nettingSet.positionCount[set];
  let largest = 0;
  let found = -1;
  for (let slot = first; slot < end; slot++) {
    const instrument = instrumentOf[position.row[slot] >>> FLAG_BITS];
    const moved = Math.abs(position.quantity[slot] * valueChange(instrument));
    if (moved > largest) {
      largest = moved;
      found = instrument;
    }
  }
  return found;
}

/** Place of a set's largest component of the requirement: the model's, then the adjustments; -1 if none is positive. */
function componentFinder({ engine, sums }: TickChange): (set: number) => number {
  const { componentNames, components, worstCase, rollShock, deltaShock } = engine.results;
  const grid = componentNames.length === 0 ? [worstCase, rollShock, deltaShock] : null;
  const modelCount = engine.componentNames.length;
  const addedCount = sums.requirementNames.length;
  return (set) => {
    let largest = 0;
    let found = -1;
    for (let place = 0; place < modelCount + addedCount; place++) {
      const amount =
        place >= modelCount
          ? sums.requirement(place - modelCount, set)
          : grid === null
            ? components[set * modelCount + place]
            : grid[place][set];
      if (amount > largest) {
        largest = amount;
        found = place;
      }
    }
    return found;
  };
}
