import type { Instrument, Market } from '../../../src/index.ts';
import type { MarketField } from '../../../src/domain/market.ts';
import { CaseInputError, fieldsOf, type Fields } from '../fields.ts';
import { amountOf, nameOf, optionalAmount } from './inputs.ts';

/** One row of the market that the engine gets. */
export interface QuotedInstrument {
  readonly instrument: Instrument;
  readonly forward: number;
  readonly impliedVolatility: number;
  readonly fields: Partial<Record<MarketField, number>>;
}

export const currency = 'USDC';

/** Instruments of `market_data`, described by `market_specs` or, where these are silent, by their names. */
export function readInstruments(marketData: Fields, marketSpecs: Fields): QuotedInstrument[] {
  return Object.keys(marketData).map((name) => {
    const data = fieldsOf(marketData[name]);
    const instrument = instrumentOf(name, fieldsOf(marketSpecs[name]));
    const isOption = instrument.kind === 'option';
    const underlying = underlyingOf(instrument.baseCurrency, marketData);
    return {
      instrument,
      forward: isOption ? underlying : amountOf(data, 'mark_price'),
      impliedVolatility: isOption ? optionalAmount(data, 'mark_iv') ?? NaN : NaN,
      fields: {
        delta: optionalAmount(data, 'delta') ?? NaN,
        ...(isOption
          ? {
            markPrice: amountOf(data, 'mark_price'),
            interestRate: interestOf(instrument.baseCurrency, data, marketData),
          }
          : { fundingRate: optionalAmount(data, 'funding_rate') ?? NaN }),
      },
    };
  });
}

/** Index price of an asset: what its perpetual says, or any of its markets. */
export function underlyingOf(base: string, marketData: Fields): number {
  const own = Object.keys(marketData).filter((name) => name.split('-')[0] === base);
  const first = own.find((name) => name === perpetualOf(base)) ?? own[0];
  return amountOf(fieldsOf(marketData[first]), 'underlying_price');
}

/** Options are repriced at the rate of the perpetual; at their own if there is none. */
function interestOf(base: string, data: Fields, marketData: Fields): number {
  const perpetual = fieldsOf(marketData[perpetualOf(base)]);
  return optionalAmount(perpetual, 'interest_rate') ?? optionalAmount(data, 'interest_rate') ?? NaN;
}

function perpetualOf(base: string): string {
  return `${base}-USD-PERP`;
}

/** A coin on the account: its price is the mark of its perpetual, or of its spot market. */
export function readSpot(token: string, marketData: Fields): QuotedInstrument {
  const data = fieldsOf(marketData[perpetualOf(token)] ?? marketData[`${token}-USD`]);
  const mark = optionalAmount(data, 'mark_price') ?? 0;
  const instrument: Instrument = { ...plain(`${token} balance`, token), kind: 'spot' };
  return {
    instrument, forward: mark === 0 ? amountOf(data, 'underlying_price') : mark, impliedVolatility: NaN, fields: {},
  };
}

/** Prices in USD count as prices in USDC, as the venue's own do. */
function plain(name: string, baseCurrency: string): Instrument {
  return {
    name, kind: 'perpetual', payoff: 'linear', baseCurrency, quoteCurrency: currency, settlementCurrency: currency,
    contractSize: 1, expiryMs: null, strike: null, optionType: null,
  };
}

function instrumentOf(name: string, spec: Fields): Instrument {
  const parts = name.split('-');
  const base = plain(name, parts[0]);
  const kind = typeof spec['asset_kind'] === 'string' ? spec['asset_kind'] : kindOfName(parts);
  if (kind === 'PERP') return base;
  if (kind === 'FUTURE') return { ...base, kind: 'future', expiryMs: expiryOf(spec, parts) };
  if (kind !== 'OPTION') throw new CaseInputError(`${name}: no margin of ${kind}`);
  const side = typeof spec['option_type'] === 'string' ? spec['option_type'] : parts.at(-1)!;
  return {
    ...base,
    kind: 'option',
    expiryMs: expiryOf(spec, parts),
    strike: optionalAmount(spec, 'strike_price') ?? amountOf({ strike: parts[3] }, 'strike'),
    optionType: side.toUpperCase().startsWith('C') ? 'call' : 'put',
  };
}

function kindOfName(parts: readonly string[]): string {
  if (parts.at(-1) === 'PERP') return 'PERP';
  return parts.length === 5 ? 'OPTION' : 'a market of this name';
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** Options expire at 08:00 UTC unless `expiry_at` says otherwise. */
const expiryHour = 8;
/** `expiry_at` below this counts seconds. */
const millisecondsFrom = 1e10;

function expiryOf(spec: Fields, parts: readonly string[]): number {
  const stated = optionalAmount(spec, 'expiry_at');
  if (stated !== null && stated > 0) return stated > millisecondsFrom ? stated : stated * 1000;
  const match = /^(\d{1,2})([A-Z]{3})(\d{2})$/.exec(parts[2] ?? '');
  if (match === null) throw new CaseInputError(`${parts.join('-')}: no expiry_at, and none in the name`);
  return Date.UTC(2000 + Number(match[3]), months.indexOf(match[2]), Number(match[1]), expiryHour);
}

export function marketOf(asOfMs: number, quoted: readonly QuotedInstrument[], indexPrice: Map<string, number>): Market {
  const names = new Set(quoted.flatMap(({ fields }) => Object.keys(fields) as MarketField[]));
  const column = (name: MarketField): Float64Array => Float64Array.from(quoted, ({ fields }) => fields[name] ?? NaN);
  return {
    asOfMs,
    instruments: quoted.map(({ instrument }) => instrument),
    forward: Float64Array.from(quoted, ({ forward }) => forward),
    impliedVolatility: Float64Array.from(quoted, ({ impliedVolatility }) => impliedVolatility),
    indexPrice,
    openInterest: new Float64Array(quoted.length),
    fields: new Map([...names].map((name) => [name, column(name)] as const)),
  };
}

/** What `nameOf` of a market says about its base currency. */
export function baseOf(fields: Fields): string {
  return nameOf(fields, 'market').split('-')[0];
}
