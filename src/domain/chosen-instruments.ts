import type { Book } from './book.ts';
import type { Market } from './market.ts';

/** The market of some of its instruments, in the order given. Index prices stay. */
export function marketOfInstruments(market: Market, chosen: readonly number[]): Market {
  const of = (column: Float64Array): Float64Array => Float64Array.from(chosen, (index) => column[index]);
  const { fields } = market;
  return {
    ...market,
    instruments: chosen.map((index) => market.instruments[index]),
    forward: of(market.forward),
    impliedVolatility: of(market.impliedVolatility),
    openInterest: of(market.openInterest),
    ...(fields === undefined
      ? {}
      : { fields: new Map([...fields].map(([name, column]) => [name, of(column)] as const)) }),
  };
}

/** The book against such a market: positions and orders in other instruments are left out. */
export function bookOfInstruments(book: Book, chosen: readonly number[]): Book {
  const { positions, orders } = book;
  const newIndex = new Map(chosen.map((index, place) => [index, place] as const));
  const renumbered = (index: number): number => newIndex.get(index)!;
  const isHeld = (_value: number, row: number): boolean => newIndex.has(positions.instrumentIndex[row]);
  const kept: Book = {
    ...book,
    positions: {
      accountIndex: positions.accountIndex.filter(isHeld),
      instrumentIndex: positions.instrumentIndex.filter(isHeld).map(renumbered),
      quantity: positions.quantity.filter(isHeld),
      entryPrice: positions.entryPrice.filter(isHeld),
    },
  };
  if (orders === undefined) return kept;
  const isOrdered = (_value: number, row: number): boolean => newIndex.has(orders.instrumentIndex[row]);
  return {
    ...kept,
    orders: {
      accountIndex: orders.accountIndex.filter(isOrdered),
      instrumentIndex: orders.instrumentIndex.filter(isOrdered).map(renumbered),
      quantity: orders.quantity.filter(isOrdered),
      limitPrice: orders.limitPrice.filter(isOrdered),
    },
  };
}
