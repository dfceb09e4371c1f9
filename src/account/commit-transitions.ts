import type { TransitionColumns } from './events.ts';
import type { AccountRules } from './rules.ts';
import { chosenTransitions, commit, type Proposals } from './scan.ts';
import type { SetStatus } from './set-status.ts';
import { MARGIN_CALL } from './status.ts';
import { cureAmount } from './status-machine.ts';

/** Puts transitions into effect and completes their columns: calls. `places` of the proposals; null: all. */
export function commitTransitions(
  status: SetStatus, found: Proposals, places: readonly number[] | null, rules: AccountRules, nowMs: number,
): TransitionColumns {
  const transitions = chosenTransitions(found, places);
  for (let row = 0; row < transitions.count; row++) {
    const place = places === null ? row : places[row];
    const set = found.sets[place];
    commit(status, found, place, rules, nowMs);
    status.calledAmount[set] = 0;
    if (transitions.to[row] !== MARGIN_CALL) continue;
    const seen = { balance: transitions.balanceAfter[row], initialMargin: transitions.initialAfter[row], maintenanceMargin: 0 };
    transitions.callAmount[row] = status.calledAmount[set] = Math.max(seen.initialMargin - seen.balance, 0);
    transitions.cureAmount[row] = cureAmount(seen, rules);
    transitions.dueMs[row] = status.dueMs[set];
  }
  return transitions;
}
