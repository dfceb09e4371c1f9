import type { BookChanges, CashChange, PositionChange } from '../engine/book-changes.ts';
import type { Engine } from '../engine/engine.ts';

/** What `Engine.restate` would change, item by item. */
export function restatedChanges(engine: Engine, cash: Float64Array, entryPrices: Float64Array | null): BookChanges {
  const { nettingSet, position } = engine.arena.views;
  const { account, currency } = engine.setKeys;
  const changedCash: CashChange[] = [];
  const positions: PositionChange[] = [];
  for (let set = 0; set < account.length; set++) {
    const name = engine.accountIds[account[set]];
    if (cash[set] !== nettingSet.cash[set]) {
      changedCash.push({ account: name, currency: engine.currencies[currency[set]], amount: cash[set] });
    }
    const first = nettingSet.firstPosition[set];
    for (let slot = first; entryPrices !== null && slot < first + nettingSet.positionCount[set]; slot++) {
      if (entryPrices[slot] === engine.entryPrices[slot]) continue;
      const instrument = engine.market.instruments[engine.instrumentAt(slot)].name;
      positions.push({ account: name, instrument, quantity: position.quantity[slot], entryPrice: entryPrices[slot] });
    }
  }
  return { cash: changedCash, positions };
}
