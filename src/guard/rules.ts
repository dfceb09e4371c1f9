import { knownFields, numberField, unbounded, wholeField, type Section } from '../margin/fields.ts';

/** When a price is not trusted, and when liquidations wait. Times in milliseconds on the engine's clock. */
export interface GuardRules {
  readonly price: PriceRule;
  readonly sources: SourceRule;
  readonly breaker: BreakerRule;
}

export interface PriceRule {
  /** A quote that was not renewed for longer is stale; Infinity: never. */
  readonly maxAgeMs: number;
  /** Largest move of an index from one trusted price to the next, as a fraction: p to p (1 + j) or p / (1 + j). */
  readonly indexJump: number;
  /** The same for a forward as a multiple of its index. */
  readonly basisJump: number;
  /** The same for an implied volatility. */
  readonly volatilityJump: number;
  /** A price that jumped and has stayed there for so long is trusted: real markets jump. */
  readonly acceptAfterMs: number;
}

export interface SourceRule {
  /** An index is confirmed by so many sources at least. */
  readonly countMin: number;
  /** Prices of a source older than this do not count. */
  readonly maxAgeMs: number;
  /** A source further than this from the median of all is left out, as a fraction. */
  readonly outlier: number;
  /** An index further than this from the median of what is left is contradicted; nearer, it is confirmed. */
  readonly tolerance: number;
}

export interface BreakerRule {
  /** Largest share of the netting sets that may go into liquidation or bankruptcy in one tick; 1: no breaker. */
  readonly shareMax: number;
  /** Fewer sets than this never trip it. */
  readonly countMin: number;
  /** A pair that moved by more than this since the tick before must be confirmed by its sources, as a fraction. */
  readonly confirmMove: number;
  /** With a confirmed index, no forward may have moved by more than this as a multiple of it since the last calm tick. */
  readonly confirmBasis: number;
  /** Nor a volatility by more than this. */
  readonly confirmVolatility: number;
  /** After so long the liquidations happen, confirmed or not: real crashes happen. */
  readonly expireAfterMs: number;
}

export const defaultGuardRules: GuardRules = {
  price: { maxAgeMs: 60_000, indexJump: 0.1, basisJump: 0.1, volatilityJump: 1, acceptAfterMs: 60_000 },
  sources: { countMin: 3, maxAgeMs: 60_000, outlier: 0.02, tolerance: 0.01 },
  breaker: { shareMax: 0.05, countMin: 10, confirmMove: 0.001, confirmBasis: 0.02, confirmVolatility: 0.5, expireAfterMs: 60_000 },
};

/** Rules as in their file, missing ones as in `defaultGuardRules`. Throws `ParameterInvalid` naming the field. */
export function parseGuardRules(input: unknown): GuardRules {
  const root = knownFields(input ?? {}, 'rules', Object.keys(defaultGuardRules));
  const part = (name: keyof GuardRules): Section => {
    const defaults: object = defaultGuardRules[name];
    return { ...defaults, ...knownFields(root[name] ?? {}, name, Object.keys(defaults)) };
  };
  const price = part('price');
  const sources = part('sources');
  const breaker = part('breaker');
  const positive = (fields: Section, name: string, path: string): number =>
    numberField(fields, name, path, { min: Number.MIN_VALUE, max: unbounded });
  const time = (fields: Section, name: string, path: string): number =>
    numberField(fields, name, path, { min: 0, max: Number.MAX_SAFE_INTEGER });
  const whole = (fields: Section, name: string, path: string): number =>
    wholeField(fields, name, path, { min: 1, max: Number.MAX_SAFE_INTEGER });
  return {
    price: {
      maxAgeMs: time(price, 'maxAgeMs', 'price'),
      indexJump: positive(price, 'indexJump', 'price'),
      basisJump: positive(price, 'basisJump', 'price'),
      volatilityJump: positive(price, 'volatilityJump', 'price'),
      acceptAfterMs: time(price, 'acceptAfterMs', 'price'),
    },
    sources: {
      countMin: whole(sources, 'countMin', 'sources'),
      maxAgeMs: time(sources, 'maxAgeMs', 'sources'),
      outlier: positive(sources, 'outlier', 'sources'),
      tolerance: positive(sources, 'tolerance', 'sources'),
    },
    breaker: {
      shareMax: numberField(breaker, 'shareMax', 'breaker', { min: 0, max: 1 }),
      countMin: whole(breaker, 'countMin', 'breaker'),
      confirmMove: numberField(breaker, 'confirmMove', 'breaker', { min: 0, max: unbounded }),
      confirmBasis: positive(breaker, 'confirmBasis', 'breaker'),
      confirmVolatility: positive(breaker, 'confirmVolatility', 'breaker'),
      expireAfterMs: time(breaker, 'expireAfterMs', 'breaker'),
    },
  };
}
