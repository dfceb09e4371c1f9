import { prepareMargrid } from '../revalue/margrid.ts';
import type { RevalueSize } from '../revalue/columns.ts';
import { measureInTurn } from '../measure.ts';
import { columnHash } from '../verify.ts';
import type { Outcome, Parameters, Timing, Workload } from '../workload.ts';

export const scaling: Workload = {
  name: 'scaling',
  title: 'kernels B and C along series of accounts, positions, scenarios and instruments',
  parameters: {
    accounts: { full: 1_000_000, smoke: 400, least: 100, meaning: 'accounts, where they are not the series' },
    positions: { full: 12, smoke: 5, least: 4, meaning: 'positions per account, where they are not the series' },
    scenarios: { full: 32, smoke: 7, least: 1, meaning: 'scenarios, where they are not the series' },
    instruments: { full: 1_000, smoke: 40, least: 1, meaning: 'rows of the risk array, where they are not the series' },
    seed: { full: 1, smoke: 1, least: 0, meaning: 'of book and risk array' },
    runs: { full: 7, smoke: 1, least: 1, meaning: 'rounds' },
  },
  run,
};

/** Multiples of the parameter that is the series. */
const series = {
  accounts: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  positions: [0.25, 0.5, 1, 2, 4, 8],
  scenarios: [0.25, 0.5, 1, 2, 4],
  instruments: [0.1, 1, 10, 50],
} as const;
type Series = keyof typeof series;

/** Above this the book does not fit one memory. */
const positionsMax = 150_000_000;

export interface SeriesPoint {
  readonly value: number;
  readonly medianMs: number;
  readonly madMs: number;
  readonly nanosecondsPerAccount: number;
  readonly positionScenariosPerSecond: number;
  readonly samples: readonly number[];
}

async function run(parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const details: Record<string, SeriesPoint[]> = {};
  let base: { timing: Timing; hash: string } | null = null;
  for (const name of Object.keys(series) as Series[]) {
    details[name] = [];
    for (const size of sizesOf(name, parameters)) {
      progress(`${name}: ${size[name]}`);
      const { timing, hash } = await measure(size, parameters.runs);
      details[name].push(pointOf(size, size[name], timing));
      if (size[name] === parameters[name]) base ??= { timing, hash };
    }
  }
  const { timing, hash } = base!;
  return {
    ...timing,
    hash,
    note: 'WASM SIMD, one thread, at the defaults; the series are in details',
    throughput: { perSecond: (parameters.accounts / timing.median) * 1_000, unit: 'accounts' },
    entrants: {},
    details,
  };
}

function sizesOf(name: Series, parameters: Parameters): RevalueSize[] {
  const { accounts, positions, scenarios, instruments, seed } = parameters;
  return series[name]
    .map((multiple) => ({ accounts, positions, scenarios, instruments, seed, [name]: Math.round(parameters[name] * multiple) }))
    .filter((size) => size[name] >= 1 && size.accounts * size.positions <= positionsMax);
}

async function measure(size: RevalueSize, runs: number): Promise<{ timing: Timing; hash: string }> {
  const margrid = await prepareMargrid(size, 1);
  try {
    const timings = await measureInTurn([{ name: 'margrid', run: () => margrid.run() }], runs);
    return {
      timing: timings.get('margrid')!,
      hash: columnHash(margrid.arena.views.result.worstCase.subarray(0, size.accounts)),
    };
  } finally {
    await margrid.close();
  }
}

function pointOf({ accounts, positions, scenarios }: RevalueSize, value: number, timing: Timing): SeriesPoint {
  return {
    value,
    medianMs: timing.median,
    madMs: timing.mad,
    nanosecondsPerAccount: (timing.median * 1e6) / accounts,
    positionScenariosPerSecond: (accounts * positions * scenarios * 1_000) / timing.median,
    samples: timing.samples,
  };
}
