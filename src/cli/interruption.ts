import { MargridError } from '../errors.ts';

/**
 * Ctrl-C or a termination request, as an AbortSignal: what is being written is then removed, never left half-done under
 * its name.
 *
 * Only for commands that write files. The others have nothing to clean up, and a process without a handler ends at
 * once, where one with a
 * handler would first have to come back from a minute of computing.
 */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort(new MargridError('Interrupted', 'interrupted'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

export function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new MargridError('Interrupted', 'interrupted');
}

/**
 * 70: an error of margrid itself (EX_SOFTWARE of sysexits.h). The last two as shells count signals: 128 and SIGINT, 128
 * and SIGPIPE.
 */
export const exitCodes = {
  ok: 0,
  checkFailed: 1,
  badInput: 2,
  internal: 70,
  interrupted: 130,
  readerLeft: 141,
} as const;
