/** What a tick evaluated: netting sets, their positions, and rows of the risk array priced for them. */
export interface EvaluatedWork {
  readonly sets: number;
  readonly positions: number;
  readonly priced: number;
}

/** Microseconds that things take, measured: only their ratios matter, and those are alike on most machines. */
const cost = { row: 0.4, slopes: 0.4, set: 0.6, position: 0.03, certificate: 2.2, certifiedPosition: 0.16 };
/** Most of a book is certified anew only when the market moves by less than this per tick, and not on every tick. */
const calmMovement = 0.005;
const massIssueTicks = { least: 16, most: 1_024 };
/**
 * Certificates are issued when evaluating without them has cost this share of what they will: 1 would never cost more
 * than twice the least that could be, but they last for many ticks. Measured at 3 and 10 basis points a tick.
 */
const patience = 0.25;
/**
 * Share of the sets that get new certificates at one tick at most, unless it has evaluated everything: so many take two
 * or three times as long as that. The rest follow at the next ticks. With 0.01 the worst tick is half as long, but at
 * 10 basis points twice as many sets are evaluated meanwhile.
 */
const issueShare = 0.03;
const fewestIssued = 64;

/** When certificates are issued, and to how many sets. By counts only: the same ticks on every machine. */
export class IssueSchedule {
  /** What the last tick evaluated; null: there was none, or certificates have been issued for it. */
  #last: EvaluatedWork | 'everything' | null = null;
  #tick = 0;
  #isCalm = true;
  /** Cost of evaluations since the last certificates were issued, beyond what it was right after. */
  #debt = 0;
  #leastCost = Infinity;
  /** Ticks at which the rest of those follow that were to get new certificates, and were too many for one tick. */
  #ticksToFollow = 0;
  /** First tick at which most of the book may be certified anew, and how long to wait after that. */
  #nextMassIssue = 0;
  #massIssueWait = massIssueTicks.least;

  /** The tick has evaluated some sets. */
  evaluated(tick: number, work: EvaluatedWork): void {
    this.#tick = tick;
    this.#last = work;
    if (work.sets === 0) this.#ticksToFollow = 0;
    if (tick >= this.#nextMassIssue) this.#massIssueWait = massIssueTicks.least;
    const spent = costOf(work);
    this.#leastCost = Math.min(this.#leastCost, spent);
    this.#debt += spent - this.#leastCost;
  }

  /** The tick has evaluated every set. `movement`: largest of any price; null: nothing is certified, so that does not matter. */
  evaluatedAll(tick: number, movement: number | null): void {
    this.#tick = tick;
    this.#last = 'everything';
    this.#isCalm = movement === null || movement < calmMovement;
    this.#ticksToFollow = 0;
  }

  /** Whether certificates are to be issued at the last tick's market. */
  get isDue(): boolean {
    if (this.#last === null) return false;
    if (this.#last === 'everything') return this.#isCalm && this.#tick >= this.#nextMassIssue;
    const { sets, positions, priced } = this.#last;
    const own = cost.slopes * priced + cost.certificate * sets + cost.certifiedPosition * positions;
    return sets > 0 && (this.#ticksToFollow > 0 || this.#debt >= patience * own);
  }

  /** They are issued now. Returns to how many of `setCount` sets at most. */
  issue(setCount: number): number {
    const last = this.#last!;
    this.#last = null;
    this.#debt = 0;
    if (last === 'everything') {
      this.#leastCost = 0;
      this.#nextMassIssue = this.#tick + this.#massIssueWait;
      // What does not last long is tried less and less often.
      this.#massIssueWait = Math.min(2 * this.#massIssueWait, massIssueTicks.most);
      return setCount;
    }
    // Right after it costs no more than now: or a market that moves at the next tick would seem to cost that for good.
    this.#leastCost = costOf(last);
    const most = Math.max(Math.ceil(issueShare * setCount), fewestIssued);
    // Counted once: those that no certificate helps would have others issued for ever.
    this.#ticksToFollow = this.#ticksToFollow > 0 ? this.#ticksToFollow - 1 : Math.ceil(last.sets / most) - 1;
    return most;
  }
}

function costOf({ sets, positions, priced }: EvaluatedWork): number {
  return cost.row * priced + cost.set * sets + cost.position * positions;
}
