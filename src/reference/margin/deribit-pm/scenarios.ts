import type { DeribitPmPairParams } from '../../../margin/deribit-pm/params.ts';
import { Decimal, exact, one } from '../../decimal.ts';

export type VolatilityMode = 'up' | 'same' | 'down';
export type RiskTable = 'standard' | 'extended';

/** One cell of the risk matrix: what is assumed to happen. */
export interface Scenario {
  /** 0-based position in the vector: standard cells price-major from -R to +R, then the extended cells. */
  readonly index: number;
  readonly table: RiskTable;
  /** 1-based number of the price move inside its table, as the venue counts them. */
  readonly bucket: number;
  /** Price move, fraction. */
  readonly move: Decimal;
  /** ln(1 + move): what the move adds to an option's ln(F/K). */
  readonly logMultiplier: Decimal;
  readonly volatilityMode: VolatilityMode;
}

const volatilityModes: readonly VolatilityMode[] = ['up', 'same', 'down'];
const extendedMoves = ['-0.66', '-0.33', '0.5', '1', '2', '3', '4', '5'].map((move) => new Decimal(move));

/** Sections A and B of docs/models/deribit-pm.md: 3 * (2n + 1) standard cells and 8 extended ones. */
export function deribitPmScenarios(pair: DeribitPmPairParams, bucketsCount: number): readonly Scenario[] {
  const priceRange = exact(pair.priceRange);
  const scenarios: Scenario[] = [];
  const add = (table: RiskTable, bucket: number, move: Decimal, modes: readonly VolatilityMode[]): void => {
    const logMultiplier = one.plus(move).ln();
    for (const volatilityMode of modes) {
      scenarios.push({ index: scenarios.length, table, bucket, move, logMultiplier, volatilityMode });
    }
  };
  for (let step = -bucketsCount; step <= bucketsCount; step++) {
    add('standard', step + bucketsCount + 1, priceRange.times(step).div(bucketsCount), volatilityModes);
  }
  extendedMoves.forEach((move, position) => add('extended', position + 1, move, ['up']));
  return scenarios;
}

export function scenarioCountOf(bucketsCount: number): number {
  return volatilityModes.length * (2 * bucketsCount + 1) + extendedMoves.length;
}

/** 1 + sgn(move) * R: the index at the edge of the price range, relative to today's. */
export function edgeMultiplier(move: Decimal, pair: DeribitPmPairParams): Decimal {
  const priceRange = exact(pair.priceRange);
  return move.isNegative() ? one.minus(priceRange) : one.plus(priceRange);
}
