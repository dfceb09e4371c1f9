/** Why a price is not trusted. As numbers: places in this list, from 1; 0 is trusted. */
export const priceReasons = ['not-a-price', 'stale', 'jump', 'contradicted', 'rejected'] as const;
export type PriceReason = (typeof priceReasons)[number];

/** What is remembered of a quote. NaN: nothing yet. */
export interface PriceMemory {
  /** Last trusted value. */
  readonly trusted: number;
  /** Value that jumped and is being watched, and since when. */
  readonly suspect: number;
  readonly suspectSinceMs: number;
}

export interface Judgement {
  readonly reason: PriceReason | null;
  readonly memory: PriceMemory;
}

export interface PriceQuestion {
  readonly value: number;
  /** When the quote was last renewed. */
  readonly quotedMs: number;
  readonly nowMs: number;
  /** Largest move as a fraction. */
  readonly jump: number;
  readonly maxAgeMs: number;
  readonly acceptAfterMs: number;
  /** Whether independent sources confirm the value: then it may jump. */
  readonly confirmed: boolean;
}

/**
 * Whether a quote is to be trusted. A value that jumped is watched: it is trusted once it has stayed within the band
 * around where it jumped to for `acceptAfterMs` of renewed quotes, or when sources confirm it, or when it comes back.
 */
export function judgePrice(question: PriceQuestion, memory: PriceMemory): Judgement {
  const { value, quotedMs, nowMs, jump, maxAgeMs, acceptAfterMs, confirmed } = question;
  // Whatever was watched has not stayed where it was.
  const forgotten: PriceMemory = { ...memory, suspect: NaN, suspectSinceMs: NaN };
  if (!(value > 0 && value < Infinity)) return { reason: 'not-a-price', memory: forgotten };
  // Written so that a time that is no number, or lies in the future, is no fresh quote either.
  const ageMs = nowMs - quotedMs;
  if (!(ageMs >= 0 && ageMs <= maxAgeMs)) return { reason: 'stale', memory: forgotten };
  const trusted: Judgement = { reason: null, memory: { trusted: value, suspect: NaN, suspectSinceMs: NaN } };
  if (confirmed || Number.isNaN(memory.trusted) || isWithin(value, memory.trusted, jump)) return trusted;
  const isWatched = isWithin(value, memory.suspect, jump);
  if (!isWatched) return { reason: 'jump', memory: { ...memory, suspect: value, suspectSinceMs: quotedMs } };
  // Measured to the last time that it was quoted: a single print that nobody renews has not stayed anywhere.
  return quotedMs - memory.suspectSinceMs >= acceptAfterMs ? trusted : { reason: 'jump', memory };
}

/** Whether b (1 + jump) >= a >= b / (1 + jump). */
export function isWithin(a: number, b: number, jump: number): boolean {
  return a <= b * (1 + jump) && b <= a * (1 + jump);
}
