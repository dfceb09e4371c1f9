import { MargridError } from '../../errors.ts';
import type { Payoff } from '../../domain/instrument.ts';
import { pooledCurrencyOf } from '../../margin/pooled-currency.ts';
import type { MarginModel } from '../../margin/model.ts';
import type { SpanParams } from '../../margin/span/parameters.ts';
import { spanMarket } from '../../span/span-market.ts';
import { dayStartMs, type PricePath } from './price-path.ts';
import {
  givenListing, listingForms, listingOf, refusalOf, slotNames, type ListedDay, type Listing, type ListingForm,
  type ListingTerms, type SlotName,
} from './listing.ts';

/**
 * What becomes of money amounts of a risk-parameter file (SPAN arrays, charges) when the price leaves the level of the
 * file. `rescale`: they move with the price, so that they stay the same part of it; `hold`: they stay as they are, the
 * first measured day standing for the day of the file.
 */
export type ArrayScaling = 'rescale' | 'hold';

/** What a model has listed on every day of a history. */
export interface Venue {
  /** `inverse, BTC_USD`. */
  readonly description: string;
  readonly underlying: string;
  /** Currency of margin, loss and cover. */
  readonly currency: string;
  /** The same object for two days only if nothing is different. */
  listing(day: number): Listing;
  /** Base units of one unit of a portfolio, at the prices of the listing. */
  unitSize(day: number): number;
  /** What the margin of a constant notional is multiplied with on a day, because of the price level. */
  marginScale(day: number): number;
}

export interface VenueOptions {
  readonly model: MarginModel<unknown>;
  /** Parsed. */
  readonly params: unknown;
  /** Names of the underlying, tried in order. */
  readonly underlyings: readonly string[];
  readonly path: PricePath;
  readonly volatilities: Float64Array;
  /** First measured day. */
  readonly first: number;
  readonly terms: ListingTerms;
  readonly arrayScaling: ArrayScaling;
  /** Quote currency per unit of a portfolio. */
  readonly notional: number;
  /** Only forms of this payoff; null: any. */
  readonly payoff: Payoff | null;
}

/**
 * The venue of a model: its first underlying and the form of it of which it margins most contracts, spot aside (ties:
 * in the order of `listingForms`). Where options are of 100 shares, a unit is whole lots: the number nearest to the
 * notional, one at least; else it is the notional itself. A model whose parameters list the contracts has those, at the
 * prices of the file.
 *
 * Throws `ComponentUnknown` with the model's reasons if it margins nothing of it.
 */
export function venueOf(options: VenueOptions): Venue {
  if (options.model.name === 'span') return fileVenue(options);
  const { model, params, underlyings, path, volatilities, first, terms, notional, payoff } = options;
  const reasons = new Set<string>();
  for (const underlying of underlyings) {
    const dayOf = (day: number): ListedDay => ({
      underlying, asOfMs: dayStartMs(path, day), price: path.prices[day], volatility: volatilities[day],
    });
    const margins = (instrument: Parameters<typeof refusalOf>[2]): string | null =>
      refusalOf(model, params, instrument);
    let best: { form: ListingForm; listing: Listing } | null = null;
    for (const form of listingForms.filter((each) => payoff === null || each.payoff === payoff)) {
      const listing = listingOf(dayOf(first), form, terms, margins);
      for (const reason of listing.refusals.values()) reasons.add(reason);
      if (contractCount(listing) > (best === null ? -1 : contractCount(best.listing)) && listing.rows.size > 0) {
        best = { form, listing };
      }
    }
    if (best === null) continue;
    const { form, listing } = best;
    const currency = pooledCurrencyOf(model, params) ?? listing.market.instruments[0].settlementCurrency;
    return {
      description: `${form.payoff}, ${underlying}_${form.quote}`,
      underlying,
      currency,
      listing: (day) => listingOf(dayOf(day), form, terms, margins),
      unitSize: (day) => unitSizeOf(form, path.prices[day], notional),
      marginScale: () => 1,
    };
  }
  const message = `${model.name} margins nothing on ${underlyings.join(', ')}: ${[...reasons].join('; ')}`;
  throw new MargridError('ComponentUnknown', message, { value: underlyings.join(',') });
}

const contractCount = ({ rows }: Listing): number => rows.size - (rows.has('spot') ? 1 : 0);

function unitSizeOf({ optionSize }: ListingForm, price: number, notional: number): number {
  const units = notional / price;
  return optionSize === 1 ? units : Math.max(Math.round(units / optionSize), 1) * optionSize;
}

/** Strikes of a file this far from the wanted part of the price still count as it. */
const moneynessTolerance = 0.04;

/** The contracts of the combined commodity of which the file has most, as they stand on the file's own date. */
function fileVenue({ params, path, first, terms, arrayScaling, notional }: VenueOptions): Venue {
  const file = params as SpanParams;
  const { market } = spanMarket(file);
  const sizes = new Map<string, number>();
  for (const { baseCurrency } of market.instruments) sizes.set(baseCurrency, (sizes.get(baseCurrency) ?? 0) + 1);
  const [underlying] = [...sizes].reduce((left, right) => (right[1] > left[1] ? right : left));
  const isGood = (row: number): boolean => {
    const { baseCurrency, kind } = market.instruments[row];
    const isPriced = market.forward[row] > 0 && (kind !== 'option' || market.impliedVolatility[row] > 0);
    return baseCurrency === underlying && isPriced;
  };
  const rows = [...market.instruments.keys()].filter(isGood);
  const slots = new Map<SlotName, number>();
  const futures = rows.filter((row) => market.instruments[row].kind === 'future').sort(byExpiry);
  if (futures.length > 0) slots.set('near-future', futures[0]);
  if (futures.length > 1) slots.set('far-future', futures[1]);
  const options = rows.filter((row) => market.instruments[row].kind === 'option').sort(byExpiry);
  const expiry = options.length === 0 ? null : market.instruments[options[0]].expiryMs;
  for (const slot of slotNames) {
    const type = slot.endsWith('call') ? 'call' : slot.endsWith('put') ? 'put' : null;
    if (type === null || slot.startsWith('far')) continue;
    const wanted = terms.moneyness[slot.startsWith('low') ? 0 : slot.startsWith('high') ? 2 : 1];
    const distance = (row: number): number => Math.abs(market.instruments[row].strike! / market.forward[row] - wanted);
    const [nearest] = options
      .filter((row) => market.instruments[row].expiryMs === expiry && market.instruments[row].optionType === type)
      .sort((a, b) => distance(a) - distance(b));
    if (nearest !== undefined && distance(nearest) <= moneynessTolerance) slots.set(slot, nearest);
  }
  const listing = givenListing(market, slots, 'the risk-parameter file has no such contract');
  const scaling = arrayScaling === 'rescale' ? 'arrays move with the price' : 'arrays held';
  return {
    description: `contracts of the risk-parameter file, ${underlying}, ${scaling}`,
    underlying,
    currency: market.instruments[rows[0]].settlementCurrency,
    listing: () => listing,
    unitSize: () => notional / market.forward[rows[0]],
    marginScale: (day) => (arrayScaling === 'rescale' ? 1 : path.prices[first] / path.prices[day]),
  };

  function byExpiry(a: number, b: number): number {
    return market.instruments[a].expiryMs! - market.instruments[b].expiryMs!;
  }
}
