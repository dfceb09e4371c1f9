import type { MonitorTimings } from './report.ts';

type Stage = Exclude<keyof MonitorTimings, 'total'>;

/** Times the stages of one tick. */
export class StageClock {
  readonly #start = performance.now();
  #last = this.#start;
  readonly #spent: Record<Stage, number> = { inputs: 0, touch: 0, riskArray: 0, margin: 0, certify: 0, shadow: 0 };

  /** What passed since the last call belongs to the stage. */
  end(stage: Stage): void {
    const now = performance.now();
    this.#spent[stage] += now - this.#last;
    this.#last = now;
  }

  timings(): MonitorTimings {
    return { ...this.#spent, total: this.#last - this.#start };
  }
}
