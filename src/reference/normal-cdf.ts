import { Decimal as DecimalJs } from 'decimal.js';
import { Decimal, workingDigits, zero } from './decimal.ts';

/**
 * The standard normal distribution, correct to more than 40 significant digits, tails included (no cancellation to 0
 * or 1).
 *
 * At the nodes of a grid it is computed from the definition; between them by the Taylor series about the nearest
 * node, whose coefficients are kept: an option grid asks for 72 values per option, and the series costs one
 * multiplication per term.
 */

/**
 * Nodes are computed with these digits: the power series below loses 5 at |x| = 4, the Taylor coefficients a few
 * more.
 */
const Guarded = DecimalJs.clone({ precision: workingDigits + 20, maxE: 9e15, minE: -9e15 });
const inverseSqrtTwoPi = new Guarded(1).div(Guarded.acos(-1).times(2).sqrt());

const nodesPerUnit = 32;
const negligibleInARow = 3;
/** Beyond the last node the continued fraction is used directly; it needs few terms there. */
const lastNode = 40;
/** Below it the power series, above it the continued fraction. */
const seriesLimit = 4;

/** phi(x) = exp(-x^2/2) / sqrt(2 pi). */
export function normalPdf(x: Decimal): Decimal {
  return new Decimal(guardedPdf(new Guarded(x)).toSignificantDigits(workingDigits));
}

/** N(x). */
export function normalCdf(x: Decimal): Decimal {
  return x.isNegative() ? lowerTail(x.negated()) : new Decimal(1).minus(lowerTail(x));
}

/** N(-x) for x >= 0. */
function lowerTail(x: Decimal): Decimal {
  if (x.greaterThan(lastNode)) return new Decimal(definition(new Guarded(x)).toSignificantDigits(workingDigits));
  const nodeIndex = Math.round(x.toNumber() * nodesPerUnit);
  const { coefficients } = node(nodeIndex);
  const step = x.minus(new Decimal(nodeIndex).div(nodesPerUnit));
  let total = zero;
  for (let index = coefficients.length - 1; index >= 0; index--) total = total.times(step).plus(coefficients[index]);
  return total;
}

interface Node {
  /** Taylor coefficients of x -> N(-x) about the node. */
  readonly coefficients: readonly Decimal[];
}

const nodes = new Map<number, Node>();

function node(nodeIndex: number): Node {
  const known = nodes.get(nodeIndex);
  if (known) return known;
  const created = { coefficients: taylorCoefficients(new Guarded(nodeIndex).div(nodesPerUnit)) };
  nodes.set(nodeIndex, created);
  return created;
}

/**
 * N(-(x+h)) = N(-x) - phi(x) * (a0 h + a1 h^2/2 + a2 h^3/3 + ...), where the a's are the coefficients of
 * phi(x+h)/phi(x) = exp(-x h - h^2/2): differentiating gives (n+1) a[n+1] = -x a[n] - a[n-1], a0 = 1. Terms are taken
 * until three in a row cannot matter at |h| <= half a node distance: single a's may vanish (at x = 0 every other).
 */
function taylorCoefficients(x: Decimal): Decimal[] {
  const base = definition(x);
  const density = guardedPdf(x);
  const halfStep = new Guarded(1).div(2 * nodesPerUnit);
  const negligible = base.times(`1e-${workingDigits + 5}`);
  const coefficients = [base];
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
  return coefficients.map((value) => new Decimal(value.toSignificantDigits(workingDigits + 5)));
}

/** N(-x) for x >= 0 without shortcuts. */
function definition(x: Decimal): Decimal {
  return x.lessThan(seriesLimit) ? lowerTailBySeries(x) : guardedPdf(x).times(millsRatio(x));
}

/**
 * N(x) = 1/2 + phi(x) * (x + x^3/3 + x^5/(3*5) + ...): all terms positive (Abramowitz and Stegun 26.2.11).
 */
function lowerTailBySeries(x: Decimal): Decimal {
  const square = x.times(x);
  let term = x;
  let total = x;
  for (let odd = 3; term.greaterThan(total.times(`1e-${Guarded.precision}`)); odd += 2) {
    term = term.times(square).div(odd);
    total = total.plus(term);
  }
  return new Guarded('0.5').minus(guardedPdf(x).times(total));
}

/**
 * N(-x)/phi(x) = 1/(x + 1/(x + 2/(x + 3/(x + ...)))) (Abramowitz and Stegun 26.2.14), from the far end.
 * The error of n levels falls like exp(-2 x sqrt(2 n)); n is chosen for all guarded digits, plus a margin.
 */
function millsRatio(x: Decimal): Decimal {
  const digits = Guarded.precision * Math.LN10;
  const levels = Math.ceil((digits / x.toNumber()) ** 2 / 8) + 30;
  let fraction = x;
  for (let level = levels; level >= 1; level--) fraction = x.plus(new Guarded(level).div(fraction));
  return new Guarded(1).div(fraction);
}

function guardedPdf(x: Decimal): Decimal {
  return inverseSqrtTwoPi.times(x.times(x).div(-2).exp());
}
