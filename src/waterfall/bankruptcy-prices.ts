import { weightsOf } from '../money/allocate.ts';
import { minorOf, type MinorUnits } from '../money/minor-units.ts';
import { cappedShares } from './capped-shares.ts';
import { notionalOf, priceOfGain, type ContractTerms } from './contract-value.ts';

/** A position that can carry a part of a deficit. */
export interface DeficitCarrier {
  readonly terms: ContractTerms;
  readonly lots: bigint;
  readonly markPrice: number;
}

export interface CarriedDeficit {
  readonly bankruptcyPrice: number;
  readonly loss: MinorUnits;
}

/**
 * Bankruptcy prices of the positions of one account: the deficit at mark is divided among them by notional, so that
 * closing all of them at their prices leaves nothing. A price stays above zero: linear shorts and inverse longs carry
 * less than their notional. What none can carry is left out (`left`).
 */
export function bankruptcyPrices(
  positions: readonly DeficitCarrier[],
  deficit: MinorUnits,
): { readonly carried: CarriedDeficit[]; readonly left: MinorUnits } {
  const notional = positions.map(({ terms, lots, markPrice }) => notionalOf(terms, lots, markPrice));
  const caps = positions.map(({ terms, lots }, index) => {
    const isBounded = (terms.payoff === 'linear') === lots < 0n;
    // One minor unit less than the notional: at the notional the price would be zero (or infinite).
    return isBounded ? atLeastZero(minorOf(notional[index], terms.moneyDecimals, 'down') - 1n) : deficit;
  });
  const { shares } = cappedShares(deficit, weightsOf(notional), caps);
  const carried = positions.map(({ terms, lots, markPrice }, index) => {
    const price = priceOfGain(terms, lots, markPrice, shares[index]);
    return price === null ? { bankruptcyPrice: markPrice, loss: 0n } : { bankruptcyPrice: price, loss: shares[index] };
  });
  return { carried, left: deficit - carried.reduce((sum, { loss }) => sum + loss, 0n) };
}

function atLeastZero(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
