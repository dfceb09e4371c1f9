/**
 * Sine and cosine for |x| < 1e6, errors below 2^-52: reduction by pi/2 in three parts of 33 bits (Cody and Waite) and
 * the polynomials of fdlibm's k_sin.c and k_cos.c (Sun Microsystems, 1993). Those of the platform differ between
 * engines.
 */

const twoOverPi = 0.6366197723675814;
const part1 = 1.57079632673412561417;
const part2 = 6.0771005063039659766e-11;
const part3 = 2.02226624871116645580e-21;
const part4 = 8.47842766036889956997e-32;

export interface SineCosine {
  sine: number;
  cosine: number;
}

/** Writes both into `result`: loops call this a million times. NaN beyond 1e6. */
export function sineCosine(x: number, result: SineCosine): void {
  const k = Math.abs(x) < 1e6 ? Math.round(x * twoOverPi) : NaN;
  const first = x - k * part1;
  const second = first - k * part2;
  const secondTail = first - second - k * part2;
  const low = k * part3 - secondTail;
  const r = second - low;
  const tail = second - r - low - k * part4;
  const sine = sineOf(r, tail);
  const cosine = cosineOf(r, tail);
  switch (((k % 4) + 4) % 4) {
    case 0:
      result.sine = sine;
      result.cosine = cosine;
      return;
    case 1:
      result.sine = cosine;
      result.cosine = -sine;
      return;
    case 2:
      result.sine = -sine;
      result.cosine = -cosine;
      return;
    default:
      result.sine = -cosine;
      result.cosine = sine;
  }
}

function sineOf(x: number, tail: number): number {
  const z = x * x;
  const v = z * x;
  const r = 8.33333333332248946124e-3 + z * (-1.98412698298579493134e-4 +
    z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x - (z * (0.5 * tail - v * r) - tail - v * -1.66666666666666324348e-1);
}

function cosineOf(x: number, tail: number): number {
  const z = x * x;
  const r = z * (4.16666666666666019037e-2 + z * (-1.38888888888741095749e-3 +
    z * (2.48015872894767294178e-5 + z * (-2.75573143513906633035e-7 +
      z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - x * tail));
}
