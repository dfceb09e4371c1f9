import type { BookChanges } from '../engine/book-changes.ts';
import type { Engine } from '../engine/engine.ts';
import type { Quotes } from '../engine/tick-inputs.ts';
import { MargridError } from '../errors.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { watchOf, type Watched } from '../monitor/watch.ts';

/** Ordinary ticks of an engine of its own, in between: how long they take, and whether the statuses are the same. */
export class MonitorBaseline {
  readonly engine: Engine;
  readonly timesMs: number[] = [];
  readonly #watched: Watched;
  readonly #due: ReadonlySet<number>;
  #compared = 0;

  /** `tickCount`: of all; null if nobody knows. `sample`: ticks that are timed. */
  constructor(engine: Engine, watched: Watched, sample: number, tickCount: number | null) {
    this.engine = engine;
    this.#watched = watched;
    this.#due = new Set(dueTicks(sample, tickCount));
  }

  /** Ticks whose statuses were compared. */
  get compared(): number {
    return this.#compared;
  }

  update(changes: BookChanges): void {
    this.engine.update(changes);
  }

  /**
   * Evaluates everything if the tick is one of the sample. The first tick is evaluated too, without being timed: it is
   * cold. Throws `CertificateWrong` at the first status that differs.
   */
  async follow(tick: number, quotes: Quotes, monitor: Monitor): Promise<void> {
    if (tick > 1 && !this.#due.has(tick)) return;
    const { timingsMs } = await this.engine.tick(quotes);
    if (this.#due.has(tick)) this.timesMs.push(timingsMs.total);
    this.#compare(tick, monitor);
    this.#compared++;
  }

  #compare(tick: number, monitor: Monitor): void {
    const { statusOf } = watchOf(this.#watched, this.engine.arena);
    const { statuses } = monitor;
    for (let set = 0; set < statuses.length; set++) {
      const status = statusOf(set);
      if (status === statuses[set]) continue;
      const account = this.engine.accountIds[this.engine.setKeys.account[set]];
      const message =
        `tick ${tick}: netting set ${set} of account ${account} is ${monitor.statusName(status)} to the engine, ` +
        `${monitor.statusName(statuses[set])} to the monitor`;
      throw new MargridError('CertificateWrong', message);
    }
  }
}

/** Evenly among the ticks after the first; without knowing how many, those right after it. A single tick counts. */
function dueTicks(sample: number, tickCount: number | null): number[] {
  if (tickCount === 1) return sample > 0 ? [1] : [];
  const later = tickCount === null ? sample : tickCount - 1;
  const count = Math.min(sample, later);
  return Array.from({ length: count }, (_, index) => 2 + Math.floor(((index + 0.5) * later) / count));
}
