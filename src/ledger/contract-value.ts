import type { Instrument } from '../domain/instrument.ts';
import { fractionOf, minus, negated, over, times, zero, type Fraction } from '../money/fraction.ts';

/** What one contract is worth, exactly; settlement currency. Prices in quote currency per base unit, > 0. */

/** Notional of one contract at a price: linear size x price (quote), inverse size / price (coin). */
export function notionalPerContract({ contractSize, payoff, kind }: Instrument, price: Fraction): Fraction {
  const size = fractionOf(contractSize);
  // An inverse option is on so many coins, and worth so many; an inverse future on so many dollars.
  if (payoff === 'inverse') return kind === 'option' ? size : over(size, price);
  return times(size, price);
}

/** Gain of one contract, future or perpetual, held long from one price to another. */
export function gainPerContract(
  { contractSize, payoff }: Pick<Instrument, 'contractSize' | 'payoff'>,
  from: Fraction,
  to: Fraction,
): Fraction {
  const size = fractionOf(contractSize);
  const move = times(size, minus(to, from));
  return payoff === 'inverse' ? over(move, times(from, to)) : move;
}

/**
 * By how much an option is in the money at a price of the underlying, per base unit; quote currency, may be negative.
 */
export function moneyness({ strike, optionType }: Instrument, price: Fraction): Fraction {
  const difference = minus(price, fractionOf(strike ?? 0));
  return optionType === 'put' ? negated(difference) : difference;
}

/** What one option pays at expiry: size x max(moneyness, 0), of an inverse option divided by the settlement price. */
export function payoffPerContract(option: Instrument, price: Fraction): Fraction {
  const inTheMoney = moneyness(option, price);
  if (inTheMoney.top <= 0n) return zero;
  const amount = times(fractionOf(option.contractSize), inTheMoney);
  return option.payoff === 'inverse' ? over(amount, price) : amount;
}
