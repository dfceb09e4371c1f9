import { pairOf } from '../../src/domain/instrument.ts';
import type { Market } from '../../src/domain/market.ts';
import type { Quotes } from '../../src/engine/tick-inputs.ts';
import { between, pick } from '../support/seeded-random.ts';

/** What the market does for a while; `walkKinds` has them all. */
export const walkKinds = [
  'ordinary', 'trend', 'volatility', 'spike', 'crash', 'time', 'expiry', 'basis', 'index', 'bound', 'bad', 'still', 'home',
] as const;
export type WalkKind = (typeof walkKinds)[number];

/** Widths of boxes and of their rests, as shares of price movement: moves at the bound sit at these. */
const bounds: readonly number[] = [5e-4, 0.002, 0.004, 0.008, 0.02, 0.08];
/** Just inside, at, just outside. */
const edges: readonly number[] = [1 - 1e-3, 1 - 1e-9, 1, 1 + 1e-9, 1 + 1e-3, 0.5];

/** A market that moves. Its arrays are new ones on every tick. */
export class SoakWalk {
  readonly #market: Market;
  readonly #random: () => number;
  readonly #pairOf: readonly string[];
  readonly #pairs: readonly string[];
  #quotes: Quotes;
  /** Where moves at the bound start: a market that certificates may be of. */
  #anchor: Quotes;
  #kind: WalkKind = 'still';
  #left = 1;
  #basisPoints = 3;
  #drift = 0;

  constructor(market: Market, random: () => number) {
    this.#market = market;
    this.#random = random;
    this.#pairOf = market.instruments.map(({ baseCurrency, quoteCurrency }) => pairOf(baseCurrency, quoteCurrency));
    this.#pairs = [...market.indexPrice.keys()];
    this.#quotes = this.#anchor = quotesOf(market);
  }

  get kind(): WalkKind {
    return this.#kind;
  }

  /** The next tick. `kinds`: what may begin. */
  next(kinds: readonly WalkKind[]): Quotes {
    const random = this.#random;
    if (--this.#left <= 0) {
      this.#kind = pick(random, kinds);
      this.#left = this.#kind === 'crash' ? 12 : 4 + Math.floor(random() * 24);
      this.#basisPoints = pick(random, [1, 3, 3, 10, 30]);
      this.#drift = pick(random, [-1, 1]) * between(random, 2e-4, 3e-3);
    }
    if (random() < 0.2) this.#anchor = this.#quotes;
    const shown = this.#step();
    return shown;
  }

  #step(): Quotes {
    const random = this.#random;
    const bp = this.#basisPoints * 1e-4;
    switch (this.#kind) {
      case 'still':
        return this.#take(this.#quotes);
      case 'home':
        // So that prices do not wander off from strikes and thresholds.
        // The clock too, half of the time: else all that can expire has expired soon.
        return this.#take({ ...quotesOf(this.#market), ...(random() < 0.5 ? {} : { asOfMs: this.#quotes.asOfMs }) });
      case 'ordinary':
        return this.#take(this.#moved(bp, 2 * bp, bp / 20, 876 * this.#basisPoints ** 2));
      case 'trend':
        return this.#take(this.#moved(bp, 2 * bp, bp / 20, 1_000, this.#drift));
      case 'volatility':
        return this.#take(this.#moved(0, pick(random, [1e-3, 0.01, 0.1]), 0, 0));
      case 'crash':
        return this.#take(this.#moved(0.03, 0.1, 0.002, 1_000, this.#left > 6 ? -0.02 : 0));
      case 'time':
        return this.#take(this.#passed(pick(random, [60_000, 3_600_000, 86_400_000])));
      case 'expiry':
        return this.#take(this.#passed(this.#toNextExpiry() + pick(random, [-1, 0, 1, -1_000])));
      case 'basis':
        return this.#take(this.#moved(0, 0, pick(random, [1e-4, 1e-3, 0.004]), 0));
      case 'index':
        return this.#take(this.#indexMoved(pick(random, [1e-4, 0.001, 0.005, 0.03])));
      case 'bound':
        return this.#atBound();
      case 'spike':
        return this.#spiked();
      case 'bad':
        return this.#broken();
    }
  }

  #take(quotes: Quotes): Quotes {
    this.#quotes = quotes;
    return quotes;
  }

  /** Common moves per pair with these standard deviations, own ones of `rest`, `elapsed` ms. */
  #moved(price: number, volatility: number, rest: number, elapsed: number, drift = 0): Quotes {
    const random = this.#random;
    const x = new Map(this.#pairs.map((pair) => [pair, Math.exp(drift + price * normal(random))] as const));
    const y = new Map(this.#pairs.map((pair) => [pair, Math.exp(volatility * normal(random))] as const));
    const { asOfMs, forward, impliedVolatility, indexPrice } = this.#quotes;
    const own = (): number => (rest === 0 ? 1 : Math.exp(rest * normal(random)));
    return {
      asOfMs: asOfMs + Math.round(elapsed),
      forward: forward.map((value, row) => value * x.get(this.#pairOf[row])! * own()),
      impliedVolatility: impliedVolatility.map((value, row) => value * y.get(this.#pairOf[row])! * own()),
      indexPrice: new Map([...indexPrice].map(([pair, value]) => [pair, value * (price > 0 ? x.get(pair)! : 1)] as const)),
    };
  }

  #passed(elapsed: number): Quotes {
    const { asOfMs } = this.#quotes;
    // Now and then the clock is set back: a snapshot that comes late.
    return { ...this.#quotes, asOfMs: asOfMs + (this.#random() < 0.1 ? -1 : 1) * Math.round(elapsed) };
  }

  #toNextExpiry(): number {
    const { asOfMs } = this.#quotes;
    const left = this.#market.instruments.flatMap(({ expiryMs }) => (expiryMs !== null && expiryMs > asOfMs ? [expiryMs - asOfMs] : []));
    return left.length === 0 ? 1_000 : left.reduce((least, each) => Math.min(least, each));
  }

  #indexMoved(size: number): Quotes {
    const moved = [...this.#quotes.indexPrice].map(([pair, value]) => [pair, value * Math.exp(size * normal(this.#random))] as const);
    return { ...this.#quotes, indexPrice: new Map(moved) };
  }

  /** From the anchor, to the edge of a box: common movement, own ones, in a corner or on a face. */
  #atBound(): Quotes {
    const random = this.#random;
    const size = pick(random, bounds) * pick(random, edges);
    const unit = (): number => pick(random, [-1, 1, 0, 1, -1, between(random, -1, 1)]);
    const x = new Map(this.#pairs.map((pair) => [pair, size * unit()] as const));
    const y = new Map(this.#pairs.map((pair) => [pair, 2 * size * unit()] as const));
    const share = pick(random, [0, 0, 1 / 8]);
    const { forward, impliedVolatility, indexPrice } = this.#anchor;
    return {
      asOfMs: this.#quotes.asOfMs,
      forward: forward.map((value, row) => value * Math.exp(x.get(this.#pairOf[row])! + share * size * unit())),
      impliedVolatility: impliedVolatility.map(
        (value, row) => value * Math.exp(y.get(this.#pairOf[row])! + 2 * share * size * unit()),
      ),
      indexPrice: new Map([...indexPrice].map(([pair, value]) => [pair, value * Math.exp(x.get(pair)!)] as const)),
    };
  }

  /** One instrument alone, for one tick. */
  #spiked(): Quotes {
    const random = this.#random;
    const row = Math.floor(random() * this.#market.instruments.length);
    const factor = Math.exp(pick(random, [1e-3, 0.01, 0.2, 2]) * normal(random));
    const forward = this.#quotes.forward.slice();
    const impliedVolatility = this.#quotes.impliedVolatility.slice();
    (random() < 0.5 ? forward : impliedVolatility)[row] *= factor;
    return { ...this.#quotes, forward, impliedVolatility };
  }

  /** Bad numbers for one tick, of an instrument or of an index. */
  #broken(): Quotes {
    const random = this.#random;
    const bad = pick(random, [NaN, 0, -1, Infinity, 1e-320]);
    if (random() < 0.25)
      return { ...this.#quotes, indexPrice: new Map([...this.#quotes.indexPrice, [pick(random, this.#pairs), bad]]) };
    const forward = this.#quotes.forward.slice();
    const impliedVolatility = this.#quotes.impliedVolatility.slice();
    const row = Math.floor(random() * forward.length);
    (random() < 0.5 ? forward : impliedVolatility)[row] = bad;
    return { ...this.#quotes, forward, impliedVolatility };
  }
}

function quotesOf({ asOfMs, forward, impliedVolatility, indexPrice }: Market): Quotes {
  return { asOfMs, forward: forward.slice(), impliedVolatility: impliedVolatility.slice(), indexPrice: new Map(indexPrice) };
}

/** Mean 0, variance 1, tails of three and a half. */
function normal(random: () => number): number {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += random();
  return sum - 6;
}
