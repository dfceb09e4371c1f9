import type { Engine } from '../engine/engine.ts';
import { RandomStream } from '../generate/random.ts';
import { closingShare } from './closing-rule.ts';
import type { ContractValues } from './contract-values.ts';
import type { PlannedScenario } from './scenario.ts';
import type { ClosedVolume, SetValuation } from './set-valuation.ts';

/** Codes of `ResultColumns.status`. */
const statusMarginCall = 1;
const statusLiquidation = 2;
/** What is paid in above the shortfall, so that rounding leaves nobody called again for the last bit. */
const paymentMargin = 1e-9;
/** Purpose of the random stream; the generator of books has the lower ones. */
const missedCallPurpose = 17;
/** Least share of a closing that a round's capacity leaves: every round gets somewhere. */
const leastProgress = 1e-9;

/**
 * Netting sets that a round closes or that pay in, in columns: `sets[0 ... count)` with the share that stays (1 for a
 * payment) and the cash afterwards.
 */
export class RoundSelection {
  readonly sets: Uint32Array;
  readonly keep: Float64Array;
  readonly cash: Float64Array;
  /** Paid in. */
  readonly payment: Float64Array;
  count = 0;
  missedCalls = 0;
  metCalls = 0;
  readonly #engine: Engine;
  readonly #plan: PlannedScenario;
  /** By netting set: what is left of its first positions. */
  readonly #left: Float64Array;
  readonly #stream = new RandomStream();

  constructor(engine: Engine, plan: PlannedScenario) {
    const count = engine.nettingSetCount;
    this.#engine = engine;
    this.#plan = plan;
    this.sets = new Uint32Array(count);
    this.keep = new Float64Array(count);
    this.cash = new Float64Array(count);
    this.payment = new Float64Array(count);
    this.#left = new Float64Array(count).fill(1);
  }

  /** From the results of the last tick; returns whether there is anything to do. */
  select(): boolean {
    const { results } = this.#engine;
    const { status, equity, initialMargin, maintenanceMargin, accountIndex } = results;
    const { positionCount, cash } = this.#engine.arena.views.nettingSet;
    const { callsMissed } = this.#plan;
    this.count = this.missedCalls = this.metCalls = 0;
    for (let set = 0; set < status.length; set++) {
      if (positionCount[set] === 0) continue;
      if (status[set] === statusLiquidation) this.#add(set, equity[set], maintenanceMargin[set]);
      else if (status[set] === statusMarginCall && callsMissed !== null) {
        if (this.#misses(accountIndex[set], callsMissed)) {
          this.missedCalls++;
          this.#add(set, equity[set], initialMargin[set]);
        } else this.#pay(set, cash[set], initialMargin[set] - equity[set]);
      }
    }
    return this.count > 0;
  }

  #add(set: number, equity: number, requirement: number): void {
    const place = this.count++;
    this.sets[place] = set;
    this.keep[place] = 1 - closingShare(this.#plan.close, equity, requirement, this.#left[set]);
  }

  #pay(set: number, cash: number, shortfall: number): void {
    const place = this.count++;
    this.metCalls++;
    this.sets[place] = set;
    this.keep[place] = 1;
    this.payment[place] = shortfall * (1 + paymentMargin) + paymentMargin;
    this.cash[place] = cash + this.payment[place];
  }

  /** The same account always fails or never does: its liquidity, not chance, decides. */
  #misses(account: number, share: number): boolean {
    this.#stream.restart(this.#plan.seed, account, missedCallPurpose);
    return this.#stream.nextFineFraction() < share;
  }

  forEachClosed(visit: (set: number, share: number) => void): void {
    for (let place = 0; place < this.count; place++) {
      if (this.keep[place] < 1) visit(this.sets[place], 1 - this.keep[place]);
    }
  }

  /** Closes less: `share` of what was meant, by set. */
  scale(shareOf: (set: number) => number): void {
    for (let place = 0; place < this.count; place++) {
      if (this.keep[place] === 1) continue;
      const share = Math.max(shareOf(this.sets[place]), leastProgress);
      if (share < 1) this.keep[place] = 1 - (1 - this.keep[place]) * share;
    }
  }

  /** Books what is left; once a round, when the shares are final. */
  settle(): void {
    for (let place = 0; place < this.count; place++) this.#left[this.sets[place]] *= this.keep[place];
  }

  /** Payments of the round, each times the rate of its set. */
  paidIn(rateOf: (set: number) => number): number {
    let sum = 0;
    for (let place = 0; place < this.count; place++) {
      if (this.keep[place] === 1) sum += this.payment[place] * rateOf(this.sets[place]);
    }
    return sum;
  }
}

interface Capacity {
  readonly values: ContractValues;
  readonly forward: Float64Array;
  /** Base units per round, by underlying. */
  readonly capacity: Float64Array;
  /** Receives what is traded in the end. */
  readonly volume: ClosedVolume;
}

/** Scales every closing down where an underlying cannot take the volume of the round: everybody waits in proportion. */
export function reduceToCapacity(selection: RoundSelection, valuation: SetValuation, round: Capacity): void {
  const { values, forward, capacity, volume } = round;
  const measure = (): void => {
    volume.sold.fill(0);
    volume.bought.fill(0);
    selection.forEachClosed((set, share) => valuation.addVolume(set, share, values, forward, volume));
  };
  measure();
  const shares = capacity.map(
    (most, u) => Math.min(1, most / Math.max(volume.sold[u] + volume.bought[u], Number.MIN_VALUE)),
  );
  if (shares.some((share) => share < 1)) {
    selection.scale((set) => valuation.leastShare(set, shares));
    measure();
  }
  selection.settle();
}
