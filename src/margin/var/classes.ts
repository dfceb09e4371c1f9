import type { ModelRows } from '../model.ts';
import type { VarParams } from './params.ts';

/** Everything on one underlying: fully netted. */
export interface VarClass {
  /** Lower-case symbol. */
  readonly name: string;
  /** Row of the offset groups. */
  readonly group: number;
  /** Infinity: none. */
  readonly threshold: number;
  readonly rate: number;
}

/**
 * Classes of the rows, in their order, and how much may be offset inside each offset group: those of the parameters,
 * then one for every class that is in none (with nothing in it to offset).
 */
export function classesOf(
  { instruments }: ModelRows,
  { diversification, underlyings, concentration }: VarParams,
): { readonly classes: readonly VarClass[]; readonly groupOffsets: readonly number[] } {
  const named = [...diversification.groups.values()];
  const groupOffsets = named.map(({ offset }) => offset);
  const names = [...new Set(instruments.map(({ baseCurrency }) => baseCurrency.toLowerCase()))];
  const classes = names.map((name) => {
    let group = named.findIndex((each) => each.underlyings.includes(name));
    if (group < 0) group = groupOffsets.push(1) - 1;
    const limit = concentration ? (underlyings.get(name)?.concentration ?? null) : null;
    return { name, group, threshold: limit?.threshold ?? Infinity, rate: limit?.rate ?? 0 };
  });
  return { classes, groupOffsets };
}
