import type { Engine } from '../engine/engine.ts';
import { MargridError } from '../errors.ts';

/** Account rows by name: they stay what they are, and new accounts come after them. */
export class AccountRows {
  readonly #rowOf = new Map<string, number>();

  /** Throws `AccountUnknown` unless the account may be missing: then it is -1. */
  find({ accountIds }: Engine, account: string, mayBeMissing = false): number {
    for (let row = this.#rowOf.size; row < accountIds.length; row++) this.#rowOf.set(accountIds[row], row);
    const row = this.#rowOf.get(account);
    if (row !== undefined || mayBeMissing) return row ?? -1;
    throw new MargridError('AccountUnknown', `the book has no account '${account}'`, {
      column: 'account',
      value: account,
    });
  }
}
