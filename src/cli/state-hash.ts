import type { AccountEngine } from '../account/account-engine.ts';
import { MargridError } from '../errors.ts';

/** Null if the last command changed the book: there are no margins of it yet. */
export function stateHashOf(engine: AccountEngine): string | null {
  try {
    return engine.stateHash();
  } catch (error) {
    if (error instanceof MargridError && error.code === 'EngineState') return null;
    throw error;
  }
}
