import { amountOf, decimalsOf, minorOf } from '../money/minor-units.ts';
import { levelNames, transitionReasons, type LevelName, type TransitionReason } from './status.ts';

/** Values that a journal and a snapshot can hold: JSON, whole numbers of any size, and columns. */
export type Storable =
  | null
  | boolean
  | number
  | string
  | bigint
  | Float64Array
  | Uint32Array
  | Int32Array
  | Uint8Array
  | BigInt64Array
  | readonly Storable[]
  | { readonly [field: string]: Storable | undefined };

/** Something that a module reports, with whatever belongs to it. */
export interface ModuleEvent {
  /** Name of the module: `ledger`, `guard` … */
  readonly module: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, Storable>>;
}

/**
 * Transitions of one tick, a column each, in netting set order: a storm changes tens of thousands of sets at once.
 * Amounts in settlement currency; NaN where nothing was known.
 */
export interface TransitionColumns {
  readonly count: number;
  /** Account row and currency row of the netting set. */
  readonly account: Uint32Array;
  readonly currency: Uint8Array;
  /** Levels (`status.ts`). */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** Place in `transitionReasons`. */
  readonly reason: Uint8Array;
  /** Binding scenario at this tick, -1 if none. */
  readonly scenario: Int32Array;
  /** Place of the largest component of the requirement in the model's list, -1 if unknown. */
  readonly component: Int32Array;
  /**
   * Market row of the instrument whose change of value moved the balance most since the tick before, -1 if none did.
   */
  readonly instrument: Int32Array;
  /** Its price at the tick before and at this one, quote currency per base unit. */
  readonly priceBefore: Float64Array;
  readonly priceAfter: Float64Array;
  readonly balanceBefore: Float64Array;
  readonly balanceAfter: Float64Array;
  readonly initialBefore: Float64Array;
  readonly initialAfter: Float64Array;
  readonly maintenanceBefore: Float64Array;
  readonly maintenanceAfter: Float64Array;
  /**
   * What a call asks for: what is missing to initial margin; 0 unless a call is issued. In words rounded up to minor
   * units.
   */
  readonly callAmount: Float64Array;
  /** What ends the call: what is missing to `cureTo` times initial margin. */
  readonly cureAmount: Float64Array;
  /** Due time of a call, UTC milliseconds; NaN unless one is issued. */
  readonly dueMs: Float64Array;
}

/** What one command led to. Events are numbered without gaps: module events first, transitions after them. */
export interface EventBatch {
  /** Number of the command, from 1. */
  readonly sequence: number;
  readonly timeMs: number;
  /** Number of the first event of the batch, from 1. */
  readonly firstEvent: number;
  readonly events: readonly ModuleEvent[];
  readonly transitions: TransitionColumns;
}

/** One transition in words. */
export interface Transition {
  readonly event: number;
  readonly timeMs: number;
  readonly account: string;
  readonly currency: string;
  readonly from: LevelName;
  readonly to: LevelName;
  readonly reason: TransitionReason;
  /** Which price moved the balance most, with its old and its new value; null if none did or none is known. */
  readonly price: { readonly instrument: string; readonly before: number; readonly after: number } | null;
  readonly scenario: number;
  readonly component: string | null;
  readonly before: Requirement;
  readonly after: Requirement;
  readonly call: { readonly amount: number; readonly cureAmount: number; readonly dueMs: number } | null;
}

export interface Requirement {
  readonly balance: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

/** Names that the columns of a transition point to. */
export interface TransitionNames {
  readonly accountIds: readonly string[];
  readonly currencies: readonly string[];
  readonly components: readonly string[];
  readonly instruments: readonly { readonly name: string }[];
}

/** A transition of a batch as an object. */
export function transitionOf(batch: EventBatch, index: number, names: TransitionNames): Transition {
  const { transitions: columns, events, firstEvent, timeMs } = batch;
  const instrument = columns.instrument[index];
  const dueMs = columns.dueMs[index];
  const currency = names.currencies[columns.currency[index]];
  return {
    event: firstEvent + events.length + index,
    timeMs,
    account: names.accountIds[columns.account[index]],
    currency,
    from: levelNames[columns.from[index]],
    to: levelNames[columns.to[index]],
    reason: transitionReasons[columns.reason[index]],
    price:
      instrument < 0
        ? null
        : {
            instrument: names.instruments[instrument].name,
            before: columns.priceBefore[index],
            after: columns.priceAfter[index],
          },
    scenario: columns.scenario[index],
    component: names.components[columns.component[index]] ?? null,
    before: {
      balance: columns.balanceBefore[index],
      initialMargin: columns.initialBefore[index],
      maintenanceMargin: columns.maintenanceBefore[index],
    },
    after: {
      balance: columns.balanceAfter[index],
      initialMargin: columns.initialAfter[index],
      maintenanceMargin: columns.maintenanceAfter[index],
    },
    call: Number.isNaN(dueMs)
      ? null
      : {
          amount: amountCalled(columns.callAmount[index], currency),
          cureAmount: amountCalled(columns.cureAmount[index], currency),
          dueMs,
        },
  };
}

/** An amount as it is called for: rounded up to minor units. */
export function amountCalled(amount: number, currency: string): number {
  const decimals = decimalsOf(currency);
  return amountOf(minorOf(amount, decimals, 'up'), decimals);
}

/** Columns for `count` transitions. */
export function emptyTransitions(count: number): TransitionColumns {
  const amounts = (): Float64Array => new Float64Array(count);
  return {
    count,
    account: new Uint32Array(count),
    currency: new Uint8Array(count),
    from: new Uint8Array(count),
    to: new Uint8Array(count),
    reason: new Uint8Array(count),
    scenario: new Int32Array(count).fill(-1),
    component: new Int32Array(count).fill(-1),
    instrument: new Int32Array(count).fill(-1),
    priceBefore: amounts().fill(NaN),
    priceAfter: amounts().fill(NaN),
    balanceBefore: amounts(),
    balanceAfter: amounts(),
    initialBefore: amounts(),
    initialAfter: amounts(),
    maintenanceBefore: amounts(),
    maintenanceAfter: amounts(),
    callAmount: amounts(),
    cureAmount: amounts(),
    dueMs: amounts().fill(NaN),
  };
}
