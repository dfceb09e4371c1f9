import type { Book } from '../domain/book.ts';

/** Positions and orders of a book, each as an account of its own without cash. */
export interface LegBook {
  readonly book: Book;
  /** The account of the whole book that each leg is from. */
  readonly ownerOf: Uint32Array;
}

/**
 * The legs `from .. from + count - 1` of a book: its positions, then its open orders. Legs of quarantined accounts are
 * there too; nobody adds them up.
 */
export function legBook(book: Book, from: number, count: number): LegBook {
  const { positions, orders } = book;
  const held = positions.quantity.length;
  const position = { start: Math.min(from, held), end: Math.min(from + count, held) };
  const order = { start: Math.max(from - held, 0), end: Math.max(from + count - held, 0) };
  const ownPositions = positions.accountIndex.subarray(position.start, position.end);
  const ownOrders = orders?.accountIndex.subarray(order.start, order.end) ?? new Uint32Array(0);
  const ownerOf = new Uint32Array(ownPositions.length + ownOrders.length);
  ownerOf.set(ownPositions);
  ownerOf.set(ownOrders, ownPositions.length);
  const none = new Uint32Array(0);
  return {
    ownerOf,
    book: {
      accountIds: Array.from(ownerOf, (_owner, leg) => String(leg)),
      currencies: book.currencies,
      positions: {
        accountIndex: Uint32Array.from(ownPositions, (_owner, leg) => leg),
        instrumentIndex: positions.instrumentIndex.slice(position.start, position.end),
        quantity: positions.quantity.slice(position.start, position.end),
        entryPrice: positions.entryPrice.slice(position.start, position.end),
      },
      ...(orders === undefined
        ? {}
        : {
            orders: {
              accountIndex: Uint32Array.from(ownOrders, (_owner, leg) => ownPositions.length + leg),
              instrumentIndex: orders.instrumentIndex.slice(order.start, order.end),
              quantity: orders.quantity.slice(order.start, order.end),
              limitPrice: orders.limitPrice.slice(order.start, order.end),
            },
          }),
      cash: { accountIndex: none, currencyIndex: none, amount: new Float64Array(0) },
      quarantined: [],
    },
  };
}

export function legCountOf({ positions, orders }: Book): number {
  return positions.quantity.length + (orders?.quantity.length ?? 0);
}
