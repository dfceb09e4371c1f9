import { pairOf, type Instrument } from '../../domain/instrument.ts';
import type { Market } from '../../domain/market.ts';
import type { Holding } from '../../revaluation/revaluation.ts';
import { MargridError } from '../../errors.ts';

/** Amounts held in underlyings, as a portfolio: of the same worth every day. */
export interface WeightedPortfolio {
  readonly market: Market;
  readonly holdings: readonly Holding[];
}

/**
 * A portfolio of constant amounts, in `currency` by underlying (negative: short): its P&L is the sum of amount times
 * relative move; absolute moves have no meaning beside its price of 1. Throws `OptionInvalid` for none, or an amount
 * that is not finite.
 */
export function weightedPortfolio(amounts: ReadonlyMap<string, number>, currency = 'USD'): WeightedPortfolio {
  if (amounts.size === 0) {
    throw new MargridError('OptionInvalid', 'a portfolio needs at least one amount', { column: 'weights' });
  }
  for (const [underlying, amount] of amounts) {
    if (Number.isFinite(amount)) continue;
    const message = `the amount of ${underlying} must be finite, got ${amount}`;
    throw new MargridError('OptionInvalid', message, { column: underlying, value: amount });
  }
  const names = [...amounts.keys()];
  const count = names.length;
  const instruments = names.map((name): Instrument => ({
    name, kind: 'spot', payoff: 'linear', baseCurrency: name, quoteCurrency: currency, settlementCurrency: currency,
    contractSize: 1, expiryMs: null, strike: null, optionType: null,
  }));
  return {
    market: {
      asOfMs: 0,
      instruments,
      forward: new Float64Array(count).fill(1),
      impliedVolatility: new Float64Array(count).fill(NaN),
      indexPrice: new Map(names.map((name) => [pairOf(name, currency), 1])),
      openInterest: new Float64Array(count),
    },
    holdings: names.map((name, instrument) => ({ instrument, quantity: amounts.get(name)! })),
  };
}
