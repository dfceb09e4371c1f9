import type { Storable } from '../account/events.ts';
import { isWithin, judgePrice, priceReasons, type PriceReason } from './price-judge.ts';

/** How the quotes of one kind are judged at a tick. */
export interface WatchTerms {
  readonly nowMs: number;
  readonly jump: number;
  readonly maxAgeMs: number;
  readonly acceptAfterMs: number;
  /** Whether the quote matters: the volatility of a future does not. */
  readonly isJudged: (row: number) => boolean;
  readonly isConfirmed: (row: number) => boolean;
  readonly isContradicted: (row: number) => boolean;
  /** What somebody decided about the quote. */
  readonly decision: (name: string) => 'accept' | 'reject' | undefined;
  readonly report: (kind: 'quarantined' | 'trusted', data: Readonly<Record<string, Storable>>) => void;
}

/** What is remembered of all quotes of one kind (index prices, forwards, volatilities): columns by row. */
export class QuoteWatch {
  readonly #names: readonly string[];
  readonly #quotedMs: Float64Array;
  readonly #trusted: Float64Array;
  readonly #suspect: Float64Array;
  readonly #suspectSinceMs: Float64Array;
  /** 0 trusted, else the place of the reason in `priceReasons`, from 1. */
  readonly #reason: Uint8Array;

  constructor(names: readonly string[], asOfMs: number) {
    this.#names = names;
    this.#quotedMs = new Float64Array(names.length).fill(asOfMs);
    this.#trusted = new Float64Array(names.length).fill(NaN);
    this.#suspect = new Float64Array(names.length).fill(NaN);
    this.#suspectSinceMs = new Float64Array(names.length).fill(NaN);
    this.#reason = new Uint8Array(names.length);
  }

  /** The quotes of these rows (null: all; undefined: none) are of this time. */
  renew(rows: ReadonlySet<number> | null | undefined, nowMs: number): void {
    if (rows === undefined) return;
    if (rows === null) this.#quotedMs.fill(nowMs);
    else for (const row of rows) this.#quotedMs[row] = nowMs;
  }

  /**
   * The quotes as they are to be used: NaN where they are not trusted. `judged` is what bands apply to (a forward as a
   * multiple of its index), `quotes` the quotes themselves. What changes is reported, rows with one reason together.
   */
  judge(judged: Float64Array, quotes: Float64Array, terms: WatchTerms): Float64Array {
    const changed = new Map<number, number[]>();
    let used = quotes;
    for (let row = 0; row < quotes.length; row++) {
      if (!terms.isJudged(row)) continue;
      const reason = this.#judge(row, judged[row], quotes[row], terms);
      const code = reason === null ? 0 : priceReasons.indexOf(reason) + 1;
      if (code !== 0) {
        if (used === quotes) used = quotes.slice();
        used[row] = NaN;
      }
      if (code === this.#reason[row]) continue;
      this.#reason[row] = code;
      changed.set(code, [...(changed.get(code) ?? []), row]);
    }
    for (const [code, rows] of [...changed].sort(([a], [b]) => a - b)) this.#report(code, rows, quotes, terms);
    return used;
  }

  #judge(row: number, value: number, quote: number, terms: WatchTerms): PriceReason | null {
    const { nowMs, jump, maxAgeMs, acceptAfterMs, decision, isConfirmed, isContradicted } = terms;
    const decided = decision(this.#names[row]);
    if (decided === 'reject') return this.#forget(row, 'rejected');
    // A quote without an index beside it is judged by itself: NaN would say that the quote is none.
    const question = {
      value: Number.isNaN(value) && quote > 0 ? this.#trusted[row] : value,
      quotedMs: this.#quotedMs[row],
      nowMs,
      jump,
      maxAgeMs,
      acceptAfterMs,
      confirmed: decided === 'accept' || isConfirmed(row),
    };
    if (decided === undefined && quote > 0 && isContradicted(row)) return this.#forget(row, 'contradicted');
    // The way of nearly all quotes, without an object for the memory.
    const isFresh = nowMs - question.quotedMs <= maxAgeMs && question.value > 0;
    if (isFresh && this.#reason[row] === 0 && isWithin(question.value, this.#trusted[row], jump)) {
      this.#trusted[row] = question.value;
      return null;
    }
    const memory = {
      trusted: this.#trusted[row],
      suspect: this.#suspect[row],
      suspectSinceMs: this.#suspectSinceMs[row],
    };
    const { reason, memory: next } = judgePrice(question, memory);
    this.#trusted[row] = next.trusted;
    this.#suspect[row] = next.suspect;
    this.#suspectSinceMs[row] = next.suspectSinceMs;
    return reason;
  }

  /** A quote that is not even judged has not stayed where it was watched. */
  #forget(row: number, reason: PriceReason): PriceReason {
    this.#suspect[row] = this.#suspectSinceMs[row] = NaN;
    return reason;
  }

  #report(code: number, rows: readonly number[], quotes: Float64Array, { report }: WatchTerms): void {
    const names = rows.map((row) => this.#names[row]);
    const values = Float64Array.from(rows, (row) => quotes[row]);
    if (code === 0) report('trusted', { names, values });
    else report('quarantined', { reason: priceReasons[code - 1], names, values });
  }

  state(): Storable {
    return {
      quotedMs: this.#quotedMs.slice(),
      trusted: this.#trusted.slice(),
      suspect: this.#suspect.slice(),
      suspectSinceMs: this.#suspectSinceMs.slice(),
      reason: this.#reason.slice(),
    };
  }

  restore(state: Storable): void {
    const { quotedMs, trusted, suspect, suspectSinceMs, reason } = state as unknown as Readonly<
      Record<string, Float64Array>
    >;
    this.#quotedMs.set(quotedMs);
    this.#trusted.set(trusted);
    this.#suspect.set(suspect);
    this.#suspectSinceMs.set(suspectSinceMs);
    this.#reason.set(reason);
  }
}
