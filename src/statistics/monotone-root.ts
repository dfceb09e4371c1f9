import { exp } from '../../assembly/portable/exp.ts';
import { log } from '../../assembly/portable/log.ts';

/** ln of a function of ln x is nearly straight in both tails, so that Newton's method works on that. */
export interface LogSlope {
  readonly value: number;
  /** dvalue/dx; where it underflows, a zero of its sign. */
  readonly slope: number;
}

const iterationsMax = 400;

/**
 * x > 0 at which a strictly monotone positive function has a value > 0: Newton's method on logarithms, within a bracket
 * that every evaluation narrows; a step that leaves it is replaced by a halving (in ln x). Stops when a step no longer
 * moves x by more than two units in the last place.
 */
export function logarithmicRoot(f: (x: number) => LogSlope, target: number, start: number): number {
  let low = 0;
  let high = Infinity;
  let x = start;
  for (let iteration = 0; iteration < iterationsMax; iteration++) {
    const { value, slope } = f(x);
    const isRising = slope > 0 || Object.is(slope, 0);
    const isAbove = isRising ? value > target : value < target;
    if (value === target) return x;
    if (isAbove) high = x;
    else low = x;
    const step = ((log(target) - log(value)) * value) / (slope * x);
    // Where the function underflows or is flat, Newton's step means nothing.
    let next = Number.isFinite(step) && value > 0 ? x * exp(Math.max(-40, Math.min(40, step))) : NaN;
    if (!(next > low && next < high)) next = middleOf(low, high, x);
    if (Math.abs(next - x) <= 4e-16 * x || next === low || next === high) return next;
    x = next;
  }
  return x;
}

function middleOf(low: number, high: number, x: number): number {
  if (high === Infinity) return x * 16;
  if (low === 0) return x / 16;
  return Math.sqrt(low) * Math.sqrt(high);
}
