import { blackDelta, blackPrice } from '../../../assembly/portable/black76.ts';
import { pairOf, riskGroupOf, type Instrument, type InstrumentKind, type Payoff } from '../../domain/instrument.ts';
import { timeToExpiryYears, type Market, type MarketField } from '../../domain/market.ts';
import { marketOfInstruments } from '../../domain/chosen-instruments.ts';
import type { MarginModel } from '../../margin/model.ts';

/** Days to expiry and strikes of what is listed afresh every day. */
export interface ListingTerms {
  /** Calendar days to expiry of the futures and the options at the money, near before far. */
  readonly tenorDays: readonly [number, number];
  /** Strikes of the near options as parts of the price, ascending: below, at and above the money. */
  readonly moneyness: readonly [number, number, number];
}

export const defaultListingTerms: ListingTerms = { tenorDays: [30, 90], moneyness: [0.9, 1, 1.1] };

/** What test portfolios are made of, whatever a venue calls it. */
export const slotNames = [
  'perpetual', 'spot', 'near-future', 'far-future',
  'low-call', 'low-put', 'near-call', 'near-put', 'high-call', 'high-put', 'far-call', 'far-put',
] as const;
export type SlotName = (typeof slotNames)[number];

/** The form in which a venue lists an underlying. */
export interface ListingForm {
  readonly payoff: Payoff;
  readonly quote: string;
  /** Base units of one option. */
  readonly optionSize: number;
}

/** In the order of preference where a model margins as many instruments of several. */
export const listingForms: readonly ListingForm[] = [
  { payoff: 'inverse', quote: 'USD', optionSize: 1 },
  { payoff: 'linear', quote: 'USDC', optionSize: 1 },
  { payoff: 'linear', quote: 'USDT', optionSize: 1 },
  { payoff: 'linear', quote: 'USD', optionSize: 100 },
];

/** US dollars of one inverse future or perpetual. */
const inverseContractSize = 10;

/** One underlying on one day. */
export interface ListedDay {
  readonly underlying: string;
  readonly asOfMs: number;
  readonly price: number;
  readonly volatility: number;
}

const dayMs = 24 * 3600 * 1000;

/** Every slot as an instrument; null where the form has none (spot beside inverse contracts). */
function instrumentOf(slot: SlotName, day: ListedDay, form: ListingForm, terms: ListingTerms): Instrument | null {
  const { underlying: base, asOfMs, price } = day;
  const isInverse = form.payoff === 'inverse';
  if (slot === 'spot' && isInverse) return null;
  const [near, far] = terms.tenorDays;
  const [low, middle, high] = terms.moneyness;
  const isFar = slot.startsWith('far');
  const expiryMs = slot === 'perpetual' || slot === 'spot' ? null : asOfMs + (isFar ? far : near) * dayMs;
  const optionType = slot.endsWith('call') ? 'call' : slot.endsWith('put') ? 'put' : null;
  const level = slot.startsWith('low') ? low : slot.startsWith('high') ? high : middle;
  const kind: InstrumentKind =
    optionType !== null ? 'option' : expiryMs !== null ? 'future' : (slot as 'perpetual' | 'spot');
  return {
    name: `${base}-${slot}`,
    kind,
    payoff: form.payoff,
    baseCurrency: base,
    quoteCurrency: form.quote,
    settlementCurrency: isInverse ? base : form.quote,
    contractSize: optionType !== null ? form.optionSize : isInverse ? inverseContractSize : 1,
    expiryMs,
    strike: optionType === null ? null : price * level,
    optionType,
  };
}

/** Why a model cannot margin an instrument, in its own words; null if it can. */
export function refusalOf(model: MarginModel<unknown>, params: unknown, instrument: Instrument): string | null {
  return model.kind === 'grid'
    ? model.refusal(riskGroupOf(instrument), params)
    : model.refusal(instrument, params);
}

/** A day's market in one form, of the slots that the model margins. */
export interface Listing {
  readonly market: Market;
  /** Row of the market by slot. */
  readonly rows: ReadonlyMap<SlotName, number>;
  /** Of the slots that it does not margin. */
  readonly refusals: ReadonlyMap<SlotName, string>;
}

/** The market of a day in a form, without what the model refuses. */
export function listingOf(
  day: ListedDay,
  form: ListingForm,
  terms: ListingTerms,
  margins: (instrument: Instrument) => string | null,
): Listing {
  const instruments: Instrument[] = [];
  const rows = new Map<SlotName, number>();
  const refusals = new Map<SlotName, string>();
  for (const slot of slotNames) {
    const instrument = instrumentOf(slot, day, form, terms);
    const reason = instrument === null ? 'no spot beside inverse contracts' : margins(instrument);
    if (reason !== null) refusals.set(slot, reason);
    if (instrument === null || reason !== null) continue;
    rows.set(slot, instruments.length);
    instruments.push(instrument);
  }
  return { market: marketOf(day, form, instruments), rows, refusals };
}

function marketOf(
  { underlying, asOfMs, price, volatility }: ListedDay, form: ListingForm, instruments: Instrument[],
): Market {
  const count = instruments.length;
  const column = (of: (instrument: Instrument) => number): Float64Array => Float64Array.from(instruments, of);
  const isOption = ({ kind }: Instrument): boolean => kind === 'option';
  const sign = ({ optionType }: Instrument): number => (optionType === 'call' ? 1 : -1);
  const deviation = (instrument: Instrument): number => volatility * Math.sqrt(timeToExpiryYears(instrument, asOfMs));
  const ones = new Float64Array(count).fill(1);
  const zeros = new Float64Array(count);
  const fields: [MarketField, Float64Array][] = [
    [
      'markPrice',
      column((each) => (isOption(each) ? blackPrice(sign(each), price, each.strike!, deviation(each)) : NaN)),
    ],
    ['delta', column((each) => (isOption(each) ? blackDelta(sign(each), price, each.strike!, deviation(each)) : 1))],
    ['interestRate', zeros],
    ['dividendYield', zeros],
    ['fundingRate', zeros],
    ['openInterest', zeros],
    ['confidence', ones],
    ['volatilityConfidence', ones],
    ['rateConfidence', ones],
    ['indexConfidence', ones],
    ['stablePrice', ones],
    ['twapPrice', column(() => price)],
  ];
  return {
    asOfMs,
    instruments,
    forward: column(() => price),
    impliedVolatility: column((each) => (isOption(each) ? volatility : NaN)),
    indexPrice: new Map([[pairOf(underlying, form.quote), price]]),
    openInterest: zeros,
    fields: new Map(fields),
  };
}

/** A listing of some of a market's instruments, for a venue whose contracts are given. */
export function givenListing(market: Market, rows: ReadonlyMap<SlotName, number>, missing: string): Listing {
  const chosen = [...new Set(rows.values())];
  const refusals = slotNames.filter((slot) => !rows.has(slot)).map((slot) => [slot, missing] as const);
  return {
    market: marketOfInstruments(market, chosen),
    rows: new Map([...rows].map(([slot, row]) => [slot, chosen.indexOf(row)] as const)),
    refusals: new Map(refusals),
  };
}
