/**
 * Forward and discount factor of an expiry from put-call parity.
 *
 * | payoff  | parity of the quoted prices | what is fitted                                                      |
 * | ------- | --------------------------- | ------------------------------------------------------------------- |
 * | linear  | C - P = D · (F - K)         | Theil-Sen line over the strikes: slope -D, intercept D · F          |
 * | inverse | C - P = 1 - K/F (in coin)   | the median of F = K / (1 - (C - P)) over the strikes; D is 1        |
 *
 * Medians, because quotes are stale in up to a third of the pairs of some expiries.
 */
import type { Payoff } from '../domain/instrument.ts';
import {
  parityBandFraction, parityHalfSpreadFractionMax, parityPairCountMin,
} from './quality-thresholds.ts';
import { twoSidedQuote } from './quote-quality.ts';
import { median, theilSenLine } from './robust-line.ts';
import type { StrikeQuotes } from './strike-quotes.ts';

export interface ParityPair {
  readonly strike: number;
  /** Mid of the call minus mid of the put, in the unit of the quotes. */
  readonly callMinusPut: number;
  /** Half-spread of the call plus half-spread of the put: how far the true difference may be away. */
  readonly halfSpread: number;
}

export interface ParityFit {
  readonly forward: number;
  readonly discountFactor: number;
  /** Pairs the fit rests on. */
  readonly pairCount: number;
  /** In the unit of the quotes: quote currency for linear, coin for inverse. */
  readonly medianAbsoluteResidual: number;
  /** Share of the pairs whose residual exceeds their half-spread. */
  readonly inconsistentShare: number;
}

/** Null unless both sides of the strike have a quote without defect. */
export function parityPair(strike: StrikeQuotes): ParityPair | null {
  if (strike.call === null || strike.put === null) return null;
  const call = twoSidedQuote(strike.call);
  const put = twoSidedQuote(strike.put);
  if (call === null || put === null) return null;
  return {
    strike: strike.strike,
    callMinusPut: call.mid - put.mid,
    halfSpread: call.halfSpread + put.halfSpread,
  };
}

/** The pairs near the money with tight quotes. */
export function pairsForFit(strikes: readonly StrikeQuotes[], spot: number, payoff: Payoff): ParityPair[] {
  const halfSpreadMax = parityHalfSpreadFractionMax * (payoff === 'inverse' ? 1 : spot);
  return strikes
    .filter(({ strike }) => Math.abs(strike - spot) <= parityBandFraction * spot)
    .map(parityPair)
    .filter((pair) => pair !== null)
    .filter((pair) => pair.halfSpread <= halfSpreadMax);
}

/** Null if there are fewer than `parityPairCountMin` pairs. */
export function fitParity(pairs: readonly ParityPair[], payoff: Payoff): ParityFit | null {
  if (pairs.length < parityPairCountMin) return null;
  const { forward, discountFactor } = payoff === 'linear' ? fitLinear(pairs) : fitInverse(pairs);
  const curve = { forward, discountFactor };
  const residuals = pairs.map((pair) => Math.abs(parityResidual(pair, curve, payoff)));
  const inconsistentCount = pairs.filter((pair) => contradictsParity(pair, curve, payoff)).length;
  return {
    forward,
    discountFactor,
    pairCount: pairs.length,
    medianAbsoluteResidual: median(residuals),
    inconsistentShare: inconsistentCount / pairs.length,
  };
}

function fitLinear(pairs: readonly ParityPair[]) {
  const line = theilSenLine(pairs.map((pair) => pair.strike), pairs.map((pair) => pair.callMinusPut));
  return { forward: line.intercept / -line.slope, discountFactor: -line.slope };
}

function fitInverse(pairs: readonly ParityPair[]) {
  return { forward: median(pairs.map((pair) => pair.strike / (1 - pair.callMinusPut))), discountFactor: 1 };
}

type ParityCurve = Pick<ParityFit, 'forward' | 'discountFactor'>;

/** Quoted difference minus the difference that parity demands, in the unit of the quotes. */
export function parityResidual(pair: ParityPair, curve: ParityCurve, payoff: Payoff): number {
  const demanded = payoff === 'linear'
    ? curve.discountFactor * (curve.forward - pair.strike)
    : 1 - pair.strike / curve.forward;
  return pair.callMinusPut - demanded;
}

/** Beyond what the two bid-ask spreads leave open: one of the two quotes is stale. */
export function contradictsParity(pair: ParityPair, curve: ParityCurve, payoff: Payoff): boolean {
  return !(Math.abs(parityResidual(pair, curve, payoff)) <= pair.halfSpread);
}
