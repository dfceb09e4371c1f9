import { MargridError } from '../errors.ts';

export function requireNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new MargridError('Interrupted', 'the run was interrupted');
}
