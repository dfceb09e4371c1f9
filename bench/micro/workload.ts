import { createHash } from 'node:crypto';
import Benchmark from 'benchmark';
import { entrantReport } from '../entrant.ts';
import { timed } from '../measure.ts';
import { accountsOf, roundsOf, seedOf } from '../parameters.ts';
import { timingOf } from '../statistics.ts';
import { columnHash, compareColumns, requireEqual } from '../verify.ts';
import type { EntrantReport, Outcome, Parameters, Timing, Workload } from '../workload.ts';
import { bookKernels } from './book-kernels.ts';
import type { MicroKernel, MicroVariant } from './kernel.ts';
import { pricingKernels } from './pricing-kernels.ts';
import { revalueKernel } from './revalue-kernel.ts';

export const micro: Workload = {
  name: 'micro',
  title: 'single kernels: SIMD against its scalar twin and JavaScript (package `benchmark`), one thread',
  parameters: {
    accounts: accountsOf(4_096, 40, 'accounts of the books'),
    instruments: { full: 2_000, smoke: 21, least: 1, meaning: 'options of the pricing kernels' },
    seed: seedOf('books and options'),
    runs: roundsOf(3, 'rounds of all kernels in turn'),
  },
  run,
};

interface Measured {
  readonly kernel: MicroKernel;
  readonly variant: MicroVariant;
  readonly results: Float64Array;
  readonly cold: number;
  readonly samples: number[];
}

/** Seconds per kernel, variant and round. Tiny work means a smoke run: then it is enough that it runs. */
function secondsPerVariant({ accounts }: Parameters): number {
  return accounts < 1_000 ? 0.002 : 0.3;
}

async function run(parameters: Parameters, progress: (line: string) => void): Promise<Outcome> {
  const { accounts, instruments, seed, runs } = parameters;
  progress('writing the books');
  const kernels = [
    revalueKernel({ accounts, positions: 12, scenarios: 32, instruments: 1_000, seed }),
    ...(await bookKernels(accounts, seed)),
    ...pricingKernels(instruments, seed),
  ];
  const all = kernels.flatMap((kernel) => kernel.variants.map((variant) => firstPass(kernel, variant)));
  progress(`measuring ${all.length} variants in turn`);
  for (let round = 0; round < runs; round++) {
    for (const each of all) each.samples.push(...sampleMs(each.variant, secondsPerVariant(parameters)));
  }
  const timings = new Map(all.map((each) => [each, timingOf(each.samples, each.cold)] as const));
  const simd = all.filter(({ variant }) => variant.name === 'simd');
  const medians = simd.map((each) => timings.get(each)!.median);
  const total = medians.reduce((sum, each) => sum + each, 0);
  return {
    ...timingOf(medians, simd.reduce((sum, { cold }) => sum + cold, 0)),
    median: total,
    hash: hashOfAll(simd),
    note: 'the SIMD kernels: median is the sum of their medians, samples are their medians in the order of details',
    throughput: { perSecond: 1_000 / total, unit: 'passes over all kernels' },
    entrants: reportOthers(all, timings),
    details: Object.fromEntries(simd.map((each) => [each.kernel.name, kernelDetails(each, timings.get(each)!)])),
  };
}

function firstPass(kernel: MicroKernel, variant: MicroVariant): Measured {
  const cold = timed(() => variant.pass());
  return { kernel, variant, results: variant.results(), cold, samples: [] };
}

/** Milliseconds per pass, one number per sample of the package `benchmark`. */
function sampleMs(variant: MicroVariant, seconds: number): number[] {
  const options = { maxTime: seconds, minTime: seconds / 10, minSamples: 3 };
  const benchmark = new Benchmark(variant.name, () => variant.pass(), options);
  benchmark.run();
  // The package reports what a pass threw as a property, and has no samples then.
  const { error } = benchmark as unknown as { error?: Error };
  if (error !== undefined) throw error;
  return benchmark.stats.sample.map((each) => each * 1_000);
}

function reportOthers(all: readonly Measured[], timings: ReadonlyMap<Measured, Timing>): Record<string, EntrantReport> {
  const reports: Record<string, EntrantReport> = {};
  for (const each of all) {
    if (each.variant.name === 'simd') continue;
    const simd = all.find(({ kernel, variant }) => kernel === each.kernel && variant.name === 'simd')!;
    const name = `${each.kernel.name}/${each.variant.name}`;
    const comparison = compareColumns(each.results, simd.results);
    requireEqual(name, comparison);
    const inWasm = each.variant.name === 'scalar';
    const note = inWasm ? 'scalar twin in WASM' : 'the same formula in JavaScript, typed arrays';
    const timing = timings.get(each)!;
    reports[name] = entrantReport(timing, timings.get(simd)!.median, columnHash(each.results), comparison, note);
  }
  return reports;
}

function kernelDetails({ kernel, results }: Measured, timing: Timing): Record<string, unknown> {
  return {
    median: timing.median,
    mad: timing.mad,
    nanosecondsPerUnit: (timing.median * 1e6) / kernel.units,
    unit: kernel.unit,
    units: kernel.units,
    hash: columnHash(results),
  };
}

function hashOfAll(all: readonly Measured[]): string {
  const hash = createHash('sha256');
  for (const { results } of all) hash.update(columnHash(results));
  return hash.digest('hex');
}
