import type { Book } from '../domain/book.ts';
import type { Market } from '../domain/market.ts';
import { assignCash } from './assign-cash.ts';
import type { NettingSetRequirements } from './assign-cash.ts';
import type { BookOptions } from './book-options.ts';
import { generatePositions } from './generate-positions.ts';

/**
 * A random book of the shape described in docs/BOOK-GENERATOR.md.
 *
 * Two steps: positions, which need the market only, then cash, which needs the margin of each account: `requirements`
 * is asked once, with the book that has no cash yet.
 */
export function generateBook(
  market: Market, options: BookOptions, requirements: (book: Book) => NettingSetRequirements,
): Book {
  const book = generatePositions(market, options);
  return assignCash(book, requirements(book), options);
}
