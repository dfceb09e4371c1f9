import { logRatio } from '../../assembly/portable/log.ts';
import { MargridError } from '../errors.ts';
import type { FactorChange, FactorKind, RiskFactor } from '../scenario/scenario-set.ts';
import { expMinusOne } from '../statistics/near-one.ts';
import { valuesOf, type MarketHistory } from './market-history.ts';

/**
 * What moves are taken to stay the same from day to day: (b - a) / a, b - a, or ln(b / a). Only scaling and adding up
 * tell relative from log returns: of one unscaled window both are the same move.
 */
export const returnKinds = ['relative', 'absolute', 'log'] as const;
export type ReturnKind = (typeof returnKinds)[number];

/** One kind for all factors, or one for prices and one for volatilities. */
export type ReturnKinds = ReturnKind | Readonly<Record<FactorKind, ReturnKind>>;

export function returnKindOf(kinds: ReturnKinds, { kind }: RiskFactor): ReturnKind {
  return typeof kinds === 'string' ? kinds : kinds[kind];
}

/** How the scenarios of a return kind change a factor. */
export function changeOf(kind: ReturnKind): FactorChange {
  return kind === 'absolute' ? 'absolute' : 'relative';
}

/** The return of a factor between two days. */
export function returnBetween(kind: ReturnKind, before: number, after: number): number {
  if (kind === 'log') return logRatio(after, before);
  return kind === 'absolute' ? after - before : (after - before) / before;
}

/** Returns of days `from + 1` to `to`: one less than days. */
export function dayReturns(
  history: MarketHistory, factor: number, kind: ReturnKind, from: number, to: number,
): Float64Array {
  const values = valuesOf(history, factor);
  return Float64Array.from(
    { length: to - from }, (_, day) => returnBetween(kind, values[from + day], values[from + day + 1]),
  );
}

/**
 * The return over several days, from those of each day. A scaled relative return may take more than everything away:
 * nothing is left then, so that two of them make no gain.
 */
export function chained(kind: ReturnKind, returns: Float64Array): number {
  if (returns.length === 1) return returns[0];
  if (kind !== 'relative') return returns.reduce((sum, each) => sum + each, 0);
  return returns.reduce((growth, each) => growth * Math.max(1 + each, 0), 1) - 1;
}

/** A return as a move of a scenario. */
export function moveOf(kind: ReturnKind, value: number): number {
  return kind === 'log' ? expMinusOne(value) : value;
}

/** Throws `ObservationsMissing` with both counts. */
export function requireObservations(needed: number, found: number, what: string): void {
  if (found >= needed) return;
  throw new MargridError('ObservationsMissing', `${what} needs ${needed} observations, there are ${found}`, {
    column: 'observations', value: found,
  });
}
