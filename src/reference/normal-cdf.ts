import { Decimal as DecimalJs } from 'decimal.js';
import { Decimal, one, workingDigits, zero } from './decimal.ts';
import { Memo } from './memo.ts';

/**
 * The standard normal distribution with an absolute error below 1e-33: option values are F N(d1) - K N(d2), so digits
 * of N below the last place of 1 cannot be seen in them.
 *
 * At the nodes of a grid it is computed from the definition, with more digits; between them by the Taylor series about
 * the nearest node, whose coefficients are kept: an option grid asks for 72 values per strike. As only the absolute
 * error matters, the series is summed in fixed point: integers that count units of 1e-36, which are exact to a unit
 * per term and several times as fast as decimals with an exponent.
 */

const fixedPlaces = 36;
const fixedOne = 10n ** BigInt(fixedPlaces);

/** Nodes are computed with these digits: the power series below loses 5 at |x| = 4, the coefficients a few more. */
const Guarded = DecimalJs.clone({ precision: workingDigits + 16, maxE: 9e15, minE: -9e15 });
const inverseSqrtTwoPi = new Guarded(1).div(Guarded.acos(-1).times(2).sqrt());
/** The power series adds up to between 0 and 4000. */
const lastGuardedPlace = new Guarded(`1e-${Guarded.precision - 4}`);

const nodesPerUnit = 32;
const unitsOfOneNode = fixedOne / BigInt(nodesPerUnit);
const negligible = new Guarded(`1e-${fixedPlaces}`);
const negligibleInARow = 3;
/** N(-13) = 6.1e-39: from here on there is nothing left of the tail. */
export const endOfTail = 13;
/** Below it the power series, above it the continued fraction. */
const seriesLimit = 4;

/** phi(x) = exp(-x^2/2) / sqrt(2 pi). */
export function normalPdf(x: Decimal): Decimal {
  return new Decimal(guardedPdf(new Guarded(x)).toSignificantDigits(workingDigits));
}

/** N(x). */
export function normalCdf(x: Decimal): Decimal {
  return x.isNegative() ? lowerTail(x.negated()) : one.minus(lowerTail(x));
}

/** N(-x) for x >= 0. */
function lowerTail(x: Decimal): Decimal {
  const position = x.toNumber();
  if (position > endOfTail) return zero;
  const nodeIndex = Math.round(position * nodesPerUnit);
  const coefficients = nodes.get(nodeIndex, () => taylorCoefficients(new Guarded(nodeIndex).div(nodesPerUnit)));
  const step = toFixedPoint(x) - BigInt(nodeIndex) * unitsOfOneNode;
  let total = 0n;
  for (let order = coefficients.length - 1; order >= 0; order--) {
    total = (total * step) / fixedOne + coefficients[order];
  }
  return new Decimal(`${total}e-${fixedPlaces}`);
}

function toFixedPoint(value: Decimal): bigint {
  return BigInt(value.toFixed(fixedPlaces).replace('.', ''));
}

/** Taylor coefficients of x -> N(-x) about each node used so far, in fixed point. */
const nodes = new Memo<number, readonly bigint[]>();

/**
 * N(-(x+h)) = N(-x) - phi(x) * (a0 h + a1 h^2/2 + a2 h^3/3 + ...), where the a's are the coefficients of
 * phi(x+h)/phi(x) = exp(-x h - h^2/2): differentiating gives (n+1) a[n+1] = -x a[n] - a[n-1], a0 = 1. Terms are taken
 * until three in a row cannot matter at |h| <= half a node distance: single a's may vanish (at x = 0 every other).
 */
function taylorCoefficients(x: Decimal): bigint[] {
  const density = guardedPdf(x);
  const halfStep = new Guarded(1).div(2 * nodesPerUnit);
  const coefficients = [definition(x, density)];
  let previous = new Guarded(0);
  let current = new Guarded(1);
  let power = halfStep;
  for (let order = 1, small = 0; small < negligibleInARow; order++) {
    const coefficient = density.times(current).div(-order);
    coefficients.push(coefficient);
    small = coefficient.abs().times(power).lessThan(negligible) ? small + 1 : 0;
    power = power.times(halfStep);
    [previous, current] = [current, x.times(current).plus(previous).div(-order)];
  }
  return coefficients.slice(0, -negligibleInARow).map(toFixedPoint);
}

/** N(-x) for x >= 0 without shortcuts; `density` is phi(x). */
function definition(x: Decimal, density: Decimal): Decimal {
  return x.lessThan(seriesLimit) ? lowerTailBySeries(x, density) : density.times(millsRatio(x));
}

/**
 * N(x) = 1/2 + phi(x) * (x + x^3/3 + x^5/(3*5) + ...): all terms positive (Abramowitz and Stegun 26.2.11).
 */
function lowerTailBySeries(x: Decimal, density: Decimal): Decimal {
  const square = x.times(x);
  let term = x;
  let total = x;
  for (let odd = 3; term.greaterThan(lastGuardedPlace); odd += 2) {
    term = term.times(square).div(odd);
    total = total.plus(term);
  }
  return new Guarded('0.5').minus(density.times(total));
}

/**
 * N(-x)/phi(x) = 1/(x + 1/(x + 2/(x + 3/(x + ...)))) (Abramowitz and Stegun 26.2.14), from the far end.
 * The error of n levels falls like exp(-2 x sqrt(2 n)); n is chosen for all working digits, plus a margin.
 */
function millsRatio(x: Decimal): Decimal {
  const digits = (workingDigits + 4) * Math.LN10;
  const levels = Math.ceil((digits / x.toNumber()) ** 2 / 8) + 30;
  let fraction = x;
  for (let level = levels; level >= 1; level--) fraction = x.plus(new Guarded(level).div(fraction));
  return new Guarded(1).div(fraction);
}

function guardedPdf(x: Decimal): Decimal {
  return inverseSqrtTwoPi.times(x.times(x).div(-2).exp());
}
