import { MargridError } from '../errors.ts';
import { addUpExactly } from './exact-parts.ts';
import { conventionOf, requireLevel } from './conventions.ts';
import { meanOfShares, quantilePnl, quantileShares, shortfallShares, type SampleTail } from './measure-shares.ts';
import { sampleTailOf, type LevelOptions } from './measures.ts';
import { requireFiniteValues } from './observations.ts';
import type { TailShare } from './weighted-tail.ts';

/** Simulated P&L of the parts of a portfolio (positions, accounts, desks), in one currency. */
export interface PartsPnl {
  readonly parts: number;
  readonly scenarios: number;
  /** P&L of one part in every scenario; what it returns is read before the next call, so one buffer will do. */
  pnlOf(part: number): ArrayLike<number>;
}

/** Parts of a matrix `pnl[part * scenarios + scenario]`. Throws `ScenarioInvalid` if it does not divide. */
export function partsOfMatrix(pnl: Float64Array, scenarios: number): PartsPnl {
  const parts = pnl.length / scenarios;
  if (!Number.isInteger(parts)) {
    throw new MargridError('ScenarioInvalid', `${pnl.length} P&L are no whole number of rows of ${scenarios} scenarios`);
  }
  return { parts, scenarios, pnlOf: (part) => pnl.subarray(part * scenarios, (part + 1) * scenarios) };
}

export interface ComponentOptions extends LevelOptions {
  /** P&L of the whole in every scenario where it is known; otherwise the parts are added up, in their order. */
  readonly total?: ArrayLike<number>;
  /**
   * Of VaR: over how many observations on either side of the quantile its components are averaged, weights falling
   * linearly to 0 (a triangular kernel in ranks). 0 (default): the scenario of the quantile alone, or the two between
   * which it lies.
   */
  readonly width?: number;
}

/**
 * Contribution of each part (losses positive). All are multiples of `unit`, a power of two, and so small in number of
 * units that any sum of them is exact, in any order and grouping: they add up to `total` to the bit.
 */
export interface Components {
  readonly total: number;
  readonly components: Float64Array;
  readonly unit: number;
  /** What the components were multiplied by to add up to VaR; 1 unless a kernel was used. */
  readonly scale: number;
}

/**
 * Euler components of ES: minus the mean P&L of each part over the observations that ES is made of, with their shares
 * (Tasche 1999). `total` is ES rounded to `unit`.
 */
export function shortfallComponents(pnl: PartsPnl, options: ComponentOptions): Components {
  const convention = conventionOf(options.convention);
  const sample = sampleTailOf(totalPnl(pnl, options.total), [options.level], options);
  const shares = shortfallShares(sample, options.level, convention);
  const total = 0 - meanOfShares(sample.tail.values, shares);
  return { ...addUpExactly(partMeans(pnl, sample.tail.scenarios, shares), total), scale: 1 };
}

/**
 * Components of VaR: minus the P&L of each part in the scenario of the quantile, or their kernel mean around it, brought
 * to add up to VaR. Throws `OptionInvalid` if a kernel is so wide that its mean has not the sign of VaR.
 */
export function valueAtRiskComponents(pnl: PartsPnl, options: ComponentOptions): Components {
  const { level, width = 0 } = options;
  requireLevel(level);
  if (!(Number.isInteger(width) && width >= 0)) {
    throw new MargridError('OptionInvalid', `a kernel width must be a whole number >= 0, got ${width}`, {
      column: 'width', value: width,
    });
  }
  const convention = conventionOf(options.convention);
  const whole = totalPnl(pnl, options.total);
  const sample = sampleTailOf(whole, [level], options);
  const total = 0 - quantilePnl(sample, level, convention);
  const shares = quantileShares(sample, level, convention);
  if (width === 0) return { ...addUpExactly(partMeans(pnl, sample.tail.scenarios, shares), total), scale: 1 };
  const all = sampleTailOf(whole, [Number.MIN_VALUE], { ...options, convention: 'acerbi-tasche' });
  const around = kernelShares(shares, width, all.tail);
  const means = partMeans(pnl, all.tail.scenarios, around);
  const smoothed = means.reduce((sum, each) => sum + each, 0);
  const scale = smoothed === 0 && total === 0 ? 1 : total / smoothed;
  if (!(scale > 0 && scale < Infinity)) {
    throw new MargridError(
      'OptionInvalid',
      `a kernel of ${width} observations on either side has a mean loss of ${smoothed} around a VaR of ${total}`,
      { column: 'width', value: width },
    );
  }
  return { ...addUpExactly(means.map((each) => each * scale), total), scale };
}

/** Sum of the parts by scenario, in their order; refuses numbers of scenarios that differ. */
function totalPnl(pnl: PartsPnl, given: ArrayLike<number> | undefined): ArrayLike<number> {
  if (given !== undefined) {
    requireCount('the whole', given.length, pnl.scenarios);
    return given;
  }
  const total = new Float64Array(pnl.scenarios);
  for (let part = 0; part < pnl.parts; part++) {
    const row = partRow(pnl, part);
    for (let scenario = 0; scenario < total.length; scenario++) total[scenario] += row[scenario];
  }
  return total;
}

function partRow(pnl: PartsPnl, part: number): ArrayLike<number> {
  const row = pnl.pnlOf(part);
  requireCount(`part ${part + 1}`, row.length, pnl.scenarios);
  requireFiniteValues(row, `P&L of part ${part + 1} in scenario`);
  return row;
}

function requireCount(name: string, count: number, expected: number): void {
  if (count === expected) return;
  throw new MargridError('ScenarioInvalid', `${name} has ${count} scenarios, expected ${expected}`, { value: count });
}

/** Mean loss of each part over some observations of the tail. */
function partMeans(pnl: PartsPnl, scenarios: Uint32Array, shares: readonly TailShare[]): Float64Array {
  const means = new Float64Array(pnl.parts);
  for (let part = 0; part < pnl.parts; part++) {
    const row = partRow(pnl, part);
    let mean = 0;
    for (const { place, share } of shares) mean -= share * row[scenarios[place]];
    means[part] = mean;
  }
  return means;
}

/** A triangle around each observation of the quantile, cut off at the ends of the sample; times their probabilities. */
function kernelShares(shares: readonly TailShare[], width: number, tail: SampleTail['tail']): TailShare[] {
  const weights = 'weights' in tail ? tail.weights : null;
  const last = tail.values.length - 1;
  const mass = new Map<number, number>();
  for (const { place, share } of shares) {
    for (let at = Math.max(place - width, 0); at <= Math.min(place + width, last); at++) {
      const height = (width + 1 - Math.abs(at - place)) * (weights === null ? 1 : weights[at]);
      mass.set(at, (mass.get(at) ?? 0) + share * height);
    }
  }
  let sum = 0;
  for (const each of mass.values()) sum += each;
  return [...mass].map(([place, each]) => ({ place, share: each / sum }));
}
