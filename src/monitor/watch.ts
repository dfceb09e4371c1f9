import {
  SCALAR_MAINTENANCE_FACTOR,
  STATUS_LIQUIDATION,
  STATUS_QUARANTINED,
} from '../../assembly/portable/layout.ts';
import { THRESHOLD_COUNT_MAX } from '../../assembly/portable/certificate-layout.ts';
import type { Arena } from '../columns/arena.ts';
import { statusNames } from '../engine/totals.ts';
import { MargridError } from '../errors.ts';
import type { HealthFactors } from './box.ts';

/**
 * A level that a monitor watches: an account is across it where equity < requirementFactor x (worst case + roll shock +
 * delta shock) + addOnFactor x add-on. A warning at 90% of maintenance has 0.9 x the model's maintenance factor,
 * bankruptcy has 0.
 */
export interface WatchedThreshold {
  readonly name: string;
  readonly requirementFactor: number;
  /** Default 0. */
  readonly addOnFactor?: number;
}

/**
 * `liquidation`: in liquidation or not. `statuses`: the model's statuses, margin calls too. Thresholds: a status is the
 * set of those that are crossed.
 */
export type Watched = 'liquidation' | 'statuses' | readonly WatchedThreshold[];

/** Status of a quarantined set where the others are sets of thresholds. */
export const quarantinedBits = 255;
/** Names of the statuses that `liquidation` can tell apart, by code. */
const liquidationNames = ['not-in-liquidation', 'not-in-liquidation', 'liquidation', 'quarantined'] as const;

const liquidationCodes = Uint8Array.of(0, 0, STATUS_LIQUIDATION, STATUS_QUARANTINED);
const kernelCodes = Uint8Array.of(0, 1, STATUS_LIQUIDATION, STATUS_QUARANTINED);

export interface Watch {
  /** What a certificate must not let pass. */
  readonly thresholds: readonly HealthFactors[];
  readonly thresholdNames: readonly string[];
  /** Code of a quarantined set. */
  readonly quarantined: number;
  readonly nameOf: (status: number) => string;
  /** Status of a set that has just been evaluated, from its result columns. */
  readonly statusOf: (set: number) => number;
  /** Health by threshold of a set that has just been evaluated: equity less requirement. */
  readonly healthOf: (set: number, threshold: number) => number;
  /** Status by that of the kernel, where nothing else matters. */
  readonly ofKernel: Uint8Array | null;
}

/** The arena must hold a tick's inputs: the maintenance factor is the model's. */
export function watchOf(watched: Watched, arena: Arena): Watch {
  const { result } = arena.views;
  const maintenance: HealthFactors = { requirement: arena.contextScalars[SCALAR_MAINTENANCE_FACTOR], addOn: 0 };
  if (watched === 'liquidation') {
    return {
      thresholds: [maintenance],
      thresholdNames: ['liquidation'],
      quarantined: STATUS_QUARANTINED,
      nameOf: (status) => liquidationNames[status],
      statusOf: (set) => liquidationCodes[result.status[set]],
      healthOf: modelHealth(arena),
      ofKernel: liquidationCodes,
    };
  }
  if (watched === 'statuses') {
    return {
      thresholds: [maintenance, { requirement: 1, addOn: 1 }],
      thresholdNames: ['liquidation', 'margin-call'],
      quarantined: STATUS_QUARANTINED,
      nameOf: (status) => statusNames[status],
      statusOf: (set) => result.status[set],
      healthOf: modelHealth(arena),
      ofKernel: kernelCodes,
    };
  }
  return thresholdWatch(watched, arena);
}

/** By the model's own requirements: maintenance, then initial margin. */
function modelHealth(arena: Arena): Watch['healthOf'] {
  const { equity, initialMargin, maintenanceMargin } = arena.views.result;
  return (set, threshold) => equity[set] - (threshold === 0 ? maintenanceMargin : initialMargin)[set];
}

/** Throws `OptionInvalid`. `hasMatrix`: the model has the components that factors multiply. */
export function requireWatched(watched: Watched, hasMatrix: boolean): void {
  if (watched === 'liquidation' || watched === 'statuses') return;
  if (!hasMatrix) {
    const message = 'thresholds multiply worst case, roll shock and delta shock, which the model does not have';
    throw new MargridError('OptionInvalid', message, { column: 'watch', value: watched });
  }
  const isValid = ({ name, requirementFactor, addOnFactor = 0 }: WatchedThreshold): boolean =>
    typeof name === 'string' && requirementFactor >= 0 && requirementFactor <= 1e6 && addOnFactor >= 0 && addOnFactor <= 1e6;
  const most = THRESHOLD_COUNT_MAX - 1;
  if (Array.isArray(watched) && watched.length > 0 && watched.length <= most && watched.every(isValid)) return;
  throw new MargridError(
    'OptionInvalid',
    `watch must be 'liquidation', 'statuses' or 1 to ${most} thresholds with a name and factors in [0, 1e6]`,
    { column: 'watch', value: watched },
  );
}

function thresholdWatch(watched: readonly WatchedThreshold[], arena: Arena): Watch {
  const { result, nettingSet } = arena.views;
  const matrixOf = (set: number): number => result.worstCase[set] + result.rollShock[set] + result.deltaShock[set];
  const thresholds = watched.map(({ requirementFactor, addOnFactor = 0 }) => ({
    requirement: requirementFactor,
    addOn: addOnFactor,
  }));
  return {
    thresholds,
    thresholdNames: watched.map(({ name }) => name),
    quarantined: quarantinedBits,
    nameOf: (status) =>
      status === quarantinedBits
        ? 'quarantined'
        : watched.filter((_, bit) => (status & (1 << bit)) !== 0).map(({ name }) => name).join('+') || 'clear',
    statusOf: (set) => {
      if (result.status[set] === STATUS_QUARANTINED) return quarantinedBits;
      const matrix = matrixOf(set);
      let bits = 0;
      for (let bit = 0; bit < thresholds.length; bit++) {
        const { requirement, addOn } = thresholds[bit];
        if (result.equity[set] < requirement * matrix + addOn * nettingSet.addOn[set]) bits |= 1 << bit;
      }
      return bits;
    },
    healthOf: (set, threshold) => {
      const { requirement, addOn } = thresholds[threshold];
      return result.equity[set] - requirement * matrixOf(set) - addOn * nettingSet.addOn[set];
    },
    ofKernel: null,
  };
}
