import { timingOf } from './statistics.ts';
import type { Timing } from './workload.ts';

/** Something to be timed. It times itself, because it may be another process, or a sample that is scaled. */
export interface Pass {
  readonly name: string;
  /** Does the work once; milliseconds. */
  run(): number | Promise<number>;
}

/**
 * Warm once the last passes differ by no more than this; a just-in-time compiler at work changes times by far more.
 */
const stableSpread = 0.05;
const stablePasses = 3;
const warmUpPassesMax = 12;
const warmUpMsMax = 3_000;

/**
 * Cold pass, warm-up until the times are stable, then `runs` rounds A B C, A B C, …: a slow moment of the machine
 * falls on all alike, so that ratios hold where single times do not.
 */
export async function measureInTurn(passes: readonly Pass[], runs: number): Promise<ReadonlyMap<string, Timing>> {
  const cold: number[] = [];
  for (const pass of passes) {
    cold.push(await pass.run());
    await warmUp(pass, runs);
  }
  const samples: number[][] = passes.map(() => []);
  for (let round = 0; round < runs; round++) {
    for (const [index, pass] of passes.entries()) samples[index].push(await pass.run());
  }
  return new Map(passes.map(({ name }, index) => [name, timingOf(samples[index], cold[index])] as const));
}

/** At most twice as many passes as will be measured: a smoke run of one round must not warm up for seconds. */
async function warmUp(pass: Pass, runs: number): Promise<void> {
  const start = performance.now();
  const recent: number[] = [];
  for (let count = 0; count < Math.min(warmUpPassesMax, 2 * runs); count++) {
    recent.push(await pass.run());
    if (recent.length > stablePasses) recent.shift();
    const spread = Math.max(...recent) / Math.min(...recent) - 1;
    if (recent.length === stablePasses && spread < stableSpread) return;
    if (performance.now() - start > warmUpMsMax) return;
  }
}

/** Milliseconds that `work` takes. */
export function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
