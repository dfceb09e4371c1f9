import { MargridError } from '../errors.ts';

/** Which clearing member every account belongs to. */
export interface ClearingMembers {
  readonly names: readonly string[];
  /** By account row: place in `names`. */
  readonly memberOf: Uint32Array;
}

/** Every account a member of its own. */
export function singleMembers(accountIds: readonly string[]): ClearingMembers {
  return { names: accountIds, memberOf: Uint32Array.from(accountIds.keys()) };
}

/** Accounts whose names agree up to a separator form a member: `M1/client-7` with `/` is of member `M1`. */
export function membersByPrefix(accountIds: readonly string[], separator: string): ClearingMembers {
  return named(
    accountIds.map((account) => {
      const end = account.indexOf(separator);
      return end < 0 ? account : account.slice(0, end);
    }),
  );
}

/**
 * By a table account → member; accounts that it lacks are members of their own. Throws `AccountUnknown` for names that
 * the book lacks.
 */
export function membersByTable(accountIds: readonly string[], table: ReadonlyMap<string, string>): ClearingMembers {
  const known = new Set(accountIds);
  for (const account of table.keys()) {
    if (!known.has(account))
      throw new MargridError('AccountUnknown', `the book has no account '${account}' of the member table`, {
        value: account,
      });
  }
  return named(accountIds.map((account) => table.get(account) ?? account));
}

function named(memberOf: readonly string[]): ClearingMembers {
  const places = new Map<string, number>();
  for (const name of memberOf) if (!places.has(name)) places.set(name, places.size);
  return { names: [...places.keys()], memberOf: Uint32Array.from(memberOf, (name) => places.get(name)!) };
}
