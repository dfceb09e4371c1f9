import { pairOf, type Instrument } from '../../../domain/instrument.ts';
import type { Market, MarketField } from '../../../domain/market.ts';
import type { TakerFees } from '../../../margin/paradex/taker-fees.ts';
import { type Decimal, exact, minOf, zero } from '../../decimal.ts';

/** Why an account with this instrument is refused. */
export class QuoteProblem extends Error {}

/** Market data of one instrument in decimals; what is missing or bad is a `QuoteProblem`. */
export class Quotes {
  readonly instrument: Instrument;
  readonly size: Decimal;
  readonly #market: Market;
  readonly #index: number;

  constructor(market: Market, index: number) {
    this.instrument = market.instruments[index];
    this.size = exact(this.instrument.contractSize);
    this.#market = market;
    this.#index = index;
  }

  field(name: MarketField): Decimal {
    const value = this.#market.fields?.get(name)?.[this.#index] ?? NaN;
    if (Number.isNaN(value)) throw new QuoteProblem(`the market has no ${name} of ${this.instrument.name}`);
    return this.#finite(name, value);
  }

  /** Of an option its mark price, of everything else the forward, which is its own mark. */
  mark(): Decimal {
    if (this.instrument.kind !== 'option') return this.#positive('price', this.#market.forward[this.#index]);
    const mark = this.field('markPrice');
    const lowest = this.spot().plus(this.strike()).times('-1.5e-7');
    if (mark.lessThan(lowest)) throw this.#bad('markPrice', mark.toNumber());
    return mark;
  }

  spot(): Decimal {
    const { baseCurrency, quoteCurrency } = this.instrument;
    const pair = pairOf(baseCurrency, quoteCurrency);
    return this.#positive(`index price ${pair}`, this.#market.indexPrice.get(pair) ?? NaN);
  }

  volatility(): Decimal {
    return this.#positive('implied volatility', this.#market.impliedVolatility[this.#index]);
  }

  strike(): Decimal {
    return exact(this.instrument.strike!);
  }

  /** Milliseconds to expiry; null without one. */
  leftMs(): number | null {
    const { expiryMs, name } = this.instrument;
    if (expiryMs === null) return null;
    if (expiryMs < this.#market.asOfMs) throw new QuoteProblem(`${name} has expired`);
    return expiryMs - this.#market.asOfMs;
  }

  /** Provision for closing one base unit: taker rate times mark, of an option times index price, but capped. */
  fee(fees: TakerFees): Decimal {
    const { name, kind } = this.instrument;
    const rate = exact(fees.markets.get(name) ?? (kind === 'option' ? fees.option : fees.delta1));
    if (kind !== 'option') return rate.times(this.mark());
    return minOf(rate.times(this.spot()), exact(fees.optionCap).times(this.mark()));
  }

  #positive(what: string, value: number): Decimal {
    const price = this.#finite(what, value);
    if (price.lessThanOrEqualTo(zero)) throw this.#bad(what, value);
    return price;
  }

  #finite(what: string, value: number): Decimal {
    if (!Number.isFinite(value)) throw this.#bad(what, value);
    return exact(value);
  }

  #bad(what: string, value: number): QuoteProblem {
    return new QuoteProblem(`${what} of ${this.instrument.name} is bad: ${value}`);
  }
}

/** Rules of every Paradex account, whatever its margin. */
export function requireAccountInstrument(instrument: Instrument, currency: string): void {
  const { name, payoff, settlementCurrency, exercise } = instrument;
  if (payoff !== 'linear') throw new QuoteProblem(`${name}: Paradex has linear contracts only`);
  if (settlementCurrency !== currency) {
    throw new QuoteProblem(`${name}: it settles in ${settlementCurrency}, and the account is margined in ${currency}`);
  }
  if (exercise === 'american') throw new QuoteProblem(`${name}: Paradex has European options only`);
}
