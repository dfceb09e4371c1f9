import type { Holdings } from '../whatif/holdings.ts';
import { closing } from './plan-builder.ts';
import type { PlanningAccount, Trade } from './planning-account.ts';

/** Lots of each position that are closed, in the order of `names`. */
export type Closed = readonly number[];

/** Lots of a position: whole multiples of the lot, the last one what is left. */
interface Lots {
  readonly held: number;
  readonly size: number;
  readonly count: number;
  /** Smallest number of lots that an order may have. */
  readonly least: number;
}

/** Parts of a position whose instrument trades in any quantity. */
const anyQuantityParts = 256;
/** A cost of nothing must not make every step equally good: this part of notional decides then. */
const leastCostRate = 1e-9;
/** Positions are compared in pairs up to this many. */
const pairedMax = 40;
/** Starts that are improved: the cheapest ones. */
const improvedStarts = 5;
/** Steps of one position that are given up at once for another. */
const exchangedSteps = [1, 2, 3];
/** First, coarser and whole steps of what is left of a position. */
const stepParts = [1 / 16, 1 / 4, 1];

/**
 * Which lots to close so that nothing is missing, at least cost. What is missing follows from the engine and has no
 * known shape (offsets between positions, worst scenarios); the cost is a sum over positions, each convex.
 *
 * Greedy, by what is freed per cost, with a search along the last step for the fewest lots; then from the best of
 * several starts, exchanges between positions with steps that shrink to one lot. Every accepted point is an evaluation.
 */
export class CloseSearch {
  readonly names: readonly string[];
  readonly #account: PlanningAccount;
  readonly #holdings: Holdings;
  readonly #lots: readonly Lots[];
  readonly #missing = new Map<string, number>();
  readonly #costs = new Map<string, number>();
  readonly #budget: number;

  constructor(account: PlanningAccount, holdings: Holdings, names: readonly string[], budget: number) {
    this.#account = account;
    this.#holdings = holdings;
    this.#budget = budget;
    this.names = names;
    this.#lots = names.map((name) => lotsOf(Math.abs(holdings.positions.get(name)!.quantity), account.costs(name)));
  }

  /** Trades that close these lots. */
  trades(closed: Closed): Trade[] {
    return closed.flatMap((lots, place) =>
      lots === 0 ? [] : [closing(this.#holdings, this.names[place], quantityOf(this.#lots[place], lots))],
    );
  }

  get all(): Closed {
    return this.#lots.map(({ count }) => count);
  }

  get #none(): Closed {
    return this.#lots.map(() => 0);
  }

  get #isSpent(): boolean {
    return this.#missing.size >= this.#budget;
  }

  /** What is missing to the target, settlement currency; Infinity if the account cannot be margined. */
  missing(closed: Closed): number {
    const key = closed.join();
    const known = this.#missing.get(key);
    if (known !== undefined) return known;
    const margins = this.#account.margins(this.#account.traded(this.#holdings, this.trades(closed)));
    const missing = this.#account.shortfall(margins);
    const value = Number.isNaN(missing) ? Infinity : missing;
    this.#missing.set(key, value);
    return value;
  }

  cost(closed: Closed): number {
    return closed.reduce((sum, lots, place) => sum + this.#costOf(place, lots), 0);
  }

  #costOf(place: number, lots: number): number {
    if (lots === 0) return 0;
    const key = `${place},${lots}`;
    const known = this.#costs.get(key);
    if (known !== undefined) return known;
    const trade = closing(this.#holdings, this.names[place], quantityOf(this.#lots[place], lots));
    const { cost, fee } = this.#account.estimate(trade);
    const value = cost + fee + this.#account.notional(trade.instrument, trade.quantity) * leastCostRate;
    this.#costs.set(key, value);
    return value;
  }

  /** The cheapest lots found that leave nothing missing; null if closing, in whatever part, does not do it. */
  cheapest(): Closed | null {
    const starts = [this.#greedy(), ...this.#alone()].filter(
      (start) => start !== null && this.missing(start) <= 0,
    ) as Closed[];
    if (starts.length === 0) return this.missing(this.all) <= 0 ? this.#improved(this.all) : null;
    const byCost = [...starts].sort((a, b) => this.cost(a) - this.cost(b));
    return byCost
      .slice(0, improvedStarts)
      .map((start) => this.#improved(start))
      .sort((a, b) => this.cost(a) - this.cost(b))[0];
  }

  /** For each position the fewest lots of it, and of nothing else, that do it. */
  #alone(): (Closed | null)[] {
    return this.#lots.map(({ count }, place) => {
      const whole = withLots(this.#none, place, count);
      return this.missing(whole) <= 0 ? this.#fewest(whole, place, 0) : null;
    });
  }

  #greedy(): Closed | null {
    let closed = this.#none;
    while (this.missing(closed) > 0 && !this.#isSpent) {
      const next = this.#bestStep(closed) ?? this.#bestPair(closed);
      if (next === null) return null;
      closed = next;
    }
    return this.missing(closed) <= 0 ? closed : null;
  }

  /** The step of one position that frees most per cost; one that reaches the target is cut to the fewest lots. */
  #bestStep(closed: Closed): Closed | null {
    let best: Closed | null = null;
    let bestRate = 0;
    closed.forEach((lots, place) => {
      for (const next of this.#steps(lots, place)) {
        const tried = withLots(closed, place, next);
        const freed = this.missing(closed) - Math.max(this.missing(tried), 0);
        const rate = freed / (this.#costOf(place, next) - this.#costOf(place, lots));
        if (freed > 0 && rate > bestRate) [best, bestRate] = [tried, rate];
      }
    });
    if (best === null) return null;
    const place = (best as Closed).findIndex((lots, at) => lots !== closed[at]);
    return this.missing(best) <= 0 ? this.#fewest(best, place, closed[place]) : best;
  }

  #steps(lots: number, place: number): number[] {
    const { count, least } = this.#lots[place];
    const left = count - lots;
    if (left === 0) return [];
    const steps = stepParts.map((part) =>
      Math.min(Math.max(lots + Math.max(Math.floor(left * part), 1), least), count),
    );
    return [...new Set(steps)];
  }

  /** Two positions that offset each other: closing one alone frees nothing. */
  #bestPair(closed: Closed): Closed | null {
    let best: Closed | null = null;
    let bestRate = 0;
    const places = closed.map((_, place) => place).filter((place) => closed[place] < this.#lots[place].count);
    for (const one of places.slice(0, pairedMax)) {
      for (const other of places.slice(0, pairedMax)) {
        if (other <= one || this.#isSpent) continue;
        for (const part of [1 / 4, 1]) {
          const grown = (place: number): number =>
            this.#valid(place, closed[place] + Math.ceil((this.#lots[place].count - closed[place]) * part));
          const tried = withLots(withLots(closed, one, grown(one)), other, grown(other));
          const freed = this.missing(closed) - Math.max(this.missing(tried), 0);
          const rate = freed / (this.cost(tried) - this.cost(closed));
          if (freed > 0 && rate > bestRate) [best, bestRate] = [tried, rate];
        }
      }
    }
    return best;
  }

  #valid(place: number, lots: number): number {
    const { count, least } = this.#lots[place];
    return lots <= 0 ? 0 : Math.min(Math.max(lots, least), count);
  }

  /**
   * The fewest lots of one position, more than `from`, that leave nothing missing; those of `closed` do. By bisection.
   */
  #fewest(closed: Closed, place: number, from: number): Closed {
    let [low, high] = [from, closed[place]];
    while (high - low > 1) {
      const middle = this.#valid(place, Math.floor((low + high) / 2));
      if (middle >= high || middle <= low) break;
      if (this.missing(withLots(closed, place, middle)) <= 0) high = middle;
      else low = middle;
    }
    return withLots(closed, place, high);
  }

  /** Fewer lots wherever that leaves nothing missing, then exchanges between two positions, until none is cheaper. */
  #improved(start: Closed): Closed {
    let closed = this.#trimmed(start);
    for (let part = 1 / 2; ; part /= 4) {
      let next = this.#exchanged(closed, part);
      while (next !== null && !this.#isSpent) {
        closed = this.#trimmed(next);
        next = this.#exchanged(closed, part);
      }
      if (this.#isSpent || this.#lots.every(({ count }) => count * part <= 1)) return closed;
    }
  }

  #trimmed(start: Closed, kept = -1): Closed {
    let closed = start;
    // The dearest lots first.
    const order = closed
      .map((_, place) => place)
      .sort((a, b) => this.#costOf(b, start[b]) - this.#costOf(a, start[a]) || a - b);
    for (const place of order) {
      if (closed[place] === 0 || place === kept || this.#isSpent) continue;
      const without = withLots(closed, place, 0);
      closed = this.missing(without) <= 0 ? without : this.#fewest(closed, place, 0);
    }
    return closed;
  }

  /** The first cheaper point found by closing fewer lots of one position and as many more of another as that takes. */
  #exchanged(closed: Closed, part: number): Closed | null {
    const cost = this.cost(closed);
    for (let less = 0; less < closed.length; less++) {
      if (closed[less] === 0) continue;
      const step = Math.max(Math.floor(this.#lots[less].count * part), 1);
      for (const steps of exchangedSteps) {
        const fewer = closed[less] - steps * step < this.#lots[less].least ? 0 : closed[less] - steps * step;
        const reduced = withLots(closed, less, fewer);
        for (let more = 0; more < closed.length; more++) {
          if (more === less || closed[more] === this.#lots[more].count || this.#isSpent) continue;
          const tried = this.#refilled(reduced, more, part, cost);
          if (tried !== null) return tried;
        }
        if (fewer === 0) break;
      }
    }
    return this.#shifted(closed, part, cost);
  }

  /** More lots of one position, fewer of all the others: what no exchange between two reaches. */
  #shifted(closed: Closed, part: number, cost: number): Closed | null {
    for (let more = 0; more < closed.length; more++) {
      const { count } = this.#lots[more];
      const step = Math.max(Math.floor(count * part), 1);
      for (const steps of exchangedSteps) {
        if (closed[more] === count || this.#isSpent) break;
        const tried = this.#trimmed(withLots(closed, more, this.#valid(more, closed[more] + steps * step)), more);
        if (this.missing(tried) <= 0 && this.cost(tried) < cost * (1 - 1e-12)) return tried;
      }
    }
    return null;
  }

  /** As few lots more of one position as leave nothing missing, if that is cheaper than `cost`. */
  #refilled(reduced: Closed, more: number, part: number, cost: number): Closed | null {
    const { count } = this.#lots[more];
    const step = Math.max(Math.ceil(count * part), 1);
    for (let lots = reduced[more]; lots < count;) {
      const cheapestHere = withLots(reduced, more, this.#valid(more, lots + 1));
      if (this.#isSpent || this.cost(cheapestHere) >= cost) return null;
      const from = lots;
      lots = this.#valid(more, lots + step);
      const tried = withLots(reduced, more, lots);
      if (this.missing(tried) > 0) continue;
      const fewest = this.#fewest(tried, more, from);
      return this.cost(fewest) < cost * (1 - 1e-12) ? fewest : null;
    }
    return null;
  }
}

function lotsOf(held: number, { lot, minimum }: { readonly lot: number; readonly minimum: number }): Lots {
  const size = lot > 0 ? lot : held / anyQuantityParts;
  // A position of 0.3 in lots of 0.1 is three lots, although 0.3 / 0.1 is a little less.
  const count = Math.max(Math.ceil(held / size - 1e-9), 1);
  return { held, size, count, least: Math.min(Math.max(Math.ceil(minimum / size - 1e-9), 1), count) };
}

/** Three lots of 0.1 are 0.3 contracts and not 0.30000000000000004. */
function quantityOf({ held, size, count }: Lots, lots: number): number {
  return lots === count ? held : Math.min(Number((lots * size).toPrecision(15)), held);
}

function withLots(closed: Closed, place: number, lots: number): Closed {
  return closed.map((each, at) => (at === place ? lots : each));
}
