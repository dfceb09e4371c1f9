import { exp } from '../../../assembly/portable/exp.ts';
import { power } from '../../../assembly/portable/power.ts';
import type { VolatilityDirection } from '../../scenario/grid.ts';
import type { ExpiryRow } from '../model.ts';
import type { MatrixCurrencyParams, MatrixPairParams } from './model-params.ts';

/**
 * What the extended risk matrix is made of in both portfolio margin models: its moves, the volatility shock of a tenor,
 * the roll shock of an expiry. Sections refer to docs/models/deribit-pm.md.
 */
export interface MatrixCell {
  /** Price move, fraction. */
  readonly move: number;
  readonly volatility: VolatilityDirection;
  readonly isExtended: boolean;
}

/** Extended table: price moves, volatility up only (section B). */
const extendedMoves = [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5] as const;
/** Order inside one price move (section A). */
const volatilityOrder: readonly VolatilityDirection[] = ['up', 'same', 'down'];
/** Tenor at which the volatility shock is the stated range; also where the vega power changes. */
const pivotDays = 30;
/** Days to expiry below which the volatility shock grows no further. */
const daysToExpiryMin = 1;
const daysPerYear = 365;

/** Standard cells, price-major from -R to +R, then the extended ones. */
export function matrixCells(bucketsCount: number, priceRange: number): readonly MatrixCell[] {
  const cells: MatrixCell[] = [];
  for (let bucket = -bucketsCount; bucket <= bucketsCount; bucket++) {
    const move = (priceRange * bucket) / bucketsCount;
    for (const volatility of volatilityOrder) cells.push({ move, volatility, isExtended: false });
  }
  for (const move of extendedMoves) cells.push({ move, volatility: 'up', isExtended: true });
  return cells;
}

export function matrixCellCount(bucketsCount: number): number {
  return volatilityOrder.length * (2 * bucketsCount + 1) + extendedMoves.length;
}

/** USD by which the extended cell of a move is dampened, before conversion to the settlement currency (section C). */
export function dampenerUsd(move: number, priceRange: number, currency: MatrixCurrencyParams): number {
  const size = Math.abs(move);
  return (size / priceRange > 1 ? size / priceRange - 1 : 0) * currency.extendedDampener;
}

/** (30/DTE)^p, with the power of the tenor (section A). */
function volatilityScale(years: number, pair: MatrixPairParams): number {
  const days = years * daysPerYear > daysToExpiryMin ? years * daysPerYear : daysToExpiryMin;
  return power(pivotDays / days, days < pivotDays ? pair.shortTermVegaPower : pair.longTermVegaPower);
}

/** Multipliers of the mark volatility in an up and a down scenario (section A). */
export function volatilityFactors(
  years: number,
  pair: MatrixPairParams,
): { readonly up: number; readonly down: number } {
  const scale = volatilityScale(years, pair);
  const down = 1 - pair.volatilityRangeDown * scale;
  return { up: 1 + pair.volatilityRangeUp * scale, down: down > 0 ? down : 0 };
}

/** Roll shock per unit of net delta (section E). Spot has no expiry to roll. */
export function rollRate(kind: ExpiryRow['kind'], years: number, currency: MatrixCurrencyParams): number {
  if (kind === 'spot') return 0;
  const annualised = exp(currency.annualisedMoveRisk * years) - 1;
  return annualised > currency.minAnnualisedMove ? annualised : currency.minAnnualisedMove;
}

/** Shocks this close to -100% count as reaching it: what rounding may hide. */
const shockMargin = 1e-9;

/** Bounds of |d ln(volatility multiplier) / d ln(time)| of a shock. */
export interface ShockTimeSlopes {
  readonly least: number;
  /** Infinity if nothing bounds it. */
  readonly most: number;
}

/** The same of both shocks. Up, a multiplier falls with the time to expiry; down, it rises. */
export interface VolatilityTimeSlopes {
  readonly up: ShockTimeSlopes;
  readonly down: ShockTimeSlopes;
}

/**
 * How fast the volatility multipliers move with ln(time), for times to expiry from `least` to `most` years; without
 * bound if the down multiplier reaches 0 somewhere, but not everywhere, in between.
 *
 * With the shock e = range (30/DTE)^p it is p e / (1 + e) up and p e / (1 - e) down, which both grow with e, that is as
 * the expiry nears; p is 0 below one day to expiry and changes at 30.
 */
export function volatilityTimeSlopes(least: number, most: number, pair: MatrixPairParams): VolatilityTimeSlopes {
  const leastDays = least * daysPerYear;
  const mostDays = most * daysPerYear;
  const pieces: VolatilityTimeSlopes[] = [];
  if (leastDays <= daysToExpiryMin * (1 + shockMargin)) pieces.push({ up: still, down: still });
  if (mostDays >= daysToExpiryMin * (1 - shockMargin) && leastDays <= pivotDays * (1 + shockMargin)) {
    const first = Math.max(leastDays, daysToExpiryMin);
    pieces.push(pieceSlopes(first, Math.min(mostDays, pivotDays), pair.shortTermVegaPower, pair));
  }
  if (mostDays >= pivotDays * (1 - shockMargin))
    pieces.push(pieceSlopes(Math.max(leastDays, pivotDays), mostDays, pair.longTermVegaPower, pair));
  return { up: hullOf(pieces.map(({ up }) => up)), down: hullOf(pieces.map(({ down }) => down)) };
}

const still: ShockTimeSlopes = { least: 0, most: 0 };

function hullOf(slopes: readonly ShockTimeSlopes[]): ShockTimeSlopes {
  return {
    least: Math.min(...slopes.map(({ least }) => least)),
    most: Math.max(...slopes.map(({ most }) => most)),
  };
}

/** The same between two numbers of days with one power. */
function pieceSlopes(leastDays: number, mostDays: number, vegaPower: number, pair: MatrixPairParams): VolatilityTimeSlopes {
  const steepest = power(pivotDays / leastDays, vegaPower);
  const flattest = power(pivotDays / mostDays, vegaPower);
  const ofUp = (scale: number): number => {
    const shock = pair.volatilityRangeUp * scale;
    return (vegaPower * shock) / (1 + shock);
  };
  const up = { least: ofUp(flattest), most: ofUp(steepest) };
  const down = { least: pair.volatilityRangeDown * flattest, most: pair.volatilityRangeDown * steepest };
  if (down.most < 1 - shockMargin) {
    const ofDown = (shock: number): number => (vegaPower * shock) / (1 - shock);
    return { up, down: { least: ofDown(down.least), most: ofDown(down.most) } };
  }
  // A multiplier that is 0 throughout does not move.
  return { up, down: down.least > 1 + shockMargin ? still : { least: 0, most: Infinity } };
}

/** Largest d(roll rate) / d ln(time) up to `most` years: a T e^(a T) where the annualised part is above the minimum. */
export function rollTimeSlope(most: number, currency: MatrixCurrencyParams): number {
  const exponent = currency.annualisedMoveRisk * most;
  const growth = exp(exponent);
  return growth - 1 < currency.minAnnualisedMove * (1 - shockMargin) ? 0 : exponent * growth;
}
