import { riskGroupOf, type Instrument } from '../../../domain/instrument.ts';
import type { Market } from '../../../domain/market.ts';
import { black76Delta, black76Input, black76Price } from '../../black76.ts';
import { type Decimal, exact, one, zero } from '../../decimal.ts';
import type { ReferencePosition } from '../account.ts';
import { yearsTo } from '../deribit-pm/reference-market.ts';

/** A position with its quotes, in decimals. Amounts per contract are in settlement currency. */
export interface Holding {
  readonly instrument: Instrument;
  readonly instrumentIndex: number;
  readonly quantity: Decimal;
  readonly entryPrice: Decimal;
  readonly forward: Decimal;
  readonly size: Decimal;
  readonly years: Decimal;
  /** US dollars per unit of the settlement currency; of a spot holding, per unit of its base currency. */
  readonly usd: Decimal;
  /** US dollars per base coin, at the index of the instrument's own pair. */
  readonly indexUsd: Decimal;
}

/** Reporting currency of the cross-collateral models. */
export const reportingCurrency = 'USD';

export function holdingOf(market: Market, position: ReferencePosition): Holding {
  const instrument = market.instruments[position.instrumentIndex];
  const index = orNothing(market.indexPrice.get(riskGroupOf(instrument).pair));
  const usd = usdOf(market, position.instrumentIndex);
  const isFuture = instrument.kind === 'future' || instrument.kind === 'perpetual';
  return {
    instrument,
    instrumentIndex: position.instrumentIndex,
    quantity: exact(position.quantity),
    entryPrice: isFuture ? exact(position.entryPrice) : zero,
    forward: exact(market.forward[position.instrumentIndex]),
    size: exact(instrument.contractSize),
    years: yearsTo(instrument.expiryMs, market.asOfMs),
    usd,
    indexUsd: needsStablePrice(instrument) ? index.times(usd) : index,
  };
}

function usdOf(market: Market, index: number): Decimal {
  const instrument = market.instruments[index];
  if (needsStablePrice(instrument)) return orNothing(market.fields?.get('stablePrice')?.[index]);
  const usesIndex = instrument.kind === 'spot' || instrument.payoff === 'inverse';
  return usesIndex ? orNothing(market.indexPrice.get(riskGroupOf(instrument).pair)) : one;
}

/** Whether a price is there has been asked before wherever it matters. */
function orNothing(price: number | undefined): Decimal {
  return price !== undefined && Number.isFinite(price) ? exact(price) : zero;
}

export function needsStablePrice({ kind, payoff, quoteCurrency }: Instrument): boolean {
  return kind !== 'spot' && payoff === 'linear' && quoteCurrency !== reportingCurrency;
}

/** Lower-case currency of which the position is balance or equity. */
export function equityCurrencyOf({ kind, baseCurrency, settlementCurrency }: Instrument): string {
  return (kind === 'spot' ? baseCurrency : settlementCurrency).toLowerCase();
}

/** P&L since entry of the whole position in a future, in settlement currency. */
export function futureProfit({ instrument, quantity, size, entryPrice, forward }: Holding): Decimal {
  const change =
    instrument.payoff === 'inverse' ? one.div(entryPrice).minus(one.div(forward)) : forward.minus(entryPrice);
  return quantity.times(size).times(change);
}

/** Base coin of one contract. */
export function coinsOf({ instrument, size, forward }: Holding): Decimal {
  return instrument.kind !== 'option' && instrument.payoff === 'inverse' ? size.div(forward) : size;
}

/** Absolute notional of the position, in settlement currency (of a spot holding: in base currency). */
export function notionalOf(holding: Holding): Decimal {
  const coins = coinsOf(holding).times(holding.quantity.abs());
  const { kind, payoff } = holding.instrument;
  return payoff === 'inverse' || kind === 'spot' ? coins : coins.times(holding.forward);
}

/** Black-76 of the option at its own forward and volatility; quote currency per base unit. */
export function modelPrice(market: Market, holding: Holding): { readonly price: Decimal; readonly delta: Decimal } {
  const { instrument, instrumentIndex, forward, years } = holding;
  const volatility = exact(market.impliedVolatility[instrumentIndex]);
  const input = black76Input(forward, exact(instrument.strike!), volatility, years, instrument.optionType!);
  return { price: black76Price(input), delta: black76Delta(input) };
}

/** What the venue does not list, or null. */
export function unlistedReason({ payoff, quoteCurrency, exercise }: Instrument): string | null {
  if (exercise === 'american') return 'the venue lists European options only';
  if (payoff === 'linear' || quoteCurrency === reportingCurrency) return null;
  return `inverse contracts are quoted in ${reportingCurrency}, not in ${quoteCurrency}`;
}

/** Why a spot instrument holds no balance of a cross-collateral account, or null. */
export function spotReason({ baseCurrency, quoteCurrency }: Instrument): string | null {
  if (quoteCurrency === reportingCurrency) return null;
  return `a balance of ${baseCurrency} is held in the spot instrument ${baseCurrency}/${reportingCurrency}`;
}

/** Reason why open orders refuse an account, in the words of the engine. */
export function orderReason(model: string): string {
  return `the account has open orders, which the model ${model} has no margin for`;
}

export const isPositive = (value: number | undefined): boolean =>
  value !== undefined && value > 0 && Number.isFinite(value);

export const badPrice = (name: string): string => `a price or volatility of ${name} is bad`;

export const noStablePrice = (name: string): string => `${name}: the market has no stablePrice`;
