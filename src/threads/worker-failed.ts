import { MargridError } from '../errors.ts';

/** What a failure says of itself. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}

/** `WorkerFailed`. `place`: where it was, as in "in batch 3". */
export function workerFailed(place: string, reason: string): MargridError {
  return new MargridError('WorkerFailed', `a worker failed ${place}: ${reason}`);
}
