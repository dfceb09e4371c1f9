import { CaseInputError, fieldsOf, listOf, numberOf, type Fields } from '../fields.ts';

/** One leg of a case; quantities are signed contracts or shares. */
export interface Leg {
  readonly kind: 'stock' | 'call' | 'put';
  readonly quantity: number;
  /** Options only. */
  readonly strike: number;
  readonly expiryMs: number;
  readonly price: number;
}

/** What is margined: legs on one underlying. */
export interface RegtCase {
  readonly spot: number;
  readonly multiplier: number;
  readonly isBroadIndex: boolean;
  readonly legs: readonly Leg[];
}

export const dayMs = 24 * 3600 * 1000;
/** Naked options have no expiry in the file; the rule does not ask for it. */
const someExpiryMs = Date.UTC(2023, 4, 19);
const equityMultiplier = 100;

/** A row of `nakedShort`. */
export function nakedShortCase(row: Fields): RegtCase {
  const leg: Leg = {
    kind: rightOf(row),
    quantity: -numberOf(row, 'contracts'),
    strike: numberOf(row, 'strike'),
    expiryMs: someExpiryMs,
    price: numberOf(row, 'premium'),
  };
  return {
    spot: numberOf(row, 'spot'),
    multiplier: numberOf(row, 'multiplier'),
    isBroadIndex: row['index'] === true,
    legs: [leg],
  };
}

/** An entry of `strategyLegs`, `quantity` times; `strike` replaces that of its options, which keep their time value. */
export function strategyCase(entry: Fields, quantity: number, strike: number | null): RegtCase {
  const spot = numberOf(entry, 'spot');
  const legs = listOf(entry['legs']).map((value) => {
    const leg = strategyLeg(fieldsOf(value), quantity);
    if (leg.kind === 'stock' || strike === null) return leg;
    const timeValue = Math.max(leg.price - intrinsicOf(leg, spot), 0);
    const restruck = { ...leg, strike };
    return { ...restruck, price: intrinsicOf(restruck, spot) + timeValue };
  });
  if (legs.length === 0) throw new CaseInputError('the strategy has no legs');
  return { spot, multiplier: equityMultiplier, isBroadIndex: false, legs };
}

function strategyLeg(fields: Fields, quantity: number): Leg {
  const count = numberOf(fields, 'qty') * quantity;
  const price = numberOf(fields, 'price');
  if (fields['type'] === 'stock') return { kind: 'stock', quantity: count, strike: 0, expiryMs: 0, price };
  if (fields['type'] !== 'option') {
    throw new CaseInputError(`input type must be "option" or "stock", got ${JSON.stringify(fields['type'])}`);
  }
  const expiryMs = Date.parse(String(fields['expiry']));
  if (Number.isNaN(expiryMs)) throw new CaseInputError(`input expiry must be a date, got ${JSON.stringify(fields['expiry'])}`);
  return { kind: rightOf(fields), quantity: count, strike: numberOf(fields, 'strike'), expiryMs, price };
}

function rightOf(fields: Fields): 'call' | 'put' {
  if (fields['right'] === 'C') return 'call';
  if (fields['right'] === 'P') return 'put';
  throw new CaseInputError(`input right must be "C" or "P", got ${JSON.stringify(fields['right']) ?? 'nothing'}`);
}

function intrinsicOf({ kind, strike }: Leg, spot: number): number {
  return kind === 'stock' ? 0 : Math.max(kind === 'call' ? spot - strike : strike - spot, 0);
}

/** The same case after a relative move of the underlying: options keep their time value. */
export function moved(regtCase: RegtCase, move: number): RegtCase {
  const spot = regtCase.spot * (1 + move);
  const legs = regtCase.legs.map((leg) => {
    const timeValue = leg.price - intrinsicOf(leg, regtCase.spot);
    return leg.kind === 'stock' ? leg : { ...leg, price: Math.max(intrinsicOf(leg, spot) + timeValue, 0) };
  });
  return { ...regtCase, spot, legs };
}
