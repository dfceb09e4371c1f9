import type { Engine } from '../engine/engine.ts';
import { decimalsOf, minorOf } from '../money/minor-units.ts';
import type { LossAbsorber } from './loss-absorption.ts';
import type { RoundLoss } from './result.ts';
import type { DollarRates } from './set-valuation.ts';

/**
 * Deficits of a round by currency of the engine (debts >= 0, each rounded up to a minor unit), divided by the absorber.
 * `profit`: of a netting set's futures, settlement currency.
 */
export function absorbRound(
  engine: Engine,
  absorber: LossAbsorber,
  debts: ReadonlyMap<number, readonly number[]>,
  rates: DollarRates,
  profit: (set: number) => number,
): RoundLoss[] {
  return [...debts].sort(([a], [b]) => a - b).map(([currency, owed]) => {
    const name = engine.currencies[currency];
    const decimals = decimalsOf(name);
    const deficit = owed.reduce((sum, debt) => sum + minorOf(debt, decimals, 'up'), 0n);
    const winnings = () => minorOf(winningsOf(engine, currency, profit), decimals, 'down');
    return {
      currency: name,
      decimals,
      rate: rates[currency],
      deficit,
      ...absorber.absorbLoss(name, deficit, winnings),
    };
  });
}

/** Profits of all sets of a currency that are in profit and solvent. */
function winningsOf(engine: Engine, currency: number, profit: (set: number) => number): number {
  const { nettingSet } = engine.arena.views;
  let winnings = 0;
  for (let set = 0; set < engine.nettingSetCount; set++) {
    if (nettingSet.currency[set] !== currency || nettingSet.positionCount[set] === 0) continue;
    const gain = profit(set);
    if (gain > 0) winnings += gain;
  }
  return winnings;
}
