import { limits } from '../limits.ts';

/** Ids of commands that were applied, with their numbers: the last `limits.commandIdCountMax` of them. */
export interface AppliedIds {
  get(id: string): number | undefined;
  add(id: string, sequence: number): void;
  entries(): [string, number][];
}

export function appliedIds(): AppliedIds {
  const numbers = new Map<string, number>();
  return {
    get: (id) => numbers.get(id),
    add: (id, sequence) => {
      numbers.set(id, sequence);
      // Maps keep their order of insertion: the first is the oldest.
      if (numbers.size > limits.commandIdCountMax) numbers.delete(numbers.keys().next().value!);
    },
    entries: () => [...numbers],
  };
}
