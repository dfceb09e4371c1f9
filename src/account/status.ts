/**
 * Levels of a netting set, from good to bad; then those that are no level of health. The numbers stand in columns,
 * snapshots and journals: they do not change.
 */
export const HEALTHY = 0;
/** Below initial margin: only orders that reduce risk. */
export const RESTRICTED = 1;
/** An amount is called, due at a time. */
export const MARGIN_CALL = 2;
/** At or below maintenance margin, or a call was not met in time. */
export const LIQUIDATION = 3;
/** The margin balance is negative. */
export const BANKRUPT = 4;
/** Nothing is known: bad input or bad market data. Nothing happens to such an account until that is over. */
export const QUARANTINED = 5;
/** A member of a pool: margined for its stand-alone report, its status is the pool's. */
export const POOLED = 6;

export const levelNames = [
  'healthy',
  'restricted',
  'margin-call',
  'liquidation',
  'bankrupt',
  'quarantined',
  'pooled',
] as const;
export type LevelName = (typeof levelNames)[number];

/** Why a level changed. As numbers: places in this list. */
export const transitionReasons = [
  /** The balance fell below the multiple of initial margin that restricts. */
  'below-initial-margin',
  /** A call is issued. */
  'call-issued',
  /** The balance fell to maintenance margin. */
  'at-maintenance-margin',
  /** A call was not met by its due time and grace. */
  'call-not-met',
  /** The balance is negative. */
  'negative-balance',
  /** The call is met: the balance is where the call wanted it. */
  'call-met',
  /** The balance rose past the level's own boundary. */
  'recovered',
  /** Bad data or bad input. */
  'quarantined',
  /** The data are good again. */
  'released',
  /** The netting set joined a pool. */
  'joined-pool',
  /** The netting set left a pool. */
  'left-pool',
] as const;
export type TransitionReason = (typeof transitionReasons)[number];
