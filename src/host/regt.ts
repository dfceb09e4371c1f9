import {
  dataOfRow, firstPositionOf, floatsAt, groupEnd, groupOfRow, positionCountOf, rowOfSlot, shapeOfRow,
} from '../../assembly/portable/columns.ts';
import * as layout from '../../assembly/portable/layout.ts';
import * as regt from '../../assembly/portable/margin/regt-layout.ts';
import type { MarginFunction } from '../scalar/portable.ts';
import { classMargin, toDollars, type ClassParts } from '../strategy/class-margin.ts';
import type { ClassPosition, OptionLeg } from '../strategy/class-position.ts';
import type { SearchLimits } from '../strategy/optimal-pairing.ts';
import { leveraged, type StockRules } from '../strategy/rules.ts';

/** Sums of whole units are exact below 2^53. */
const unitsMax = 9e15;

const componentOf: Readonly<Record<keyof ClassParts, number>> = {
  naked: regt.COMPONENT_NAKED,
  spreads: regt.COMPONENT_SPREADS,
  boxes: regt.COMPONENT_BOXES,
  hedgedStock: regt.COMPONENT_HEDGED_STOCK,
  stock: regt.COMPONENT_STOCK,
  longOptions: regt.COMPONENT_LONG_OPTIONS,
};

/**
 * Margin function of `regt`: one account, class by class (risk groups are classes). Components are those of the maintenance
 * requirement.
 *
 * Reads   positions, instrument data, index prices, cash
 * Writes  the output block
 */
export const marginRegt: MarginFunction = (f, w, context, set, out) => {
  const first = firstPositionOf(w, context, set);
  const end = first + positionCountOf(w, context, set);
  const floats = floatsAt(w, context, layout.CONTEXT_MODEL_FLOATS);
  const limits: SearchLimits = {
    cellsMax: f[floats + regt.SEARCH_CELLS_MAX],
    nodesMax: f[floats + regt.SEARCH_NODES_MAX],
    nodeCellsMax: f[floats + regt.SEARCH_NODE_CELLS_MAX],
  };
  const stockRules = stockRulesOf(f, floats);
  let equity = f[floatsAt(w, context, layout.CONTEXT_SET_CASH) + set];
  let initial = f[floatsAt(w, context, layout.CONTEXT_SET_ADD_ON) + set];
  let maintenance = 0;
  const components = out + layout.OUT_COMPONENTS;
  f.fill(0, components, components + regt.REGT_COMPONENT_COUNT);
  f[out + layout.OUT_SCENARIO] = -1;
  for (let slot = first; slot < end; ) {
    const next = groupEnd(w, context, slot, end);
    const held = readClass(f, w, context, slot, next);
    if (held.fault >= 0) {
      f[out + layout.OUT_FAULT] = layout.FAULT_MODEL + held.fault;
      return;
    }
    const { position } = held;
    const rules = leveraged(stockRules, held.leverage);
    const kept = classMargin(position, rules, 'maintenance', limits);
    const opened = position.shares === 0 ? kept : classMargin(position, rules, 'initial', limits);
    const lasting = longTermValue(position);
    equity = equity + position.shares * position.price + toDollars(kept.boxValue + lasting);
    maintenance = maintenance + toDollars(kept.total);
    initial = initial + toDollars(opened.total);
    for (const part of Object.keys(componentOf) as (keyof ClassParts)[]) {
      f[components + componentOf[part]] = f[components + componentOf[part]] + toDollars(kept.parts[part]);
    }
    f[components + regt.COMPONENT_LONG_OPTION_VALUE] =
      f[components + regt.COMPONENT_LONG_OPTION_VALUE] + toDollars(longValue(position));
    f[components + regt.COMPONENT_GAP] =
      f[components + regt.COMPONENT_GAP] + toDollars(Math.max(kept.gap, opened.gap));
    slot = next;
  }
  f[out + layout.OUT_EQUITY] = equity;
  f[out + layout.OUT_INITIAL] = initial;
  f[out + layout.OUT_MAINTENANCE] = maintenance;
};

interface HeldClass {
  readonly position: ClassPosition;
  readonly leverage: number;
  /** Index of the model's fault; -1 if there is none. */
  readonly fault: number;
}

function readClass(f: Float64Array, w: Int32Array, context: number, first: number, end: number): HeldClass {
  const quantities = floatsAt(w, context, layout.CONTEXT_POSITION_QUANTITY);
  const sizes = floatsAt(w, context, layout.CONTEXT_INSTRUMENT_SIZE);
  const head = rowOfSlot(w, context, first);
  const price = f[floatsAt(w, context, layout.CONTEXT_GROUP_INDEX_PRICE) + groupOfRow(w, context, head)];
  const leverage = f[dataOfRow(w, context, head) + regt.DATA_LEVERAGE];
  const options: OptionLeg[] = [];
  const pools = new Map<number, number>();
  let shares = 0;
  let fault = -1;
  let amount = 0;
  for (let slot = first; slot < end; slot++) {
    const row = rowOfSlot(w, context, slot);
    const quantity = f[quantities + slot];
    const size = f[sizes + row];
    const shape = shapeOfRow(w, context, row);
    if (shape < layout.SHAPE_CALL) {
      shares = shares + quantity * size;
      continue;
    }
    if (!Number.isInteger(quantity)) fault = regt.REGT_FAULT_FRACTION;
    const data = dataOfRow(w, context, row);
    const leg = optionLeg(f, data, quantity, size, shape === layout.SHAPE_CALL, pools);
    amount += Math.abs(quantity) * (leg.strike + f[data + regt.DATA_NAKED]);
    options.push(leg);
  }
  if (fault < 0 && amount + Math.abs(shares * price) * 1e4 > unitsMax) fault = regt.REGT_FAULT_SIZE;
  return { position: { options, shares, price }, leverage, fault };
}

function optionLeg(
  f: Float64Array, data: number, count: number, size: number, isCall: boolean, pools: Map<number, number>,
): OptionLeg {
  const isEuropean = f[data + regt.DATA_EUROPEAN] === 1;
  const poolKey = isEuropean ? -size : size;
  const pool = pools.get(poolKey) ?? pools.size;
  pools.set(poolKey, pool);
  return {
    isCall,
    strike: f[data + regt.DATA_STRIKE],
    expiry: f[data + regt.DATA_EXPIRY],
    pool,
    size,
    count,
    mark: f[data + regt.DATA_MARK],
    naked: count < 0 ? f[data + regt.DATA_NAKED] : 0,
    loanValue: count > 0 ? f[data + regt.DATA_LOAN] : 0,
    isCashSettledEuropean: f[data + regt.DATA_CASH_SETTLED] === 1,
  };
}

/** Long options beyond nine months count in equity; what they require is in `longOptions`. */
function longTermValue({ options }: ClassPosition): number {
  return options.reduce((sum, leg) => sum + (leg.count > 0 && leg.loanValue > 0 ? leg.count * leg.mark : 0), 0);
}

function longValue({ options }: ClassPosition): number {
  return options.reduce((sum, leg) => sum + (leg.count > 0 ? leg.count * leg.mark : 0), 0);
}

function stockRulesOf(f: Float64Array, floats: number): StockRules {
  const rate = (at: number): number => f[floats + at];
  return {
    longInitial: rate(regt.STOCK_LONG_INITIAL),
    longMaintenance: rate(regt.STOCK_LONG_MAINTENANCE),
    shortInitial: rate(regt.STOCK_SHORT_INITIAL),
    shortMaintenance: rate(regt.STOCK_SHORT_MAINTENANCE),
    shortMinimum: rate(regt.STOCK_SHORT_MINIMUM),
    lowPrice: rate(regt.STOCK_LOW_PRICE),
    lowPriceRate: rate(regt.STOCK_LOW_PRICE_RATE),
    lowPriceMinimum: rate(regt.STOCK_LOW_PRICE_MINIMUM),
    protectedRate: rate(regt.STOCK_PROTECTED_RATE),
    collarCallRate: rate(regt.STOCK_COLLAR_CALL_RATE),
    boxRate: rate(regt.BOX_RATE),
  };
}
