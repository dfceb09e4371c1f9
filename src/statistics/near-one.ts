import { exp } from '../../assembly/portable/exp.ts';
import { log } from '../../assembly/portable/log.ts';

/**
 * ln(1 + x) for x > -1, to a few units in the last place however small x is: what 1 + x loses is put back as a factor
 * (W. Kahan). `log1p` of the platform differs between engines.
 */
export function logOnePlus(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  return u === Infinity ? u : log(u) * (x / (u - 1));
}

/** e^x - 1, to a few units in the last place however small x is. */
export function expMinusOne(x: number): number {
  const u = exp(x);
  if (u === 1) return x;
  if (u === Infinity || u - 1 === -1) return u - 1;
  return (u - 1) * (x / log(u));
}
