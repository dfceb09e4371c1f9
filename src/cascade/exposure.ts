import { FLAG_BITS } from '../../assembly/portable/layout.ts';
import type { Engine } from '../engine/engine.ts';
import { contractValues } from './contract-values.ts';
import { underlyingsOf } from './underlyings.ts';

/** Base units that all accounts hold of each underlying, longs and shorts added up: sizes times deltas at the marks. */
export function grossExposure(engine: Engine): ReadonlyMap<string, number> {
  const { names, of } = underlyingsOf(engine.market);
  const { delta } = contractValues(engine.market, engine.market);
  const { nettingSet, position } = engine.arena.views;
  const { instrumentOf } = engine.rows;
  const held = new Float64Array(names.length);
  for (let set = 0; set < engine.nettingSetCount; set++) {
    const first = nettingSet.firstPosition[set];
    for (let slot = first; slot < first + nettingSet.positionCount[set]; slot++) {
      const row = instrumentOf[position.row[slot] >>> FLAG_BITS];
      held[of[row]] += Math.abs(position.quantity[slot] * delta[row]);
    }
  }
  return new Map(names.map((name, index) => [name, held[index]] as const));
}
