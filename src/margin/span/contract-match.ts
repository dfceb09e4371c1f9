import type { Instrument } from '../../domain/instrument.ts';
import type { SpanContract } from './parameters.ts';

/** The instrument must be the contract: the same value per point, option type and strike, currency and commodity. */
export function mismatch(instrument: Instrument, contract: SpanContract, currency: string): string | null {
  const { contractSize, optionType, strike, settlementCurrency, baseCurrency, payoff } = instrument;
  if (baseCurrency !== contract.combinedCommodity) {
    return `its base is ${baseCurrency}, the combined commodity of the contract is ${contract.combinedCommodity}`;
  }
  if (payoff !== 'linear') return 'SPAN contracts are linear';
  if (settlementCurrency !== currency) {
    return `it settles in ${settlementCurrency}, its combined commodity is margined in ${currency}`;
  }
  if (contractSize !== contract.valueFactor) {
    return `its contract size is ${contractSize}, the value factor of the contract is ${contract.valueFactor}`;
  }
  if (optionType !== contract.optionType) return `it is a ${optionType ?? 'future'}, the contract is not`;
  if (contract.strike !== strike) return `its strike is ${strike}, that of the contract ${contract.strike}`;
  return null;
}
