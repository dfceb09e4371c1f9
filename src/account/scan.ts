import { STATUS_HEALTHY } from '../../assembly/portable/layout.ts';
import { emptyTransitions, type TransitionColumns } from './events.ts';
import type { AccountRules } from './rules.ts';
import type { SetStatus } from './set-status.ts';
import { HEALTHY, LIQUIDATION, MARGIN_CALL, POOLED, QUARANTINED, transitionReasons, type TransitionReason } from './status.ts';
import { never, nextStep, timersAfter, type Observation, type Step, type Timers } from './status-machine.ts';

/** Result columns of a tick as the scan reads them, one element per netting set. */
export interface ScanInputs {
  readonly equity: Float64Array;
  readonly initialMargin: Float64Array;
  readonly maintenanceMargin: Float64Array;
  /** What the margin kernel made of the three. */
  readonly kernelStatus: Uint8Array;
  /** Sums of the adjustments; null if there are none. */
  readonly balanceAdded: Float64Array | null;
  readonly initialAdded: Float64Array | null;
  readonly maintenanceAdded: Float64Array | null;
  /** 1 where the set is pooled; null if none is. */
  readonly pooled: Uint8Array | null;
  /** Smallest call, by currency row. */
  readonly minimumTransfer: Float64Array;
  readonly account: Uint32Array;
  readonly currency: Uint8Array;
}

/** Transitions that a tick proposes: the columns of the events, and the netting sets that they are of. */
export interface Proposals {
  count: number;
  sets: Uint32Array;
  columns: TransitionColumns;
}

/**
 * Compares every netting set with the rules: balances and requirements go into the columns of `status`, sets whose
 * level changes into the proposals. Levels themselves stay until `commit`. In (account, currency) order, so that events
 * are the same for any number of workers.
 */
export function scanStatuses(status: SetStatus, inputs: ScanInputs, rules: AccountRules, nowMs: number, found: Proposals): void {
  found.count = 0;
  const { equity, initialMargin, maintenanceMargin, balanceAdded, initialAdded, pooled, kernelStatus } = inputs;
  const { level, count } = status;
  const isPlain = balanceAdded === null && initialAdded === null && pooled === null;
  if (!isPlain || !isKernelStatusEnough(rules)) {
    scanAdjusted(status, inputs, rules, nowMs, found);
    return;
  }
  // Nearly all sets of a book are healthy and stay so, and the kernel has said that already. Both codes are zero: four
  // sets are passed by two comparisons.
  const fourLevels = new Uint32Array(level.buffer, level.byteOffset, count >> 2);
  const fourStatuses = new Uint32Array(kernelStatus.buffer, kernelStatus.byteOffset, count >> 2);
  for (let first = 0; first < count; first += 4) {
    if (fourLevels[first >> 2] === 0 && fourStatuses[first >> 2] === 0) continue;
    const end = Math.min(first + 4, count);
    for (let set = first; set < end; set++) {
      const b = equity[set];
      const i = initialMargin[set];
      if (level[set] === HEALTHY ? kernelStatus[set] === STATUS_HEALTHY : isWaiting(status, rules, nowMs, set, b, i, maintenanceMargin[set])) continue;
      consider(status, inputs, rules, nowMs, found, set, b, i, maintenanceMargin[set]);
    }
  }
  status.balance.set(equity);
  status.initialMargin.set(initialMargin);
  status.maintenanceMargin.set(maintenanceMargin);
}

/**
 * Whether a set plainly stays in its call or its liquidation, with its timers as they are: what `consider` would find
 * too, without an object. False says nothing.
 */
function isWaiting(status: SetStatus, rules: AccountRules, nowMs: number, set: number, b: number, i: number, m: number): boolean {
  const { marginCall, liquidation } = rules;
  const isBelow = b < i * marginCall.enterBelow;
  if (!(b >= 0) || isBelow !== (status.belowSinceMs[set] !== never)) return false;
  const isAtMaintenance = m > 0 && b <= m * liquidation.enterAt;
  if (status.level[set] === LIQUIDATION) return isAtMaintenance;
  const isCalled = status.level[set] === MARGIN_CALL && nowMs < status.liquidateAtMs[set];
  return isCalled && b < i * marginCall.cureTo && m >= 0 && !isAtMaintenance;
}

/** Whether a set that the kernel calls healthy is so by the rules: B >= I, and B > M if M > 0. */
function isKernelStatusEnough({ restricted, marginCall, liquidation }: AccountRules): boolean {
  return restricted.enterBelow <= 1 && marginCall.enterBelow <= 1 && liquidation.enterAt <= 1;
}

/** The same with amounts that the kernel does not know. A healthy set passes with four comparisons. */
function scanAdjusted(status: SetStatus, inputs: ScanInputs, rules: AccountRules, nowMs: number, found: Proposals): void {
  const { equity, initialMargin, maintenanceMargin, balanceAdded, initialAdded, maintenanceAdded, pooled } = inputs;
  const { level, balance, initialMargin: initialOf, maintenanceMargin: maintenanceOf } = status;
  const enough = Math.max(rules.restricted.enterBelow, rules.marginCall.enterBelow);
  const { enterAt } = rules.liquidation;
  for (let set = 0; set < status.count; set++) {
    let b = equity[set];
    let i = initialMargin[set];
    let m = maintenanceMargin[set];
    if (balanceAdded !== null) b += balanceAdded[set];
    if (initialAdded !== null) i += initialAdded[set];
    if (maintenanceAdded !== null) m += maintenanceAdded[set];
    const isSafe = level[set] === HEALTHY && b >= 0 && b >= i * enough && (b > m * enterAt || m <= 0);
    if (!isSafe || pooled !== null) consider(status, inputs, rules, nowMs, found, set, b, i, m);
    const isKnown = b - b + (i - i) + (m - m) === 0;
    balance[set] = isKnown ? b : NaN;
    initialOf[set] = isKnown ? i : NaN;
    maintenanceOf[set] = isKnown ? m : NaN;
  }
}

/** A set that is not plainly healthy: runs the status machine. The columns of `status` still hold the tick before. */
function consider(
  status: SetStatus, inputs: ScanInputs, rules: AccountRules, nowMs: number, found: Proposals, set: number,
  balance: number, initialMargin: number, maintenanceMargin: number,
): void {
  const seen: Observation = { balance, initialMargin, maintenanceMargin };
  const present = status.level[set];
  const propose = (to: number, reason: TransitionReason): void => add(status, inputs, found, set, seen, to, reason);
  if (inputs.pooled !== null && inputs.pooled[set] === 1) {
    if (present !== POOLED) propose(POOLED, 'joined-pool');
    return;
  }
  const isKnown = Number.isFinite(seen.balance) && Number.isFinite(seen.initialMargin) && Number.isFinite(seen.maintenanceMargin);
  if (!isKnown) {
    if (present !== QUARANTINED) propose(QUARANTINED, 'quarantined');
    return;
  }
  const timers = timersOf(status, set);
  const isReturning = present === QUARANTINED || present === POOLED;
  const level = isReturning ? status.levelBefore[set] : present;
  const step = nextStep(level, seen, timers, rules, inputs.minimumTransfer[inputs.currency[set]], nowMs);
  if (isReturning) propose(step?.level ?? level, step?.reason ?? (present === POOLED ? 'left-pool' : 'released'));
  else if (step !== null) propose(step.level, step.reason);
  else setTimers(status, set, timersAfter(null, level, seen, timers, rules, nowMs));
}

function add(
  status: SetStatus, inputs: ScanInputs, found: Proposals, set: number, seen: Observation, to: number, reason: TransitionReason,
): void {
  if (found.count === found.sets.length) grow(found);
  const place = found.count++;
  const { columns } = found;
  found.sets[place] = set;
  columns.account[place] = inputs.account[set];
  columns.currency[place] = inputs.currency[set];
  columns.from[place] = status.level[set];
  columns.to[place] = to;
  columns.reason[place] = transitionReasons.indexOf(reason);
  columns.balanceBefore[place] = status.balance[set];
  columns.initialBefore[place] = status.initialMargin[set];
  columns.maintenanceBefore[place] = status.maintenanceMargin[set];
  const isKnown = to !== QUARANTINED;
  columns.balanceAfter[place] = isKnown ? seen.balance : NaN;
  columns.initialAfter[place] = isKnown ? seen.initialMargin : NaN;
  columns.maintenanceAfter[place] = isKnown ? seen.maintenanceMargin : NaN;
}

/** Puts a proposed transition into effect: level and timers. */
export function commit(status: SetStatus, found: Proposals, place: number, rules: AccountRules, nowMs: number): void {
  const set = found.sets[place];
  const { columns } = found;
  const from = columns.from[place];
  const to = columns.to[place];
  status.level[set] = to;
  status.sinceMs[set] = nowMs;
  // Timers of a set that nobody can judge stand still; its level waits.
  if (to === QUARANTINED || to === POOLED) {
    if (from !== QUARANTINED && from !== POOLED) status.levelBefore[set] = from;
    return;
  }
  const step: Step = { level: to, reason: transitionReasons[columns.reason[place]] };
  const seen = { balance: columns.balanceAfter[place], initialMargin: columns.initialAfter[place], maintenanceMargin: columns.maintenanceAfter[place] };
  const isReturn = step.reason === 'released' || step.reason === 'left-pool';
  setTimers(status, set, timersAfter(isReturn ? null : step, to, seen, timersOf(status, set), rules, nowMs));
  // A call that stood while the set was away stands with its own due time.
  if (to !== MARGIN_CALL) status.dueMs[set] = NaN;
  else if (!isReturn) status.dueMs[set] = nowMs + rules.marginCall.dueMs;
}

function timersOf(status: SetStatus, set: number): Timers {
  return { belowSinceMs: status.belowSinceMs[set], liquidateAtMs: status.liquidateAtMs[set] };
}

function setTimers(status: SetStatus, set: number, { belowSinceMs, liquidateAtMs }: Timers): void {
  status.belowSinceMs[set] = belowSinceMs;
  status.liquidateAtMs[set] = liquidateAtMs;
}

const firstCapacity = 1_024;

export function noProposals(): Proposals {
  return { count: 0, sets: new Uint32Array(firstCapacity), columns: emptyTransitions(firstCapacity) };
}

function grow(found: Proposals): void {
  const capacity = found.sets.length * 2;
  const sets = new Uint32Array(capacity);
  sets.set(found.sets);
  const columns = emptyTransitions(capacity);
  for (const [name, column] of Object.entries(columns)) {
    if (typeof column !== 'number') (column as Float64Array).set((found.columns as unknown as Record<string, Float64Array>)[name]);
  }
  found.sets = sets;
  found.columns = columns;
}

/** The proposals that happen, in order, as columns of their own. */
export function chosenTransitions(found: Proposals, places: readonly number[] | null): TransitionColumns {
  const count = places === null ? found.count : places.length;
  const cut = (column: Float64Array): Float64Array => {
    const chosen = column.slice(0, count);
    if (places !== null) for (let i = 0; i < count; i++) chosen[i] = column[places[i]];
    return chosen;
  };
  const columns = Object.entries(found.columns as unknown as Readonly<Record<string, number | Float64Array>>);
  const chosen = columns.map(([name, column]) => [name, typeof column === 'number' ? count : cut(column)] as const);
  return Object.fromEntries(chosen) as unknown as TransitionColumns;
}
