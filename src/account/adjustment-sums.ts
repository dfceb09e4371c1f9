import type { AdjustmentAmounts } from './snapshot.ts';
import type { AccountContext, AccountModule, AddedAmounts, Adjustment } from './module.ts';

interface Computed {
  readonly module: AccountModule;
  readonly adjustment: Adjustment;
  amounts: Float64Array;
  maintenance: Float64Array;
}

/** Adjustments of all modules at the last tick: each by itself for reports, and their sums for the rules. */
export class AdjustmentSums {
  /** Sums per netting set; null if nothing adjusts them. */
  balanceAdded: Float64Array | null = null;
  initialAdded: Float64Array | null = null;
  maintenanceAdded: Float64Array | null = null;
  readonly #computed: readonly Computed[];
  readonly #requirements: readonly Computed[];
  readonly #knowsPresent: boolean;
  /** Names of the adjustments that add to the requirement, in order. */
  readonly requirementNames: readonly string[];

  constructor(modules: readonly AccountModule[]) {
    this.#computed = modules.flatMap((module) =>
      (module.adjustments ?? []).map((adjustment) => ({
        module,
        adjustment,
        amounts: new Float64Array(0),
        maintenance: new Float64Array(0),
      })),
    );
    this.#knowsPresent = this.#computed.some(({ adjustment }) => adjustment.present !== undefined);
    this.#requirements = this.#computed.filter(({ adjustment }) => adjustment.counts === 'requirement');
    this.requirementNames = this.#requirements.map(({ adjustment }) => adjustment.name);
  }

  compute(contexts: ReadonlyMap<AccountModule, AccountContext>, count: number): void {
    for (const each of this.#computed) {
      if (each.amounts.length !== count) {
        each.amounts = new Float64Array(count);
        each.maintenance = new Float64Array(count);
      }
      each.adjustment.compute(contexts.get(each.module)!, each.amounts, each.maintenance);
    }
    this.#sum();
  }

  /** Amounts of every adjustment, in order: copies. */
  amounts(): AdjustmentAmounts[] {
    return this.#computed.map(({ amounts, maintenance }) => ({ amounts: amounts.slice(), maintenance: maintenance.slice() }));
  }

  /** Takes what `amounts` gave, of the same modules. */
  restore(stored: readonly AdjustmentAmounts[]): void {
    this.#computed.forEach((each, place) => {
      each.amounts = stored[place].amounts.slice();
      each.maintenance = stored[place].maintenance.slice();
    });
    if (this.#computed.some(({ amounts }) => amounts.length > 0)) this.#sum();
  }

  #sum(): void {
    this.balanceAdded = this.initialAdded = this.maintenanceAdded = null;
    for (const each of this.#computed) {
      if (each.adjustment.counts === 'balance') this.balanceAdded = added(this.balanceAdded, each.amounts);
      else {
        this.initialAdded = added(this.initialAdded, each.amounts);
        this.maintenanceAdded = added(this.maintenanceAdded, each.maintenance);
      }
    }
  }

  /** Columns move with the netting sets: `sources[set]` is the old row, -1 of a new set, which nothing has adjusted. */
  rearrange(sources: Int32Array): void {
    const moved = (column: Float64Array): Float64Array =>
      Float64Array.from(sources, (from) => (from < 0 ? 0 : (column[from] ?? 0)));
    for (const each of this.#computed) {
      each.amounts = moved(each.amounts);
      each.maintenance = moved(each.maintenance);
    }
    if (this.balanceAdded !== null) this.balanceAdded = moved(this.balanceAdded);
    if (this.initialAdded !== null) this.initialAdded = moved(this.initialAdded);
    if (this.maintenanceAdded !== null) this.maintenanceAdded = moved(this.maintenanceAdded);
  }

  /** What was added to one netting set; of the adjustments that know, what they add now. */
  added(set: number, contexts: ReadonlyMap<AccountModule, AccountContext>): AddedAmounts {
    if (this.#knowsPresent) return this.#present(set, contexts);
    return {
      balance: this.balanceAdded?.[set] ?? 0,
      initialMargin: this.initialAdded?.[set] ?? 0,
      maintenanceMargin: this.maintenanceAdded?.[set] ?? 0,
    };
  }

  /** In the order of `compute`: where nothing has changed the sums are the same to the last bit. */
  #present(set: number, contexts: ReadonlyMap<AccountModule, AccountContext>): AddedAmounts {
    let balance = 0;
    let initialMargin = 0;
    let maintenanceMargin = 0;
    for (const { module, adjustment, amounts, maintenance } of this.#computed) {
      const last = { amount: amounts[set] ?? 0, maintenance: maintenance[set] ?? 0 };
      const now = adjustment.present?.(contexts.get(module)!, set) ?? last;
      if (adjustment.counts === 'balance') balance += now.amount;
      else {
        initialMargin += now.amount;
        maintenanceMargin += now.maintenance;
      }
    }
    return { balance, initialMargin, maintenanceMargin };
  }

  /** Amounts of one netting set by name. */
  of(set: number): Record<string, number> {
    return Object.fromEntries(this.#computed.map(({ adjustment, amounts }) => [adjustment.name, amounts[set] ?? NaN]));
  }

  /** Amount of the requirement adjustment at a place of `requirementNames`. */
  requirement(place: number, set: number): number {
    return this.#requirements[place].amounts[set];
  }
}

function added(sums: Float64Array | null, amounts: Float64Array): Float64Array {
  if (sums === null) return amounts.slice();
  for (let set = 0; set < sums.length; set++) sums[set] += amounts[set];
  return sums;
}
