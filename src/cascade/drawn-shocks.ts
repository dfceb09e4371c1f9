import { log } from '../../assembly/portable/log.ts';
import { power } from '../../assembly/portable/power.ts';
import { MargridError } from '../errors.ts';
import { RandomStream } from '../generate/random.ts';

/** Shocks drawn at random: the i-th depends on seed and i alone. */
export interface DrawnShocks {
  readonly kind: 'normal' | 'student-t';
  /** Relative move per unit of the distribution: for `normal` its standard deviation. */
  readonly scale: number;
  /** Of `student-t`, > 0. */
  readonly degrees?: number;
  readonly count: number;
  readonly seed: number;
}

/** Purpose of the random stream; the generator of books has the lower ones. */
const shockPurpose = 18;
/** A price keeps something: no draw falls further. */
const lowestMove = -0.99;
const highestMove = 100;

/** Relative moves. Throws `OptionInvalid` naming the field. */
export function drawnShocks({ kind, scale, degrees = Infinity, count, seed }: DrawnShocks): Float64Array {
  requireThat(scale > 0 && scale < Infinity, 'scale', scale, 'must be > 0');
  requireThat(kind === 'normal' || (degrees > 0 && degrees < Infinity), 'degrees', degrees, 'must be > 0 and finite');
  requireThat(
    Number.isInteger(count) && count > 0 && count <= 1e7,
    'count',
    count,
    'must be a whole number in [1, 1e7]',
  );
  requireThat(Number.isSafeInteger(seed) && seed >= 0, 'seed', seed, 'must be a whole number >= 0');
  const stream = new RandomStream();
  return Float64Array.from({ length: count }, (_, index) => {
    stream.restart(seed, index, shockPurpose);
    const move = scale * polarDraw(stream, kind === 'normal' ? null : degrees);
    return Math.min(Math.max(move, lowestMove), highestMove);
  });
}

/**
 * Polar method of Marsaglia: (u, v) uniform in the unit disc, w = u^2 + v^2. Normal: u sqrt(-2 ln w / w); Student t
 * with n degrees of freedom: u sqrt(n (w^(-2/n) - 1) / w) (Bailey, Mathematics of Computation 62, 1994, 779-781).
 */
function polarDraw(stream: RandomStream, degrees: number | null): number {
  for (;;) {
    const u = 2 * stream.nextFineFraction() - 1;
    const v = 2 * stream.nextFineFraction() - 1;
    const w = u * u + v * v;
    if (w >= 1 || w === 0) continue;
    if (degrees === null) return u * Math.sqrt((-2 * log(w)) / w);
    return u * Math.sqrt((degrees * (power(w, -2 / degrees) - 1)) / w);
  }
}

function requireThat(isTrue: boolean, column: string, value: number, rule: string): void {
  if (!isTrue) throw new MargridError('OptionInvalid', `drawn shocks: ${column} ${rule}, got ${value}`, {
    column,
    value,
  });
}
