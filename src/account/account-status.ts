import { amountCalled } from './events.ts';
import type { AccountRules } from './rules.ts';
import type { SetStatus } from './set-status.ts';
import { levelNames, MARGIN_CALL, type LevelName } from './status.ts';
import { cureAmount } from './status-machine.ts';

/** How a netting set stands. Amounts in its currency. */
export interface AccountStatus {
  readonly currency: string;
  readonly level: LevelName;
  /** Since when, UTC milliseconds; NaN before the first tick. */
  readonly sinceMs: number;
  readonly balance: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  /** Balance less initial margin. */
  readonly freeMargin: number;
  /** Maintenance margin / balance; Infinity if there is a requirement and no balance. */
  readonly marginRatio: number;
  /** Amounts by name that count besides the model's. */
  readonly adjustments: Readonly<Record<string, number>>;
  readonly call: { readonly amount: number; readonly cureAmount: number; readonly dueMs: number } | null;
}

/** How netting set `set`, in `currency`, stands; `adjustments` by name. */
export function statusOf(
  columns: SetStatus, set: number, currency: string, adjustments: Readonly<Record<string, number>>, rules: AccountRules,
): AccountStatus {
  const { level, sinceMs, balance, initialMargin, maintenanceMargin, dueMs } = columns;
  const isCalled = level[set] === MARGIN_CALL;
  const ratio = maintenanceMargin[set] / balance[set];
  return {
    currency,
    level: levelNames[level[set]],
    sinceMs: sinceMs[set],
    balance: balance[set],
    initialMargin: initialMargin[set],
    maintenanceMargin: maintenanceMargin[set],
    freeMargin: balance[set] - initialMargin[set],
    marginRatio: maintenanceMargin[set] > 0 && !(balance[set] > 0) ? Infinity : maintenanceMargin[set] === 0 ? 0 : ratio,
    adjustments,
    call: isCalled
      ? {
          amount: amountCalled(Math.max(initialMargin[set] - balance[set], 0), currency),
          cureAmount: amountCalled(cureAmount({ balance: balance[set], initialMargin: initialMargin[set], maintenanceMargin: 0 }, rules), currency),
          dueMs: dueMs[set],
        }
      : null,
  };
}
