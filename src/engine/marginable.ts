import type { Book } from '../domain/book.ts';
import { MargridError } from '../errors.ts';
import type { MarginModel } from '../margin/model.ts';
import type { InstrumentRows } from './instrument-rows.ts';

/**
 * Throws unless a grid model has parameters for every risk group of the market. Portable models refuse instrument by
 * instrument instead: who holds one gets no margin, the others do.
 */
export function requireMarginable(
  book: Book,
  rows: InstrumentRows,
  model: MarginModel<unknown>,
  params: unknown,
): void {
  if (model.kind === 'portable') return;
  const held = new Set<number>();
  for (const instrument of book.positions.instrumentIndex) held.add(rows.group[rows.rowOf[instrument]]);
  rows.groups.forEach((group, index) => {
    const reason = model.refusal(group, params);
    if (reason === null) return;
    const use = held.has(index) ? 'held in the book' : 'in the market';
    throw new MargridError('ParameterInvalid', `model ${model.name} cannot margin ${group.name} (${use}): ${reason}`, {
      value: group.name,
    });
  });
}
