import { gainPerContract } from '../ledger/contract-value.ts';
import { fractionOf, minorUnitsOf, powerOfTen, times, zero, type Fraction } from '../money/fraction.ts';
import { amountOf, minorOf, type MinorUnits, type Rounding } from '../money/minor-units.ts';

/** What a contract is worth, and in which whole numbers it is counted. */
export interface ContractTerms {
  readonly payoff: 'linear' | 'inverse';
  /** Base units (linear) or quote units (inverse) of one contract; > 0. */
  readonly contractSize: number;
  /** A lot is 10^-lotDecimals contracts: quantities are whole lots. */
  readonly lotDecimals: number;
  /** A minor unit is 10^-moneyDecimals of the settlement currency. */
  readonly moneyDecimals: number;
}

/**
 * By how much `lots` (signed) gain if the price goes from one to the other, exactly: settlement currency. Prices > 0.
 */
export function exactGain(terms: ContractTerms, lots: bigint, from: number, to: number): Fraction {
  if (lots === 0n || from === to) return zero;
  const quantity: Fraction = { top: lots, bottom: powerOfTen(terms.lotDecimals) };
  return times(quantity, gainPerContract(terms, fractionOf(from), fractionOf(to)));
}

/** The same in whole minor units. */
export function gainOf(terms: ContractTerms, lots: bigint, from: number, to: number, rounding: Rounding): MinorUnits {
  return minorUnitsOf(exactGain(terms, lots, from, to), terms.moneyDecimals, rounding);
}

/** Whole lots of a quantity of contracts, signed: the nearest. */
export function lotsOf(quantity: number, lotDecimals: number): bigint {
  return minorOf(quantity, lotDecimals, 'nearest');
}

export function quantityOf(lots: bigint, lotDecimals: number): number {
  return amountOf(lots, lotDecimals);
}

/** Value of `lots` at a price, without a sign: settlement currency. A risk number. */
export function notionalOf(terms: ContractTerms, lots: bigint, price: number): number {
  const size = Math.abs(quantityOf(lots, terms.lotDecimals)) * terms.contractSize;
  return terms.payoff === 'linear' ? size * price : size / price;
}

/**
 * The price at which `lots` (signed) gain `amount` against `mark`; null if there is none above zero. This is a
 * bankruptcy price if the amount is what is missing.
 */
export function priceOfGain(terms: ContractTerms, lots: bigint, mark: number, amount: MinorUnits): number | null {
  const size = quantityOf(lots, terms.lotDecimals) * terms.contractSize;
  const perUnit = amountOf(amount, terms.moneyDecimals) / size;
  const price = terms.payoff === 'linear' ? mark + perUnit : 1 / (1 / mark - perUnit);
  return price > 0 && price < Infinity ? price : null;
}
