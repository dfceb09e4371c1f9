import { fixedOf, indexUnit } from './fixed-point.ts';
import { invalid, numberField, section, type Section } from '../margin/fields.ts';

/**
 * Borrow rate per year against utilisation u = borrowed / supplied: straight from (0, start) to (kink, atKink), then
 * straight to (1, atFull), never below `floor`. Rates in units of 10^-36, so that slope x kink of two numbers of 18
 * decimals is exact; the kink in units of 10^-27.
 */
export interface InterestCurve {
  readonly start: bigint;
  readonly kink: bigint;
  readonly atKink: bigint;
  readonly atFull: bigint;
  readonly floor: bigint;
}

const parameterDecimals = 18;
const parameterUnit = 10n ** 18n;
/** Rates are 10^-36, parameters 10^-18. */
const rateUnit = 10n ** 36n;
const rateMax = 1_000;

/** Rate per year at a utilisation (10^-27, above 1 counts as 1), in units of 10^-27, rounded down. */
export function borrowRate(curve: InterestCurve, utilisation: bigint): bigint {
  const { start, kink, atKink, atFull, floor } = curve;
  const used = utilisation > indexUnit ? indexUnit : utilisation;
  const rate =
    used <= kink
      ? start + (kink === 0n ? 0n : ((atKink - start) * used) / kink)
      : atKink + ((atFull - atKink) * (used - kink)) / (indexUnit - kink);
  return (rate > floor ? rate : floor) / (rateUnit / indexUnit);
}

/** Deposit rate per year: borrow rate x utilisation x (1 - reserve share); units of 10^-27, rounded down. */
export function depositRate(rate: bigint, utilisation: bigint, reserveShare: bigint): bigint {
  return (rate * utilisation * (indexUnit - reserveShare)) / (indexUnit * indexUnit);
}

/**
 * A curve in one of three forms, told apart by `form`:
 *
 * - `slopes` (Derive): minRate + slope u, above the kink (u - kink) highSlope more;
 * - `rates` (Drift): optimalRate u / kink, above the kink straight to maxRate at u = 1; never below minRate;
 * - `increments` (Aave): baseRate + slope1 u / kink, above the kink slope2 (u - kink) / (1 - kink) more.
 *
 * Throws `ParameterInvalid` naming the field.
 */
export function parseInterestCurve(input: unknown, path: string): InterestCurve {
  const fields = section(input, path);
  const kink = parameter(fields, 'kink', path, 1) * (indexUnit / parameterUnit);
  const rate = (name: string): bigint => parameter(fields, name, path, rateMax) * parameterUnit;
  switch (fields['form']) {
    case 'slopes':
      return slopes(rate('minRate'), rate('slope'), rate('highSlope'), kink);
    case 'rates': {
      const [atKink, atFull] = [rate('optimalRate'), rate('maxRate')];
      if (atFull < atKink) throw invalid(`${path}.maxRate`, fields['maxRate'], 'must be >= optimalRate');
      return { start: 0n, kink, atKink, atFull, floor: rate('minRate') };
    }
    case 'increments': {
      const start = rate('baseRate');
      const atKink = start + rate('slope1');
      return { start, kink, atKink, atFull: atKink + rate('slope2'), floor: 0n };
    }
    default:
      throw invalid(`${path}.form`, fields['form'], 'must be slopes, rates or increments');
  }
}

function slopes(start: bigint, slope: bigint, highSlope: bigint, kink: bigint): InterestCurve {
  const atKink = start + (slope * kink) / indexUnit;
  const atFull = atKink + ((slope + highSlope) * (indexUnit - kink)) / indexUnit;
  return { start, kink, atKink, atFull, floor: 0n };
}

function parameter(fields: Section, name: string, path: string, max: number): bigint {
  return fixedOf(numberField(fields, name, path, { min: 0, max }), parameterDecimals);
}
