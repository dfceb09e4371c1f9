import { impliedStandardDeviation } from '../../assembly/portable/implied-volatility.ts';
import type { OptionType, Payoff } from '../domain/instrument.ts';
import type { DropReason } from './drop-reason.ts';
import type { ExpiryForward } from './expiry-forward.ts';
import { contradictsParity, parityPair } from './put-call-parity.ts';
import { quoteDefect } from './quote-quality.ts';
import type { StrikeQuotes } from './strike-quotes.ts';

/** What the quotes of one strike say about its volatility. */
export interface StrikeVolatility {
  readonly strike: StrikeQuotes;
  /** Standard deviation of the log price at expiry, `volatility · sqrt(T)`; NaN if the strike is unusable. */
  readonly standardDeviation: number;
  /** Why the strike is unusable, for the out-of-the-money row (or for both rows); null if it is usable. */
  readonly defect: DropReason | null;
}

/** A strike at the forward counts as a call. */
export function outOfTheMoneyType(strike: number, forward: number): OptionType {
  return strike >= forward ? 'call' : 'put';
}

/**
 * From the mid of the out-of-the-money side alone: the other side's price is mostly intrinsic value, so its spread
 * drowns the volatility. Call and put of a strike share the result, and parity holds in the market by construction.
 */
export function strikeVolatility(strike: StrikeQuotes, curve: ExpiryForward, payoff: Payoff): StrikeVolatility {
  const unusable = (defect: DropReason): StrikeVolatility => ({ strike, standardDeviation: NaN, defect });
  const optionType = outOfTheMoneyType(strike.strike, curve.forward);
  const option = strike[optionType];
  if (option === null) return unusable('other-side-unusable');
  const defect = quoteDefect(option);
  if (defect !== null) return unusable(defect);
  if (strikeContradictsParity(strike, curve, payoff)) return unusable('strike-fails-parity');
  const mid = (option.bid! + option.ask!) / 2;
  const undiscountedPrice = payoff === 'linear' ? mid / curve.discountFactor : mid * curve.forward;
  const sign = optionType === 'call' ? 1 : -1;
  const standardDeviation = impliedStandardDeviation(sign, curve.forward, strike.strike, undiscountedPrice);
  return standardDeviation > 0 && standardDeviation < Infinity
    ? { strike, standardDeviation, defect: null }
    : unusable('price-without-volatility');
}

/** Against the parity forward, not the future's: the question is whether the two option quotes belong together. */
function strikeContradictsParity(strike: StrikeQuotes, curve: ExpiryForward, payoff: Payoff): boolean {
  const pair = parityPair(strike);
  return pair !== null && curve.parity !== null && contradictsParity(pair, curve.parity, payoff);
}
