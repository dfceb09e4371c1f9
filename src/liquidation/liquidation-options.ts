import { invalid, numberField, section } from '../margin/fields.ts';
import { minorUnitsFrom, type DecimalsByCurrency, type MinorUnits } from '../money/minor-units.ts';

export interface LiquidationOptions {
  /** As in its file (`parseLiquidationStyle`, `shippedLiquidationStyle`). */
  readonly style: unknown;
  /** Where a liquidation ends; default: the style's. Not before the rules' `liquidation.leaveAt` lets the account go. */
  readonly target?: unknown;
  /** Plans per tick at most: the others wait, and are counted. Default 64. */
  readonly plansPerTick?: number;
  /** Least time between two signals for one netting set. Default 1,000. */
  readonly signalIntervalMs?: number;
  /** Time after which a signal that was not filled is given up. Default 60,000. */
  readonly signalTimeoutMs?: number;
  readonly decimals?: DecimalsByCurrency;
  /** What the security module of auctions holds at the start, minor units by currency; texts of digits in JSON. */
  readonly securityModule?: Readonly<Record<string, MinorUnits | string>>;
  /** What the insurance fund holds at the start, minor units by currency: fills with a negative fee draw on it. */
  readonly fund?: Readonly<Record<string, MinorUnits | string>>;
  /** How many contracts each member of a pool trades of a trade of the pool, in member order; else pools are refused. */
  readonly divideTrade?: (pool: string, instrument: string, quantity: number) => readonly number[];
}

/** How much one tick may do, and how fast signals follow each other. */
export interface LiquidationLimits {
  readonly plansPerTick: number;
  readonly signalIntervalMs: number;
  readonly signalTimeoutMs: number;
}

/** Throws `ParameterInvalid`. */
export function parseLimits(options: LiquidationOptions): LiquidationLimits {
  const { plansPerTick = 64, signalIntervalMs = 1_000, signalTimeoutMs = 60_000 } = options;
  const fields = section({ plansPerTick, signalIntervalMs, signalTimeoutMs }, 'options');
  return {
    plansPerTick: numberField(fields, 'plansPerTick', '', { min: 1, max: 1e9 }),
    signalIntervalMs: numberField(fields, 'signalIntervalMs', '', { min: 0, max: 1e12 }),
    signalTimeoutMs: numberField(fields, 'signalTimeoutMs', '', { min: 1, max: 1e12 }),
  };
}

/** Amount that a fund holds at the start. Throws `ParameterInvalid`, which names `path`. */
export function startingAmount(path: string, value: unknown): MinorUnits {
  const amount = minorUnitsFrom(value);
  if (amount !== null && amount >= 0n) return amount;
  throw invalid(path, typeof value === 'bigint' ? String(value) : value, 'must be minor units >= 0, as a text of digits');
}
