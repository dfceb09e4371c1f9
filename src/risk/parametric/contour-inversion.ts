import { exp } from '../../../assembly/portable/exp.ts';
import { log } from '../../../assembly/portable/log.ts';
import { sineCosine } from '../../statistics/sine-cosine.ts';
import type { QuadraticForm } from './quadratic-form.ts';
import type { PointTails } from './quadratic-tails.ts';

/**
 * Tails of a quadratic form in normal variables by inversion of its characteristic function.
 *
 * With K(s) = ln E e^(sQ) = s constant + s^2 d^2/2 + sum [ c^2 s^2 / (2 (1 - l s)) - ln(1 - l s)/2 ]
 * P(Q > x) = 1/(2 pi i) int e^(K(s) - s x) / s ds along any contour from -i infinity to i infinity that crosses the
 * real axis between 0 and the first 1/l > 0; between the first 1/l < 0 and 0 it is -P(Q < x). Gil-Pelaez and Imhof
 * integrate along the imaginary axis, where the integrand oscillates and dies off slowly. Here the contour crosses at
 * the saddle point s0 of the integrand and bends, s = s0 + S (b (cosh v - 1) + i sinh v), S the width of the saddle, to
 * the side on which e^(-sx) dies off: there is next to no oscillation, the trapezoidal rule in v converges
 * exponentially, and far tails keep their relative accuracy (C. W. Helstrom and J. A. Ritcey, IEEE Trans. AES 21, 1985,
 * 633-642, have the idea with a parabola). All singularities lie on the real axis, so every such contour is allowed.
 */

/** How far the contours tried are bent; each with the sign of x less the form's asymptotic center first. */
const bends = [0.5, 0.25, 0, -0.25, -0.5];
/** A term below e^-42 of the largest adds nothing. */
const negligibleLog = -42;
const vMax = 60;
const scanStep = 0.5;
const halvingsMax = 9;

interface Contour {
  readonly saddle: number;
  readonly width: number;
  readonly bend: number;
  readonly vEnd: number;
  /** Largest term beside that at the saddle: digits are lost by it. */
  readonly growth: number;
}

/** For forms that are not one-sided at x: least value < x < greatest value. Scaled to a variance of about 1. */
export function contourTails(form: QuadraticForm, x: number, isLower: boolean): PointTails {
  const saddle = saddlePoint(form, x, isLower);
  const integrand = new Integrand(form, x, saddle);
  const contour = chooseContour(form, x, saddle, integrand);
  const { sums, error } = integrate(integrand, contour);
  const scale = integrand.scale / Math.PI;
  const [probability, density, partial] = sums.map((sum) => sum * scale);
  const tail = Math.max(0, isLower ? -probability : probability);
  const rest = 1 - tail;
  return {
    lower: isLower ? tail : rest,
    upper: isLower ? rest : tail,
    density: Math.max(0, density),
    lowerPartialMean: isLower ? partial : partial + x - meanOf(form),
    error: error * scale + 1e-14 * tail,
  };
}

function meanOf({ constant, curvature }: QuadraticForm): number {
  return curvature.reduce((sum, each) => sum + 0.5 * each, constant);
}

/** Derivatives of K(s) - s x - ln|s| on the real axis. */
function slopes(form: QuadraticForm, x: number, s: number): { readonly first: number; readonly second: number } {
  const { constant, deviation, linear, curvature } = form;
  let first = constant - x + deviation * deviation * s - 1 / s;
  let second = deviation * deviation + 1 / (s * s);
  for (let j = 0; j < curvature.length; j++) {
    const l = curvature[j];
    const c2 = linear[j] * linear[j];
    const inverse = 1 / (1 - l * s);
    first += 0.5 * l * inverse + c2 * s * (1 - 0.5 * l * s) * inverse * inverse;
    second += (0.5 * l * l + c2 * inverse) * inverse * inverse;
  }
  return { first, second };
}

/** The convex function has one minimum between 0 and the nearest pole on that side; a rough one is good enough. */
function saddlePoint(form: QuadraticForm, x: number, isLower: boolean): number {
  const sign = isLower ? -1 : 1;
  const steepest = form.curvature.reduce((most, each) => Math.max(most, sign * each), 0);
  // Sizes of s: the slope towards larger sizes is < 0 at `low`, > 0 at `high`.
  let low = 0;
  let high = steepest > 0 ? 1 / steepest : Infinity;
  let size = high < 2 ? high / 2 : 1;
  for (let iteration = 0; iteration < 200; iteration++) {
    const { first, second } = slopes(form, x, sign * size);
    const slope = sign * first;
    if (slope > 0) high = size;
    else low = size;
    const newton = size - slope / second;
    const next = newton > low && newton < high ? newton : high === Infinity ? size * 4 : 0.5 * (low + high);
    if (Math.abs(next - size) <= 1e-9 * size) return sign * next;
    size = next;
  }
  return sign * size;
}

/** e^(K(s) - s x) at complex s, relative to its value at the saddle. */
class Integrand {
  /** e^(K - s x) at the saddle. */
  readonly scale: number;
  re = 0;
  im = 0;
  readonly #form: QuadraticForm;
  readonly #drift: number;
  readonly #atSaddle: number;
  readonly #rootsAtSaddle: Float64Array;
  readonly #rotation = { sine: 0, cosine: 1 };

  constructor(form: QuadraticForm, x: number, saddle: number) {
    const { constant, deviation, linear, curvature } = form;
    this.#form = form;
    this.#drift = constant - x;
    this.#rootsAtSaddle = curvature.map((l) => Math.sqrt(1 - l * saddle));
    let exponent = (this.#drift + 0.5 * deviation * deviation * saddle) * saddle;
    let logarithms = 0;
    for (let j = 0; j < curvature.length; j++) {
      const c = linear[j] * saddle;
      exponent += (0.5 * c * c) / (1 - curvature[j] * saddle);
      logarithms += log(this.#rootsAtSaddle[j]);
    }
    this.#atSaddle = exponent;
    this.scale = exp(exponent - logarithms);
  }

  /** Sets `re` and `im`. */
  evaluate(sRe: number, sIm: number): void {
    const { deviation, linear, curvature } = this.#form;
    const squareRe = sRe * sRe - sIm * sIm;
    const squareIm = 2 * sRe * sIm;
    const half = 0.5 * deviation * deviation;
    let exponent = this.#drift * sRe + half * squareRe - this.#atSaddle;
    let angle = this.#drift * sIm + half * squareIm;
    let re = 1;
    let im = 0;
    for (let j = 0; j < curvature.length; j++) {
      const dRe = 1 - curvature[j] * sRe;
      const dIm = -curvature[j] * sIm;
      const norm = dRe * dRe + dIm * dIm;
      const weight = (0.5 * linear[j] * linear[j]) / norm;
      exponent += weight * (squareRe * dRe + squareIm * dIm);
      angle += weight * (squareIm * dRe - squareRe * dIm);
      // root at the saddle / principal square root of d: the product of principal roots is the right branch.
      const size = Math.sqrt(norm);
      const larger = Math.sqrt(0.5 * (size + Math.abs(dRe)));
      const smaller = larger === 0 ? 0 : (0.5 * Math.abs(dIm)) / larger;
      const rootRe = dRe >= 0 ? larger : smaller;
      const rootIm = dIm < 0 ? -(dRe >= 0 ? smaller : larger) : dRe >= 0 ? smaller : larger;
      const factor = this.#rootsAtSaddle[j] / size;
      const nextRe = (re * rootRe + im * rootIm) * factor;
      im = (im * rootRe - re * rootIm) * factor;
      re = nextRe;
    }
    if (!(exponent > -745)) {
      this.re = this.im = 0;
      return;
    }
    sineCosine(angle, this.#rotation);
    const size = exp(exponent);
    this.re = size * (re * this.#rotation.cosine - im * this.#rotation.sine);
    this.im = size * (re * this.#rotation.sine + im * this.#rotation.cosine);
  }
}

/** Terms of the three integrals at v: of the probability (over s), the density, the partial mean (over s^2). */
function termsAt(
  integrand: Integrand, { saddle, width, bend }: Omit<Contour, 'vEnd' | 'growth'>, v: number, terms: Float64Array,
): void {
  const up = exp(v);
  const down = 1 / up;
  const sinh = v < 1e-4 ? v : 0.5 * (up - down);
  const cosh = 0.5 * (up + down);
  const sRe = saddle + width * bend * (cosh - 1);
  const sIm = width * sinh;
  integrand.evaluate(sRe, sIm);
  const stepRe = width * bend * sinh;
  const stepIm = width * cosh;
  const re = integrand.re * stepRe - integrand.im * stepIm;
  const im = integrand.re * stepIm + integrand.im * stepRe;
  const norm = sRe * sRe + sIm * sIm;
  const overRe = (re * sRe + im * sIm) / norm;
  const overIm = (im * sRe - re * sIm) / norm;
  terms[0] = overIm;
  terms[1] = im;
  terms[2] = (overIm * sRe - overRe * sIm) / norm;
  terms[3] = Math.sqrt(overRe * overRe + overIm * overIm);
}

function chooseContour(form: QuadraticForm, x: number, saddle: number, integrand: Integrand): Contour {
  const { constant, linear, curvature } = form;
  const center = curvature.reduce((sum, l, j) => sum - (linear[j] * linear[j]) / (2 * l), constant);
  const side = x < center ? -1 : 1;
  const width = 1 / Math.sqrt(slopes(form, x, saddle).second);
  let best: Contour | null = null;
  for (const each of bends) {
    const contour = scan(integrand, { saddle, width, bend: side * each });
    if (contour.growth < 0.5 && contour.vEnd < 8) return contour;
    if (best === null || costOf(contour) < costOf(best)) best = contour;
  }
  return best!;
}

function costOf({ vEnd, growth }: Contour): number {
  return vEnd + 4 * Math.max(0, growth);
}

function scan(integrand: Integrand, path: Omit<Contour, 'vEnd' | 'growth'>): Contour {
  const terms = new Float64Array(4);
  termsAt(integrand, path, 0, terms);
  const first = log(terms[3]);
  let growth = 0;
  let ended = 0;
  for (let v = scanStep; v <= vMax; v += scanStep) {
    termsAt(integrand, path, v, terms);
    const size = terms[3] > 0 ? log(terms[3]) - first : -Infinity;
    growth = Math.max(growth, Number.isNaN(size) ? Infinity : size);
    ended = size < negligibleLog ? ended + 1 : 0;
    if (ended === 2) return { ...path, vEnd: v, growth };
  }
  return { ...path, vEnd: vMax, growth };
}

/** Trapezoidal sums with the step halved until they agree: the error falls with the square at each halving. */
function integrate(integrand: Integrand, contour: Contour): { readonly sums: Float64Array; readonly error: number } {
  const terms = new Float64Array(4);
  const totals = new Float64Array(4);
  const add = (from: number, step: number): void => {
    for (let v = from; v <= contour.vEnd; v += step) {
      termsAt(integrand, contour, v, terms);
      for (let i = 0; i < 4; i++) totals[i] += v === 0 ? 0.5 * terms[i] : terms[i];
    }
  };
  let step = scanStep;
  add(0, step);
  let sums = totals.map((each) => each * step);
  let error = Infinity;
  for (let halving = 0; halving < halvingsMax; halving++) {
    add(0.5 * step, step);
    step *= 0.5;
    const next = totals.map((each) => each * step);
    error = Math.abs(next[0] - sums[0]) + 4e-16 * next[3];
    const isSettled = [0, 2].every((i) => Math.abs(next[i] - sums[i]) <= 1e-13 * Math.abs(next[i]));
    sums = next;
    if (isSettled) break;
  }
  return { sums: sums.subarray(0, 3), error };
}
