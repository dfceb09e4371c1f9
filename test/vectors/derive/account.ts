import {
  marginAccount, type AccountMargin, type Instrument, type Market, type MarketField,
} from '../../../src/index.ts';
import { CaseInputError } from '../fields.ts';

/** Cash, strikes and prices of every file are in this currency. */
export const currency = 'USDC';

const asOfMs = Date.UTC(2026, 0, 1);

type Quotes = Readonly<Partial<Record<MarketField, number>>>;

interface Leg {
  readonly instrument: Instrument;
  readonly forward: number;
  readonly volatility: number;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly quotes: Quotes;
}

export interface OptionLeg {
  readonly base: string;
  readonly secondsToExpiry: number;
  readonly strike: number;
  readonly isCall: boolean;
  readonly amount: number;
  readonly volatility: number;
  readonly forward: number;
  readonly quotes: Quotes;
}

export interface PerpetualLeg {
  readonly base: string;
  readonly price: number;
  readonly amount: number;
  readonly unrealisedPnl: number;
  readonly quotes: Quotes;
}

export interface SpotLeg {
  readonly base: string;
  readonly price: number;
  readonly amount: number;
  readonly quotes: Quotes;
}

/** One account of a case, put together leg by leg. Legs of amount 0 are quoted but not held. */
export class CaseAccount {
  readonly #legs: Leg[] = [];
  readonly #spot = new Map<string, number>();
  #cash: number;

  constructor(cash: number) {
    this.#cash = cash;
  }

  /** Spot price of an underlying. */
  setSpot(base: string, price: number): void {
    this.#spot.set(`${base}_${currency}`.toLowerCase(), price);
  }

  addOption(leg: OptionLeg): void {
    const expiryMs = asOfMs + leg.secondsToExpiry * 1000;
    const terms = { expiryMs, strike: leg.strike, optionType: leg.isCall ? 'call' : 'put' } as const;
    this.#add('option', leg.base, terms, { ...leg, entryPrice: 0 });
  }

  /** The profit so far becomes the entry price; where there is none that gives it, it is cash. */
  addPerpetual(leg: PerpetualLeg): void {
    const entryPrice = leg.price - leg.unrealisedPnl / leg.amount;
    if (leg.amount === 0 || !(entryPrice > 0)) {
      this.#cash += leg.unrealisedPnl;
      if (leg.amount !== 0) this.#addPerpetual(leg, leg.price);
    } else {
      this.#addPerpetual(leg, entryPrice);
    }
  }

  #addPerpetual(leg: PerpetualLeg, entryPrice: number): void {
    this.#add('perpetual', leg.base, {}, { ...leg, forward: leg.price, volatility: NaN, entryPrice });
  }

  addSpot(leg: SpotLeg): void {
    this.#add('spot', leg.base, {}, { ...leg, forward: leg.price, volatility: NaN, entryPrice: 0 });
  }

  #add(
    kind: Instrument['kind'],
    base: string,
    terms: Partial<Pick<Instrument, 'expiryMs' | 'strike' | 'optionType'>>,
    leg: { forward: number; volatility: number; amount: number; entryPrice: number; quotes: Quotes },
  ): void {
    const instrument: Instrument = {
      name: `${kind}-${this.#legs.length}`,
      kind,
      payoff: 'linear',
      baseCurrency: base,
      quoteCurrency: currency,
      settlementCurrency: currency,
      contractSize: 1,
      expiryMs: null,
      strike: null,
      optionType: null,
      ...terms,
    };
    this.#legs.push({ instrument, quantity: leg.amount, ...leg });
  }

  #market(): Market {
    const legs = this.#legs;
    const names = [...new Set(legs.flatMap(({ quotes }) => Object.keys(quotes) as MarketField[]))];
    const columnOf = (name: MarketField) => Float64Array.from(legs, ({ quotes }) => quotes[name] ?? NaN);
    return {
      asOfMs,
      instruments: legs.map(({ instrument }) => instrument),
      forward: Float64Array.from(legs, ({ forward }) => forward),
      impliedVolatility: Float64Array.from(legs, ({ volatility }) => volatility),
      indexPrice: this.#spot,
      openInterest: new Float64Array(legs.length),
      fields: new Map(names.map((name) => [name, columnOf(name)] as const)),
    };
  }

  /** Margin by the real engine; null for an empty account. Throws `CaseInputError` if it is quarantined. */
  async margin(model: string, params: unknown): Promise<AccountMargin | null> {
    const held = this.#legs.filter(({ quantity }) => quantity !== 0);
    const [margin] = await marginAccount({
      market: this.#market(),
      model,
      params,
      positions: held.map(({ instrument: { name: instrument }, quantity, entryPrice }) =>
        ({ instrument, quantity, entryPrice })),
      cash: { [currency]: this.#cash },
      kernels: 'wasm',
    });
    if (margin === undefined) return null;
    if (margin.fault !== null) throw new CaseInputError(`the account is quarantined: ${margin.fault}`);
    return margin;
  }
}
