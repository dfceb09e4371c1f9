import type { BookChanges } from '../engine/book-changes.ts';
import { allocate, weightsOf } from '../money/allocate.ts';
import type { DecimalsByCurrency, MinorUnits } from '../money/minor-units.ts';
import type { Holdings } from '../whatif/holdings.ts';
import type { Terms } from '../whatif/legs.ts';
import { bookFill, type BookedFill, type Fill, type Postings } from './fill.ts';

/** What one member trades of a fill of its pool. */
export interface MemberTrade {
  readonly account: string;
  /** Signed contracts, 0 if it does not take part. */
  readonly quantity: number;
  readonly held: Holdings;
}

/**
 * What a fill of a pool does: its members trade, and pay the fee in proportion to their contracts; the pool follows
 * them. Otherwise as `bookFill`.
 */
export function bookPoolFill(
  fill: Fill, members: readonly MemberTrade[], counterpartyHeld: Holdings | null, terms: Terms, decimals: DecimalsByCurrency,
): BookedFill {
  const { currency, instrument, price, fee, counterparty } = fill;
  const trading = members.filter(({ quantity }) => quantity !== 0);
  const fees = allocate(fee, weightsOf(trading.map(({ quantity }) => Math.abs(quantity))));
  const own = trading.map(({ account, quantity, held }, place) =>
    bookFill({ account, currency, instrument, quantity, price, fee: fees[place] }, held, null, terms, decimals),
  );
  const other = counterparty === undefined || counterpartyHeld === null
    ? []
    : [bookFill({ account: counterparty, currency, instrument, quantity: -fill.quantity, price, fee: 0n }, counterpartyHeld, null, terms, decimals)];
  const parts = [...own, ...other];
  return {
    changes: {
      positions: parts.flatMap(({ changes }): NonNullable<BookChanges['positions']> => changes.positions ?? []),
      cash: parts.flatMap(({ changes }): NonNullable<BookChanges['cash']> => changes.cash ?? []),
    },
    postings: {
      account: summed(own, 'account'), counterparty: summed(other, 'account'), clearing: summed(parts, 'clearing'), fund: summed(own, 'fund'),
    },
  };
}

function summed(parts: readonly BookedFill[], side: keyof Postings): Record<string, MinorUnits> {
  const sums: Record<string, MinorUnits> = {};
  for (const { postings } of parts) {
    for (const [currency, amount] of Object.entries(postings[side])) sums[currency] = (sums[currency] ?? 0n) + amount;
  }
  return sums;
}
