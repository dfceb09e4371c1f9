import type { Instrument } from '../domain/instrument.ts';
import { gainPerContract } from './contract-value.ts';
import { fractionOf, numberOf, over, plus, times, zero, type Fraction } from '../money/fraction.ts';
import type { Held } from './holdings.ts';

/** A position after a trade, and the gain that the trade made final; settlement currency. */
export interface TradedPosition extends Held {
  readonly realised: Fraction;
}

const one: Fraction = { top: 1n, bottom: 1n };

/**
 * Position after a trade of `traded` contracts (signed) at a price.
 *
 * Increasing: the entry price is the average that leaves the value of the position as it is: linear the mean weighted
 * by
 * quantity, inverse the harmonic one. Reducing: entry stays, the gain on what is closed is realised. Through zero: all
 * is closed, the rest starts at the price. Options and spot are paid for in full, so nothing is realised.
 */
export function tradedPosition(instrument: Instrument, held: Held, traded: Fraction, price: Fraction): TradedPosition {
  const before = fractionOf(held.quantity);
  const after = plus(before, traded);
  const quantity = numberOf(after);
  if (instrument.kind === 'spot') return { quantity, entryPrice: 0, realised: zero };
  const isOpening = before.top === 0n;
  const isSameSide = before.top > 0n === traded.top > 0n;
  const averaged = (): number => numberOf(averagePrice(instrument, before, fractionOf(held.entryPrice), traded, price));
  if (instrument.kind === 'option') {
    // Models that look at entry prices of options have linear ones only; an inverse option is paid for in coin.
    if (instrument.payoff === 'inverse' || quantity === 0) return { quantity, entryPrice: 0, realised: zero };
    const isKept = !isOpening && !isSameSide && before.top > 0n === after.top > 0n;
    const entryPrice = isKept ? held.entryPrice : isOpening || !isSameSide ? numberOf(price) : averaged();
    return { quantity, entryPrice, realised: zero };
  }
  if (isOpening) return { quantity, entryPrice: numberOf(price), realised: zero };
  if (isSameSide) return { quantity, entryPrice: averaged(), realised: zero };
  const isFlipped = after.top !== 0n && before.top > 0n !== after.top > 0n;
  const closed = isFlipped ? before : { top: -traded.top, bottom: traded.bottom };
  const realised = times(closed, gainPerContract(instrument, fractionOf(held.entryPrice), price));
  const entryPrice = after.top === 0n ? 0 : isFlipped ? numberOf(price) : held.entryPrice;
  return { quantity, entryPrice, realised };
}

function averagePrice(
  { payoff }: Instrument,
  before: Fraction,
  entry: Fraction,
  traded: Fraction,
  price: Fraction,
): Fraction {
  const total = plus(before, traded);
  if (payoff === 'linear') return over(plus(times(before, entry), times(traded, price)), total);
  return over(total, plus(times(before, over(one, entry)), times(traded, over(one, price))));
}
