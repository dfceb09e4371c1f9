import { MargridError } from '../errors.ts';

/** Basel's liquidity horizons in days (BCBS, MAR33.12 table 2). */
export const liquidityHorizons: readonly number[] = [10, 20, 40, 60, 120];

/**
 * Liquidity-adjusted ES (BCBS, MAR33.4): sqrt(ES(P)^2 + sum over j >= 2 of (ES(P, j) sqrt((LH_j - LH_{j-1}) / T))^2).
 * `shortfalls[j]` is the ES at base horizon T = `horizons[0]` of all positions when only the risk factors whose own
 * horizon is at least `horizons[j]` move; losses positive. Throws `OptionInvalid`.
 */
export function liquidityAdjustedShortfall(
  shortfalls: ArrayLike<number>,
  horizons: ArrayLike<number> = liquidityHorizons,
): number {
  if (shortfalls.length === 0 || shortfalls.length > horizons.length) {
    throw invalid('shortfalls', shortfalls.length, `there must be 1 to ${horizons.length} expected shortfalls`);
  }
  let sum = 0;
  for (let j = 0; j < shortfalls.length; j++) {
    const shortfall = shortfalls[j];
    const before = j === 0 ? 0 : horizons[j - 1];
    if (!Number.isFinite(shortfall)) throw invalid('shortfalls', shortfall, `shortfall ${j + 1} must be finite`);
    if (!(horizons[j] > before)) throw invalid('horizons', horizons[j], 'horizons must be positive and ascending');
    sum += (shortfall * shortfall * (horizons[j] - before)) / horizons[0];
  }
  return Math.sqrt(sum);
}

/**
 * ES calibrated to stress (BCBS, MAR33.5 and 33.6): ES of the reduced set of factors in the stress period, times the
 * ratio of full to reduced set in the current period, which counts as at least 1. Throws `OptionInvalid`.
 */
export function stressedShortfall(reducedStressed: number, fullCurrent: number, reducedCurrent: number): number {
  if (!(reducedCurrent > 0 && reducedCurrent < Infinity)) {
    throw invalid('reducedCurrent', reducedCurrent, 'the ES of the reduced set must be > 0 and finite');
  }
  if (!(Number.isFinite(reducedStressed) && Number.isFinite(fullCurrent))) {
    throw invalid('fullCurrent', fullCurrent, 'expected shortfalls must be finite');
  }
  return reducedStressed * Math.max(fullCurrent / reducedCurrent, 1);
}

/** Measure over `days` from one over `baseDays` by the square root of time: right for independent returns only. */
export function scaledByRootOfTime(measure: number, days: number, baseDays = 1): number {
  if (!(days > 0 && days < Infinity)) throw invalid('days', days, 'must be > 0 and finite');
  if (!(baseDays > 0 && baseDays < Infinity)) throw invalid('baseDays', baseDays, 'must be > 0 and finite');
  return measure * Math.sqrt(days / baseDays);
}

/** What closing a position costs. */
export interface SpreadCost {
  /** Value of the position, either sign, in its currency. */
  readonly value: number;
  /** Mean relative spread, (ask - bid) / mid. */
  readonly spreadMean: number;
  /** Its standard deviation; 0 if the spread is a constant. */
  readonly spreadDeviation?: number;
}

/**
 * Exogenous liquidity cost (Bangia, Diebold, Schuermann and Stroughair 1999): half of mean + k deviations of the spread,
 * times the size of each position, added up because spreads widen together. It is added to VaR or ES. They find k
 * between 2 and 4.5. Throws `OptionInvalid`.
 */
export function spreadCost(positions: readonly SpreadCost[], k: number): number {
  if (!(k >= 0 && k < Infinity)) throw invalid('k', k, 'must be >= 0 and finite');
  let cost = 0;
  positions.forEach(({ value, spreadMean, spreadDeviation = 0 }, index) => {
    const isGood = Number.isFinite(value) && spreadMean >= 0 && spreadDeviation >= 0;
    const spread = spreadMean + k * spreadDeviation;
    if (!isGood || !(spread < Infinity)) {
      throw invalid('positions', value, `position ${index + 1} must have a finite value and spreads >= 0`);
    }
    cost += 0.5 * spread * Math.abs(value);
  });
  return cost;
}

function invalid(column: string, value: number, rule: string): MargridError {
  return new MargridError('OptionInvalid', `${column}: ${rule}, got ${value}`, { column, value });
}
