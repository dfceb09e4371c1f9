import type { Totals } from './totals.ts';

/** Milliseconds of one tick by stage. */
export interface TickTimings {
  /** Market columns, scenario tables and factors, on the calling thread. */
  readonly inputs: number;
  /** Kernel A. */
  readonly riskArray: number;
  /** Kernels B to D. */
  readonly margin: number;
  /** Folding the totals of the chunks. */
  readonly totals: number;
  readonly total: number;
}

export interface TickReport {
  readonly tick: number;
  readonly totals: Totals;
  readonly timingsMs: TickTimings;
}
