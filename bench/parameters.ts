/** Parameters that most workloads have, so that each means the same everywhere. */
import { availableParallelism } from 'node:os';
import type { ParameterSpec } from './workload.ts';

export function accountsOf(full: number, smoke: number, meaning = 'accounts'): ParameterSpec {
  return { full, smoke, least: 1, meaning };
}

/** Of the book generator, which gives an account three at least. */
export const meanPositions: ParameterSpec = { full: 12, smoke: 5, least: 3, meaning: 'positions per account, on average' };

/** As many as the machine has processors. `least`: 0 where the calling thread alone can do the work. */
export function workersOf(smoke: number, least: number, meaning = 'worker threads'): ParameterSpec {
  return { full: availableParallelism(), smoke, least, meaning };
}

/** `what` is drawn from it. */
export function seedOf(what: string): ParameterSpec {
  return { full: 1, smoke: 1, least: 0, meaning: `of ${what}` };
}

export function roundsOf(full: number, meaning = 'rounds'): ParameterSpec {
  return { full, smoke: 1, least: 1, meaning };
}
