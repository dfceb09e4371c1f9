import type { Storable } from '../account/events.ts';
import type { BookChanges } from '../engine/book-changes.ts';
import { withChanges } from './account-holdings.ts';
import type { AccountStructure } from './account-structure.ts';
import type { MarginView, ModelMargin } from './margin-view.ts';

/** What the clients of a gross pool need by themselves, less what their netted positions need; never negative. */
export class OmnibusGross {
  /** What the last tick added to initial margin, by pool and currency. */
  readonly #counted = new Map<string, Map<string, number>>();

  /** Writes what counts at this tick, from the results of the engine. */
  write(view: MarginView, structure: AccountStructure, amounts: Float64Array, maintenance: Float64Array): void {
    const { engine } = view.context;
    const { initialMargin, maintenanceMargin } = engine.results;
    this.#counted.clear();
    for (const [pool, { members, margin }] of structure.pools) {
      if (margin === 'net') continue;
      const counted = new Map<string, number>();
      this.#counted.set(pool, counted);
      for (const currency of engine.currencies) {
        const set = view.setOf(pool, currency);
        if (set < 0) continue;
        const sets = members.map((member) => view.setOf(member, currency)).filter((each) => each >= 0);
        const sum = (column: Float64Array): number => sets.reduce((total, each) => total + column[each], 0);
        amounts[set] = Math.max(sum(initialMargin) - initialMargin[set], 0);
        maintenance[set] = Math.max(sum(maintenanceMargin) - maintenanceMargin[set], 0);
        counted.set(currency, amounts[set]);
      }
    }
  }

  /** What the last tick added; 0 for what is no gross pool. */
  countedFor(payer: string, currency: string): number {
    return this.#counted.get(payer)?.get(currency) ?? 0;
  }

  /**
   * What counts for the book as it is, or as changes would make it: members are margined each. `net`: margin of the
   * payer's own holdings then; `members`: who belongs to the pool then. 0 for what is no gross pool.
   */
  addedNow(
    view: MarginView, structure: AccountStructure, payer: string, currency: string, net: ModelMargin,
    changes: BookChanges = {}, members: readonly string[] = structure.membersOf(payer),
  ): number {
    if (structure.pools.get(payer)?.margin !== 'gross') return 0;
    const needed = members.reduce((sum, member) => {
      const before = view.holdings(member);
      return sum + view.marginAfter(member, before, withChanges(before, member, changes), currency).initialMargin;
    }, 0);
    return Math.max(needed - net.initialMargin, 0);
  }

  state(): Storable {
    return [...this.#counted].map(([pool, amounts]) => [pool, [...amounts]]);
  }

  restore(state: Storable): void {
    for (const [pool, amounts] of state as unknown as StoredGross) this.#counted.set(pool, new Map(amounts));
  }
}

type StoredGross = readonly (readonly [string, readonly (readonly [string, number])[]])[];
