import type { EventBatch, TransitionNames } from '../account/events.ts';

/** Names for everything that the transitions of a batch point to: `#12` is row 12 of a table that is not at hand. */
export function namesIn({ transitions }: EventBatch, known: TransitionNames | null): TransitionNames {
  const named = <T>(rows: ArrayLike<number>, names: readonly T[], unnamed: (name: string) => T): T[] => {
    const list: T[] = [];
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (row >= 0) list[row] = names[row] ?? unnamed(`#${row}`);
    }
    return list;
  };
  const text = (name: string): string => name;
  return {
    accountIds: named(transitions.account, known?.accountIds ?? [], text),
    currencies: named(transitions.currency, known?.currencies ?? [], text),
    components: named(transitions.component, known?.components ?? [], text),
    instruments: named(transitions.instrument, known?.instruments ?? [], (name) => ({ name })),
  };
}
