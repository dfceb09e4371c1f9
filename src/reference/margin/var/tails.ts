import type { VarParams } from '../../../margin/var/params.ts';
import { Decimal, exact, maxOf, one, sum, zero } from '../../decimal.ts';

type Tail = VarParams['sets'][number]['tail'];

/** A loss of the tail, for `explain`. */
export interface TailScenario {
  readonly scenario: number;
  readonly pnl: Decimal;
}

/** The decimal that was written in the file, not the float nearest to it. */
function written(value: number): Decimal {
  return new Decimal(String(value));
}

/** Scenarios by P&L, worst first; equal ones by number. */
export function worstFirst(pnl: readonly Decimal[]): readonly TailScenario[] {
  const scenarios = pnl.map((each, scenario) => ({ scenario, pnl: each }));
  return scenarios.sort((a, b) => a.pnl.comparedTo(b.pnl) || a.scenario - b.scenario);
}

/** Section C: the loss that a set asks for, at least 0. */
export function tailLoss(pnl: readonly Decimal[], tail: Tail, weights: Float64Array | undefined): Decimal {
  const ordered = worstFirst(pnl);
  const loss = weights === undefined ? plainLoss(ordered.map((each) => each.pnl), tail) : weightedLoss(ordered, tail, weights);
  return maxOf(zero, loss).times(exact(tail.multiple));
}

/** `ascending`: P&L, worst first. */
function plainLoss(ascending: readonly Decimal[], { measure, level, quantileType, side }: Tail): Decimal {
  if (measure === 'worst') return ascending[0].negated();
  const tailShare = one.minus(written(level));
  if (measure === 'expectedShortfall') return shortfall(ascending, tailShare);
  if (side === 'pnl') return quantile(ascending, tailShare, quantileType).negated();
  const losses = ascending.map((each) => each.negated()).reverse();
  return quantile(losses, written(level), quantileType);
}

/** Acerbi and Tasche: (sum of the floor(n a) worst + (n a - floor(n a)) times the next) / (n a). */
function shortfall(ascending: readonly Decimal[], tailShare: Decimal): Decimal {
  const count = tailShare.times(ascending.length);
  const whole = count.floor().toNumber();
  const rest = count.minus(whole);
  const worst = sum(ascending.slice(0, whole));
  const total = rest.isZero() ? worst : worst.plus(rest.times(ascending[whole]));
  return total.negated().div(count);
}

/** Hyndman and Fan's definitions, one after the other. */
export function quantile(ascending: readonly Decimal[], p: Decimal, type: number): Decimal {
  const n = ascending.length;
  const offsets = [zero, zero, new Decimal(-0.5), zero, new Decimal(0.5), p, one.minus(p), p.plus(1).div(3), p.div(4).plus(0.375)];
  const position = p.times(n).plus(offsets[type - 1]);
  const low = position.floor().toNumber();
  const rest = position.minus(low);
  const at = (place: number): Decimal => ascending[Math.min(Math.max(place, 1), n) - 1];
  if (type === 1) return rest.isZero() ? at(low) : at(low + 1);
  if (type === 2) return rest.isZero() ? at(low).plus(at(low + 1)).div(2) : at(low + 1);
  if (type === 3) return rest.isZero() && low % 2 === 0 ? at(low) : at(low + 1);
  return at(low).plus(rest.times(at(low + 1).minus(at(low))));
}

/** Scenarios with weights: worst first until the weights reach the share of the tail. */
function weightedLoss(ordered: readonly TailScenario[], { measure, level }: Tail, weights: Float64Array): Decimal {
  const tailShare = one.minus(written(level));
  let reached = zero;
  let total = zero;
  for (const { scenario, pnl } of ordered) {
    const weight = exact(weights[scenario]);
    if (reached.plus(weight).plus('1e-12').greaterThanOrEqualTo(tailShare)) {
      if (measure === 'valueAtRisk') return pnl.negated();
      return total.plus(tailShare.minus(reached).times(pnl)).negated().div(tailShare);
    }
    total = total.plus(weight.times(pnl));
    reached = reached.plus(weight);
  }
  throw new RangeError('the weights do not reach the share of the tail');
}

/** Correlation break of one set before its floor and cap: root mean square of the positive excess of rolling VaR. */
export function correlationExcess(
  pnl: readonly Decimal[],
  { window, step, level }: NonNullable<VarParams['correlationBreak']>,
): Decimal {
  const varOf = (values: readonly Decimal[]): Decimal =>
    quantile(worstFirst(values).map((each) => each.pnl), one.minus(written(level)), 5).negated();
  const full = varOf(pnl);
  const excesses: Decimal[] = [];
  for (let first = 0; first + window <= pnl.length; first += step) {
    excesses.push(maxOf(zero, varOf(pnl.slice(first, first + window)).minus(full)));
  }
  return sum(excesses.map((each) => each.times(each))).div(excesses.length).sqrt();
}
