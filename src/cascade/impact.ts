import { exp } from '../../assembly/portable/exp.ts';
import { MargridError } from '../errors.ts';
import { ladderImpact, type OrderLadder } from './order-ladder.ts';

/**
 * How far the forced volume moves a price (sources in docs/CASCADE.md).
 *
 * - `sqrt`: 1 - Y sigma sqrt(Q / V), the square-root law;
 * - `linear`: exp(-lambda Q / V);
 * - `depth`: what a market order of Q base units finds in the order book;
 * - `none`: prices stay where the shock has put them.
 */
export type Impact =
  | { readonly kind: 'none' }
  | { readonly kind: 'sqrt'; readonly y: number; readonly sigma: number; readonly dailyVolume: number }
  | { readonly kind: 'linear'; readonly lambda: number; readonly dailyVolume: number }
  | { readonly kind: 'depth'; readonly ladder: OrderLadder };

/** A price as a multiple of the shocked one. */
export interface ImpactCurve {
  /** After a net volume of sales (buys: negative), base units. */
  readonly after: (volume: number) => number;
  /** Mean over the volume from one point of the curve to another: what that part was traded at. */
  readonly mean: (from: number, to: number) => number;
}

/** No law moves a price below this share, or above its inverse: beyond it no law was measured. */
export const lowestImpact = 1e-3;

/**
 * Throws `OptionInvalid` naming the field. `shockFactor`: shocked price over the price that an absolute ladder stands
 * at.
 */
export function impactCurve(impact: Impact, shockFactor: number): ImpactCurve {
  switch (impact.kind) {
    case 'none':
      return { after: () => 1, mean: () => 1 };
    case 'sqrt':
      return oneSided(
        squareRoot(
          positive(impact.y, 'y'),
          positive(impact.sigma, 'sigma'),
          positive(impact.dailyVolume, 'dailyVolume', true),
        ),
      );
    case 'linear':
      return oneSided(linear(positive(impact.lambda, 'lambda'), positive(impact.dailyVolume, 'dailyVolume', true)));
    case 'depth':
      return ladderImpact(impact.ladder, shockFactor);
  }
}

function positive(value: number, column: string, isStrict = false): number {
  if (value < Infinity && (isStrict ? value > 0 : value >= 0)) return value;
  throw new MargridError(
    'OptionInvalid',
    `impact: ${column} must be a number ${isStrict ? '>' : '>='} 0, got ${value}`,
    {
      column,
      value,
    },
  );
}

/** A law in sold volume >= 0: the factor after it, and the area under the factor from one volume to a larger one. */
interface Law {
  readonly after: (volume: number) => number;
  /** Mean of the factor over [from, to], from < to. */
  readonly mean: (from: number, to: number) => number;
  /** The same for bought volume: 2 - factor, or its inverse. */
  readonly bought: 'mirrored' | 'inverse';
  readonly boughtMean: (from: number, to: number) => number;
}

function squareRoot(y: number, sigma: number, dailyVolume: number): Law {
  const scale = y * sigma;
  const fall = (volume: number): number => scale * Math.sqrt(volume / dailyVolume);
  // Mean of sqrt over [a, b] = 2/3 (a + sqrt(ab) + b) / (sqrt a + sqrt b): no cancellation as b comes near a.
  const meanFall = (from: number, to: number): number => {
    const [a, b] = [Math.sqrt(from / dailyVolume), Math.sqrt(to / dailyVolume)];
    return ((scale * 2) / 3) * ((a * a + a * b + b * b) / (a + b));
  };
  return {
    after: (volume) => 1 - fall(volume),
    mean: (from, to) => 1 - meanFall(from, to),
    bought: 'mirrored',
    boughtMean: (from, to) => 1 + meanFall(from, to),
  };
}

function linear(lambda: number, dailyVolume: number): Law {
  const rate = lambda / dailyVolume;
  return {
    after: (volume) => exp(-lambda * (volume / dailyVolume)),
    mean: (from, to) => exp(-rate * from) * meanExp(-rate * (to - from)),
    bought: 'inverse',
    boughtMean: (from, to) => exp(rate * from) * meanExp(rate * (to - from)),
  };
}

/** Mean of e^s for s between 0 and x: (e^x - 1) / x, by its series where the difference would cancel. */
function meanExp(x: number): number {
  if (Math.abs(x) >= 0.01) return (exp(x) - 1) / x;
  // The next term, x^5 / 720, is below 2^-52.
  return 1 + x * (0.5 + x * (1 / 6 + x * (1 / 24 + x / 120)));
}

function clamped(factor: number): number {
  return factor < lowestImpact ? lowestImpact : factor > 1 / lowestImpact ? 1 / lowestImpact : factor;
}

/** Sales and buys by the same law: square root mirrored (1 + fall), exponential inverted. */
function oneSided(law: Law): ImpactCurve {
  const after = (volume: number): number => {
    if (volume >= 0) return clamped(law.after(volume));
    const sold = law.after(-volume);
    return clamped(law.bought === 'mirrored' ? 2 - sold : 1 / sold);
  };
  const sided = (from: number, to: number): number =>
    clamped(
      from + to >= 0
        ? law.mean(Math.min(from, to), Math.max(from, to))
        : law.boughtMean(Math.min(-from, -to), Math.max(-from, -to)),
    );
  const mean = (from: number, to: number): number => {
    if (from === to) return after(to);
    if (from * to >= 0) return sided(from, to);
    // Across zero: both parts by their volume.
    const share = Math.abs(from) / (Math.abs(from) + Math.abs(to));
    return share * sided(from, 0) + (1 - share) * sided(0, to);
  };
  return { after, mean };
}
