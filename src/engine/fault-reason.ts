import {
  FAULT_COMPONENT,
  FAULT_INPUT,
  FAULT_INPUT_MISSING,
  FAULT_MODEL,
  FAULT_NONE,
  FAULT_REFUSED,
  TERM_COUNT,
  TERM_VALUE,
} from '../../assembly/portable/layout.ts';
import type { BookColumns } from './book-columns.ts';
import type { TickSetup } from './tick-inputs.ts';

/** Why a netting set is quarantined, in words; null if it is not. `reasons`: of accounts whose input was bad. */
export function faultReason(
  setup: TickSetup,
  book: BookColumns,
  reasons: ReadonlyMap<number, string>,
  set: number,
): string | null {
  const { nettingSet, result } = setup.arena.views;
  const fault = result.fault[set];
  if (fault === FAULT_NONE) return null;
  if (fault === FAULT_INPUT) return reasons.get(nettingSet.account[set]) ?? 'bad input';
  if (fault >= FAULT_MODEL) return modelReason(setup, fault);
  if (fault === FAULT_REFUSED && nettingSet.fault[set] === FAULT_REFUSED) {
    return `the account has open orders, which the model ${setup.model.name} has no margin for`;
  }
  const isInstrumentFault = fault === FAULT_REFUSED || fault === FAULT_INPUT_MISSING;
  for (const row of heldRows(setup, book, set)) {
    const reason = isInstrumentFault ? (setup.faults?.reasonOf(row) ?? null) : marketReason(setup, row);
    if (reason !== null) return reason;
  }
  return 'a sum is not finite';
}

function modelReason({ model }: TickSetup, fault: number): string {
  if (model.kind !== 'portable') return `fault ${fault}`;
  if (fault < FAULT_COMPONENT) return model.faults[fault - FAULT_MODEL] ?? `fault ${fault}`;
  return `the model ${model.name} gave no number for its component ${model.resultComponents[fault - FAULT_COMPONENT]}`;
}

function* heldRows({ arena }: TickSetup, book: BookColumns, set: number): Generator<number> {
  const { firstPosition, positionCount, orderCount } = arena.views.nettingSet;
  const end = firstPosition[set] + positionCount[set] + orderCount[set];
  for (let slot = firstPosition[set]; slot < end; slot++) yield book.rowAt(slot);
}

/** A poisoned row is NaN throughout. */
function marketReason({ arena, modelRows, model }: TickSetup, row: number): string | null {
  const { riskArray } = arena.views;
  const width = riskArray.row.length / modelRows.instruments.length;
  const probe = model.kind === 'grid' ? riskArray.terms[row * TERM_COUNT + TERM_VALUE] : riskArray.row[row * width];
  return Number.isNaN(probe) ? `a price or volatility of ${modelRows.instruments[row].name} is bad` : null;
}
