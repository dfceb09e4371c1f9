import type { Instrument } from '../../../domain/instrument.ts';
import type { Market } from '../../../domain/market.ts';
import type { RegtParams, StockParams } from '../../../margin/regt/params.ts';
import { Decimal, exact, maxOf, minOf, one, zero } from '../../decimal.ts';
import type { ReferenceAccount, ReferenceRefusal } from '../account.ts';

/** An option position, amounts per contract in units of 1/10,000 US dollar. */
export interface OptionHolding {
  readonly instrument: Instrument;
  readonly isCall: boolean;
  readonly isLong: boolean;
  /** Contracts without sign. */
  readonly contracts: bigint;
  readonly strike: Decimal;
  /** Strike times contract size, units. */
  readonly strikeUnits: bigint;
  readonly size: Decimal;
  readonly expiryMs: number;
  readonly isEuropean: boolean;
  readonly isCashSettled: boolean;
  readonly mark: bigint;
  readonly naked: bigint;
  /** Long options beyond nine months: requirement on their own; else zero, as they are paid in full. */
  readonly isLongTerm: boolean;
  readonly aloneLong: bigint;
}

export interface ClassHolding {
  readonly name: string;
  readonly price: Decimal;
  /** Signed. */
  readonly shares: Decimal;
  readonly stock: StockRates;
  readonly options: readonly OptionHolding[];
}

/** Rates of the class's stock. */
export interface StockRates extends StockParams {
  readonly leverage: number;
}

/** Whole units, half up. */
export function unitsOf(dollars: Decimal): bigint {
  return BigInt(dollars.times(10_000).plus('0.5').floor().toFixed(0));
}

export function dollarsOf(units: bigint): Decimal {
  return new Decimal(units.toString()).div(10_000);
}

/** The account class by class, or why it cannot be margined. */
export function holdingsOf(market: Market, params: RegtParams, account: ReferenceAccount): ClassHolding[] | ReferenceRefusal {
  if (account.orders.length > 0) return { refusal: 'the account has open orders, which the model regt has no margin for' };
  const classes = new Map<string, { price: Decimal; shares: Decimal; options: OptionHolding[]; stock: StockRates }>();
  for (const { instrumentIndex, quantity } of account.positions) {
    const instrument = market.instruments[instrumentIndex];
    const problem = problemOf(market, params, instrumentIndex, quantity);
    if (problem !== null) return { refusal: `${instrument.name}: ${problem}` };
    const pair = `${instrument.baseCurrency}_${instrument.quoteCurrency}`.toLowerCase();
    const price = exact(market.indexPrice.get(pair)!);
    const underlying = params.underlyings.get(instrument.baseCurrency.toLowerCase()) ?? { class: params.otherUnderlyings, leverage: 1 };
    const held = classes.get(pair) ?? { price, shares: zero, options: [], stock: { ...params.stock, leverage: underlying.leverage } };
    classes.set(pair, held);
    if (instrument.kind === 'spot') held.shares = held.shares.plus(exact(quantity).times(exact(instrument.contractSize)));
    else held.options.push(optionHolding(market, params, instrumentIndex, quantity, price));
  }
  return [...classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, held]) => ({ name, ...held }));
}

function problemOf(market: Market, params: RegtParams, index: number, quantity: number): string | null {
  const instrument = market.instruments[index];
  const { kind, baseCurrency, quoteCurrency, settlementCurrency } = instrument;
  const underlying = params.underlyings.get(baseCurrency.toLowerCase())?.class ?? params.otherUnderlyings;
  if (kind !== 'spot' && kind !== 'option') return 'regt margins stock and options, no futures';
  if (settlementCurrency !== 'USD') return `regt margins in USD, the instrument settles in ${settlementCurrency}`;
  if (underlying === 'notMarginable') return `${baseCurrency} is not a marginable security in these parameters`;
  if (kind === 'spot' && underlying !== 'equity') return `${baseCurrency} is an index: it cannot be held as stock`;
  const price = market.indexPrice.get(`${baseCurrency}_${quoteCurrency}`.toLowerCase());
  if (!isPrice(price) || !isPrice(market.forward[index])) return 'a price or volatility is bad';
  if (kind === 'spot') return null;
  const mark = market.fields?.get('markPrice')?.[index];
  if (mark === undefined || !Number.isFinite(mark)) return 'the market has no markPrice';
  if (mark < 0 || instrument.expiryMs! < market.asOfMs) return 'a price or volatility is bad';
  return Number.isInteger(quantity) ? null : 'regt margins whole option contracts only';
}

function isPrice(price: number | undefined): boolean {
  return price !== undefined && price > 0 && Number.isFinite(price);
}

function optionHolding(market: Market, params: RegtParams, index: number, quantity: number, price: Decimal): OptionHolding {
  const instrument = market.instruments[index];
  const underlying = params.underlyings.get(instrument.baseCurrency.toLowerCase()) ?? { class: params.otherUnderlyings, leverage: 1 };
  if (underlying.class === 'notMarginable') throw new RangeError('refused before');
  const rates = params.shortOptions[underlying.class];
  const size = exact(instrument.contractSize);
  const strike = exact(instrument.strike!);
  const premium = exact(market.fields!.get('markPrice')![index]);
  const isCall = instrument.optionType === 'call';
  const leveraged = (rate: number): Decimal => minOf(exact(rate).times(underlying.leverage), one);
  const outOfTheMoney = maxOf(isCall ? strike.minus(price) : price.minus(strike), zero);
  const minimum = isCall ? leveraged(rates.callMinimum).times(price) : leveraged(rates.putMinimum).times(strike);
  const charge = maxOf(leveraged(rates.rate).times(price).minus(outOfTheMoney), minimum);
  const mark = unitsOf(premium.times(size));
  // At a rate of 1 nothing is lent on it: it is paid in full as any other.
  const isLongTerm = params.longOptions.rate < 1 && instrument.expiryMs! > monthsLater(market.asOfMs, params.longOptions.monthsMin);
  const isEuropean = instrument.exercise !== 'american';
  return {
    instrument,
    isCall,
    isLong: quantity > 0,
    contracts: BigInt(Math.abs(quantity)),
    strike,
    strikeUnits: unitsOf(strike.times(size)),
    size,
    expiryMs: instrument.expiryMs!,
    isEuropean,
    isCashSettled: isEuropean && underlying.class !== 'equity',
    mark,
    naked: unitsOf(premium.plus(charge).times(size)),
    isLongTerm,
    aloneLong: isLongTerm ? unitsOf(dollarsOf(mark).times(exact(params.longOptions.rate))) : 0n,
  };
}

/** The same day of the month, or the month's last. */
function monthsLater(atMs: number, months: number): number {
  const at = new Date(atMs);
  const month = at.getUTCMonth() + months;
  const last = new Date(Date.UTC(at.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(at.getUTCDate(), last);
  return Date.UTC(at.getUTCFullYear(), month, day) + (atMs % 86_400_000);
}
