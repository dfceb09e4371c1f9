import type { Arena } from '../columns/arena.ts';
import type { MarginModel } from '../margin/model.ts';

/**
 * Result columns of the last tick, one row per netting set, in (account, currency) order. Views: valid until the next
 * update.
 */
export interface ResultColumns {
  readonly accountIndex: Uint32Array;
  readonly currencyIndex: Uint8Array;
  readonly equity: Float64Array;
  readonly initialMargin: Float64Array;
  readonly maintenanceMargin: Float64Array;
  readonly worstCase: Float64Array;
  readonly rollShock: Float64Array;
  readonly deltaShock: Float64Array;
  readonly worstScenario: Int32Array;
  readonly status: Uint8Array;
  readonly fault: Uint8Array;
  /** Names of the model's components, and their amounts: `componentNames.length` per netting set, row after row. */
  readonly componentNames: readonly string[];
  readonly components: Float64Array;
}

/** Components of a grid model: result columns of their own. */
const gridComponents = ['worstCase', 'rollShock', 'deltaShock'];

/** Components of the requirement, in the order in which results hold them. */
export function componentNamesOf(model: MarginModel<unknown>): readonly string[] {
  return model.kind === 'grid' ? gridComponents : model.resultComponents;
}

/** The first `count` rows of the result columns. */
export function resultColumnsOf({ views }: Arena, model: MarginModel<unknown>, count: number): ResultColumns {
  const { nettingSet, result } = views;
  const componentNames = model.kind === 'portable' ? model.resultComponents : [];
  return {
    accountIndex: nettingSet.account.subarray(0, count),
    currencyIndex: nettingSet.currency.subarray(0, count),
    equity: result.equity.subarray(0, count),
    initialMargin: result.initialMargin.subarray(0, count),
    maintenanceMargin: result.maintenanceMargin.subarray(0, count),
    worstCase: result.worstCase.subarray(0, count),
    rollShock: result.rollShock.subarray(0, count),
    deltaShock: result.deltaShock.subarray(0, count),
    worstScenario: result.worstScenario.subarray(0, count),
    status: result.status.subarray(0, count),
    fault: result.fault.subarray(0, count),
    componentNames,
    components: result.components.subarray(0, count * componentNames.length),
  };
}

/** Components of the requirement of one netting set, by name. */
export function componentsOf({ views }: Arena, model: MarginModel<unknown>, set: number): Record<string, number> {
  const { result } = views;
  if (model.kind === 'grid') {
    const { worstCase, rollShock, deltaShock } = result;
    return { worstCase: worstCase[set], rollShock: rollShock[set], deltaShock: deltaShock[set] };
  }
  const names = model.resultComponents;
  return Object.fromEntries(names.map((name, index) => [name, result.components[set * names.length + index]]));
}
