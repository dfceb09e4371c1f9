/** What a benchmark is: parameters with a full and a smoke value, and a run that gives a report. */
export const parameterNames = [
  'accounts', 'positions', 'scenarios', 'instruments', 'workers', 'move', 'seed', 'runs',
] as const;
export type ParameterName = (typeof parameterNames)[number];

/** Smoke values are tiny: with them every workload runs in the test suite, so that none of them rots. */
export interface ParameterSpec {
  readonly full: number;
  readonly smoke: number;
  readonly least: number;
  readonly meaning: string;
}

/** All values of the parameters that the workload has; the others are 0. */
export type Parameters = Readonly<Record<ParameterName, number>>;

/** Times in milliseconds. */
export interface Timing {
  readonly median: number;
  /** Median absolute deviation of the samples from their median. */
  readonly mad: number;
  /** The 99th percentile by nearest rank: of fewer than a hundred samples, the slowest. */
  readonly p99: number;
  readonly min: number;
  readonly samples: readonly number[];
  /** The very first pass: caches, page faults and just-in-time compilers are cold. */
  readonly cold: number;
}

/**
 * What a ratio compares. `same algorithm`: everything that margrid computes is computed, by the same formula. `less
 * work`: the same answer without computing everything. `other work`: other numbers by design, for orientation.
 */
export type EntrantLabel = 'same algorithm' | 'less work' | 'other work';

export interface EntrantReport extends Timing {
  readonly hash: string;
  /** Median of this entrant divided by margrid's: above 1, margrid is faster. */
  readonly ratio: number;
  /** Whether its results are margrid's, bit for bit, where both computed them. */
  readonly equal: boolean;
  /** Largest difference from margrid's results, relative to margrid's; 0 if equal. */
  readonly maxRelativeDifference: number;
  readonly label: EntrantLabel;
  /** How its results were checked, where `equal` and the difference do not say it. */
  readonly verified?: string;
  readonly note: string;
}

/** One run of one workload. What stands at the top level is margrid's own; `--json` prints exactly this object. */
export interface Report extends Timing {
  readonly workload: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, string | null>>;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly platform: string };
  readonly date: string;
  /** SHA-256 of the results: equal for equal parameters, on every machine. */
  readonly hash: string;
  readonly note: string;
  readonly throughput: { readonly perSecond: number; readonly unit: string };
  readonly entrants: Readonly<Record<string, EntrantReport>>;
  /** Entrants that could not run here, with the reason. */
  readonly missing?: Readonly<Record<string, string>>;
  /** Whatever else the workload measures: stages, memory, scaling. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a workload itself knows; date, machine and versions are added to every report alike. */
export type Outcome = Omit<Report, 'workload' | 'parameters' | 'versions' | 'machine' | 'date'> & {
  readonly versions?: Readonly<Record<string, string | null>>;
};

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly parameters: Partial<Readonly<Record<ParameterName, ParameterSpec>>>;
  /** `progress` gets one line per step, for people who wait. */
  run(parameters: Parameters, progress: (line: string) => void): Promise<Outcome>;
}
