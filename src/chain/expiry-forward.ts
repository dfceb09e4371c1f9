import type { Payoff } from '../domain/instrument.ts';
import type { DropReason } from './drop-reason.ts';
import { fitParity, pairsForFit } from './put-call-parity.ts';
import type { ParityFit } from './put-call-parity.ts';
import {
  discountFactorMax, discountFactorMin, futureParityDifferenceMax, parityInconsistentShareMax,
} from './quality-thresholds.ts';
import type { ExpiryQuotes } from './strike-quotes.ts';

export interface ExpiryForward {
  readonly expiryMs: number;
  /**
   * The mid of the expiry's future where it has one with a good quote, else the parity forward; NaN if there is
   * neither.
   */
  readonly forward: number;
  readonly source: 'future' | 'parity';
  /** 1 for inverse options. */
  readonly discountFactor: number;
  /** Null if there are too few pairs. */
  readonly parity: ParityFit | null;
  /** Null if the options of the expiry can be used. */
  readonly defect: ExpiryDefect | null;
}

export type ExpiryDefect = Extract<DropReason, 'no-forward' | 'expiry-fails-parity'>;

export interface ForwardInputs {
  readonly payoff: Payoff;
  /** Quote currency per base unit. */
  readonly spot: number;
  /** Mid of the future of this expiry; null if there is none or its quote has a defect. */
  readonly futureMid: number | null;
}

export function resolveForward(expiry: ExpiryQuotes, inputs: ForwardInputs): ExpiryForward {
  const { payoff, spot, futureMid } = inputs;
  const parity = fitParity(pairsForFit(expiry.strikes, spot, payoff), payoff);
  return {
    expiryMs: expiry.expiryMs,
    forward: futureMid ?? parity?.forward ?? NaN,
    source: futureMid === null ? 'parity' : 'future',
    discountFactor: parity?.discountFactor ?? 1,
    parity,
    defect: expiryDefect(parity, inputs),
  };
}

/** A linear expiry needs parity for its discount factor; an inverse one does with a future alone. */
function expiryDefect(parity: ParityFit | null, { payoff, futureMid }: ForwardInputs): ExpiryDefect | null {
  if (parity === null) return futureMid !== null && payoff === 'inverse' ? null : 'no-forward';
  const isConsistent = parity.inconsistentShare <= parityInconsistentShareMax
    && parity.discountFactor >= discountFactorMin && parity.discountFactor <= discountFactorMax
    && parity.forward > 0
    && (futureMid === null || Math.abs(parity.forward / futureMid - 1) <= futureParityDifferenceMax);
  return isConsistent ? null : 'expiry-fails-parity';
}
