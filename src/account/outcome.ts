import type { MargridError } from '../errors.ts';
import type { EventBatch } from './events.ts';

/** What became of a command. */
export interface Outcome {
  /** Number of the command. */
  readonly sequence: number;
  /** The command had been applied before: nothing happened now, and there is no batch. */
  readonly repeated: boolean;
  readonly batch: EventBatch | null;
}

/** Outcome of one of several commands: the others are applied although this one was refused. */
export type OutcomeOrRefusal = Outcome | { readonly refused: MargridError };
