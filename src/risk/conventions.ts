import { MargridError } from '../errors.ts';
import { countBelow, quantilePosition, quantileTypes, type QuantilePosition, type QuantileType } from './quantile.ts';

/**
 * Which mean of the tail expected shortfall is.
 *
 * `acerbi-tasche`: mean loss of the worst n (1 - level) observations, the last of them in part (Acerbi and Tasche 2002):
 * coherent. `worst-count`: plain mean of the worst ceil(n (1 - level)). `at-or-beyond`: mean of the observations no
 * better than minus the VaR of the same convention. `beyond`: of those strictly worse.
 */
export type ShortfallConvention = (typeof shortfallConventions)[number];

export const shortfallConventions = ['acerbi-tasche', 'worst-count', 'at-or-beyond', 'beyond'] as const;

/** How VaR and ES are read off a sample of n P&L. */
export interface MeasureConvention {
  readonly quantile: QuantileType;
  /**
   * `pnl`: VaR is minus the quantile of the P&L at 1 - level. `loss`: the quantile of the losses at the level. The same
   * for the symmetric types 2 and 5 to 9, not for 1, 3 and 4.
   */
  readonly side: 'pnl' | 'loss';
  readonly shortfall: ShortfallConvention;
}

/** Named conventions; docs/RISK-MEASURES.md says where each comes from. */
export const measureConventions = {
  'acerbi-tasche': { quantile: 1, side: 'pnl', shortfall: 'acerbi-tasche' },
  ore: { quantile: 1, side: 'pnl', shortfall: 'at-or-beyond' },
  hull: { quantile: 1, side: 'pnl', shortfall: 'worst-count' },
  riskmetrics: { quantile: 1, side: 'pnl', shortfall: 'acerbi-tasche' },
  numpy: { quantile: 7, side: 'pnl', shortfall: 'at-or-beyond' },
  r: { quantile: 7, side: 'pnl', shortfall: 'at-or-beyond' },
  'performance-analytics': { quantile: 7, side: 'pnl', shortfall: 'beyond' },
  'excel-inc': { quantile: 7, side: 'pnl', shortfall: 'at-or-beyond' },
  'excel-exc': { quantile: 6, side: 'pnl', shortfall: 'at-or-beyond' },
  matlab: { quantile: 5, side: 'pnl', shortfall: 'at-or-beyond' },
  prisma: { quantile: 5, side: 'pnl', shortfall: 'at-or-beyond' },
  sas: { quantile: 2, side: 'pnl', shortfall: 'at-or-beyond' },
  'upper-loss': { quantile: 1, side: 'loss', shortfall: 'acerbi-tasche' },
} as const satisfies Readonly<Record<string, MeasureConvention>>;

export type ConventionName = keyof typeof measureConventions;

export const defaultConvention: ConventionName = 'acerbi-tasche';

/** The convention of a name; one that is spelt out is checked. Throws `OptionInvalid`. */
export function conventionOf(given: ConventionName | MeasureConvention = defaultConvention): MeasureConvention {
  if (typeof given === 'string') {
    const named: MeasureConvention | undefined = Object.hasOwn(measureConventions, given)
      ? measureConventions[given]
      : undefined;
    if (named !== undefined) return named;
    throw refusal(`'${String(given)}' is no convention: ${Object.keys(measureConventions).join(', ')}`, given);
  }
  const { quantile, side, shortfall } = given;
  if (!quantileTypes.includes(quantile)) throw refusal(`a quantile type is 1 to 9, got ${String(quantile)}`, quantile);
  if (side !== 'pnl' && side !== 'loss') throw refusal(`a side is 'pnl' or 'loss', got '${String(side)}'`, side);
  if (!shortfallConventions.includes(shortfall)) {
    throw refusal(`a shortfall is one of ${shortfallConventions.join(', ')}, got '${String(shortfall)}'`, shortfall);
  }
  return given;
}

function refusal(message: string, value: unknown): MargridError {
  return new MargridError('OptionInvalid', message, { column: 'convention', value });
}

/** Confidence levels are in (0, 1): 0.99, not 0.01 and not 99. Throws `OptionInvalid`. */
export function requireLevel(level: number): void {
  if (level > 0 && level < 1) return;
  throw new MargridError('OptionInvalid', `a confidence level must be in (0, 1), got ${level}`, {
    column: 'level', value: level,
  });
}

/** Where among the P&L in ascending order minus the VaR lies. */
export function tailPosition(n: number, level: number, convention: MeasureConvention): QuantilePosition {
  if (convention.side === 'pnl') return quantilePosition(n, 1 - level, convention.quantile);
  const { lower, upper, weight } = quantilePosition(n, level, convention.quantile);
  return { lower: n - 1 - upper, upper: n - 1 - lower, weight: weight === 0 ? 0 : 1 - weight };
}

/**
 * How many of the smallest P&L suffice for VaR and ES. ES conventions that ask which observations lie beyond a value need
 * one more, to see where its equals end; where those reach further than that, the measures say how many.
 */
export function tailCountNeeded(
  n: number,
  level: number,
  convention: ConventionName | MeasureConvention = defaultConvention,
): number {
  requireLevel(level);
  const resolved = conventionOf(convention);
  const { upper } = tailPosition(n, level, resolved);
  const beyond = resolved.shortfall === 'at-or-beyond' || resolved.shortfall === 'beyond';
  const mean = beyond ? upper + 2 : Math.ceil(countBelow(n, 1 - level));
  return Math.min(n, Math.max(upper + 1, mean));
}
